package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/deltatick/deltatick/protocol"
)

// Elsewhere is the other hubs of a service: those with the same [Config.Secret], which their clients may dial in place of one another.
type Elsewhere interface {
	// Fetch has the hub of a node give up a session to this one: it asks that node for [Hub.GiveUp] with the same token and number. An error that wraps a
	// [*protocol.Closed] refuses the client. Any other says that the node cannot give it, because it does not answer, or is another run that
	// never had it: the session is then made anew of what its token says. ctx ends when the time for a hello is up, and is not to be used up.
	Fetch(ctx context.Context, node, token string, seq uint32) (Carried, error)
	// Awaits says whether a user has something to come back to, such as a place in a lobby: whoever was removed, or has left, has not.
	Awaits(user string) bool
}

// Carrier is a [Handler] whose sessions can go on at another hub.
type Carrier interface {
	Handler
	// Carry is called in place of Expired when another hub has taken the session: nothing is called for it any more, and nothing that it holds
	// in lobbies and matches is given up, since its user goes on using it from there. What is returned is for the house of that hub ([Arrival.House]),
	// and whether that is all: if not, the client is told that events may be missing.
	Carry(s *Session) (luggage []byte, whole bool)
}

// Arrival is how a session came from another hub.
type Arrival struct {
	// Whole says that the other hub gave it up: events, replies and numbers are as they were there. Otherwise the session is new, of the same user.
	Whole bool
	House []byte // what Carry returned there, if it is whole
	From  string // the node that had the session, or was thought to
}

// Arrived says how the session came from another hub; nil: it began at this one.
func (s *Session) Arrived() *Arrival { return s.arrived }

// ErrGone: this run of the hub does not have the session, nor knows of its end.
var ErrGone = errors.New("session: not of this run of the hub")

// abroadFor is how long a token may be good at other hubs after it was given out: far longer than any connection lasts, and not for ever.
const abroadFor = 24 * time.Hour

