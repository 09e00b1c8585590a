package redis_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/redis"
)

func TestWhatBecomesOfMessagesIsCounted(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	var counters cluster.Counters
	e := open(t, s, redis.Config{Queue: 10, Counters: &counters})
	bus, err := e.Subscribe(t.Context(), "topic")
	must(t, err)
	for i := range 30 {
		must(t, e.Publish(t.Context(), "topic", fmt.Append(nil, i)))
	}
	eventually(t, "all came, and most found no room", func() bool { return counters.Delivered.Load() == 10 && counters.Dropped.Load() == 20 })
	if n := counters.Gaps.Load(); n != 1 {
		t.Errorf("%d gaps, want 1", n)
	}
	for range 10 {
		_, err := bus.Next(t.Context())
		must(t, err)
	}
	if _, err := bus.Next(t.Context()); !errors.Is(err, cluster.ErrMissed) {
		t.Errorf("the reader was told %v", err)
	}

	s.kill()
	eventually(t, "the connection is lost", func() bool { return counters.Gaps.Load() == 2 })
	s.start()
	eventually(t, "the channel comes back", func() bool { return counters.Resubscribed.Load() == 1 })
	do := raw(t, s)
	for i, text := range []string{"nonsense", "x sender text", "0 sender text"} {
		do("SPUBLISH", "{deltatick:topic:topic}:messages", text)
		eventually(t, "it is counted", func() bool { return counters.Malformed.Load() == uint64(i+1) })
	}
}

func TestCallsBeyondThoseThatMayWaitAreCounted(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	var counters cluster.Counters
	e := open(t, s, redis.Config{Counters: &counters})
	metered := cluster.Metered(e, &counters)
	s.pause()
	defer s.resume()
	var all sync.WaitGroup
	for range 300 {
		all.Go(func() { _ = metered.Leave(context.Background(), "l", "ada") })
	}
	all.Wait()
	calls := &counters.Calls[cluster.CallLeave]
	if counters.Overloaded.Load() < 1 || calls.Outcomes[cluster.OutcomeUnavailable].Load() != 300 {
		t.Errorf("%d were refused, %d unavailable, want some and 300", counters.Overloaded.Load(), calls.Outcomes[cluster.OutcomeUnavailable].Load())
	}
	if calls.Latency.Sum.Load() < int64(time.Millisecond) {
		t.Errorf("they took %v in all", time.Duration(calls.Latency.Sum.Load()))
	}
}
