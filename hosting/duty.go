package hosting

import (
	"context"
	"log/slog"
	"time"
)

// How long to wait after a failure: firstPause, and twice as long after each further one, up to lastPause. There is one client for a gateway
// and one gateway for a client, so that nothing is gained by chance in it.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 10 * time.Second
)

// duty does the newest of what is wanted of it. What fails is done again until it is done, or something newer is wanted.
type duty[T any] struct {
	name    string // for the log
	do      func(context.Context, T) error
	log     *slog.Logger
	passing bool   // what fails is of no use later, and is not done again
	newest  chan T // holds one
}

func newDuty[T any](name string, log *slog.Logger, do func(context.Context, T) error) *duty[T] {
	return &duty[T]{name: name, do: do, log: log, newest: make(chan T, 1)}
}

// want replaces what is not being done yet. Of two calls at the same time, either may be the newer.
func (d *duty[T]) want(v T) {
	for {
		select {
		case d.newest <- v:
			return
		default:
		}
		select {
		case <-d.newest:
		default:
		}
	}
}

// run does what is wanted until ctx ends.
func (d *duty[T]) run(ctx context.Context) {
	failures := 0 // in a row
	retry := time.NewTimer(0)
	retry.Stop()
	defer retry.Stop()
	var v T
	for {
		select {
		case <-ctx.Done():
			return
		case v = <-d.newest:
		case <-retry.C:
		}
		err := d.attempt(ctx, v)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && failures > 0:
			d.log.Info("the host has been told after all", "what", d.name, "failures", failures)
			failures = 0
		case err != nil:
			// Once in a row: a host that stays away is not to fill the log.
			if failures++; failures == 1 {
				d.log.Warn("the host could not be told", "what", d.name, "err", err)
			}
		}
		retry.Stop()
		if err != nil && !d.passing {
			retry.Reset(pauseAfter(failures))
		}
	}
}

func (d *duty[T]) attempt(ctx context.Context, v T) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return d.do(ctx, v)
}

// pauseAfter is how long to wait after a number of failures, 1 or more.
func pauseAfter(failures int) time.Duration {
	// 2^7 * 100 ms is more than lastPause.
	return min(firstPause<<min(failures-1, 7), lastPause)
}
