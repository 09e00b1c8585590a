package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/clustertest"
	"github.com/deltatick/deltatick/cluster/memory"
)

// A metered engine is an engine: it does what the contract says, and counts each kind of call that the contract makes.
func TestAMeteredEngineDoesWhatItsEngineDoes(t *testing.T) {
	var counters cluster.Counters
	for _, test := range clustertest.Tests() {
		t.Run(test.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := memory.NewStore(memory.Config{})
				test.Run(t, clustertest.Service{Open: func() cluster.Engine {
					e := cluster.Metered(store.Open(), &counters)
					t.Cleanup(e.Close)
					return e
				}})
			})
		})
	}
	for _, call := range cluster.Calls() {
		c, timed := &counters.Calls[call], uint64(0)
		for i := range c.Latency.Buckets {
			timed += c.Latency.Buckets[i].Load()
		}
		if c.Outcomes[cluster.OutcomeOK].Load() == 0 || timed == 0 {
			t.Errorf("%v: %d were good, %d were timed", call, c.Outcomes[cluster.OutcomeOK].Load(), timed)
		}
	}
}

func TestCallsAreCountedByWhatCameOfThem(t *testing.T) {
	var counters cluster.Counters
	e := cluster.Metered(memory.New(memory.Config{}), &counters)
	ctx := t.Context()
	lease, err := e.Acquire(ctx, cluster.KindMatch, "m", "A", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = e.Acquire(ctx, cluster.KindMatch, "m", "B", time.Minute)
	_, _ = e.Acquire(ctx, cluster.KindMatch, "", "B", time.Minute)
	old := lease
	old.Epoch--
	_ = e.Save(ctx, cluster.Save{Lease: lease}, cluster.Save{Lease: old})
	_, _ = e.Lobby(ctx, "l")
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	_, _ = e.Lobby(canceled, "l")
	for _, want := range []struct {
		call    cluster.Call
		outcome cluster.Outcome
	}{
		{cluster.CallAcquire, cluster.OutcomeOK}, {cluster.CallAcquire, cluster.OutcomeHeld}, {cluster.CallAcquire, cluster.OutcomeInvalid},
		{cluster.CallSave, cluster.OutcomeOK}, {cluster.CallSave, cluster.OutcomeFenced},
		{cluster.CallLobby, cluster.OutcomeNotFound}, {cluster.CallLobby, cluster.OutcomeCanceled},
	} {
		if n := counters.Calls[want.call].Outcomes[want.outcome].Load(); n != 1 {
			t.Errorf("%v: %d %v, want 1", want.call, n, want.outcome)
		}
	}
}

func TestOutcomesAndCallsHaveLabelsOfTheirOwn(t *testing.T) {
	var labels []string
	for _, o := range cluster.Outcomes() {
		labels = append(labels, "outcome "+o.String())
	}
	for _, c := range cluster.Calls() {
		labels = append(labels, "call "+c.String())
	}
	slices.Sort(labels)
	if n := len(labels); len(slices.Compact(labels)) != n {
		t.Errorf("labels twice among %q", labels)
	}
	if o := cluster.OutcomeOf(fmt.Errorf("%w: %w", cluster.ErrUnavailable, context.DeadlineExceeded)); o != cluster.OutcomeUnavailable {
		t.Errorf("a store that did not answer in time: %v", o)
	}
	if o := cluster.OutcomeOf(errors.New("x")); o != cluster.OutcomeFailed {
		t.Errorf("anything else: %v", o)
	}
}

func TestDurationsAreCountedInTheBucketThatHasThem(t *testing.T) {
	var h cluster.Histogram
	for i, bound := range cluster.LatencyBuckets {
		h.Observe(bound)
		h.Observe(bound + 1)
		if got := h.Buckets[i].Load(); got < 1 {
			t.Errorf("%v is not in bucket %d", bound, i)
		}
		if got := h.Buckets[i+1].Load(); got != 1 {
			t.Errorf("bucket %d has %d, want the one above %v", i+1, got, bound)
		}
	}
}
