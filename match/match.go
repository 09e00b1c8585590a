package match

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/deltatick/deltatick/tick"
)

// Match is one running game. Make it with [New], let one goroutine [Match.Run] it; everything else may be called by any goroutine and
// never blocks.
type Match struct {
	// Static after construction.
	cfg  Config
	done chan struct{} // closed when over

	// Owned by the goroutine in Run. (The schema and the input fields in core do not change, and are read by all.)
	core       *core
	loop       *tick.Loop
	seated     []*Seat  // players and spectators, in the order in which they came
	ready      []*Seat  // of them those who are sent this tick's snapshot
	looking    []SeatID // scratch: their numbers
	fanout     *fanout
	fault      error // of the game: the match ends
	end        End
	closing    bool                        // the game is called no more
	checkpoint []byte                      // that the match was restored from, until its recorder has it; nil: none, or no recorder
	silent     bool                        // nobody is told any more
	replayed   bool                        // ticks after that checkpoint have been made again
	owed       bool                        // what came of the last tick has not been told, because the gate was closed
	outboxOf   func(SeatID, string) Outbox // for players who come in while a restored match is replayed
	result     Result                      // readable by all once done is closed

	// Their own guards.
	linked atomic.Int32 // seats with a connection

	// Guarded by mu.
	mu       sync.Mutex
	bySeat   []*Seat  // index: SeatID; nil: free
	watchers int      // spectators
	mail     []func() // what others asked the goroutine to do, in order
	wanted   []chan<- Capture
	stop     string // reason, once Stop was called
	leaving  leaving
	over     bool // no more mail
}

// Result is how a match ended.
type Result struct {
	Reason string // "ended" (by the game), "failed" (the game broke), or what Stop was given
	Data   []byte // msgpack of what the game gave to Tick.End, or nil
}

// The reasons for which a seat or a match is over, as clients are told them.
const (
	ReasonEnded    = "ended"
	ReasonFailed   = "failed"
	ReasonLeft     = "left"
	ReasonKicked   = "kicked"
	ReasonExpired  = "expired"
	ReasonShutdown = "shutdown"
	// ReasonElsewhere is that of a match that goes on elsewhere. No client is told it.
	ReasonElsewhere = "elsewhere"
)

// New sets a match up, including the game's own Setup. It starts nothing. Errors name the setting, table or field at fault.
func New(cfg Config) (*Match, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c, err := newCore(coreConfig{cfg.Kind, cfg.Settings, cfg.Seed, cfg.TickRate, cfg.MaxPlayers})
	if err != nil {
		return nil, err
	}
	return newMatch(cfg, c)
}

// newMatch makes the match of a core that may have made ticks already.
func newMatch(cfg Config, c *core) (m *Match, err error) {
	m = &Match{
		cfg: cfg, core: c, done: make(chan struct{}),
		fanout: newFanout(c.schema, &c.views.shots, cfg.Budget, cfg.Counters), bySeat: make([]*Seat, cfg.MaxPlayers+1),
	}
	if cfg.Budget > 0 {
		c.views.grade()
	}
	if cfg.Record != nil {
		c.record = new(TickRecord)
	}
	m.loop, err = tick.NewLoop(tick.LoopConfig{
		Rate: cfg.TickRate, Phase: cfg.Phase, Now: cfg.Now, Step: m.step, Stats: cfg.Stats, Tick: c.tick,
		Held: func() bool { return !cfg.Gate() },
	})
	if err != nil {
		return nil, fmt.Errorf("match of %s: %w", cfg.Kind.Name, err)
	}
	return m, nil
}

// ID is the match's name on the wire.
func (m *Match) ID() string { return m.cfg.ID }

// Epoch says under whose ownership this is the match: [Config.Epoch].
func (m *Match) Epoch() uint32 { return m.cfg.Epoch }

