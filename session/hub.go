package session

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// Hub holds all sessions and connections of a server. Its methods may be called by any goroutine.
type Hub struct {
	cfg      Config
	log      *slog.Logger
	tokens   tokens
	upgrader websocket.Upgrader

	proxies   proxies
	hinted    sync.Once
	addresses *addresses

	// Guarded by mu.
	mu       sync.Mutex
	sessions map[uuid.UUID]*Session
	conns    map[*conn]struct{}
	draining bool          // no new sessions
	closed   bool          // no new connections
	away     bool          // likewise, for now
	empty    chan struct{} // closed when closed is true and the last connection is gone

	emigrants map[uuid.UUID]emigrant // sessions that went to other nodes lately
	heirs     map[uuid.UUID]*Session // sessions that were made anew, by the ids of those that they go on for
}

// NewHub makes a hub. It starts nothing.
func NewHub(cfg Config) (*Hub, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	tokens, err := newTokens(cfg.Secret, cfg.Random)
	if err != nil {
		return nil, err
	}
	return &Hub{
		cfg: cfg, log: cfg.Logger,
		tokens:   tokens,
		upgrader: newUpgrader(cfg.Origins, cfg.WriteTimeout),
		proxies:  cfg.TrustedProxies, addresses: newAddresses(&cfg),
		sessions: map[uuid.UUID]*Session{},
		conns:    map[*conn]struct{}{},
		empty:    make(chan struct{}),
	}, nil
}

// Serve serves one connection until it has ended and the house has been told; the end of ctx ends it with CloseGoingAway. The error
// is a [*protocol.Closed] when the hub has closed it, and otherwise says how it was lost. It is never nil.
func (h *Hub) Serve(ctx context.Context, t Transport) error {
	c := newConn(h, t)
	if err := h.admit(c); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { c.end(protocol.CloseGoingAway) })()
	return c.serve(ctx)
}

// Accept takes a connection in, for a caller that has something to do before it, or a goroutine of it, calls serve: once, which returns
// when the connection has ended, and not before for the end of ctx, of which the authenticator gets the values. [Hub.Shutdown] closes
// the connection. The error is a [*protocol.Closed] when the hub is closed; the peer was told.
func (h *Hub) Accept(t Transport) (serve func(ctx context.Context) error, err error) {
	c := newConn(h, t)
	// Here, so that a Shutdown that finds no connection can rely on it.
	if err := h.admit(c); err != nil {
		return nil, err
	}
	return c.serve, nil
}

// open begins a session on a connection.
func (h *Hub) open(c *conn, who Identity) (*Session, error) {
	id, err := uuid.NewRandomFromReader(h.cfg.Random)
	if err != nil {
		return nil, err
	}
	s := h.newSession(id, who)
	if err := h.enlist(s); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err = s.welcome(c, false, 0); err != nil {
		s.over = true // the house has not heard of it
		h.forget(s)
	}
	return s, err
}

// newSession makes a session that nobody knows yet.
func (h *Hub) newSession(id uuid.UUID, who Identity) *Session {
	s := &Session{
		hub: h, id: id, tag: tagUser(who.User), requests: newGate(h.cfg.Requests), signals: newGate(h.cfg.Signals), strays: newGate(h.cfg.Strays),
		sends: newGate(h.cfg.Sends), bytes: newGate(h.cfg.Bytes),
		oldest: 1, events: lane{maxEvents: h.cfg.KeptEvents, maxBytes: h.cfg.KeptBytes, maxAge: h.cfg.KeptAge, now: h.cfg.Now},
	}
	s.downloads.hub = h
	s.who.Store(&who)
	return s
}

// resume gives a connection the session that its hello's token is for. known says that the house knows it.
func (h *Hub) resume(c *conn, hello protocol.Hello) (s *Session, known bool, err error) {
	outcome := ResumeRefused
	defer func() { h.cfg.Counters.Resumes[outcome].Add(1) }()
	token, err := h.tokens.read(hello.Resume.Token)
	if err != nil {
		return nil, false, refuse(protocol.CloseResumeRefused)
	}
	h.mu.Lock()
	s = h.sessions[token.session]
	h.mu.Unlock()
	if s == nil {
		if _, moved := h.movedTo(token.session); token.epoch == h.tokens.epoch && !moved {
			outcome = ResumeExpired
			return nil, false, refuse(protocol.CloseResumeExpired)
		}
		s, outcome, err = h.immigrate(c, hello, token)
		return s, false, err
	}
	if refused, err := s.admits(token); err != nil {
		outcome = refused
		return nil, false, err
	}
	fresh, err := c.reauthenticate(s, hello.Auth)
	if err != nil {
		return nil, false, err
	}
	outcome, err = s.resume(c, token, hello.Resume.Seq, fresh)
	return s, true, err
}

// admit takes a connection in, or, when the hub is closed, turns it away.
func (h *Hub) admit(c *conn) error {
	h.mu.Lock()
	open := !h.closed && !h.away
	if open {
		h.conns[c] = struct{}{}
		h.cfg.Counters.Accepted.Add(1)
		h.cfg.Counters.Connections.Add(1)
	}
	h.mu.Unlock()
	if open {
		return nil
	}
	h.cfg.Counters.closed(h.farewell())
	farewell := c.transport.WriteClose(h.farewell(), h.cfg.CloseTimeout)
	return errors.Join(refuse(h.farewell()), farewell, c.transport.Close())
}

func (h *Hub) dismiss(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.conns, c)
	h.cfg.Counters.Connections.Add(-1)
	if h.closed && len(h.conns) == 0 {
		close(h.empty)
	}
}

// enlist takes a session in, if there is room.
func (h *Hub) enlist(s *Session) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.full(); err != nil {
		return err
	}
	h.sessions[s.id] = s
	h.cfg.Counters.Opened.Add(1)
	h.cfg.Counters.Sessions.Add(1)
	return nil
}

// full is why the hub takes no more sessions; nil: it does. It needs mu.
func (h *Hub) full() error {
	switch {
	case h.draining:
		return refuse(h.farewell())
	case len(h.sessions) >= h.cfg.MaxSessions:
		return refuse(protocol.CloseBusy)
	}
	return nil
}

func (h *Hub) forget(s *Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sessions, s.id)
	if h.heirs[s.origin] == s {
		delete(h.heirs, s.origin)
	}
	h.cfg.Counters.Sessions.Add(-1)
}

// Sessions is how many sessions there are, connected or away.
func (h *Hub) Sessions() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.sessions)
}

// Connections is how many connections are open, those that have not said hello included.
func (h *Hub) Connections() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.conns)
}

// Addresses is how many addresses are known: those with connections, and for a few seconds those that had some.
func (h *Hub) Addresses() int { return h.addresses.count() }
