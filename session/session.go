package session

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/deltatick/deltatick/protocol"
)

// Session is a client's identity over all the connections that it has, one after another. Its methods may be called by any goroutine,
// also after the session is over, and never block, but for Ask.
type Session struct {
	hub *Hub
	id  uuid.UUID
	tag userTag

	arrived *Arrival  // static
	origin  uuid.UUID // guarded by Hub.mu: of the session that this one was made anew for; nil: of none

	// who is replaced as a whole, by one whose user and name are the same: renewing changes roles and expiry alone.
	who atomic.Pointer[Identity]

	// turn is held while the house or the stream is called for the session. See the package's story.
	turn sync.Mutex

	stream atomic.Pointer[streamBox]

	// taken is the number of the newest event of the client's that was handled. It is written under turn and mu, so that whoever holds either
	// knows that it stays.
	taken atomic.Uint32

	// Guarded by turn. They outlive connections, so that a reconnect does not fill them up.
	requests gate
	signals  gate
	strays   gate
	sends    gate
	replies  replies
	uploads  uploads
	bytes    gate
	kinds    map[EventKind]gate // of Config.KindLimits, those that were needed so far

	downloads downloads // has a lock of its own

	// Guarded by mu.
	mu       sync.Mutex
	conn     *conn              // nil: away, or over
	over     bool               // for good
	ending   bool               // over as soon as its connection has ended
	ended    protocol.CloseCode // for which it is over or ending; 0: for none
	absences uint32             // how often it has been away, so that a grace timer knows whether it is still its turn
	grace    *time.Timer        // of the present absence
	expiry   *time.Timer        // of the credentials; nil while away, or if they do not expire
	newest   uint32             // token generation: the last one given out
	oldest   uint32             // token generation: the first one still taken
	parent   *claim             // of another hub, by which the session came to this one, until the client has shown that it is here; nil: none
	missing  bool               // of its events some may be, nobody knows how many, and the client has not shown yet that it has been told
	missedAt uint32             // token generation: the last one given out before that was known
	events   lane
	asks     asks
}

// streamBox makes an interface fit an atomic pointer.
type streamBox struct{ stream Stream }

// ID names the session, for logs and for the client. It is no secret.
func (s *Session) ID() string { return s.id.String() }

// User is whose session it is.
func (s *Session) User() string { return s.who.Load().User }

// Connection tells whether the session is connected, and how much has been dropped on this connection (frames of either direction, for any [Drop]).
func (s *Session) Connection() (dropped uint64, connected bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return 0, false
	}
	return s.conn.dropped.Load(), true
}

// Name is what to call the user.
func (s *Session) Name() string { return s.who.Load().Name }

// Identity is whose session it is by the newest credentials: roles and expiry can change while the session lasts, user and name cannot.
func (s *Session) Identity() Identity { return *s.who.Load() }

// SetStream says who takes the session's match frames from now on. With nil, they are dropped and counted. One frame that is being
// handled at the time of the call may still go to the former stream.
func (s *Session) SetStream(stream Stream) {
	if stream == nil {
		s.stream.Store(nil)
		return
	}
	s.stream.Store(&streamBox{stream})
}

func (s *Session) present() Stream {
	if box := s.stream.Load(); box != nil {
		return box.stream
	}
	return nil
}

// OpenLink makes a way out on the present connection, and the former Link dead. It returns nil when the session is away.
func (s *Session) OpenLink() *Link {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		return nil
	}
	link := &Link{conn: s.conn}
	if s.conn.out.setLink(link) {
		s.conn.drop(DropSnapshot)
	}
	return link
}

// Emit sends a reliable event: it has the session's next number, is sent at once if there is a connection, and is kept until
// the client has said that it handled it, so that a client that resumes misses nothing. What the kept events grow over is given up,
// oldest first, and counted; a client that resumes is told how many. payload is encoded msgpack, or empty for none, and
// is copied; tick is the match tick that it belongs to, 0 outside a match.
func (s *Session) Emit(channel, name string, payload []byte, tick uint32) {
	if !s.TryEmit(channel, name, payload, tick) {
		s.hub.cfg.Counters.drop(DropEventOver, 1)
	}
}

// TryEmit is [Session.Emit] for who can keep the event for somebody else: it reports false, and counts nothing, if the session is over.
func (s *Session) TryEmit(channel, name string, payload []byte, tick uint32) (taken bool) {
	payload = protocol.OrNil(payload)
	if len(payload) > protocol.MaxServerFrame-eventHead {
		s.hub.cfg.Counters.drop(DropEventTooBig, 1)
		s.hub.log.Error("event too big", "session", s.ID(), "user", s.User(), "channel", channel, "name", name, "bytes", len(payload))
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.emit(channel, name, payload, tick)
}

// emit needs mu.
func (s *Session) emit(channel, name string, payload protocol.Raw, tick uint32) (taken bool) {
	if s.over {
		return false
	}
	// Encoded under the lock, because the number is in it and the numbers have to leave in order.
	frame := protocol.MustEncode(protocol.Event{
		Kind: protocol.KindEvent, Seq: s.events.next(), Channel: channel, Name: name, Payload: payload, Tick: tick,
	})
	s.deliver(frame)
	return true
}

// deliver keeps the frame of the session's next event, and sends it if there is a connection. It needs mu.
func (s *Session) deliver(frame []byte) {
	s.hub.cfg.Counters.drop(DropEventOverflow, s.events.add(frame))
	if s.conn != nil {
		s.conn.push(frame, nil)
	}
}

// eventHead is more than what an event frame needs beside its payload.
const eventHead = 2*protocol.MaxIdentBytes + 32

// handled forgets events that the client has handled, and those that are too old.
func (s *Session) handled(seq uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events.handled(seq)
	s.hub.cfg.Counters.drop(DropEventAge, s.events.age())
}

// confirm spends the tokens older than the one that a client has shown to have received.
func (s *Session) confirm(generation uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.oldest = max(s.oldest, generation)
	s.parent = nil
	s.missing = s.missing && generation <= s.missedAt
}
