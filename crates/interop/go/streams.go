package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	v1 "interop/gen/interop/v1"
)

func checkServerStream(ctx context.Context, c *client, _ *server) error {
	stream, err := c.count(ctx, nil, &v1.CountRequest{UpTo: 1000})
	if err != nil {
		return err
	}
	return counts(stream, 1000)
}

func checkEmptyServerStream(ctx context.Context, c *client, _ *server) error {
	stream, err := c.count(ctx, nil, &v1.CountRequest{})
	if err != nil {
		return err
	}
	return ends(stream)
}

func checkClientStream(ctx context.Context, c *client, _ *server) error {
	stream, err := c.sum(ctx, nil)
	if err != nil {
		return err
	}
	for number := range int64(1000) {
		if err := stream.send(&v1.SumRequest{Number: number}); err != nil {
			return err
		}
	}
	answer, err := stream.receive()
	if err != nil {
		return err
	}
	return same("message", answer, &v1.SumResponse{Sum: 499500, Count: 1000})
}

func checkEmptyClientStream(ctx context.Context, c *client, _ *server) error {
	stream, err := c.sum(ctx, nil)
	if err != nil {
		return err
	}
	answer, err := stream.receive()
	if err != nil {
		return err
	}
	return same("message", answer, &v1.SumResponse{})
}

// checkFullDuplex sends each message when the answer to the last one is there.
func checkFullDuplex(ctx context.Context, c *client, _ *server) error {
	stream, err := c.converse(ctx, nil)
	if err != nil {
		return err
	}
	for round := range 10 {
		if err := errors.Join(say(stream, round), answers(stream, round)); err != nil {
			return err
		}
	}
	return errors.Join(stream.closeSend(), goodbye(stream))
}

// checkHalfDuplex sends everything before it reads anything.
func checkHalfDuplex(ctx context.Context, c *client, _ *server) error {
	stream, err := c.converse(ctx, nil)
	if err != nil {
		return err
	}
	for round := range 10 {
		if err := say(stream, round); err != nil {
			return err
		}
	}
	if err := stream.closeSend(); err != nil {
		return err
	}
	for round := range 10 {
		if err := answers(stream, round); err != nil {
			return err
		}
	}
	return goodbye(stream)
}

func checkEmptyBidi(ctx context.Context, c *client, _ *server) error {
	stream, err := c.converse(ctx, nil)
	if err != nil {
		return err
	}
	return errors.Join(stream.closeSend(), goodbye(stream))
}

type conversation = stream[v1.ConverseRequest, v1.ConverseResponse]

func say(stream *conversation, round int) error {
	return stream.send(&v1.ConverseRequest{Text: fmt.Sprint(round)})
}

func answers(stream *conversation, round int) error {
	answer, err := stream.receive()
	if err != nil {
		return err
	}
	return same("message", answer, &v1.ConverseResponse{Text: fmt.Sprint(round)})
}

// goodbye is what the server still says after the caller has closed its side.
func goodbye(stream *conversation) error {
	answer, err := stream.receive()
	if err != nil {
		return err
	}
	if err := same("message", answer, &v1.ConverseResponse{Text: "goodbye", Closed: true}); err != nil {
		return err
	}
	return ends(stream)
}

// counts reads the numbers up to the last one, and the end.
func counts(stream *stream[v1.CountRequest, v1.CountResponse], last uint32) error {
	for number := range last {
		answer, err := stream.receive()
		if err != nil {
			return err
		}
		if err := same("message", answer, &v1.CountResponse{Number: number + 1}); err != nil {
			return err
		}
	}
	return ends(stream)
}

func ends[Req, Res any](stream *stream[Req, Res]) error {
	if message, err := stream.receive(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("it has not ended: %v, %w", message, err)
	}
	return nil
}
