package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"connectrpc.com/connect"

	v1 "interop/gen/interop/v1"
)

func connectUnary[Req, Res any](call func(context.Context, *connect.Request[Req]) (*connect.Response[Res], error)) unary[Req, Res] {
	return func(ctx context.Context, sent metadata, message *Req) (*Res, *received, error) {
		response, err := call(ctx, connectRequest(sent, message))
		if err != nil {
			return nil, nil, connectFailure(err)
		}
		return response.Msg, &received{fromHTTP(response.Header()), fromHTTP(response.Trailer())}, nil
	}
}

func connectRequest[T any](sent metadata, message *T) *connect.Request[T] {
	request := connect.NewRequest(message)
	sent.addTo(request.Header())
	return request
}

func connectFailure(err error) error {
	var failed *connect.Error
	if !errors.As(err, &failed) || errors.Is(err, io.EOF) {
		return err
	}
	details := []*v1.FailDetail{}
	for _, detail := range failed.Details() {
		value, err := detail.Value()
		if err != nil {
			return err
		}
		if known, ok := value.(*v1.FailDetail); ok {
			details = append(details, known)
		}
	}
	return &failure{uint32(failed.Code()), failed.Message(), details, fromHTTP(failed.Meta())}
}

func (m metadata) addTo(header http.Header) {
	for name, values := range m {
		for _, value := range values {
			if strings.HasSuffix(name, "-bin") {
				value = connect.EncodeBinaryHeader([]byte(value))
			}
			header.Add(name, value)
		}
	}
}

func fromHTTP(header http.Header) metadata {
	m := metadata{}
	for name, values := range header {
		name = strings.ToLower(name)
		for _, value := range values {
			if strings.HasSuffix(name, "-bin") {
				decoded, err := connect.DecodeBinaryHeader(value)
				if err != nil {
					decoded = []byte("not base64: " + value)
				}
				value = string(decoded)
			}
			m[name] = append(m[name], value)
		}
	}
	return m
}
