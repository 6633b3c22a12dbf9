package serve

import (
	"context"
	"errors"
	"io"
	"time"

	v1 "interop/gen/interop/v1"
)

// service does what the schema says. What it does not do is left to the generated code.
type service struct {
	library library
	calls   *calls
}

// library is what each library does in its own way. Errors are its own, too.
type library interface {
	// received is the metadata of a request.
	received(context.Context) (metadata, error)
	// send is for the metadata of a response, whether it is an error or not.
	send(ctx context.Context, header, trailer metadata) error
	// seen is the request itself.
	seen(context.Context) *v1.Seen
	// fail makes an error.
	fail(*v1.FailRequest) error
}

// Echo answers with the text, and with what the server knows of the call.
func (s *service) Echo(ctx context.Context, request *v1.EchoRequest) (*v1.EchoResponse, error) {
	seen, err := s.echo(ctx)
	return &v1.EchoResponse{Text: request.Text, Data: request.Data, Seen: seen}, err
}

// Look is the same, for calls by GET.
func (s *service) Look(ctx context.Context, request *v1.LookRequest) (*v1.LookResponse, error) {
	seen, err := s.echo(ctx)
	return &v1.LookResponse{Text: request.Text, Seen: seen}, err
}

// Fail fails as it is told.
func (s *service) Fail(ctx context.Context, request *v1.FailRequest) (*v1.FailResponse, error) {
	if _, err := s.echo(ctx); err != nil {
		return nil, err
	}
	return nil, s.library.fail(request)
}

// Sleep takes its time.
func (s *service) Sleep(ctx context.Context, request *v1.SleepRequest) (*v1.SleepResponse, error) {
	running := s.calls.start(request.Call)
	defer running.end()
	select {
	case <-time.After(time.Duration(request.Milliseconds) * time.Millisecond):
		running.finish()
		return &v1.SleepResponse{}, nil
	case <-ctx.Done():
		return nil, s.ended(ctx)
	}
}

// Watch waits for another call.
func (s *service) Watch(ctx context.Context, request *v1.WatchRequest) (*v1.WatchResponse, error) {
	progress, ok := s.calls.wait(ctx, request.Call, request.Until)
	if !ok {
		return nil, s.ended(ctx)
	}
	return &v1.WatchResponse{Progress: progress}, nil
}

func (s *service) count(ctx context.Context, request *v1.CountRequest, send func(*v1.CountResponse) error) error {
	running := s.calls.start(request.Call)
	defer running.end()
	if _, err := s.echo(ctx); err != nil {
		return err
	}
	for number := range request.UpTo {
		if err := send(&v1.CountResponse{Number: number + 1}); err != nil {
			return err
		}
	}
	if request.Endless {
		<-ctx.Done()
		return s.ended(ctx)
	}
	running.finish()
	if request.Failure != nil {
		return s.library.fail(request.Failure)
	}
	return nil
}

// sum takes messages until io.EOF, as converse does.
func (s *service) sum(ctx context.Context, receive func() (*v1.SumRequest, error)) (*v1.SumResponse, error) {
	if _, err := s.echo(ctx); err != nil {
		return nil, err
	}
	response := &v1.SumResponse{}
	var running *running
	defer func() { running.end() }()
	for {
		request, err := receive()
		if errors.Is(err, io.EOF) {
			running.finish()
			return response, nil
		} else if err != nil {
			return nil, err
		}
		if running == nil {
			running = s.calls.start(request.Call)
		}
		response.Sum += request.Number
		response.Count++
	}
}

func (s *service) converse(ctx context.Context, receive func() (*v1.ConverseRequest, error), send func(*v1.ConverseResponse) error) error {
	if _, err := s.echo(ctx); err != nil {
		return err
	}
	var running *running
	defer func() { running.end() }()
	for {
		request, err := receive()
		if errors.Is(err, io.EOF) {
			running.finish()
			return send(&v1.ConverseResponse{Text: "goodbye", Closed: true})
		} else if err != nil {
			return err
		}
		if request.Failure != nil {
			return s.library.fail(request.Failure)
		}
		if running == nil {
			running = s.calls.start(request.Call)
		}
		if err := send(&v1.ConverseResponse{Text: request.Text}); err != nil {
			return err
		}
		if request.Endless {
			<-ctx.Done()
			return s.ended(ctx)
		}
	}
}

// echo sends the caller's metadata back, and says what there is to know of the call.
func (s *service) echo(ctx context.Context) (*v1.Seen, error) {
	received, err := s.library.received(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.library.send(ctx, received.echo(""), received.echo("t-")); err != nil {
		return nil, err
	}
	seen := s.library.seen(ctx)
	for _, value := range received["x-data-bin"] {
		seen.Binary = append(seen.Binary, []byte(value))
	}
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline).Milliseconds()
		seen.TimeoutMs = &left
	}
	return seen, nil
}

// ended is the error of a call that has come to its deadline, or was cancelled.
func (s *service) ended(ctx context.Context) error {
	code := uint32(1)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		code = 4
	}
	return s.library.fail(&v1.FailRequest{Code: code, Message: ctx.Err().Error()})
}
