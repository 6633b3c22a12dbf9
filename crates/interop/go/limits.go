package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	v1 "interop/gen/interop/v1"
)

func checkLimit(ctx context.Context, c *client, s *server) error {
	return refused(ctx, c, s.limit)
}

// checkFarOverLimit sends more than any buffer on the way holds; compressed it is a bomb.
func checkFarOverLimit(ctx context.Context, c *client, s *server) error {
	return refused(ctx, c, 16*s.limit)
}

// refused checks that the call fails, and that the next one does not. Nothing comes back that the client itself could refuse.
func refused(ctx context.Context, c *client, size int) error {
	_, _, err := c.sleep(ctx, nil, &v1.SleepRequest{Data: make([]byte, size)})
	if _, err := failed(err, 8); err != nil {
		return err
	}
	_, _, err = c.echo(ctx, nil, &v1.EchoRequest{})
	return err
}

func checkStreamLimit(ctx context.Context, c *client, s *server) error {
	stream, err := c.sum(ctx, nil)
	if err != nil {
		return err
	}
	for _, size := range []int{1, s.limit, 1} {
		// The server may have ended the call already.
		if err := stream.send(&v1.SumRequest{Data: make([]byte, size)}); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	_, err = stream.receive()
	_, err = failed(err, 8)
	return err
}

// deadline is long enough for a call to reach the server on a machine that is busy.
const deadline = time.Second

func checkUnaryDeadline(ctx context.Context, c *client, _ *server) error {
	short, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	call := c.call("deadline")
	_, _, err := c.sleep(short, nil, &v1.SleepRequest{Milliseconds: forever, Call: call})
	if _, err := failed(err, 4); err != nil {
		return err
	}
	return c.comesTo(ctx, call, v1.Progress_PROGRESS_DROPPED)
}

func checkStreamDeadline(ctx context.Context, c *client, _ *server) error {
	short, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	call := c.call("stream deadline")
	stream, err := c.count(short, nil, &v1.CountRequest{UpTo: 1, Endless: true, Call: call})
	if err != nil {
		return err
	}
	if _, err := failed(counts(stream, 1), 4); err != nil {
		return err
	}
	return c.comesTo(ctx, call, v1.Progress_PROGRESS_DROPPED)
}

func checkUnaryCancel(ctx context.Context, c *client, _ *server) error {
	short, cancel := context.WithCancel(ctx)
	defer cancel()
	call := c.call("cancel")
	ended := make(chan error, 1)
	go func() {
		_, _, err := c.sleep(short, nil, &v1.SleepRequest{Milliseconds: forever, Call: call})
		ended <- err
	}()
	if err := c.comesTo(ctx, call, v1.Progress_PROGRESS_RUNNING); err != nil {
		return err
	}
	cancel()
	if _, err := failed(<-ended, 1); err != nil {
		return err
	}
	return c.comesTo(ctx, call, v1.Progress_PROGRESS_DROPPED)
}

func checkServerStreamCancel(ctx context.Context, c *client, _ *server) error {
	short, cancel := context.WithCancel(ctx)
	defer cancel()
	call := c.call("stream cancel")
	stream, err := c.count(short, nil, &v1.CountRequest{UpTo: 1, Endless: true, Call: call})
	if err != nil {
		return err
	}
	if _, err := stream.receive(); err != nil {
		return err
	}
	cancel()
	if _, err := failed(ends(stream), 1); err != nil {
		return err
	}
	return c.comesTo(ctx, call, v1.Progress_PROGRESS_DROPPED)
}

func checkBidiCancel(ctx context.Context, c *client, _ *server) error {
	short, cancel := context.WithCancel(ctx)
	defer cancel()
	call := c.call("bidi cancel")
	stream, err := c.converse(short, nil)
	if err != nil {
		return err
	}
	// The server must not end the call by itself: connect-go closes its side just before it cancels the call.
	if err := stream.send(&v1.ConverseRequest{Endless: true, Call: call}); err != nil {
		return err
	}
	if _, err := stream.receive(); err != nil {
		return err
	}
	cancel()
	if _, err := failed(ends(stream), 1); err != nil {
		return err
	}
	return c.comesTo(ctx, call, v1.Progress_PROGRESS_DROPPED)
}

// checkClientStreamCancel makes sure that the part of an upload does not look like all of it.
func checkClientStreamCancel(ctx context.Context, c *client, _ *server) error {
	short, cancel := context.WithCancel(ctx)
	defer cancel()
	call := c.call("client stream cancel")
	stream, err := c.sum(short, nil)
	if err != nil {
		return err
	}
	if err := stream.send(&v1.SumRequest{Number: 1, Call: call}); err != nil {
		return err
	}
	if err := c.comesTo(ctx, call, v1.Progress_PROGRESS_RUNNING); err != nil {
		return err
	}
	cancel()
	return c.comesTo(ctx, call, v1.Progress_PROGRESS_DROPPED)
}

// forever is longer than anything here waits, in milliseconds.
const forever = 3_600_000

// call is a name for a call of this client, by which the server knows what has become of it.
func (c *client) call(what string) string {
	return fmt.Sprint(c.library, " ", c.protocol, " ", c.settings, " ", what)
}

// comesTo waits until another call has come as far as that.
func (c *client) comesTo(ctx context.Context, call string, until v1.Progress) error {
	answer, _, err := c.watch(ctx, nil, &v1.WatchRequest{Call: call, Until: until})
	if err != nil {
		return fmt.Errorf("while waiting for %v: %w", until, err)
	}
	return same("progress", answer.GetProgress(), until)
}
