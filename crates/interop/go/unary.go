package main

import (
	"bytes"
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	v1 "interop/gen/interop/v1"
)

const text = "größer als 100 % 🦀\x00\n"

func checkUnary(ctx context.Context, c *client, _ *server) error {
	sent := &v1.EchoRequest{Text: text, Data: []byte{0, 255}}
	answer, _, err := c.echo(ctx, nil, sent)
	if err != nil {
		return err
	}
	seen := proto.CloneOf(c.seen)
	seen.TimeoutMs = answer.GetSeen().TimeoutMs
	if err := same("message", answer, &v1.EchoResponse{Text: sent.Text, Data: sent.Data, Seen: seen}); err != nil {
		return err
	}
	if c.http != "" {
		return same("version of HTTP", c.wire.version, c.http)
	}
	return nil
}

func checkLook(ctx context.Context, c *client, _ *server) error {
	answer, _, err := c.look(ctx, nil, &v1.LookRequest{Text: text})
	if err != nil {
		return err
	}
	seen := proto.CloneOf(c.seen)
	seen.Get = c.gets
	seen.TimeoutMs = answer.GetSeen().TimeoutMs
	return same("message", answer, &v1.LookResponse{Text: text, Seen: seen})
}

// checkTimeout relies on the deadline that each check has.
func checkTimeout(ctx context.Context, c *client, _ *server) error {
	answer, _, err := c.echo(ctx, nil, &v1.EchoRequest{})
	if err != nil {
		return err
	}
	timeout := answer.GetSeen().GetTimeoutMs()
	if timeout <= 0 || timeout > patience.Milliseconds() {
		return fmt.Errorf("the server has seen a timeout of %d ms", timeout)
	}
	answer, _, err = c.echo(context.WithoutCancel(ctx), nil, &v1.EchoRequest{})
	if err != nil {
		return err
	}
	if answer.GetSeen().TimeoutMs != nil {
		return fmt.Errorf("without a deadline the server has seen a timeout of %d ms", answer.GetSeen().GetTimeoutMs())
	}
	return nil
}

// checkLarge sends what is larger than the windows of HTTP/2, and as base64 still within the server's limit.
func checkLarge(ctx context.Context, c *client, _ *server) error {
	data := bytes.Repeat([]byte("0123456789a"), 65536)
	answer, _, err := c.echo(ctx, nil, &v1.EchoRequest{Data: data})
	if err != nil {
		return err
	}
	if !bytes.Equal(answer.GetData(), data) {
		return fmt.Errorf("%d bytes have come back, not the %d that were sent", len(answer.GetData()), len(data))
	}
	return nil
}

// checkCompression relies on both libraries taking gzip always, and on the server sending what the caller takes.
func checkCompression(ctx context.Context, c *client, _ *server) error {
	if _, _, err := c.echo(ctx, nil, &v1.EchoRequest{Data: make([]byte, 65536)}); err != nil {
		return err
	}
	expected := ""
	if c.gzips {
		expected = "gzip"
	}
	if err := same("encoding of the request", c.wire.requestEncoding, expected); err != nil {
		return err
	}
	return same("encoding of the response", c.wire.responseEncoding, "gzip")
}
