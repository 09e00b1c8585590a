package matches

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Placed is a lobby's match, on whatever node it runs. Its methods may be called by any goroutine; none but Run and Result waits for another node. What it
// is told reaches the match in order; when a connection or a node breaks in between, the match is told how everything is as soon as it is found again.
type Placed struct {
	// Static after construction.
	placer *Placer
	id     string
	wake   chan struct{} // has a token when the match is to be looked after
	done   chan struct{} // closed when it is over

	// Guarded by mu.
	mu            sync.Mutex
	node          string
	epoch         uint32
	term          int64
	rev           int64
	lobby         string
	adopt         bool // nothing is known yet
	seats         []*PlacedSeat
	watchers      map[string]*PlacedSeat // by user
	maxSpectators int
	settings      match.Settings // nil: as it was made with
	stop          string
	over          bool
	result        match.Result
	err           error // that Run returns
}

// Errors of a placed match.
var (
	// ErrLost: nobody has the match any more.
	ErrLost = errors.New("matches: the match is lost")
	// ErrAdopted: another lobby, on a node that took this one's lobby over, has the match now.
	ErrAdopted = errors.New("matches: the match was adopted by another lobby")
)

func newPlaced(p *Placer, id string, term int64, node string, epoch uint32, lobby string, maxPlayers, maxSpectators int) *Placed {
	m := &Placed{
		placer: p, id: id, term: term, wake: make(chan struct{}, 1), done: make(chan struct{}), node: node, epoch: epoch, lobby: lobby,
		seats: make([]*PlacedSeat, maxPlayers+1), watchers: map[string]*PlacedSeat{}, maxSpectators: maxSpectators,
	}
	p.mu.Lock()
	p.placed[id] = m
	p.mu.Unlock()
	return m
}

// close has it found no more.
func (m *Placed) close() {
	m.placer.mu.Lock()
	defer m.placer.mu.Unlock()
	if m.placer.placed[m.id] == m {
		delete(m.placer.placed, m.id)
	}
}

// ID is the match's id.
func (m *Placed) ID() string { return m.id }

// Epoch is the highest that the match is known to have had: what [Spec.After] of the lobby's next is to be.
func (m *Placed) Epoch() uint32 {
	_, epoch := m.where()
	return epoch
}

// where is the node that is thought to have the match.
func (m *Placed) where() (node string, epoch uint32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.node, m.epoch
}

// Run looks after the match until it is over, and returns nil then, or [ErrLost] or [ErrAdopted]. When ctx ends it returns ctx's error, and the match goes on: a lobby on another
// node may adopt it.
func (m *Placed) Run(ctx context.Context) error {
	defer m.close()
	ticker := time.NewTicker(m.placer.cfg.FollowEvery)
	defer ticker.Stop()
	for {
		select {
		case <-m.done:
			m.mu.Lock()
			defer m.mu.Unlock()
			return m.err
		case <-ctx.Done():
			return ctx.Err()
		case <-m.wake:
		case <-ticker.C:
		}
		// Errors are ctx's, which ends this loop, or that of a match that is lost, and so done.
		if err := m.follow(ctx); errors.Is(err, ErrLost) {
			m.mu.Lock()
			m.lose()
			m.mu.Unlock()
		}
	}
}

// Done is closed when the match is over.
func (m *Placed) Done() <-chan struct{} { return m.done }

// Result is how the match ended, once it is over. That of a lost one has the reason match.ReasonFailed.
func (m *Placed) Result() match.Result {
	<-m.done
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.result
}

// Configure is [match.Match.Configure].
func (m *Placed) Configure(s match.Settings) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settings = s
	m.cast(methodConfigure, &configureMessage{m.change(), s})
}

// Stop is [match.Match.Stop].
func (m *Placed) Stop(reason string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stop == "" {
		m.stop = reason
		m.cast(methodStop, &stopMessage{m.change(), reason})
	}
}

// change numbers what is told next. It needs mu.
func (m *Placed) change() change {
	m.rev++
	return change{m.id, m.term, m.rev}
}

// cast tells the match something, or has it told everything if that fails. It needs mu, so that what is told stays in order; no cast blocks.
func (m *Placed) cast(method string, message any) {
	if m.over {
		return
	}
	if m.placer.cfg.Peers.Cast(m.node, method, protocol.MustEncode(message)) != nil {
		m.look()
	}
}

// look has the match looked after at once.
func (m *Placed) look() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// moved takes the news where the match is.
func (m *Placed) moved(node string, epoch uint32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if epoch > m.epoch {
		m.node, m.epoch = node, epoch
		m.look()
	}
}

