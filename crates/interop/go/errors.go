package main

import (
	"context"
	"errors"
	"fmt"

	v1 "interop/gen/interop/v1"
)

func checkCodes(ctx context.Context, c *client, _ *server) error {
	for code := uint32(1); code <= 16; code++ {
		_, _, err := c.fail(ctx, nil, &v1.FailRequest{Code: code, Message: "asked for"})
		if failure, err := failed(err, code); err != nil {
			return err
		} else if err := same("message", failure.message, "asked for"); err != nil {
			return err
		}
	}
	return nil
}

// checkMessages has what the spellings of errors escape: as JSON, in percent, and not at all.
func checkMessages(ctx context.Context, c *client, _ *server) error {
	for _, message := range []string{"", "100%", "%41", "größer 🦀", "a\nb\r\n\tc\x7f", `"quoted" \ and '`, " spaces  around "} {
		_, _, err := c.fail(ctx, nil, &v1.FailRequest{Code: 5, Message: message})
		if failure, err := failed(err, 5); err != nil {
			return err
		} else if err := same("message", fmt.Sprintf("%q", failure.message), fmt.Sprintf("%q", message)); err != nil {
			return err
		}
	}
	return nil
}

func checkDetails(ctx context.Context, c *client, _ *server) error {
	_, _, err := c.fail(ctx, nil, asked)
	return isAsked(err)
}

func checkErrorAfterMessages(ctx context.Context, c *client, _ *server) error {
	stream, err := c.count(ctx, nil, &v1.CountRequest{UpTo: 2, Failure: asked})
	if err != nil {
		return err
	}
	return isAsked(counts(stream, 2))
}

func checkEarlyError(ctx context.Context, c *client, _ *server) error {
	stream, err := c.converse(ctx, nil)
	if err != nil {
		return err
	}
	if err := errors.Join(say(stream, 1), answers(stream, 1)); err != nil {
		return err
	}
	if err := stream.send(&v1.ConverseRequest{Failure: asked}); err != nil {
		return err
	}
	_, err = stream.receive()
	return isAsked(err)
}

var asked = &v1.FailRequest{
	Code:    9,
	Message: "no: 100% größer\n🦀",
	Details: []*v1.FailDetail{{Reason: "because", Data: []byte{0, 255}}, {Reason: text}},
}

func isAsked(err error) error {
	failure, err := failed(err, asked.Code)
	if err != nil {
		return err
	}
	errs := []error{
		same("message", failure.message, asked.Message),
		same("number of details", len(failure.details), len(asked.Details)),
	}
	for i, detail := range failure.details {
		errs = append(errs, same("detail", detail, asked.Details[i]))
	}
	return errors.Join(errs...)
}

func checkUnwritten(ctx context.Context, c *client, _ *server) error {
	_, _, err := c.unwritten(ctx, nil, &v1.UnwrittenRequest{})
	_, err = failed(err, 12)
	return err
}

func checkUnknownProcedure(ctx context.Context, c *client, _ *server) error {
	_, _, err := c.missing("/interop.v1.InteropService/Missing")(ctx, nil, &v1.EchoRequest{})
	_, err = failed(err, 12)
	return err
}

func checkUnknownService(ctx context.Context, c *client, _ *server) error {
	_, _, err := c.missing("/interop.v1.MissingService/Echo")(ctx, nil, &v1.EchoRequest{})
	_, err = failed(err, 12)
	return err
}
