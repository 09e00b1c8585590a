package server

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/deltatick/deltatick/cluster/ticket"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// seats are the sessions of this node that were opened with a ticket: each is for one seat in one match that runs here, whoever holds its other end, the
// player's client or a node that relays for it. There may be one of each for a seat: see holders. They have the channel "match" and no other, are no members of channels, and nobody's presence. They
// implement [session.Handler].
type seats struct {
	host     Host
	outboxes *Outboxes
	log      *slog.Logger
	counters seatCounters
	running  sync.WaitGroup // of occupants

	// Guarded by mu.
	mu        sync.Mutex
	bySession map[*session.Session]*occupant
	bySeat    map[occupied]*occupant // the newest of each
	holders   map[seatKey]*occupant  // whose connection the seat has
}

// seatCounters count what became of tickets.
type seatCounters struct {
	open      atomic.Int64  // sessions now
	direct    atomic.Int64  // of them those of players' own clients
	seated    atomic.Uint64 // that found their seat
	moved     atomic.Uint64 // that were told that it is elsewhere
	displaced atomic.Uint64 // that had to give way to another for the same seat
}

func newSeats(c *Cluster, log *slog.Logger) *seats {
	return &seats{host: c.Host, outboxes: c.Outboxes, log: log, bySession: map[*session.Session]*occupant{}, bySeat: map[occupied]*occupant{}, holders: map[seatKey]*occupant{}}
}

// wait returns when nothing is running for any seat; all sessions are over.
func (s *seats) wait() { s.running.Wait() }

// holdsTicket says whether a session is one of these.
func holdsTicket(sess *session.Session) bool {
	_, ok := sess.Identity().Grant.(ticket.Ticket)
	return ok
}

// Connected gives the seat the session's new connection; the first time, once the seat is found.
func (s *seats) Connected(sess *session.Session, resumed bool) {
	if resumed {
		if x := s.of(sess); x != nil {
			x.connected()
		}
		return
	}
	x := s.enter(sess)
	s.counters.open.Add(1)
	if x.direct {
		s.counters.direct.Add(1)
	}
	s.running.Go(x.run)
}

// enter makes the session's occupant, in place of another of the same seat.
func (s *seats) enter(sess *session.Session) *occupant {
	k, _ := sess.Identity().Grant.(ticket.Ticket)
	x := &occupant{seats: s, session: sess, key: seatKey{k.Match, match.SeatID(k.Seat), k.User}, direct: k.Direct, least: k.Epoch, wanted: true}
	x.ctx, x.leave = context.WithCancel(context.Background())
	s.mu.Lock()
	defer s.mu.Unlock()
	older := s.bySeat[x.place()]
	s.bySession[sess], s.bySeat[x.place()] = x, x
	if older != nil {
		s.counters.displaced.Add(1)
		older.session.End(protocol.CloseDisplaced)
	}
	return x
}

// of finds the occupant whose session it is; nil: it is over.
func (s *seats) of(sess *session.Session) *occupant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bySession[sess]
}

// users are those whose seats they are, in no order.
func (s *seats) users() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	users := make([]string, 0, len(s.bySession))
	for _, x := range s.bySession {
		users = append(users, x.key.user)
	}
	return users
}

// Disconnected leaves the seat without a connection, or with that of who relays for the player. A client that comes back itself has another ticket.
func (s *seats) Disconnected(sess *session.Session) {
	x := s.of(sess)
	if x == nil {
		return
	}
	x.disconnected()
	if x.direct {
		sess.End(protocol.CloseMoved)
	}
}

// Expired forgets the session. The seat is the lobby's to give up.
func (s *seats) Expired(sess *session.Session) {
	x := s.of(sess)
	if x == nil {
		return
	}
	s.mu.Lock()
	delete(s.bySession, sess)
	if s.bySeat[x.place()] == x {
		delete(s.bySeat, x.place())
	}
	s.mu.Unlock()
	s.counters.open.Add(-1)
	if x.direct {
		s.counters.direct.Add(-1)
	}
	x.disconnected()
	x.leave()
}

// Requests on the channel "match" of a session that was opened with a ticket.
const (
	requestAttach = "attach" // the seat gets the session's connection anew, unless it has one of the player's client: an enter frame, then a keyframe
	requestTake   = "take"   // the same, whatever the seat has
	requestDetach = "detach" // the player is away: the seat has no connection, its events still come
)

// Request answers a client's request. There are three.
func (s *seats) Request(sess *session.Session, q protocol.Request) (any, error) {
	x := s.of(sess)
	if q.Channel == protocol.ChannelMatch && x != nil {
		switch q.Name {
		case requestAttach:
			x.want(true)
			return nil, nil
		case requestTake:
			x.take()
			return nil, nil
		case requestDetach:
			x.want(false)
			return nil, nil
		}
	}
	return nil, protocol.Refuse(protocol.CodeUnknownRequest, "a seat ticket is for a seat and nothing else")
}

// Event refuses an event of a client's.
func (s *seats) Event(*session.Session, string, string, protocol.Raw) error {
	return protocol.Refuse(protocol.CodeUnknownEvent, "a seat ticket is for a seat and nothing else")
}
