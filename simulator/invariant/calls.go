package invariant

import (
	"sync"
	"time"
)

// Calls are what the bots of a run have sent as events of their own, for everybody in a room of a channel. Each speaker numbers its calls 1, 2, 3, ...; the server hands
// each to the game once and in order (docs/PROTOCOL.md, section 4.0), which sends it to everybody there as an event. So whoever has heard one hears the
// speaker's next number next, and who was there before a call was made hears it once it is acknowledged. It may be used by many goroutines.
type Calls struct {
	ledger *Ledger

	mu   sync.Mutex
	made map[string]Call // the newest that is acknowledged, by speaker
}

// Call is one of a speaker's calls.
type Call struct {
	From   string // its speaker
	Room   string
	Number uint32
	Made   time.Time
}

// NewCalls makes the accounts of a run.
func NewCalls(l *Ledger) *Calls { return &Calls{ledger: l, made: map[string]Call{}} }

// Acknowledged notes that the server has handled a speaker's calls up to one.
func (c *Calls) Acknowledged(newest Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if newest.Number > c.made[newest.From].Number {
		c.made[newest.From] = newest
	}
}

// Newest is the newest acknowledged call of each speaker, by the room that it was made in.
func (c *Calls) Newest() map[string][]Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	by := map[string][]Call{}
	for _, call := range c.made {
		by[call.Room] = append(by[call.Room], call)
	}
	return by
}

// Listener is what one session hears of calls. It may be used by many goroutines.
type Listener struct {
	calls *Calls
	bot   int

	mu     sync.Mutex
	since  map[string]time.Time // by room: when it began to hear
	newest map[string]uint32    // by speaker: number of the newest call heard since
}

// NewListener is for a session of a bot.
func (c *Calls) NewListener(bot int) *Listener {
	return &Listener{calls: c, bot: bot, since: map[string]time.Time{}, newest: map[string]uint32{}}
}

// Enter notes that the server has let the session into a room, if that was not known.
func (l *Listener) Enter(room string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, in := l.since[room]; !in {
		l.since[room] = now
	}
}

// Lost notes that the server has told the loss of events: what was called before is not known.
func (l *Listener) Lost(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for room := range l.since {
		l.since[room] = now
	}
	clear(l.newest)
}

// Close notes that the session is over, and another one in no room yet.
func (l *Listener) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.since)
	clear(l.newest)
}

// Heard looks at a call.
func (l *Listener) Heard(speaker string, number uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := l.newest[speaker]
	l.calls.ledger.Check(Events, last == 0 || number == last+1, "bot %d: call %d of %s after call %d", l.bot, number, speaker, last)
	l.newest[speaker] = number
}

// Has reports whether every call was heard that must have been, of the newest acknowledged ones by room.
func (l *Listener) Has(newest map[string][]Call) bool {
	has := true
	l.each(newest, func(_ Call, heard bool) { has = has && heard })
	return has
}

// Judge looks at each call that was acknowledged a while ago whether it was heard.
func (l *Listener) Judge(newest map[string][]Call) {
	l.each(newest, func(c Call, heard bool) {
		l.calls.ledger.Check(Events, heard, "bot %d: call %d of %s was acknowledged and not heard", l.bot, c.Number, c.From)
	})
}

// each goes through the calls that were made in a room since the session is in it.
func (l *Listener) each(newest map[string][]Call, do func(c Call, heard bool)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for room, since := range l.since {
		for _, c := range newest[room] {
			if c.Made.After(since) {
				do(c, l.newest[c.From] >= c.Number)
			}
		}
	}
}
