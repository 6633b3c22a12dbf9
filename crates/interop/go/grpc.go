package main

import (
	"context"
	"errors"
	"io"
	"maps"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	grpcmetadata "google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	v1 "interop/gen/interop/v1"
)

// grpcClients are those with TLS and without, compressing and not.
func grpcClients(s *server) ([]*client, error) {
	ports := []struct {
		name, address string
		credentials   credentials.TransportCredentials
	}{
		{"h2c", s.plain, insecure.NewCredentials()},
		{"TLS", s.tls, credentials.NewTLS(s.trust)},
	}
	var clients []*client
	for _, port := range ports {
		for _, gzips := range []bool{false, true} {
			c := &client{
				library:  "grpc-go",
				protocol: "gRPC",
				settings: port.name + " proto",
				seen:     &v1.Seen{Protocol: "grpc", Codec: "proto"},
				gzips:    gzips,
				wire:     &wire{},
			}
			options := []grpc.DialOption{grpc.WithTransportCredentials(port.credentials), grpc.WithStatsHandler(c.wire)}
			if gzips {
				c.settings += " gzip"
				options = append(options, grpc.WithDefaultCallOptions(grpc.UseCompressor(gzip.Name)))
			}
			connection, err := grpc.NewClient(port.address, options...)
			if err != nil {
				return nil, err
			}
			c.grpc(connection)
			clients = append(clients, c)
		}
	}
	return clients, nil
}

func (c *client) grpc(connection *grpc.ClientConn) {
	generated := v1.NewInteropServiceClient(connection)
	c.echo = grpcUnary(generated.Echo)
	c.look = grpcUnary(generated.Look)
	c.fail = grpcUnary(generated.Fail)
	c.sleep = grpcUnary(generated.Sleep)
	c.watch = grpcUnary(generated.Watch)
	c.unwritten = grpcUnary(generated.Unwritten)
	c.missing = func(path string) unary[v1.EchoRequest, v1.EchoResponse] {
		return grpcUnary(func(ctx context.Context, request *v1.EchoRequest, options ...grpc.CallOption) (*v1.EchoResponse, error) {
			response := &v1.EchoResponse{}
			return response, connection.Invoke(ctx, path, request, response, options...)
		})
	}
	c.count = func(ctx context.Context, sent metadata, request *v1.CountRequest) (*stream[v1.CountRequest, v1.CountResponse], error) {
		opened, err := generated.Count(outgoing(ctx, sent), request)
		if err != nil {
			return nil, grpcFailure(err)
		}
		return grpcStream[v1.CountRequest](opened, nil, opened.Recv), nil
	}
	c.sum = func(ctx context.Context, sent metadata) (*stream[v1.SumRequest, v1.SumResponse], error) {
		opened, err := generated.Sum(outgoing(ctx, sent))
		if err != nil {
			return nil, grpcFailure(err)
		}
		return grpcStream(opened, opened.Send, opened.CloseAndRecv), nil
	}
	c.converse = func(ctx context.Context, sent metadata) (*stream[v1.ConverseRequest, v1.ConverseResponse], error) {
		opened, err := generated.Converse(outgoing(ctx, sent))
		if err != nil {
			return nil, grpcFailure(err)
		}
		return grpcStream(opened, opened.Send, opened.Recv), nil
	}
}

func grpcUnary[Req, Res any](call func(context.Context, *Req, ...grpc.CallOption) (*Res, error)) unary[Req, Res] {
	return func(ctx context.Context, sent metadata, message *Req) (*Res, *received, error) {
		var header, trailer grpcmetadata.MD
		response, err := call(outgoing(ctx, sent), message, grpc.Header(&header), grpc.Trailer(&trailer))
		if err != nil {
			return nil, nil, grpcFailure(err, header, trailer)
		}
		return response, &received{metadata(header), metadata(trailer)}, nil
	}
}

func grpcStream[Req, Res any](opened grpc.ClientStream, send func(*Req) error, receive func() (*Res, error)) *stream[Req, Res] {
	header := func() metadata {
		header, err := opened.Header()
		if err != nil {
			return metadata{"error": {err.Error()}}
		}
		return metadata(header)
	}
	return &stream[Req, Res]{
		send:      send,
		closeSend: opened.CloseSend,
		receive: func() (*Res, error) {
			message, err := receive()
			if err != nil {
				return nil, grpcFailure(err, opened.Trailer())
			}
			return message, nil
		},
		header:  header,
		trailer: func() metadata { return metadata(opened.Trailer()) },
	}
}

func outgoing(ctx context.Context, sent metadata) context.Context {
	return grpcmetadata.NewOutgoingContext(ctx, grpcmetadata.MD(sent))
}

func grpcFailure(err error, all ...grpcmetadata.MD) error {
	failed, ok := status.FromError(err)
	if !ok || errors.Is(err, io.EOF) {
		return err
	}
	details := []*v1.FailDetail{}
	for _, detail := range failed.Details() {
		if known, ok := detail.(*v1.FailDetail); ok {
			details = append(details, known)
		}
	}
	joined := metadata{}
	for _, one := range all {
		maps.Copy(joined, metadata(one))
	}
	return &failure{uint32(failed.Code()), failed.Message(), details, joined}
}

// TagRPC makes a wire a stats.Handler.
func (w *wire) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

// HandleRPC takes in what is on the wire.
func (w *wire) HandleRPC(_ context.Context, event stats.RPCStats) {
	switch event := event.(type) {
	case *stats.OutHeader:
		w.sent(event.Compression)
	case *stats.InHeader:
		w.came(event.Compression, "")
	}
}

// TagConn makes a wire a stats.Handler.
func (w *wire) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

// HandleConn makes a wire a stats.Handler.
func (w *wire) HandleConn(context.Context, stats.ConnStats) {}
