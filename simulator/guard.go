package simulator

import (
	"context"
	"slices"
	"strings"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/simulator/invariant"
)

// guard holds the server to its invariants during a run (package invariant). It has a session of its own that watches the list of lobbies.
type guard struct {
	cfg    Config
	ledger *invariant.Ledger
	owners *invariant.Owners
	chats  *invariant.Chats
	calls  *invariant.Calls

	watcher *client.Client
	ended   chan struct{}     // closed when the watcher is gone
	before  []client.Summary  // lobbies listed before the run
	gauges  *invariant.Gauges // before the run; nil if nothing is known
}

func newGuard(cfg Config) *guard {
	l := &invariant.Ledger{}
	return &guard{cfg: cfg, ledger: l, owners: invariant.NewOwners(l), chats: invariant.NewChats(l), calls: invariant.NewCalls(l)}
}

// guardWithin bounds each thing the guard asks the server for. Where it gets no answer, nothing is checked.
const guardWithin = 2 * time.Second

// stand begins to watch, before the bots come.
func (g *guard) stand(ctx context.Context) error {
	g.gauges = g.measure(ctx)
	var err error
	g.watcher, err = client.New(client.Config{
		URL: g.cfg.URL, Name: "simulator", Software: "deltatick-simulator/1", NetDial: g.cfg.NetDial, KeepDialing: true,
		Handlers: client.Handlers{Lobbies: func(c client.ListChange) { g.ledger.Listed(c.Upsert) }},
	})
	if err != nil {
		return err
	}
	g.ended = make(chan struct{})
	go func() {
		defer close(g.ended)
		_ = g.watcher.Run(context.WithoutCancel(ctx)) // ends with leave, or by the server's will: then nothing more is checked
	}()
	asking, cancel := context.WithTimeout(ctx, guardWithin)
	defer cancel()
	if g.before, err = g.watcher.Lobby().Watch(asking, true); err == nil {
		g.ledger.Listed(g.before)
	}
	return nil
}

// leave ends the watch and, unless the run was broken off, waits until everything is free, or Config.FreeWithin has passed.
func (g *guard) leave(ctx context.Context, brokenOff bool) {
	deadline := time.Now().Add(g.cfg.FreeWithin)
	if g.cfg.FreeWithin == 0 {
		deadline = time.Now().Add(g.watcher.Session().Grace + 5*time.Second)
	}
	wait := func() bool { return time.Now().Before(deadline) && sleep(ctx, 50*time.Millisecond) }
	lobbies, known := g.listed(ctx)
	for !brokenOff && known && slices.ContainsFunc(lobbies, g.ours) && wait() {
		lobbies, known = g.listed(ctx)
	}
	if !brokenOff && known {
		g.ledger.Remains(lobbies, g.ours)
	}
	parting, cancel := context.WithTimeout(context.WithoutCancel(ctx), guardWithin)
	defer cancel()
	_ = g.watcher.Bye(parting) // whatever the server makes of it, Run ends
	<-g.ended
	if brokenOff || g.gauges == nil {
		return
	}
	if least := time.Now().Add(guardWithin); deadline.Before(least) { // the watcher's own session takes its moment, too
		deadline = least
	}
	after := g.measure(ctx)
	for after != nil && !(after.Free(*g.gauges) && after.Slim(*g.gauges)) && wait() {
		after = g.measure(ctx)
	}
	if after != nil {
		g.ledger.Left(*g.gauges, *after)
	}
}

// measure reads the server's gauges, or returns nil if that cannot be done.
func (g *guard) measure(ctx context.Context) *invariant.Gauges {
	if g.cfg.Meter == nil {
		return nil
	}
	asking, cancel := context.WithTimeout(ctx, guardWithin)
	defer cancel()
	now, err := g.cfg.Meter.Gauges(asking)
	if err != nil {
		g.cfg.Logger.Warn("the server's gauges cannot be read", "err", err)
		return nil
	}
	return &now
}

// listed are the lobbies that are listed now.
func (g *guard) listed(ctx context.Context) (lobbies []client.Summary, known bool) {
	asking, cancel := context.WithTimeout(ctx, guardWithin)
	defer cancel()
	lobbies, err := g.watcher.Lobby().List(asking)
	if err == nil {
		g.ledger.Listed(lobbies)
	}
	return lobbies, err == nil
}

// ours reports whether a lobby is of this run, and of this part of it.
func (g *guard) ours(s client.Summary) bool {
	return strings.HasPrefix(s.Name, g.cfg.lobbyPrefix()) && !slices.ContainsFunc(g.before, func(old client.Summary) bool { return old.ID == s.ID })
}

// senses are what a session's bot sees of the invariants. All but ear belong to the client's goroutine.
type senses struct {
	guard    *guard
	bot      int
	sight    invariant.Sight
	stream   *invariant.Stream
	events   *invariant.Sequence
	listener *invariant.Listener
	ear      *invariant.Ear // nil for who goes from lobby to lobby
	eye      *invariant.Eye // nil where everything may be seen
}

func (g *guard) senses(p *player) *senses {
	s := &senses{guard: g, bot: p.index + 1, sight: p.crowd.sight(), listener: g.calls.NewListener(p.index + 1)}
	if p.crowd.Role != Hopper {
		s.ear = g.chats.NewEar(s.bot)
	}
	s.begin()
	return s
}

// begin is for a new session.
func (s *senses) begin() {
	s.stream = invariant.NewStream(s.guard.ledger, s.bot)
	s.events = invariant.NewSequence(s.guard.ledger, s.bot)
}

func (s *senses) connected(w client.Session) {
	switch {
	case !w.Resumed:
		s.begin()
		s.listener.Close()
	case w.Lost > 0:
		s.listener.Lost(time.Now())
	}
	switch {
	case s.ear == nil:
	case !w.Resumed:
		s.ear.Close()
	case w.Lost > 0:
		s.ear.Lost(time.Now())
	}
}

func (s *senses) entered(room *client.Room) {
	s.stream.Enter(room)
	if room.Seat != 0 {
		s.guard.owners.Hold(room.Match, room.Seat, s.bot)
	}
	if s.eye = nil; s.sight != (invariant.Sight{}) {
		s.eye = invariant.NewEye(s.guard.ledger, s.bot, s.sight, room)
	}
}

func (s *senses) snapshot(v *client.View) {
	s.stream.Snapshot(v)
	if s.eye != nil {
		s.eye.Snapshot(v)
	}
}

func (s *senses) lobby(state *client.State) {
	if state == nil {
		if s.ear != nil {
			s.ear.Close()
		}
		return
	}
	s.guard.ledger.Lobby(state)
	if s.ear != nil {
		s.ear.Open(time.Now())
	}
}

func (s *senses) heard(m client.ChatMessage) {
	if s.ear != nil {
		s.ear.Heard(m)
	}
}

// rise gives up a seat: the server may give it to somebody else from now on.
func (s *senses) rise(match string, seat int) { s.guard.owners.Release(match, seat, s.bot) }

// step is for a bot that has left its lobby: what is said there from now on is not for it.
func (s *senses) step() {
	if s.ear != nil {
		s.ear.Close()
	}
}

// keep gives up a seat that is the session's for its grace yet: who has lost a socket may come back to it, and so may nobody where gone says that the session
// is given up without a word.
func (s *senses) keep(sat func() (match string, seat int), grace time.Duration, gone bool) {
	match, seat := sat()
	s.guard.owners.Keep(match, seat, s.bot, time.Now().Add(grace), gone)
}
