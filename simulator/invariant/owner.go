package invariant

import (
	"sync"
	"time"
)

// Owners are the seats that the bots of a run hold. It may be used by many goroutines.
type Owners struct {
	ledger *Ledger

	mu   sync.Mutex
	held map[seat]holder
}

type seat struct {
	match  string
	number int
}

// holder is whose a seat is: a bot's, until a time if it is not connected, and for nobody to come back to if its session is given up.
type holder struct {
	bot   int
	until time.Time // zero: as long as it holds it
	gone  bool
}

// NewOwners makes the accounts of a run.
func NewOwners(l *Ledger) *Owners { return &Owners{ledger: l, held: map[seat]holder{}} }

// Hold notes that a bot was given a seat, which nobody else may hold.
func (o *Owners) Hold(match string, number, bot int) { o.hold(match, number, bot, time.Now()) }

func (o *Owners) hold(match string, number, bot int, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	at := seat{match, number}
	h, taken := o.held[at]
	taken = taken && (h.until.IsZero() || now.Before(h.until))
	switch {
	case taken && h.gone:
		o.ledger.Check(Owner, false, "seat %d of match %s was given to bot %d while it was kept for a session that bot %d had let go of", number, match, bot, h.bot)
	case taken && !h.until.IsZero():
		o.ledger.Check(Owner, h.bot == bot, "seat %d of match %s was given to bot %d while it was kept for bot %d, who had lost its socket", number, match, bot, h.bot)
	default:
		o.ledger.Check(Owner, !taken || h.bot == bot, "seat %d of match %s was given to bot %d while bot %d had it", number, match, bot, h.bot)
	}
	o.held[at] = holder{bot: bot}
}

// Keep notes that a bot has lost its socket, and that the seat is its session's until a time yet; if gone, the bot has given that session up, and nobody comes
// back to it.
func (o *Owners) Keep(match string, number, bot int, until time.Time, gone bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if at := (seat{match, number}); number != 0 && o.held[at].bot == bot {
		o.held[at] = holder{bot: bot, until: until, gone: gone}
	}
}

// Release notes that a bot does not count on its seat any more: it is about to leave, was told that the seat is over, or that its session is.
func (o *Owners) Release(match string, number, bot int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if at := (seat{match, number}); o.held[at].bot == bot {
		delete(o.held, at)
	}
}
