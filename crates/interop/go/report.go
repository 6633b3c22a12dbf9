package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// patience is long enough for a machine that is busy; what takes longer hangs.
const patience = 60 * time.Second

// report prints what comes of the checks, in lines that the caller of this program counts.
type report struct {
	mutex  sync.Mutex
	failed bool
}

func (r *report) check(c *client, name string, check func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := check(ctx)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	line := fmt.Sprintf("%s\t%s\t%s: %s", c.library, c.protocol, c.settings, name)
	if err != nil {
		r.failed = true
		fmt.Printf("FAIL\t%s\t%s\n", line, strconv.QuoteToGraphic(err.Error()))
	} else {
		fmt.Printf("ok\t%s\n", line)
	}
}
