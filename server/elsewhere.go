package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/cluster/relay"
	"github.com/deltatick/deltatick/lobby/shared"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

//lint:file-ignore U1000 msgpack finds the _msgpack field by reflection.

// This file is how sessions go on at another node, or come from one.

// sessionElsewhere asks other nodes for sessions; it implements [session.Elsewhere].
type sessionElsewhere struct {
	mesh  Mesh
	lobby func(user string) (id string, in bool)
}

// Awaits implements [session.Elsewhere]: somebody is in a lobby.
func (e *sessionElsewhere) Awaits(user string) bool {
	_, in := e.lobby(user)
	return in
}

// What nodes ask each other of sessions.
const callGiveUp = "session/give-up"

// giveUpTimeout is how long a node may take to give a session up: one that is frozen is not waited for, and the session is made anew.
const giveUpTimeout = 500 * time.Millisecond

// wanting is the payload of that call.
type wanting struct {
	_msgpack struct{} `msgpack:",as_array"`

	Version byte // 1
	Token   string
	Seq     uint32
}

// Codes with which a node refuses to give a session up, as those with which its client is closed.
const (
	codeResumeRefused = "resume-refused"
	codeResumeExpired = "resume-expired"
)

// Fetch implements [session.Elsewhere].
func (e *sessionElsewhere) Fetch(ctx context.Context, node, token string, seq uint32) (session.Carried, error) {
	ctx, cancel := context.WithTimeout(ctx, giveUpTimeout)
	defer cancel()
	answer, err := e.mesh.Call(ctx, node, callGiveUp, protocol.MustEncode(&wanting{Version: 1, Token: token, Seq: seq}))
	var refused *protocol.Error
	if errors.As(err, &refused) {
		switch refused.Code {
		case codeResumeRefused:
			return session.Carried{}, closedBy(protocol.CloseResumeRefused)
		case codeResumeExpired:
			return session.Carried{}, closedBy(protocol.CloseResumeExpired)
		}
	}
	if err != nil {
		return session.Carried{}, err
	}
	return session.DecodeCarried(answer)
}

// giveUp answers another node that wants a session of this one.
func (s *Server) giveUp(_ context.Context, from string, payload []byte) ([]byte, error) {
	var want wanting
	if _, err := protocol.Check(payload, protocol.FromClient); err != nil {
		return nil, err
	}
	if err := protocol.Decode(payload, &want); err != nil {
		return nil, err
	}
	if want.Version != 1 {
		return nil, fmt.Errorf("session wanted in version %d", want.Version)
	}
	carried, err := s.hub.GiveUp(want.Token, want.Seq, from)
	var closed *protocol.Closed
	switch {
	case errors.As(err, &closed) && closed.Code == protocol.CloseResumeExpired:
		return nil, protocol.Refuse(codeResumeExpired, closed.Text)
	case errors.As(err, &closed):
		return nil, protocol.Refuse(codeResumeRefused, closed.Text)
	case err != nil:
		return nil, err
	}
	return carried.Encode(), nil
}

// SendAway has players go to other nodes at once, and takes none until it is called with false: this node cannot serve them, since it alone has lost the store. Their
// sessions are given up to the nodes where they arrive, as ever. It does not wait.
func (s *Server) SendAway(away bool) { s.hub.SendAway(away) }

// Carry implements [session.Carrier]: the user goes on in lobby and match from another node.
func (s *Server) Carry(sess *session.Session) (packed []byte, whole bool) {
	if s.hasTicket(sess) { // its events are wanted, for a player who is on this node now
		s.seats.Expired(sess)
		return nil, true
	}
	whole = true
	l := luggage{Version: 1, Channels: s.channels.Pack(sess)}
	if p, ok := s.players.LoadAndDelete(sess); ok { // before the channels are told: closing that of lobbies leaves the lobby
		p := p.(*player)
		s.presence.Expired(p)     // which counts for a while as it was: by then it is heard of from there
		l.Relay, whole = p.pack() // before the lobby takes the seat away
		l.Lobby, l.Said = s.rejoiner.Detach(p)
	}
	s.channels.Expired(sess)
	return protocol.MustEncode(&l), whole
}

// luggage is what a session takes along to another node.
type luggage struct {
	_msgpack struct{} `msgpack:",as_array"`

	Version  byte   // 1
	Lobby    string // that it is in; "": none, or not known
	Said     uint32 // newest chat message that it has had
	Channels []byte // as they pack it
	Relay    relaying
}

// luggageBounds are those of the other node's word.
var luggageBounds = protocol.Bounds{Bytes: session.MaxCarried, Depth: protocol.MaxDepth, Values: relay.MaxPacked + 16}

// unpack gives a session that came from another node its channels, and returns what else it has brought.
func (s *Server) unpack(p *player, how *session.Arrival) (coming shared.Coming, from relaying) {
	s.cfg.Logger.Info("session came from another node", "session", p.session.ID(), "user", p.User(), "from", how.From, "whole", how.Whole)
	anew := shared.Coming{From: how.From}
	if !how.Whole {
		return anew, relaying{}
	}
	var l luggage
	if err := protocol.DecodeWithin(how.House, luggageBounds, &l); err != nil || l.Version != 1 {
		s.cfg.Logger.Error("what a session from another node brings", "session", p.session.ID(), "user", p.User(), "version", l.Version, "err", err)
		return anew, relaying{}
	}
	if err := s.channels.Unpack(p.session, l.Channels); err != nil {
		s.cfg.Logger.Error("channels of a session from another node", "session", p.session.ID(), "user", p.User(), "err", err)
	}
	return shared.Coming{Lobby: l.Lobby, Said: l.Said}, l.Relay
}

// rejoin brings its player back to the lobby where the user is, if there is one, which may bring a seat.
func (s *Server) rejoin(p *player, how shared.Coming) {
	in, err := s.rejoiner.Rejoin(context.Background(), p, how) // has an end of its own
	if err == nil && !in && how.Lobby != "" {
		err = errors.New("it knows of no such member")
	}
	if err != nil {
		s.cfg.Logger.Warn("a lobby does not take a member back who came from another node", "session", p.session.ID(), "user", p.User(), "err", err)
	}
}

func closedBy(code protocol.CloseCode) error { return &protocol.Closed{Code: code, Text: code.Text()} }