// Run plays the match until the game ends it, Stop is called, ctx ends, the game breaks, or the match goes on elsewhere ([Match.Abandon]). It
// returns nil, nil, ctx's error, a [*PanicError], and [ErrElsewhere] respectively. Whoever calls New must call Run, once, even with a ctx that has ended.
func (m *Match) Run(ctx context.Context) error {
	m.cfg.Counters.Matches.Add(1)
	defer m.cfg.Counters.Matches.Add(-1)
	m.result = Result{Reason: ReasonShutdown}
	m.end = EndStop
	for _, s := range m.seated { // of a restored match
		m.countSeat(s, +1)
	}
	if m.cfg.Record != nil {
		if m.replayed {
			m.checkpoint = m.checkpointNow()
		}
		m.cfg.Record.Begin(m.recordHead())
	}
	err := m.play(ctx)
	if fault := m.fault; fault != nil {
		err = fault
	}
	if m.finish() {
		return ErrElsewhere
	}
	return err
}

// play runs the loop, unless the match has ended in ticks that were replayed.
func (m *Match) play(ctx context.Context) error {
	switch {
	case m.fault != nil:
		m.broken()
		return nil
	case m.core.ended != nil:
		m.ended()
		return nil
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	m.mu.Lock()
	m.leaving.stop = stop
	if m.leaving.now {
		stop()
	}
	m.mu.Unlock()
	return m.loop.Run(ctx)
}

// Done is closed when the match is over and every seat has been told.
func (m *Match) Done() <-chan struct{} { return m.done }

// Result is how the match ended, once Done is closed.
func (m *Match) Result() Result {
	<-m.done
	return m.result
}

// Stop ends the match at the next tick. The first reason counts.
func (m *Match) Stop(reason string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stop == "" {
		m.stop = reason
	}
}

// Configure gives the game other settings, which must be complete ([Kind.Complete]), at the next tick. Games that are no
// [Configurer] ignore them.
func (m *Match) Configure(s Settings) {
	m.post(nil, func() {
		if !m.closing {
			m.try(m.core.configure(s))
		}
	})
}

// Join takes the lowest free seat. The game is told at the next tick. Errors: ErrFull, ErrOver.
func (m *Match) Join(member Member) (*Seat, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over {
		return nil, ErrOver
	}
	for id := 1; id < len(m.bySeat); id++ {
		if m.bySeat[id] == nil {
			return m.take(SeatID(id), member), nil
		}
	}
	return nil, ErrFull
}

// JoinAt takes a seat that somebody else has chosen. One that is being left is free. Errors: ErrTaken, ErrNoSeat (there is none of that
// number), ErrOver.
func (m *Match) JoinAt(id SeatID, member Member) (*Seat, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.over:
		return nil, ErrOver
	case id == 0 || int(id) >= len(m.bySeat):
		return nil, ErrNoSeat
	case m.bySeat[id] != nil && !m.bySeat[id].left:
		return nil, ErrTaken
	}
	return m.take(id, member), nil
}

// take needs mu, and a seat that is free or being left: who leaves it has left by the time the goroutine reads that somebody comes.
func (m *Match) take(id SeatID, member Member) *Seat {
	s := newSeat(m, id, member, m.cfg.Now())
	m.bySeat[id] = s
	m.mail = append(m.mail, func() { m.seat(s) })
	return s
}

// Seat is who sits, or is about to, in a seat; nil: nobody, or who is leaving it.
func (m *Match) Seat(id SeatID) *Seat {
	m.mu.Lock()
	defer m.mu.Unlock()
	if int(id) >= len(m.bySeat) || m.bySeat[id] == nil || m.bySeat[id].left {
		return nil
	}
	return m.bySeat[id]
}

// Linked is how many seats, spectators' included, have a connection.
func (m *Match) Linked() int { return int(m.linked.Load()) }

// Watch lets a spectator in: a seat without a number, which sees what is public and sends nothing. Errors: ErrFull, ErrOver.
func (m *Match) Watch(member Member) (*Seat, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over {
		return nil, ErrOver
	}
	if m.watchers >= m.cfg.MaxSpectators {
		return nil, ErrFull
	}
	m.watchers++
	s := newSeat(m, 0, member, m.cfg.Now())
	m.mail = append(m.mail, func() { m.seat(s) })
	return s, nil
}

