package main

import (
	"context"
	"errors"

	v1 "interop/gen/interop/v1"
)

var sent = metadata{
	"x-plain":    {"one", "two, three"},
	"x-data-bin": {"\x00\xff\xfe", "", "four"},
}

func checkUnaryMetadata(ctx context.Context, c *client, _ *server) error {
	answer, received, err := c.echo(ctx, sent, &v1.EchoRequest{})
	if err != nil {
		return err
	}
	var binary []string
	for _, value := range answer.GetSeen().GetBinary() {
		binary = append(binary, string(value))
	}
	return errors.Join(
		same("what the server has seen", binary, sent["x-data-bin"]),
		received.header.echo("", "headers"),
		received.trailer.echo("t-", "trailers"),
	)
}

func checkServerStreamMetadata(ctx context.Context, c *client, _ *server) error {
	stream, err := c.count(ctx, sent, &v1.CountRequest{UpTo: 1})
	if err != nil {
		return err
	}
	return errors.Join(counts(stream, 1), stream.header().echo("", "headers"), stream.trailer().echo("t-", "trailers"))
}

func checkClientStreamMetadata(ctx context.Context, c *client, _ *server) error {
	stream, err := c.sum(ctx, sent)
	if err != nil {
		return err
	}
	if _, err := stream.receive(); err != nil {
		return err
	}
	return errors.Join(stream.header().echo("", "headers"), stream.trailer().echo("t-", "trailers"))
}

func checkBidiMetadata(ctx context.Context, c *client, _ *server) error {
	stream, err := c.converse(ctx, sent)
	if err != nil {
		return err
	}
	err = errors.Join(say(stream, 1), answers(stream, 1), stream.header().echo("", "headers"))
	return errors.Join(err, stream.closeSend(), goodbye(stream), stream.trailer().echo("t-", "trailers"))
}

func checkErrorMetadata(ctx context.Context, c *client, _ *server) error {
	_, _, err := c.fail(ctx, sent, &v1.FailRequest{Code: 9})
	failure, err := failed(err, 9)
	if err != nil {
		return err
	}
	return errors.Join(failure.metadata.echo("", "headers"), failure.metadata.echo("t-", "trailers"))
}

func checkStreamErrorMetadata(ctx context.Context, c *client, _ *server) error {
	stream, err := c.count(ctx, sent, &v1.CountRequest{Failure: &v1.FailRequest{Code: 9}})
	if err != nil {
		return err
	}
	_, err = stream.receive()
	failure, err := failed(err, 9)
	if err != nil {
		return err
	}
	return errors.Join(stream.header().echo("", "headers"), failure.metadata.echo("t-", "trailers"))
}

// echo checks that all that was sent has come back, with that before the names.
func (m metadata) echo(prefix, place string) error {
	var errs []error
	for name, values := range sent {
		name = prefix + name
		errs = append(errs, same(place+", "+name, m[name], values))
	}
	return errors.Join(errs...)
}
