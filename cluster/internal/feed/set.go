package feed

import (
	"sync"

	"github.com/deltatick/deltatick/cluster"
)

// Set is the feeds of an engine that are open: those that close with it. The zero value is empty. It starts nothing, and calls no feed with
// its mutex held, so that a feed may take itself out while it is closed.
type Set struct {
	mu     sync.Mutex
	closed bool
	feeds  map[closer]struct{}
}

type closer interface{ Close() }

// Add has a feed closed with the set. [cluster.ErrClosed] if that was closed before: the feed is then the caller's to close.
func (s *Set) Add(f closer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return cluster.ErrClosed
	}
	if s.feeds == nil {
		s.feeds = map[closer]struct{}{}
	}
	s.feeds[f] = struct{}{}
	return nil
}

// Remove forgets a feed that was closed.
func (s *Set) Remove(f closer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.feeds, f)
}

// Close closes all feeds and waits for them. It takes no more.
func (s *Set) Close() {
	s.mu.Lock()
	feeds := s.feeds
	s.closed, s.feeds = true, nil
	s.mu.Unlock()
	for f := range feeds {
		f.Close()
	}
}