// end takes the news that it is over, or lost. That of a node that was not the last to have it does not count.
func (m *Placed) end(epoch uint32, result match.Result, lost bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case epoch < m.epoch:
	case lost:
		m.lose()
	default:
		m.finish(result, nil)
	}
}

// finish needs mu.
func (m *Placed) finish(result match.Result, err error) {
	if !m.over {
		m.over, m.result, m.err = true, result, err
		close(m.done)
	}
}

// lose needs mu.
func (m *Placed) lose() {
	if m.over {
		return
	}
	m.placer.cfg.Counters.Lost.Add(1)
	m.placer.cfg.Logger.Error("match lost", "match", m.id, "lobby", m.lobby)
	m.finish(match.Result{Reason: match.ReasonFailed}, ErrLost)
}

// followEvery is how long to wait before looking again for a match that was not found. A match that dies with its node is elsewhere after a second or so.
const followEvery = 50 * time.Millisecond

// follow finds the match and has it be as the lobby says. Errors: [ErrLost]; ctx's.
func (m *Placed) follow(ctx context.Context) error {
	m.placer.cfg.Counters.Follows.Add(1)
	var missing time.Time // since when the store says that there is no such match
	for {
		if m.ask(ctx) {
			return nil
		}
		entry, err := m.placer.cfg.Engine.Match(ctx, m.id)
		switch {
		case err == nil:
			missing = time.Time{}
			if m.found(&entry) {
				continue
			}
		case errors.Is(err, cluster.ErrNotFound):
			if missing.IsZero() {
				missing = time.Now()
			}
			if time.Since(missing) >= m.patience() {
				return ErrLost
			}
		}
		select {
		case <-m.done:
			return nil
		case <-m.wake: // perhaps it is known where now
		case <-time.After(followEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// patience is how long a match may be missing in the directory before it is lost. Where a lobby waits to be restored it is just longer than a store that has
// come back empty takes to be filled again.
func (m *Placed) patience() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.adopt {
		return min(m.placer.cfg.LostAfter, 2*entryEvery)
	}
	return m.placer.cfg.LostAfter
}

// found takes what the directory says, and reports whether that is news.
func (m *Placed) found(entry *cluster.Match) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if entry.Epoch < m.epoch || entry.Epoch == m.epoch && entry.Node == m.node {
		return false
	}
	m.node, m.epoch = entry.Node, entry.Epoch
	return true
}

// ask asks the node that is thought to have the match, and reports whether it has it, or knows how it ended.
func (m *Placed) ask(ctx context.Context) bool {
	node, payload := m.say()
	if node == "" {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	raw, err := m.placer.cfg.Peers.Call(ctx, node, methodFollow, payload)
	var answer followAnswer
	if err != nil || decode(raw, &answer) != nil {
		return false
	}
	return m.take(node, &answer)
}

// say is how everything is.
func (m *Placed) say() (node string, payload []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := followRequest{change: change{m.id, m.term, m.rev}, Adopt: m.adopt, Settings: m.settings, Stop: m.stop}
	for _, s := range m.seats {
		if s != nil {
			q.Sitters = append(q.Sitters, s.who)
		}
	}
	for _, s := range m.watchers {
		q.Sitters = append(q.Sitters, s.who)
	}
	return m.node, protocol.MustEncode(&q)
}

// take takes a node's answer.
func (m *Placed) take(node string, a *followAnswer) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.node != node:
		return false // it is elsewhere, as has been heard meanwhile
	case a.Over:
		m.finish(match.Result{Reason: a.Reason, Data: a.Data}, nil)
		return true
	case a.Moved != "":
		if a.Epoch > m.epoch {
			m.node, m.epoch = a.Moved, a.Epoch
			m.look()
		}
		return false
	case a.Stale && m.adopt:
		m.term = max(m.term, a.Term) + 1
		return false
	case a.Stale && a.Term > m.term:
		m.finish(match.Result{Reason: match.ReasonElsewhere}, ErrAdopted)
		return true
	case a.Stale:
		m.look() // more has been told since it was asked
		return true
	case a.Epoch < m.epoch:
		return false
	}
	m.epoch = a.Epoch
	if m.adopt {
		m.settle(a)
	}
	return true
}

// settle takes over who sits in an adopted match. It needs mu.
func (m *Placed) settle(a *followAnswer) {
	m.adopt, m.lobby = false, a.Lobby
	m.seats, m.maxSpectators = make([]*PlacedSeat, min(max(a.MaxPlayers, 0), match.MaxSeats)+1), a.MaxWatch
	for _, who := range a.Sitters {
		s := &PlacedSeat{m, who}
		switch {
		case who.Seat == 0:
			m.watchers[who.User] = s
		case int(who.Seat) < len(m.seats):
			m.seats[who.Seat] = s
		}
	}
}
