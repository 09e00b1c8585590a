package hostile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Config says what is attacked, and how. URL, Game and Rand are needed.
type Config struct {
	URL  string // ws:// or wss://, with the path
	Game string // one that the server has, for the attacks that enter a match; they make private lobbies of their own
	Rand *rand.Rand

	Flood int // frames after which a flood counts as put up with; default 50,000

	NetDial func(ctx context.Context, network, addr string) (net.Conn, error) // default TCP
	Logger  *slog.Logger                                                      // gets what each attack ended with, at debug level; default discards
}

// Attacker does one attack over and over.
type Attacker struct {
	cfg    Config
	attack Attack

	mu  sync.Mutex
	sum Report
}

// Report is what became of an attacker, or of several.
type Report struct {
	Attempts int            `json:"attempts"`
	Answers  map[string]int `json:"answers"`  // how the server ended or refused them, such as "closed 4504 malformed"
	Breaches map[string]int `json:"breaches"` // what worked and must not, or was not answered as it must
}

// Cut is the answer that is none of the protocol's: the connection ended without a close code.
const Cut = "cut"

// ClosedWith is the answer of a close code.
func ClosedWith(code protocol.CloseCode) string {
	return fmt.Sprintf("closed %d %s", code, code.Name())
}

// Add adds another report.
func (r *Report) Add(other Report) {
	r.Attempts += other.Attempts
	if r.Answers == nil {
		r.Answers, r.Breaches = map[string]int{}, map[string]int{}
	}
	for answer, n := range other.Answers {
		r.Answers[answer] += n
	}
	for breach, n := range other.Breaches {
		r.Breaches[breach] += n
	}
}

// New makes an attacker; it starts nothing.
func New(attack Attack, cfg Config) *Attacker {
	cfg.Flood = cmp.Or(cfg.Flood, defaultFlood)
	if cfg.NetDial == nil {
		cfg.NetDial = new(net.Dialer).DialContext
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Attacker{cfg: cfg, attack: attack, sum: Report{Answers: map[string]int{}, Breaches: map[string]int{}}}
}

// Run attacks until ctx ends, and returns when all of its connections are closed.
func (a *Attacker) Run(ctx context.Context) {
	for ctx.Err() == nil {
		err := a.attack.once(ctx, a)
		if ctx.Err() != nil {
			return // cut short, which says nothing about the server
		}
		a.mu.Lock()
		a.sum.Attempts++
		a.mu.Unlock()
		a.cfg.Logger.Debug("attacked", "attack", a.attack.Name, "err", err)
		pause(ctx, a.attack.Pause)
	}
}

// Report is what was found so far.
func (a *Attacker) Report() Report {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.sum
	r.Answers, r.Breaches = maps.Clone(r.Answers), maps.Clone(r.Breaches)
	return r
}

// answered counts how the server ended or refused something, and reports whether it was a word of the protocol's.
func (a *Attacker) answered(err error) bool {
	var closed *protocol.Closed
	var refused *protocol.Error
	answer, said := Cut, false
	switch {
	case errors.As(err, &closed):
		answer, said = ClosedWith(closed.Code), true
	case errors.As(err, &refused):
		answer, said = "refused "+refused.Code, true
	case err == nil:
		answer = "taken"
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sum.Answers[answer]++
	return said
}

// breach notes that something worked that must not.
func (a *Attacker) breach(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sum.Breaches[fmt.Sprintf(format, args...)]++
}

// pause reports whether the time passed before ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