// post leaves a request for the goroutine, unless the match is over or allowed, which is called under mu, says no.
func (m *Match) post(allowed func() bool, request func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over || allowed != nil && !allowed() {
		return
	}
	m.mail = append(m.mail, request)
}

// try remembers the fault of the game, which is called no more: what it left behind may not stand another call.
func (m *Match) try(err error) {
	if err != nil {
		m.fault, m.closing = err, true
	}
}

// step is one tick of the loop.
func (m *Match) step(n uint32) (more bool) {
	if m.owed {
		m.owed = false
		m.deliver()
		if m.core.ended != nil {
			m.ended()
			return false
		}
	}
	m.core.begin()
	m.mu.Lock()
	mail, stop, wanted, handOver := m.mail, m.stop, m.wanted, m.leaving.handOver
	m.mail, m.wanted = nil, nil
	m.mu.Unlock()
	for _, request := range mail {
		request()
	}
	if stop != "" && m.fault == nil {
		m.result.Reason = stop
		return false
	}
	now := m.cfg.Now()
	for _, s := range m.seated {
		m.collect(s, n, now)
	}
	m.sweep()
	if m.fault == nil {
		m.try(m.core.step())
	}
	m.recordTick()
	if m.fault == nil {
		m.try(m.look(now))
	}
	if m.fault != nil {
		m.broken()
		return false
	}
	m.cfg.Counters.Clamped.Add(m.core.takeClamped())
	if m.owed = !m.cfg.Gate(); m.owed {
		m.postpone(wanted) // what this tick emitted has not been told, and is no part of the state
		return true
	}
	m.deliver()
	m.broadcast(now)
	if m.core.ended != nil {
		m.ended()
		return false
	}
	return !m.giveCheckpoint(wanted, handOver)
}

// ended records that the game has ended the match.
func (m *Match) ended() {
	m.result = Result{Reason: ReasonEnded, Data: m.core.ended}
	m.end = EndGame
}

// broken records that the game panicked: this match ends, nothing else on the node does.
func (m *Match) broken() {
	m.result = Result{Reason: ReasonFailed}
	m.end = EndFailed
	m.cfg.Counters.Panics.Add(1)
	attrs := []any{"match", m.cfg.ID, "game", m.cfg.Kind.Name, "tick", m.core.tick, "err", m.fault}
	var panicked *PanicError
	if errors.As(m.fault, &panicked) {
		attrs = append(attrs, "stack", string(panicked.Stack))
	}
	m.cfg.Logger.Error("match failed", attrs...)
}

// finish closes the mailbox and tells every seat, those included whose request to join was still in it. If the match goes on elsewhere, or
// may by now, nobody is told.
func (m *Match) finish() (elsewhere bool) {
	m.mu.Lock()
	m.over = true
	mail, leaving := m.mail, m.leaving
	m.mail = nil
	m.mu.Unlock()
	elsewhere = leaving.now || !m.cfg.Gate()
	if m.owed && !elsewhere {
		m.deliver()
	}
	// Who joined or left at the last moment is seated or unseated like anyone else, so that everyone is told once; only the game,
	// which is over, does not hear of it.
	m.closing = true
	m.silent = elsewhere
	for _, request := range mail {
		request()
	}
	if elsewhere && m.fault == nil {
		m.result, m.end = Result{Reason: ReasonElsewhere}, EndElsewhere
	}
	exit := m.exit(m.result.Reason, m.result.Data)
	for _, s := range m.seated {
		link := s.close()
		switch {
		case elsewhere && link != nil && leaving.code != 0:
			link.Close(leaving.code)
		case !elsewhere && !s.gone:
			s.tellExit(exit, m.core.tick)
		}
		m.unlink(s)
		m.countSeat(s, -1)
	}
	m.seated = nil
	if m.cfg.Record != nil {
		m.cfg.Record.End(m.result)
	}
	m.cfg.Counters.Ends[m.end].Add(1)
	close(m.done)
	return elsewhere
}
