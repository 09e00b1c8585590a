package invariant

import (
	"maps"
	"sync"
	"time"

	client "github.com/deltatick/deltatick/client-go"
)

// Chats are what the bots of a run said. A lobby numbers its messages without gaps (docs/PROTOCOL.md, section 4.6), so whoever has heard
// one hears the next number next for as long as they stay, and whoever was there before a message was said hears it, once it is
// confirmed to its speaker. It may be used by many goroutines.
type Chats struct {
	ledger *Ledger

	mu   sync.Mutex
	said map[string]Said // the newest, by lobby
}

// Said is a message that the server confirmed to its speaker.
type Said struct {
	ID    uint32
	Asked time.Time // when the speaker asked to say it
}

// NewChats makes the accounts of a run.
func NewChats(l *Ledger) *Chats { return &Chats{ledger: l, said: map[string]Said{}} }

// Said notes a message in a lobby.
func (c *Chats) Said(lobby string, s Said) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.ID > c.said[lobby].ID {
		c.said[lobby] = s
	}
}

// Newest is the newest message of each lobby.
func (c *Chats) Newest() map[string]Said {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.said)
}

// Ear is one session's hearing, in the one lobby that it stays in. It may be used by many goroutines.
type Ear struct {
	chats *Chats
	bot   int

	mu     sync.Mutex
	since  time.Time // when it began to hear; zero before
	newest uint32    // message heard since; 0 for none
}

// NewEar is for a session of a bot.
func (c *Chats) NewEar(bot int) *Ear { return &Ear{chats: c, bot: bot} }

// Open notes that the session is in its lobby, if that was not known.
func (e *Ear) Open(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.since.IsZero() {
		e.since = now
	}
}

// Lost notes that the server has told the loss of events: what was said before is not known.
func (e *Ear) Lost(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.since, e.newest = now, 0
}

// Close notes that the session is over, and another one in no lobby yet.
func (e *Ear) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.since, e.newest = time.Time{}, 0
}

// Heard looks at a message.
func (e *Ear) Heard(m client.ChatMessage) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.chats.ledger.Check(Events, e.newest == 0 || m.ID == e.newest+1, "bot %d: message %d of its lobby after message %d", e.bot, m.ID, e.newest)
	e.newest = m.ID
}

// Has reports whether a message was heard, or need not have been.
func (e *Ear) Has(s Said) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.since.IsZero() || !s.Asked.After(e.since) || e.newest >= s.ID
}

// Judge looks whether a message that was confirmed a while ago was heard.
func (e *Ear) Judge(lobby string, s Said) {
	e.chats.ledger.Check(Events, e.Has(s), "bot %d: message %d of lobby %s was confirmed to its speaker and not heard", e.bot, s.ID, lobby)
}
