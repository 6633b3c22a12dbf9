package serve

import (
	"context"
	"crypto/tls"
	"net"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	// Registers it.
	_ "google.golang.org/grpc/encoding/gzip"
	grpcmetadata "google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	v1 "interop/gen/interop/v1"
)

func serveGRPC(plain, secure net.Listener, config *tls.Config, limit int, failed chan<- error) {
	service := &service{grpcLibrary{}, newCalls()}
	serve := func(listener net.Listener, options ...grpc.ServerOption) {
		server := grpc.NewServer(append(options, grpc.MaxRecvMsgSize(limit))...)
		v1.RegisterInteropServiceServer(server, grpcHandler{service: service})
		failed <- server.Serve(listener)
	}
	go serve(plain)
	go serve(secure, grpc.Creds(credentials.NewTLS(config)))
}

// grpcHandler is the service with the signatures of grpc-go: those of unary calls are the same.
type grpcHandler struct {
	*service
	unwritten
}

// unwritten has what the service has not.
type unwritten struct {
	v1.UnimplementedInteropServiceServer
}

// Count sends the numbers from one on.
func (h grpcHandler) Count(request *v1.CountRequest, stream grpc.ServerStreamingServer[v1.CountResponse]) error {
	return h.count(stream.Context(), request, stream.Send)
}

// Sum adds up what comes.
func (h grpcHandler) Sum(stream grpc.ClientStreamingServer[v1.SumRequest, v1.SumResponse]) error {
	response, err := h.sum(stream.Context(), stream.Recv)
	if err != nil {
		return err
	}
	return stream.SendAndClose(response)
}

// Converse answers each message.
func (h grpcHandler) Converse(stream grpc.BidiStreamingServer[v1.ConverseRequest, v1.ConverseResponse]) error {
	return h.converse(stream.Context(), stream.Recv, stream.Send)
}

type grpcLibrary struct{}

func (grpcLibrary) received(ctx context.Context) (metadata, error) {
	received, _ := grpcmetadata.FromIncomingContext(ctx)
	return metadata(received), nil
}

func (grpcLibrary) send(ctx context.Context, header, trailer metadata) error {
	if err := grpc.SetHeader(ctx, grpcmetadata.MD(header)); err != nil {
		return err
	}
	return grpc.SetTrailer(ctx, grpcmetadata.MD(trailer))
}

func (grpcLibrary) seen(ctx context.Context) *v1.Seen {
	contentType := strings.Join(grpcmetadata.ValueFromIncomingContext(ctx, "content-type"), ", ")
	return &v1.Seen{Protocol: "grpc", Codec: codec(contentType)}
}

func (grpcLibrary) fail(request *v1.FailRequest) error {
	failed := status.New(codes.Code(request.Code), request.Message)
	var details []protoadapt.MessageV1
	for _, detail := range request.Details {
		details = append(details, protoadapt.MessageV1Of(detail))
	}
	failed, err := failed.WithDetails(details...)
	if err != nil {
		return err
	}
	return failed.Err()
}
