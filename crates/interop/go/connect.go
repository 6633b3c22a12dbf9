package main

import (
	"context"
	"io"
	"net/http"

	"connectrpc.com/connect"

	v1 "interop/gen/interop/v1"
	"interop/gen/interop/v1/interopv1connect"
)

// connectClients are those of all protocols, codecs and encodings, over all versions of HTTP.
func connectClients(s *server) []*client {
	protocols := []struct {
		name, seen string
		option     connect.ClientOption
	}{
		{"Connect", "connect", connect.WithHTTPGet()},
		{"gRPC", "grpc", connect.WithGRPC()},
		{"gRPC-Web", "grpc-web", connect.WithGRPCWeb()},
	}
	transports := []struct {
		name, url, http string
	}{
		{"h1", "http://" + s.plain, "HTTP/1.1"},
		{"h2c", "http://" + s.plain, "HTTP/2.0"},
		{"TLS", "https://" + s.tls, "HTTP/2.0"},
	}
	var clients []*client
	for _, protocol := range protocols {
		for _, transport := range transports {
			// gRPC needs HTTP/2.
			if protocol.name == "gRPC" && transport.http == "HTTP/1.1" {
				continue
			}
			for _, codec := range []string{"proto", "json"} {
				for _, gzips := range []bool{false, true} {
					c := &client{
						library:  "connect-go",
						protocol: protocol.name,
						settings: transport.name + " " + codec,
						seen:     &v1.Seen{Protocol: protocol.seen, Codec: codec},
						gets:     protocol.name == "Connect",
						gzips:    gzips,
						http:     transport.http,
						wire:     &wire{},
					}
					options := []connect.ClientOption{protocol.option}
					if codec == "json" {
						options = append(options, connect.WithProtoJSON())
					}
					if gzips {
						c.settings += " gzip"
						options = append(options, connect.WithSendGzip())
					}
					c.connect(httpClient(s, c), transport.url, options...)
					clients = append(clients, c)
				}
			}
		}
	}
	return clients
}

func httpClient(s *server, c *client) *http.Client {
	var protocols http.Protocols
	protocols.SetHTTP1(c.http == "HTTP/1.1")
	protocols.SetHTTP2(c.http != "HTTP/1.1")
	protocols.SetUnencryptedHTTP2(c.http != "HTTP/1.1")
	transport := &http.Transport{Protocols: &protocols, TLSClientConfig: s.trust.Clone()}
	return &http.Client{Transport: c.wire.over(transport)}
}

func (c *client) connect(http *http.Client, url string, options ...connect.ClientOption) {
	generated := interopv1connect.NewInteropServiceClient(http, url, options...)
	c.echo = connectUnary(generated.Echo)
	c.look = connectUnary(generated.Look)
	c.fail = connectUnary(generated.Fail)
	c.sleep = connectUnary(generated.Sleep)
	c.watch = connectUnary(generated.Watch)
	c.unwritten = connectUnary(generated.Unwritten)
	c.missing = func(path string) unary[v1.EchoRequest, v1.EchoResponse] {
		return connectUnary(connect.NewClient[v1.EchoRequest, v1.EchoResponse](http, url+path, options...).CallUnary)
	}
	c.count = func(ctx context.Context, sent metadata, request *v1.CountRequest) (*stream[v1.CountRequest, v1.CountResponse], error) {
		opened, err := generated.Count(ctx, connectRequest(sent, request))
		if err != nil {
			return nil, connectFailure(err)
		}
		receive := func() (*v1.CountResponse, error) {
			if opened.Receive() {
				return opened.Msg(), nil
			}
			if opened.Err() != nil {
				return nil, connectFailure(opened.Err())
			}
			return nil, io.EOF
		}
		return &stream[v1.CountRequest, v1.CountResponse]{
			receive: receive,
			header:  func() metadata { return fromHTTP(opened.ResponseHeader()) },
			trailer: func() metadata { return fromHTTP(opened.ResponseTrailer()) },
		}, nil
	}
	c.sum = func(ctx context.Context, sent metadata) (*stream[v1.SumRequest, v1.SumResponse], error) {
		opened := generated.Sum(ctx)
		sent.addTo(opened.RequestHeader())
		var response *connect.Response[v1.SumResponse]
		receive := func() (*v1.SumResponse, error) {
			var err error
			if response, err = opened.CloseAndReceive(); err != nil {
				return nil, connectFailure(err)
			}
			return response.Msg, nil
		}
		return &stream[v1.SumRequest, v1.SumResponse]{
			send:    opened.Send,
			receive: receive,
			header:  func() metadata { return fromHTTP(response.Header()) },
			trailer: func() metadata { return fromHTTP(response.Trailer()) },
		}, nil
	}
	c.converse = func(ctx context.Context, sent metadata) (*stream[v1.ConverseRequest, v1.ConverseResponse], error) {
		opened := generated.Converse(ctx)
		sent.addTo(opened.RequestHeader())
		receive := func() (*v1.ConverseResponse, error) {
			message, err := opened.Receive()
			return message, connectFailure(err)
		}
		return &stream[v1.ConverseRequest, v1.ConverseResponse]{
			send:      opened.Send,
			closeSend: opened.CloseRequest,
			receive:   receive,
			header:    func() metadata { return fromHTTP(opened.ResponseHeader()) },
			trailer:   func() metadata { return fromHTTP(opened.ResponseTrailer()) },
		}, nil
	}
}
