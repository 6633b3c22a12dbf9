package serve

import (
	"context"
	"sync"

	v1 "interop/gen/interop/v1"
)

// calls are all those with a name, and what becomes of them.
type calls struct {
	mutex    sync.Mutex
	progress map[string]v1.Progress
	// changed is closed, and another one takes its place, when a call has come further.
	changed chan struct{}
}

func newCalls() *calls {
	return &calls{progress: map[string]v1.Progress{}, changed: make(chan struct{})}
}

func (c *calls) start(name string) *running {
	c.set(name, v1.Progress_PROGRESS_RUNNING)
	return &running{c, name, v1.Progress_PROGRESS_DROPPED}
}

// wait waits until a call has come that far or has ended, and says which of them it is. It fails only with its own context.
func (c *calls) wait(ctx context.Context, name string, until v1.Progress) (v1.Progress, bool) {
	for {
		c.mutex.Lock()
		progress, known := c.progress[name]
		changed := c.changed
		c.mutex.Unlock()
		if known && (progress == until || progress != v1.Progress_PROGRESS_RUNNING) {
			return progress, true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return progress, false
		}
	}
}

func (c *calls) set(name string, progress v1.Progress) {
	if name == "" {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.progress[name] = progress
	close(c.changed)
	c.changed = make(chan struct{})
}

// running is a call that has not ended. It counts as dropped if nobody says that it has finished. There is none before the first message.
type running struct {
	calls   *calls
	name    string
	outcome v1.Progress
}

func (r *running) finish() {
	if r != nil {
		r.outcome = v1.Progress_PROGRESS_FINISHED
	}
}

func (r *running) end() {
	if r != nil {
		r.calls.set(r.name, r.outcome)
	}
}
