package invariant

import "sync"

// Owners are the seats that the bots of a run hold. It may be used by many goroutines.
type Owners struct {
	ledger *Ledger

	mu   sync.Mutex
	held map[seat]int // bot
}

type seat struct {
	match  string
	number int
}

// NewOwners makes the accounts of a run.
func NewOwners(l *Ledger) *Owners { return &Owners{ledger: l, held: map[seat]int{}} }

// Hold notes that a bot was given a seat, which nobody else may hold.
func (o *Owners) Hold(match string, number, bot int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	other, taken := o.held[seat{match, number}]
	o.ledger.Check(Owner, !taken || other == bot, "seat %d of match %s was given to bot %d while bot %d had it", number, match, bot, other)
	o.held[seat{match, number}] = bot
}

// Release notes that a bot does not count on its seat any more: it has lost its socket, is about to leave, or was told that the seat is over.
func (o *Owners) Release(match string, number, bot int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if at := (seat{match, number}); o.held[at] == bot {
		delete(o.held, at)
	}
}
