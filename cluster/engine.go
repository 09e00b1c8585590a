package cluster

import "context"

// Engine is a store that nodes share. Its methods may be called by any goroutine, and each returns within the engine's timeout even if the
// store does not answer. All of them can be repeated after [ErrUnavailable]: who asks twice gets what asking once would have given.
type Engine interface {
	Leases
	Nodes
	Lobbies
	Matches
	Presences
	Bus
	// Close ends the engine and its feeds and waits for their goroutines. Leases are not released: they end by themselves.
	Close()
}

// Feed hands out what is published, in order. One goroutine calls Next.
type Feed[T any] interface {
	// Next waits for what comes next. Errors are [ErrMissed] where something was lost because the reader was slow or the store was away, after
	// which the feed goes on; [ErrClosed]; and ctx's.
	Next(ctx context.Context) (T, error)
	// Close ends the feed and waits for its goroutines. What has been handed over already can still be read.
	Close()
}
