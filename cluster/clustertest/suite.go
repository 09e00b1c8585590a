// Package clustertest is the contract of package cluster: what every engine has to do, as tests. They wait for what has to come, and never
// for a time to pass, so they are as right on a slow machine as on a fast one.
package clustertest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

// Service is a store with nothing in it, as several nodes see it.
type Service struct {
	// Open makes the engine of another node. It is closed when the test ends.
	Open func() cluster.Engine
}

// Test is one test of the contract.
type Test struct {
	Name string
	Run  func(t *testing.T, s Service)
}

// Tests is the contract.
func Tests() []Test {
	var all []Test
	for _, part := range [][]Test{leaseTests, nodeTests, lobbyTests, seatTests, matchTests, presenceTests, busTests, keeperTests} {
		all = append(all, part...)
	}
	return all
}

const (
	long  = time.Minute           // a lease that lasts
	short = 60 * time.Millisecond // one that ends
	soon  = 20 * time.Second      // what has to come has come by then, on the slowest machine
)

func ctx(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	t.Cleanup(cancel)
	return ctx
}

// eventually asks until the answer is yes.
func eventually(t *testing.T, what string, ask func() bool) {
	t.Helper()
	for end := time.Now().Add(soon); !ask(); {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", soon, what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("error is %v, want %v", err, target)
	}
}

func acquire(t *testing.T, e cluster.Engine, kind cluster.Kind, id, owner string, ttl time.Duration) cluster.Lease {
	t.Helper()
	lease, err := e.Acquire(ctx(t), kind, id, owner, ttl)
	must(t, err)
	return lease
}

// takeOver acquires what somebody else has as soon as that lease has ended.
func takeOver(t *testing.T, e cluster.Engine, kind cluster.Kind, id, owner string, ttl time.Duration) cluster.Lease {
	t.Helper()
	var lease cluster.Lease
	eventually(t, owner+" takes "+id+" over", func() bool {
		var err error
		lease, err = e.Acquire(ctx(t), kind, id, owner, ttl)
		if err != nil && !errors.Is(err, cluster.ErrHeld) {
			t.Fatal(err)
		}
		return err == nil
	})
	return lease
}
