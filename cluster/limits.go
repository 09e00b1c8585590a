package cluster

import (
	"fmt"
	"time"
)

// Limits of what a store takes, in bytes unless said otherwise. What is larger is [ErrInvalid].
const (
	MaxID         = 128     // of an id, an owner, a user, a join code, a topic, and of a region or version
	MaxAddress    = 256     // of a node's address
	MaxRecord     = 8 << 10 // of the data in a lobby or match entry
	MaxMembers    = 1024    // in a lobby, seats held for those who are coming included
	MaxCheckpoint = 1 << 20
	MaxInputs     = 64 << 10  // of one chunk of inputs
	MaxInputLog   = 512 << 10 // of a match's inputs since its checkpoint; beyond it: [ErrFull]
	MaxMessage    = 64 << 10  // on the bus
	MaxStates     = 8         // of sessions, in a presence
	MaxFailed     = 256       // nodes that could not go on with a match
)

// MinTTL and MaxTTL bound leases and holds.
const (
	MinTTL = 50 * time.Millisecond
	MaxTTL = time.Hour
)

// CheckName says whether something can be an id, an owner, a user, a code or a topic.
func CheckName(what, name string) error {
	if name == "" || len(name) > MaxID {
		return fmt.Errorf("%w: %s of %d bytes, want 1 to %d", ErrInvalid, what, len(name), MaxID)
	}
	return nil
}

// CheckSize says whether something has at most so many bytes.
func CheckSize(what string, size, limit int) error {
	if size > limit {
		return fmt.Errorf("%w: %s of %d bytes, want at most %d", ErrInvalid, what, size, limit)
	}
	return nil
}

// CheckTTL says whether a lease or a hold can last so long.
func CheckTTL(ttl time.Duration) error {
	if ttl < MinTTL || ttl > MaxTTL {
		return fmt.Errorf("%w: TTL of %v, want %v to %v", ErrInvalid, ttl, MinTTL, MaxTTL)
	}
	return nil
}

// Check says whether a lease can be one, of a kind.
func (l Lease) Check(kind Kind) error {
	if l.Kind != kind {
		return fmt.Errorf("%w: lease of a %s, want one of a %s", ErrInvalid, l.Kind, kind)
	}
	if err := checkKind(kind); err != nil {
		return err
	}
	if err := CheckName("id", l.ID); err != nil {
		return err
	}
	if err := CheckName("owner", l.Owner); err != nil {
		return err
	}
	return CheckTTL(l.TTL)
}

func checkKind(kind Kind) error {
	switch kind {
	case KindNode, KindLobby, KindMatch, KindTask:
		return nil
	}
	return fmt.Errorf("%w: unknown kind %q", ErrInvalid, kind)
}
