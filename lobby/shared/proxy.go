package shared

import (
	"sync"
	"time"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// proxy is a member of a lobby of this node as the lobby has it. It passes on what the member is told to the node that has the session, this one or
// another. It stays the same when the session's node changes.
type proxy struct {
	d    *Directory
	user string

	// Guarded by mu, which is held while something is sent, so that it goes out in order.
	mu    sync.Mutex
	name  string
	lobby string
	epoch uint32
	at    door
	lost  time.Time // when it came to be reached no more; zero: it is reached
	leaky bool      // something that was sent did not leave
	seat  seat

	away    bool // as the session's node says
	awaySeq uint32
	isAway  bool // as the lobby has been told
	back    bool // the session is connected again: the lobby is told, whether it knew or not
}

// door is where a member's session is.
type door struct {
	node string // "": not known
	ref  ref
}

func (p *proxy) User() string { return p.user }

func (p *proxy) Name() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.name
}

// Emit implements [lobby.Member].
func (p *proxy) Emit(channel, name string, payload []byte, tick uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := emission{Lobby: p.lobby, Epoch: p.epoch, Ref: p.at.ref, Channel: channel, Name: name, Payload: payload, Tick: tick}
	if !p.lost.IsZero() {
		p.d.cfg.Counters.drop(DropUnattached)
		return
	}
	if p.at.node == p.d.cfg.Node {
		p.d.deliver(p.at.node, &e)
		return
	}
	p.cast(castEmit, &e)
}

// Seated implements [lobby.Member].
func (p *proxy) Seated(held lobby.Seat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seat = seat{Seq: p.seat.Seq + 1}
	if held != nil {
		p.seat.Match, p.seat.Number = held.MatchID(), uint16(held.ID())
	}
	if !p.lost.IsZero() {
		return // told when a node attaches the member
	}
	s := seating{Lobby: p.lobby, Epoch: p.epoch, Ref: p.at.ref, Seat: p.seat}
	if p.at.node == p.d.cfg.Node {
		p.d.seated(&s)
		return
	}
	p.cast(castSeat, &s)
}

// out tells the session's node that the member is in the lobby no more.
func (p *proxy) out() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.lost.IsZero() {
		return
	}
	gone := parting{Lobby: p.lobby, Epoch: p.epoch, Ref: p.at.ref}
	if p.at.node == p.d.cfg.Node {
		p.d.parted(&gone)
		return
	}
	p.cast(castOut, &gone)
}

// cast needs mu.
func (p *proxy) cast(method string, what any) {
	if err := p.d.cfg.Mesh.Cast(p.at.node, method, encode(what)); err != nil {
		p.leaky = true
		p.d.cfg.Counters.drop(DropUnsent)
	}
}

// rebind says where the session is now. The lobby's goroutine calls it, so that what the lobby tells goes to one place or the other.
func (p *proxy) rebind(at door, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at, p.lost, p.leaky = at, time.Time{}, false
	if name != "" {
		p.name = name
	}
}

// lose says that the session's node has gone.
func (p *proxy) lose(node string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at.node == node && p.lost.IsZero() {
		p.lost = now
	}
}

// door is where the session is, and since when it is lost, if it is.
func (p *proxy) door() (at door, lost time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at, p.lost
}

// yields says whether the member's place may go to a session of its user that is known to have been on a node; "": to any.
func (p *proxy) yields(node string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return node == "" || p.at.node == node || p.away || !p.lost.IsZero()
}

// setAway notes what the session's node says, unless it has said something newer.
func (p *proxy) setAway(away bool, seq uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if seq >= p.awaySeq {
		p.away, p.awaySeq, p.back = away, seq, !away
	}
}

// hear takes in what a node says of its member when it attaches it, and whether something that was sent to it did not leave. known: by the
// same node as before, whose word may be older than one heard since.
func (p *proxy) hear(g *attachment, known bool) (leaky bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !known || g.AwaySeq >= p.awaySeq {
		p.away, p.awaySeq = g.Away, g.AwaySeq
	}
	return p.leaky
}

func (p *proxy) seatNow() seat {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seat
}

// wantsAway is what the lobby is to be told, if that is something new.
func (p *proxy) wantsAway(now time.Time, after time.Duration) (away, changed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	away = p.away || !p.lost.IsZero() && now.Sub(p.lost) >= after
	changed = away != p.isAway || p.back && !away
	p.isAway, p.back = away, false
	return away, changed
}

// Seat is a place in a match on some node, as a member is told of it.
type Seat struct {
	match string
	id    match.SeatID
	user  string
}

var _ lobby.Seat = (*Seat)(nil)

// ID implements [lobby.Seat].
func (s *Seat) ID() match.SeatID { return s.id }

// MatchID implements [lobby.Seat].
func (s *Seat) MatchID() string { return s.match }

// User is whose seat it is: spectators, who all have seat 0, are told apart by it.
func (s *Seat) User() string { return s.user }

// closedPayload is that of the event "closed" of a lobby whose owner could not tell it.
func closedPayload(id, reason string) []byte {
	return protocol.MustEncode(map[string]string{"id": id, "reason": reason})
}
