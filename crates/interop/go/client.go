package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	v1 "interop/gen/interop/v1"
)

// client is a library's client with its settings. Both libraries look the same to the checks.
type client struct {
	library, protocol, settings string

	// seen is what the server has to see of its calls.
	seen *v1.Seen
	// gets says whether calls without side effects go by GET.
	gets bool
	// gzips says whether requests are compressed.
	gzips bool
	// http is the version of HTTP that responses have to come with; empty where the library does not tell.
	http string
	wire *wire

	echo      unary[v1.EchoRequest, v1.EchoResponse]
	look      unary[v1.LookRequest, v1.LookResponse]
	fail      unary[v1.FailRequest, v1.FailResponse]
	sleep     unary[v1.SleepRequest, v1.SleepResponse]
	watch     unary[v1.WatchRequest, v1.WatchResponse]
	unwritten unary[v1.UnwrittenRequest, v1.UnwrittenResponse]
	// missing calls what is not in the schema, by its path.
	missing  func(path string) unary[v1.EchoRequest, v1.EchoResponse]
	count    func(context.Context, metadata, *v1.CountRequest) (*stream[v1.CountRequest, v1.CountResponse], error)
	sum      func(context.Context, metadata) (*stream[v1.SumRequest, v1.SumResponse], error)
	converse func(context.Context, metadata) (*stream[v1.ConverseRequest, v1.ConverseResponse], error)
}

// unary is a call with one message each way. Its error is a [failure].
type unary[Req, Res any] func(context.Context, metadata, *Req) (*Res, *received, error)

// received is the metadata of a response.
type received struct {
	header, trailer metadata
}

// stream is a call with several messages. Its errors are a [failure], or io.EOF after the last message.
type stream[Req, Res any] struct {
	send            func(*Req) error
	closeSend       func() error
	receive         func() (*Res, error)
	header, trailer func() metadata
}

// failure is the error of a call.
type failure struct {
	code    uint32
	message string
	details []*v1.FailDetail
	// metadata is that of headers and trailers.
	metadata metadata
}

func (f *failure) Error() string {
	return fmt.Sprintf("code %d, %q, %d details", f.code, f.message, len(f.details))
}

// metadata has its binary values as they are, and its names in lower case.
type metadata map[string][]string

// wire is what the last call has looked like from below.
type wire struct {
	mutex                             sync.Mutex
	requestEncoding, responseEncoding string
	version                           string
}

func (w *wire) sent(encoding string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.requestEncoding = encoding
}

func (w *wire) came(encoding, version string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.responseEncoding, w.version = encoding, version
}

// over looks at what passes.
func (w *wire) over(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		w.sent(encoding(request.Header) + request.URL.Query().Get("compression"))
		response, err := next.RoundTrip(request)
		if err == nil {
			w.came(encoding(response.Header), response.Proto)
		}
		return response, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) {
	return f(request)
}

// encoding is a message's; each protocol has a header for it.
func encoding(header http.Header) string {
	return header.Get("Content-Encoding") + header.Get("Connect-Content-Encoding") + header.Get("Grpc-Encoding")
}
