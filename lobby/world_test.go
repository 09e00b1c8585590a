package lobby_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// world is a running directory in a synctest bubble, with everything around it that a server would be.
type world struct {
	*lobby.Directory
	t        testing.TB
	ctx      context.Context
	counters *lobby.Counters
	matches  *match.Counters
	stop     func() // ends Run and waits for it

	mu       sync.Mutex
	requests []lobby.MatchRequest
	refuse   error       // what NewMatch gives, if not nil
	before   func()      // what NewMatch does first, if not nil
	other    lobby.Match // what NewMatch gives, if not nil
	people   int
}

// inWorld runs a test in a bubble with a running directory, which is stopped at the end.
func inWorld(t *testing.T, change func(*lobby.Config), test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		test(newWorld(t, change))
	})
}

func newWorld(t testing.TB, change func(*lobby.Config)) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), counters: new(lobby.Counters), matches: new(match.Counters)}
	cfg := lobby.Config{Kinds: []match.Kind{toyKind, crowdKind}, NewMatch: w.newMatch, Counters: w.counters}
	if change != nil {
		change(&cfg)
	}
	d, err := lobby.NewDirectory(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w.Directory = d
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run returned %v, want the context's error", err)
		}
	})
	t.Cleanup(w.stop)
	return w
}

func (w *world) newMatch(r lobby.MatchRequest) (lobby.Match, error) {
	w.mu.Lock()
	before := w.before
	w.mu.Unlock()
	if before != nil {
		before()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests = append(w.requests, r)
	if w.refuse != nil {
		return nil, w.refuse
	}
	if w.other != nil {
		return w.other, nil
	}
	m, err := match.New(match.Config{
		Kind: r.Kind, Settings: r.Settings, ID: fmt.Sprintf("match-%d", len(w.requests)), Epoch: uint32(len(w.requests)),
		MaxPlayers: r.MaxPlayers, MaxSpectators: r.MaxSpectators, Grace: time.Hour,
		Logger: slog.New(slog.DiscardHandler), Counters: w.matches,
	})
	if err != nil {
		return nil, err
	}
	return lobby.MatchOf(m), nil
}

func (w *world) asked() []lobby.MatchRequest {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.requests)
}

func (w *world) refuseMatches(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse = err
}

func (w *world) replaceMatches(m lobby.Match) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.other = m
}

func (w *world) beforeMatches(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before = f
}

// person makes a session of a new user.
func (w *world) person() *person {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.people++
	return &person{user: fmt.Sprintf("user-%d", w.people), name: fmt.Sprintf("Name %d", w.people), t: w.t}
}

// room opens a lobby of the toy game, for 2 to 4, with some players in it; the first is host.
func (w *world) room(players int, o lobby.Options) []*person {
	w.t.Helper()
	return w.roomOf("toy", players, o)
}

func (w *world) roomOf(game string, players int, o lobby.Options) []*person {
	w.t.Helper()
	all := []*person{w.person()}
	state, err := w.Create(w.ctx, all[0], lobby.CreateOptions{Game: game, Options: o})
	w.must(err)
	for range players - 1 {
		all = append(all, w.join(state.Code))
	}
	w.settle()
	return all
}

func (w *world) join(code string) *person {
	w.t.Helper()
	p := w.person()
	_, err := w.Join(w.ctx, p, lobby.JoinOptions{Code: code})
	w.must(err)
	return p
}

func (w *world) watch(code string) *person {
	w.t.Helper()
	p := w.person()
	_, err := w.Join(w.ctx, p, lobby.JoinOptions{Code: code, Spectate: true})
	w.must(err)
	return p
}

// settle lets a second pass, in which everything that was going to happen does.
func (w *world) settle() {
	time.Sleep(time.Second)
	synctest.Wait()
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// stateOf is the lobby of a member now.
func (w *world) stateOf(p *person) lobby.State {
	w.t.Helper()
	state, err := w.State(w.ctx, p)
	w.must(err)
	return state
}

// refused checks for a refusal that a client is told.
func (w *world) refused(err error, code, field string) {
	w.t.Helper()
	var refused *protocol.Error
	if !errors.As(err, &refused) {
		w.t.Errorf("got %v, want a refusal with %s %s", err, code, field)
	} else if refused.Code != code || refused.Field != field || refused.Message == "" {
		w.t.Errorf("got %v, want a refusal with %s %s and a message", err, code, field)
	}
}

// person is a session as a server has it: it records what it is told.
type person struct {
	user, name string
	t          testing.TB

	mu     sync.Mutex
	events []event
	seats  []lobby.Seat // as told; nil: none any more
}

type event struct {
	channel, name string
	payload       []byte
	at            time.Time
}

func (p *person) User() string { return p.user }
func (p *person) Name() string { return p.name }

func (p *person) Emit(channel, name string, payload []byte, _ uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, event{channel, name, bytes.Clone(payload), time.Now()})
}

func (p *person) Seated(seat lobby.Seat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seats = append(p.seats, seat)
}

// seat is the one held now.
func (p *person) seat() *match.Seat {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.seats) == 0 {
		return nil
	}
	seat, _ := p.seats[len(p.seats)-1].(*match.Seat)
	return seat
}

// told returns the events of a name so far.
func (p *person) told(channel, name string) []event {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []event
	for _, e := range p.events {
		if e.channel == channel && e.name == name {
			found = append(found, e)
		}
	}
	return found
}

// forget makes as if nothing had been told.
func (p *person) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = nil
}

// names lists the events so far, those named left out.
func (p *person) names(but ...string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for _, e := range p.events {
		if name := e.channel + "/" + e.name; !slices.Contains(but, name) {
			names = append(names, name)
		}
	}
	return names
}

// states are the lobby states told so far.
func (p *person) states() []lobby.State {
	p.t.Helper()
	var states []lobby.State
	for _, e := range p.told("lobby", "state") {
		states = append(states, decoded[lobby.State](p.t, e.payload))
	}
	return states
}

// newest is the lobby as the client knows it.
func (p *person) newest() lobby.State {
	p.t.Helper()
	states := p.states()
	if len(states) == 0 {
		p.t.Fatalf("%s was told no state", p.user)
	}
	return states[len(states)-1]
}

// reason is what an event of a name said, once: "" when there was none.
func (p *person) reason(channel, name string) string {
	p.t.Helper()
	events := p.told(channel, name)
	if len(events) == 0 {
		return ""
	}
	if len(events) > 1 {
		p.t.Errorf("%s was told %s/%s %d times", p.user, channel, name, len(events))
	}
	return decoded[struct {
		Reason string `msgpack:"reason"`
	}](p.t, events[0].payload).Reason
}

func decoded[T any](t testing.TB, payload []byte) T {
	t.Helper()
	var v T
	if err := protocol.Decode(payload, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func of[T any](v T) *T { return &v }
