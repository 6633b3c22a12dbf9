package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"google.golang.org/protobuf/proto"
)

type check struct {
	name string
	run  func(context.Context, *client, *server) error
}

// Those of both libraries, over all versions of HTTP.
var common = []check{
	{"unary", checkUnary},
	{"call without side effects", checkLook},
	{"timeout seen by the server", checkTimeout},
	{"large messages", checkLarge},
	{"compression", checkCompression},
	{"server stream", checkServerStream},
	{"server stream without messages", checkEmptyServerStream},
	{"client stream", checkClientStream},
	{"client stream without messages", checkEmptyClientStream},
	{"metadata of unary calls", checkUnaryMetadata},
	{"metadata of server streams", checkServerStreamMetadata},
	{"metadata of client streams", checkClientStreamMetadata},
	{"metadata of errors", checkErrorMetadata},
	{"metadata of errors in streams", checkStreamErrorMetadata},
	{"error codes", checkCodes},
	{"error messages", checkMessages},
	{"error details", checkDetails},
	{"error after messages", checkErrorAfterMessages},
	{"procedure without a handler", checkUnwritten},
	{"unknown procedure", checkUnknownProcedure},
	{"unknown service", checkUnknownService},
	{"message over the limit", checkLimit},
	{"message far over the limit", checkFarOverLimit},
	{"streamed message over the limit", checkStreamLimit},
	{"deadline of a unary call", checkUnaryDeadline},
	{"deadline of a stream", checkStreamDeadline},
	{"cancelled unary call", checkUnaryCancel},
	{"cancelled server stream", checkServerStreamCancel},
	{"cancelled client stream", checkClientStreamCancel},
}

// Those that need HTTP/2.
var bidi = []check{
	{"bidi stream, full duplex", checkFullDuplex},
	{"bidi stream, half duplex", checkHalfDuplex},
	{"bidi stream without messages", checkEmptyBidi},
	{"metadata of bidi streams", checkBidiMetadata},
	{"error while the caller still sends", checkEarlyError},
	{"cancelled bidi stream", checkBidiCancel},
}

func (c *client) runChecks(report *report, server *server) {
	checks := common
	if c.http != "HTTP/1.1" {
		checks = append(checks[:len(checks):len(checks)], bidi...)
	}
	for _, check := range checks {
		report.check(c, check.name, func(ctx context.Context) error { return check.run(ctx, c, server) })
	}
}

// same compares messages by what they mean, everything else as Go does.
func same(what string, found, expected any) error {
	left, isMessage := found.(proto.Message)
	if isMessage && proto.Equal(left, expected.(proto.Message)) || reflect.DeepEqual(found, expected) {
		return nil
	}
	return fmt.Errorf("%s: %.300v, not %.300v", what, found, expected)
}

// failed takes an error apart that has to be there.
func failed(err error, code uint32) (*failure, error) {
	var found *failure
	if !errors.As(err, &found) {
		return nil, fmt.Errorf("it has not failed with code %d, but: %v", code, err)
	}
	if found.code != code {
		return nil, fmt.Errorf("it has not failed with code %d, but: %w", code, err)
	}
	return found, nil
}
