package invariant

import (
	"fmt"
	"slices"
	"sync"
)

// Name is that of an invariant.
type Name string

// The invariants.
const (
	Capacity Name = "capacity" // a lobby never has more players than its maximum
	Owner    Name = "owner"    // one owner for each seat of a match at a time
	Ticks    Name = "ticks"    // a seat's snapshots go forward and leave out nothing they are measured from
	Events   Name = "events"   // each event exactly once and in order, chat included
	Hash     Name = "hash"     // view hashes are equal
	Hidden   Name = "hidden"   // no entity in a view that its seat may not see
	Seats    Name = "seats"    // lobbies, seats and sessions are free after the run
	Leak     Name = "leak"     // memory and goroutines of the server are back after the run
)

// All lists the invariants.
func All() []Name { return []Name{Capacity, Owner, Ticks, Events, Hash, Hidden, Seats, Leak} }

// Result is what was found of one invariant.
type Result struct {
	Name    Name     `json:"name"`
	Checks  uint64   `json:"checks"` // 0: nothing was ever held against it
	Breaks  uint64   `json:"breaks"`
	Details []string `json:"details,omitempty"` // of the first few breaks
}

// maxDetails bounds what is remembered of the breaks of one invariant.
const maxDetails = 8

// Ledger counts checks and breaks. The zero value is ready, and may be used by many goroutines.
type Ledger struct {
	mu     sync.Mutex
	counts map[Name]*Result
}

// Check counts one look at an invariant, and a break if it does not hold; the text says what was seen then.
func (l *Ledger) Check(name Name, holds bool, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.of(name)
	r.Checks++
	if holds {
		return
	}
	if r.Breaks++; len(r.Details) < maxDetails {
		r.Details = append(r.Details, fmt.Sprintf(format, args...))
	}
}

// Add counts looks that somebody else has made, of which some found a break.
func (l *Ledger) Add(name Name, checks, breaks uint64, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.of(name)
	r.Checks, r.Breaks = r.Checks+checks, r.Breaks+breaks
	if breaks > 0 && len(r.Details) < maxDetails {
		r.Details = append(r.Details, fmt.Sprintf(format, args...))
	}
}

func (l *Ledger) of(name Name) *Result {
	if l.counts == nil {
		l.counts = map[Name]*Result{}
	}
	if l.counts[name] == nil {
		l.counts[name] = &Result{Name: name}
	}
	return l.counts[name]
}

// Results are those of all invariants, in the order of All.
func (l *Ledger) Results() []Result {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Result
	for _, name := range All() {
		r := *l.of(name)
		r.Details = slices.Clone(r.Details)
		all = append(all, r)
	}
	return all
}
