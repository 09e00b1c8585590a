package cluster

import "errors"

// Errors of engines. Which of them a call can return is said there; any call can return [ErrUnavailable] and [ErrInvalid].
var (
	// ErrUnavailable: the store did not answer in time, or not at all. The call may have been done or not; every call can be repeated.
	ErrUnavailable = errors.New("cluster: the store is not available")
	// ErrFenced: somebody else owns this now, under a higher epoch. The lease is void for good.
	ErrFenced = errors.New("cluster: owned by another, under a higher epoch")
	// ErrHeld: somebody else's lease has not ended yet.
	ErrHeld = errors.New("cluster: leased to another")
	// ErrFull: no seat is free, or the bound of a log is reached.
	ErrFull = errors.New("cluster: full")
	// ErrNotFound: there is no such thing, or no more.
	ErrNotFound = errors.New("cluster: not found")
	// ErrTaken: another lobby has this join code.
	ErrTaken = errors.New("cluster: join code is in use")
	// ErrInvalid: an argument is empty, negative or larger than the limits allow. Repeating does not help.
	ErrInvalid = errors.New("cluster: invalid argument")
	// ErrMalformed: what the store has, or answered, is not what an engine puts there. Lists pass over such records instead, and all are counted.
	ErrMalformed = errors.New("cluster: malformed record")
	// ErrMissed is returned by [Feed.Next] where something was lost. The feed goes on after it.
	ErrMissed = errors.New("cluster: feed has a gap")
	// ErrClosed: the feed or engine was closed.
	ErrClosed = errors.New("cluster: closed")
	// ErrUnsteady: this node has no sure view of the store at the moment, and may take over from nobody.
	ErrUnsteady = errors.New("cluster: no steady view of the store")
)
