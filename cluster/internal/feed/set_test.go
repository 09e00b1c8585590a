package feed_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/internal/feed"
)

func TestASetClosesItsFeedsAndTakesNoMore(t *testing.T) {
	var s feed.Set
	var q, gone *feed.Queue[int]
	q = feed.NewQueue[int](1, func() { s.Remove(q) })
	gone = feed.NewQueue[int](1, func() { t.Error("a feed that was taken out is closed with the set") })
	for _, f := range []*feed.Queue[int]{q, gone} {
		if err := s.Add(f); err != nil {
			t.Fatal(err)
		}
	}
	s.Remove(gone)
	s.Close()
	s.Close()
	if _, err := q.Next(t.Context()); !errors.Is(err, cluster.ErrClosed) {
		t.Errorf("the feed says %v, want %v", err, cluster.ErrClosed)
	}
	if err := s.Add(q); !errors.Is(err, cluster.ErrClosed) {
		t.Errorf("it takes another: %v, want %v", err, cluster.ErrClosed)
	}
}

// Whatever the order in which feeds are made and the set is closed, none stays open.
func TestNoFeedStaysOpenInAClosedSet(t *testing.T) {
	var s feed.Set
	queues := make([]*feed.Queue[int], 100)
	var all sync.WaitGroup
	for i := range queues {
		all.Go(func() {
			q := feed.NewQueue[int](1, nil)
			queues[i] = q
			if s.Add(q) != nil {
				q.Close()
			}
		})
	}
	s.Close()
	all.Wait()
	for _, q := range queues {
		if _, err := q.Next(t.Context()); !errors.Is(err, cluster.ErrClosed) {
			t.Fatal(err)
		}
	}
}
