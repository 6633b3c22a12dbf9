package serve

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"

	"connectrpc.com/connect"

	v1 "interop/gen/interop/v1"
	"interop/gen/interop/v1/interopv1connect"
)

// serveConnect serves both versions of HTTP on both ports.
func serveConnect(plain, secure net.Listener, config *tls.Config, limit int, failed chan<- error) {
	handler := connectHandler{service: &service{connectLibrary{}, newCalls()}}
	mux := http.NewServeMux()
	mux.Handle(interopv1connect.NewInteropServiceHandler(handler, connect.WithReadMaxBytes(limit)))
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	// Callers without trust are part of the checks.
	quiet := log.New(io.Discard, "", 0)
	server := &http.Server{Handler: mux, Protocols: &protocols, TLSConfig: config, ErrorLog: quiet}
	go func() { failed <- server.Serve(plain) }()
	go func() { failed <- server.ServeTLS(secure, "", "") }()
}

// connectHandler is the service with the signatures of connect-go.
type connectHandler struct {
	interopv1connect.UnimplementedInteropServiceHandler
	service *service
}

// Echo is [service.Echo].
func (h connectHandler) Echo(ctx context.Context, request *connect.Request[v1.EchoRequest]) (*connect.Response[v1.EchoResponse], error) {
	return unary(ctx, request, h.service.Echo)
}

// Look is [service.Look].
func (h connectHandler) Look(ctx context.Context, request *connect.Request[v1.LookRequest]) (*connect.Response[v1.LookResponse], error) {
	return unary(ctx, request, h.service.Look)
}

// Fail is [service.Fail].
func (h connectHandler) Fail(ctx context.Context, request *connect.Request[v1.FailRequest]) (*connect.Response[v1.FailResponse], error) {
	return unary(ctx, request, h.service.Fail)
}

// Sleep is [service.Sleep].
func (h connectHandler) Sleep(ctx context.Context, request *connect.Request[v1.SleepRequest]) (*connect.Response[v1.SleepResponse], error) {
	return unary(ctx, request, h.service.Sleep)
}

// Watch is [service.Watch].
func (h connectHandler) Watch(ctx context.Context, request *connect.Request[v1.WatchRequest]) (*connect.Response[v1.WatchResponse], error) {
	return unary(ctx, request, h.service.Watch)
}

// Count sends the numbers from one on.
func (h connectHandler) Count(ctx context.Context, request *connect.Request[v1.CountRequest], stream *connect.ServerStream[v1.CountResponse]) error {
	return h.service.count(ctx, request.Msg, stream.Send)
}

// Sum adds up what comes.
func (h connectHandler) Sum(ctx context.Context, stream *connect.ClientStream[v1.SumRequest]) (*connect.Response[v1.SumResponse], error) {
	receive := func() (*v1.SumRequest, error) {
		if stream.Receive() {
			return stream.Msg(), nil
		}
		if stream.Err() != nil {
			return nil, stream.Err()
		}
		return nil, io.EOF
	}
	return response(h.service.sum(ctx, receive))
}

// Converse answers each message.
func (h connectHandler) Converse(ctx context.Context, stream *connect.BidiStream[v1.ConverseRequest, v1.ConverseResponse]) error {
	return h.service.converse(ctx, stream.Receive, stream.Send)
}

func unary[Req, Res any](ctx context.Context, request *connect.Request[Req], serve func(context.Context, *Req) (*Res, error)) (*connect.Response[Res], error) {
	return response(serve(ctx, request.Msg))
}

func response[Res any](message *Res, err error) (*connect.Response[Res], error) {
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(message), nil
}
