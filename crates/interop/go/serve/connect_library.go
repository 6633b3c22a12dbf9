package serve

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"connectrpc.com/connect"

	v1 "interop/gen/interop/v1"
)

type connectLibrary struct{}

func (connectLibrary) received(ctx context.Context) (metadata, error) {
	received := metadata{}
	for name, values := range info(ctx).RequestHeader() {
		name = strings.ToLower(name)
		for _, value := range values {
			if strings.HasSuffix(name, "-bin") {
				decoded, err := connect.DecodeBinaryHeader(value)
				if err != nil {
					return nil, connect.NewError(connect.CodeInvalidArgument, err)
				}
				value = string(decoded)
			}
			received[name] = append(received[name], value)
		}
	}
	return received, nil
}

func (connectLibrary) send(ctx context.Context, header, trailer metadata) error {
	header.addTo(info(ctx).ResponseHeader())
	trailer.addTo(info(ctx).ResponseTrailer())
	return nil
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

func (connectLibrary) seen(ctx context.Context) *v1.Seen {
	info := info(ctx)
	seen := &v1.Seen{Protocol: info.Peer().Protocol, Get: info.HTTPMethod() == http.MethodGet}
	if seen.Protocol == connect.ProtocolGRPCWeb {
		seen.Protocol = "grpc-web"
	}
	seen.Codec = codec(info.RequestHeader().Get("Content-Type"))
	if seen.Get {
		seen.Codec = info.Peer().Query.Get("encoding")
	}
	return seen
}

func (connectLibrary) fail(request *v1.FailRequest) error {
	err := connect.NewError(connect.Code(request.Code), errors.New(request.Message))
	for _, message := range request.Details {
		detail, failed := connect.NewErrorDetail(message)
		if failed != nil {
			return failed
		}
		err.AddDetail(detail)
	}
	return err
}

// info is there in every call of a handler.
func info(ctx context.Context) connect.CallInfo {
	info, _ := connect.CallInfoForHandlerContext(ctx)
	return info
}