// immigrate makes a session here of one of another hub, or of an earlier run of this one, for a connection that has its token.
func (h *Hub) immigrate(c *conn, hello protocol.Hello, token claim) (*Session, Outcome, error) {
	if h.cfg.Elsewhere == nil || token.origin == nil || h.cfg.Now().Sub(token.origin.issued) > abroadFor {
		return nil, ResumeExpired, refuse(protocol.CloseResumeExpired)
	}
	s := h.newSession(uuid.Nil, token.origin.who)
	fresh, err := c.reauthenticate(s, hello.Auth)
	if err != nil {
		return nil, ResumeRefused, err
	}
	h.mu.Lock()
	err = h.full()
	h.mu.Unlock()
	if err != nil { // before the other hub gives it up: here it would be lost
		return nil, ResumeRefused, err
	}
	carried, from, err := h.fetch(c, hello, token)
	var closed *protocol.Closed
	switch {
	case err == nil:
		err = s.unpack(&carried, from)
	case errors.As(err, &closed):
		return nil, ResumeExpired, err
	default:
		if fresh = h.vouch(c, hello, s.User(), fresh); fresh == nil && !h.cfg.Elsewhere.Awaits(s.User()) && !isGuest(s.User()) {
			return nil, ResumeExpired, refuse(protocol.CloseResumeExpired)
		}
		h.log.Warn("a session is made anew", "user", s.User(), "from", token.origin.node, "why", err)
		h.cfg.Counters.Anew.Add(1)
		h.displaceHeir(token.session)
		s.arrived, s.missing = &Arrival{From: from}, true
		s.events.last = min(hello.Resume.Seq, maxAnewSeq) // so that the client does not take the next for one that it has had
		s.id, err = uuid.NewRandomFromReader(h.cfg.Random)
	}
	if err != nil {
		return nil, ResumeRefused, err
	}
	if fresh != nil {
		s.adopt(*fresh)
	}
	s.parent = &token
	h.returned(s.id)
	if err := h.enlist(s); err != nil {
		return nil, ResumeRefused, err
	}
	if !s.arrived.Whole {
		h.inherit(token.session, s)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.welcome(c, true, hello.Resume.Seq); err != nil {
		s.over = true // the house has not heard of it
		h.forget(s)
		return nil, ResumeRefused, err
	}
	return s, ResumeArrived, nil
}

// vouch looks at the credentials of a client whose session cannot be had, which may have ended for good without this hub's knowledge: nobody but the credentials of its user says
// then that the user may still come in. It returns those, or what is known of them already.
func (h *Hub) vouch(c *conn, hello protocol.Hello, user string, fresh *Identity) *Identity {
	if fresh != nil || len(hello.Auth) == 0 {
		return fresh
	}
	if who, err := c.authenticate(hello.Auth); err == nil && who.User == user && who.Grant == nil {
		return &who
	}
	return nil
}

// A session that was made anew takes the place of one that this hub made anew for the same token before: one token makes one session.

func (h *Hub) displaceHeir(origin uuid.UUID) {
	h.mu.Lock()
	before := h.heirs[origin]
	h.mu.Unlock()
	if before != nil {
		before.End(protocol.CloseDisplaced)
	}
}

func (h *Hub) inherit(origin uuid.UUID, s *Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.heirs == nil {
		h.heirs = map[uuid.UUID]*Session{}
	}
	s.origin = origin
	h.heirs[origin] = s
}

// maxAnewSeq leaves numbers for two thousand million events to a client that claims to have had as many.
const maxAnewSeq = 1 << 31

// maxMoves bounds how often a session that is looked for may have moved on.
const maxMoves = 3

// fetch asks the hub that has the session, and those that it went on to. It returns which was asked last, too.
func (h *Hub) fetch(c *conn, hello protocol.Hello, token claim) (carried Carried, node string, err error) {
	ctx, cancel := context.WithTimeout(c.ctx, h.cfg.HelloTimeout)
	defer cancel()
	node = token.origin.node
	if to, moved := h.movedTo(token.session); moved {
		node = to
	}
	for range maxMoves {
		if node == h.cfg.Node {
			return Carried{}, node, ErrGone
		}
		carried, err = h.cfg.Elsewhere.Fetch(ctx, node, hello.Resume.Token, hello.Resume.Seq)
		if err != nil || carried.Moved == "" {
			return carried, node, err
		}
		node = carried.Moved
	}
	return Carried{}, node, fmt.Errorf("session: moved on for more than %d times", maxMoves)
}

// unpack makes the session, which nobody else knows yet, what another hub has packed.
func (s *Session) unpack(carried *Carried, from string) (err error) {
	if s.id, err = uuid.Parse(carried.Session); err != nil {
		return fmt.Errorf("session from another hub: %w", err)
	}
	if carried.User != s.User() {
		return refuse(protocol.CloseResumeRefused)
	}
	who := Identity{User: carried.User, Name: carried.Name, Roles: carried.Roles}
	if carried.Expires > 0 {
		who.Expires = time.UnixMilli(carried.Expires)
	}
	s.who.Store(&who)
	s.arrived, s.missing = &Arrival{Whole: true, House: carried.House, From: from}, carried.Missing
	s.newest, s.oldest = carried.Generation, carried.Generation+1 // none of those that this hub may have given out before is good again
	s.taken.Store(carried.Taken)
	s.events.last = carried.Last - uint32(len(carried.Kept))
	for _, frame := range carried.Kept {
		s.hub.cfg.Counters.drop(DropEventOverflow, s.events.add(frame))
	}
	now := s.hub.cfg.Now()
	s.replies.givenUp = carried.GivenUp
	for _, r := range carried.Replies {
		s.replies.add(keptReply{id: r.ID, frame: r.Frame, born: now})
	}
	return nil
}

// GiveUp gives a session up to the hub of another node, which has been shown a token of it, and says where it went if another was faster. The session's
// connection here is closed, and the house told by [Carrier.Carry]. seq is the newest event that the client has handled. Errors: one that wraps
// a [*protocol.Closed], with which the client is refused; [ErrGone]. It waits for the house to return from what it is doing for the session.
func (h *Hub) GiveUp(token string, seq uint32, to string) (Carried, error) {
	house, carries := h.cfg.Handler.(Carrier)
	claim, err := h.tokens.read(token)
	if err != nil || !carries {
		return Carried{}, refuse(protocol.CloseResumeRefused)
	}
	h.mu.Lock()
	s, closed := h.sessions[claim.session], h.closed
	h.mu.Unlock()
	if s == nil {
		if node, moved := h.movedTo(claim.session); moved {
			return Carried{Moved: node}, nil
		}
		if claim.epoch != h.tokens.epoch || closed { // of a hub that is shut down, it may have been let go a moment ago
			return Carried{}, ErrGone
		}
		return Carried{}, refuse(protocol.CloseResumeExpired)
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	carried, err := s.pack(claim, seq)
	if err != nil {
		return Carried{}, err
	}
	s.SetStream(nil)
	s.replies = replies{}
	s.dropUploads()
	whole := false
	if err := s.call(func(s *Session) { carried.House, whole = house.Carry(s) }); err != nil {
		h.fault(s, "carry", err) // it goes all the same
	}
	carried.Missing = carried.Missing || !whole
	h.log.Info("session goes on at another node", "session", s.ID(), "user", s.User(), "to", to)
	h.emigrated(s.id, to)
	h.forget(s)
	return carried, nil
}

// pack ends the session here, and returns it for another hub. It needs turn.
func (s *Session) pack(token claim, seq uint32) (Carried, error) {
	s.mu.Lock()
	if _, err := s.takes(token); err != nil {
		s.mu.Unlock()
		return Carried{}, err
	}
	s.events.handled(min(seq, s.events.last))
	who := s.Identity()
	carried := Carried{
		Session: s.ID(), User: who.User, Name: who.Name, Roles: who.Roles,
		Generation: s.newest, Last: s.events.last, Taken: s.taken.Load(), GivenUp: s.replies.givenUp, Missing: s.missing,
	}
	if !who.Expires.IsZero() {
		carried.Expires = who.Expires.UnixMilli()
	}
	for i := range s.events.kept.n {
		carried.Kept = append(carried.Kept, s.events.kept.at(i))
	}
	for _, r := range s.replies.kept {
		carried.Replies = append(carried.Replies, CarriedReply{ID: r.id, Frame: r.frame})
	}
	older := s.conn
	s.close() // before anybody can add to what is packed
	s.mu.Unlock()
	if older != nil {
		older.fenced.Store(true)
		older.end(protocol.CloseDisplaced)
	}
	return carried, nil
}

// emigrant is a session that has gone to another node.
type emigrant struct {
	node  string
	until time.Time // nobody asks for it here any more
}

// emigrated notes where a session went, for those who still ask for it here.
func (h *Hub) emigrated(id uuid.UUID, to string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.cfg.Now()
	for id, e := range h.emigrants {
		if e.until.Before(now) {
			delete(h.emigrants, id)
		}
	}
	if h.emigrants == nil {
		h.emigrants = map[uuid.UUID]emigrant{}
	}
	h.emigrants[id] = emigrant{to, now.Add(h.cfg.Grace)}
	h.cfg.Counters.Emigrated.Add(1)
}

// returned forgets that a session had gone.
func (h *Hub) returned(id uuid.UUID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.emigrants, id)
}

// movedTo says where a session went from here.
func (h *Hub) movedTo(id uuid.UUID) (node string, moved bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e, ok := h.emigrants[id]
	return e.node, ok && !h.cfg.Now().After(e.until)
}
