package server

import (
	"time"

	"github.com/deltatick/deltatick/cluster/relay"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

//lint:file-ignore U1000 msgpack finds the _msgpack field by reflection.

// This file is how the events of a seat come once each to a player who goes from one node to another: the relay that the player had there goes on from here,
// where it was.

// relaying is a relay's session on the node of a match, on its way from one of the player's nodes to the next. The zero value is none.
type relaying struct {
	_msgpack struct{} `msgpack:",as_array"`

	Match string
	Seat  match.SeatID
	Node  string // where the session is
	Token string // that resumes it
	Seq   uint32 // newest event that the player's session has had

	Passed relay.PackedPassed // what the player has been told, wherever the match was: a takeover tells it again
}

// bring notes what a session has brought from another node, before its seat is known here.
func (p *player) bring(r relaying) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.from = r
}

// packWithin is how long a relay may take to end when its player has gone. It waits for nothing but its own goroutines.
const packWithin = 200 * time.Millisecond

// pack ends it, since the player goes on at another node, and returns what the player has been told and the relay to go on with, if there was one. It reports false if
// that is not known: the events that the relay's session holds then go to nobody.
func (w *follow) pack() (r relaying, whole bool) {
	w.packing.Store(true)
	w.leave()
	select {
	case <-w.done:
		r, whole = w.packed, true
	case <-time.After(packWithin):
		w.house.log.Warn("a relay did not end in time for the node to which its player went", "match", w.seat.MatchID(), "user", w.user)
		w.house.counters.leftBehind.Add(1)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Match != w.seat.MatchID() || r.Seat != w.seat.ID() {
		r = relaying{} // brought for another seat, which the player does not have any more
	}
	r.Match, r.Seat, r.Passed = w.seat.MatchID(), w.seat.ID(), w.passed.Pack() // the session is over: nothing is added
	return r, whole
}

// keep notes the session of a relay that has ended.
func (w *follow) keep(at place, s relay.Session) {
	if w.packing.Load() && s.Token != "" {
		w.packed = relaying{Match: w.seat.MatchID(), Seat: w.seat.ID(), Node: at.node, Token: s.Token, Seq: s.Seq}
	}
}

// broughtFor is the session to go on with when the match is still on the node where the player's former one had found it. It is good once.
func (w *follow) broughtFor(node string) relay.Session {
	r := w.from
	w.from = relaying{}
	if r.Match != w.seat.MatchID() || r.Seat != w.seat.ID() || r.Token == "" {
		return relay.Session{}
	}
	if r.Node != node { // the match has moved meanwhile
		w.leaveBehind()
		return relay.Session{}
	}
	return relay.Session{Token: r.Token, Seq: r.Seq}
}

// leaveBehind counts a relay's session that has not come along, and has the player told.
func (w *follow) leaveBehind() {
	w.house.counters.leftBehind.Add(1)
	w.miss()
}

// hearFromHere hands on what a session on this node itself still has for a player who has come here from a node that relayed.
func (w *follow) hearFromHere() {
	if w.from.Node != w.house.node {
		return
	}
	here := w.broughtFor(w.house.node)
	if here.Token == "" {
		return // for another seat
	}
	w.mu.Lock()
	sink := w.sinkOf(w.passed.Epoch()) // they go on from there
	w.mu.Unlock()
	frames, ok := w.house.withdraw(here.Token, here.Seq)
	if !ok {
		w.leaveBehind()
	}
	for _, frame := range frames {
		if e, err := protocol.NewReader().Event(frame); err == nil && e.Channel == protocol.ChannelMatch {
			sink(e.Channel, e.Name, e.Payload, e.Tick)
		}
	}
}

// withdraw ends the session of a ticket on this node and returns the frames of its events after a number. It reports false if they are not to be had.
func (s *Server) withdraw(token string, seq uint32) (frames [][]byte, ok bool) {
	carried, err := s.hub.GiveUp(token, seq, s.following.node)
	if err != nil {
		s.cfg.Logger.Warn("events of a relay's session are not to be had", "err", err)
		return nil, false
	}
	return carried.Kept, true
}
