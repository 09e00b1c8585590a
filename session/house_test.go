package session_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// house is the Handler of these tests: it answers a few requests, and writes down what it is told.
type house struct {
	t testing.TB

	connected func(s *session.Session, resumed bool) // called in Connected, if set
	request   func(s *session.Session, q protocol.Request) (any, error)
	event     func(s *session.Session, channel, name string, payload protocol.Raw) error
	part      bool // not all that it has can go along to another hub

	mu       sync.Mutex
	told     []string // "connected", "resumed", "disconnected", "expired", each with the user's name
	sessions []*session.Session
	busy     map[*session.Session]bool
	over     map[*session.Session]bool
}

func newHouse(t testing.TB) *house {
	return &house{t: t, busy: map[*session.Session]bool{}, over: map[*session.Session]bool{}}
}

// enter notes a call, and checks what a Handler is promised: one call at a time for a session, and none after Expired.
func (h *house) enter(s *session.Session, what string) (leave func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy[s] {
		h.t.Errorf("%s while another call for the same session is running", what)
	}
	if h.over[s] {
		h.t.Errorf("%s after expired", what)
	}
	h.busy[s] = true
	if what != "asked" && what != "sent" {
		h.told = append(h.told, what+" "+s.Name())
	}
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.busy[s] = false
	}
}

func (h *house) Connected(s *session.Session, resumed bool) {
	what := "connected"
	if resumed {
		what = "resumed"
	}
	defer h.enter(s, what)()
	h.mu.Lock()
	if !slices.Contains(h.sessions, s) {
		h.sessions = append(h.sessions, s)
	}
	h.mu.Unlock()
	if h.connected != nil {
		h.connected(s, resumed)
	}
}

func (h *house) Request(s *session.Session, q protocol.Request) (any, error) {
	defer h.enter(s, "asked")()
	if h.request != nil {
		return h.request(s, q)
	}
	switch q.Name {
	case "echo":
		return q.Payload, nil
	case "nothing":
		return nil, nil
	case "refuse":
		return nil, protocol.RefuseField("size", "too small")
	case "wrapped":
		return nil, fmt.Errorf("looking: %w", protocol.Refuse(protocol.CodeNotFound, "no such thing"))
	case "fail":
		return nil, errors.New("secret trouble")
	case "panic":
		panic("secret trouble")
	case "unencodable":
		return map[string]any{"f": make(chan int)}, nil
	}
	return nil, protocol.Refuse(protocol.CodeUnknownRequest, q.Name)
}

func (h *house) Event(s *session.Session, channel, name string, payload protocol.Raw) error {
	defer h.enter(s, "sent")()
	if h.event != nil {
		return h.event(s, channel, name, payload)
	}
	return protocol.Refuse(protocol.CodeUnknownEvent, name)
}

func (h *house) Disconnected(s *session.Session) {
	defer h.enter(s, "disconnected")()
	h.fall(s)
}

// fall panics for a session whose user is clumsy.
func (h *house) fall(s *session.Session) {
	if s.Name() == "clumsy" {
		panic("fell over")
	}
}

func (h *house) Expired(s *session.Session) {
	defer h.enter(s, "expired")()
	h.mu.Lock()
	h.over[s] = true
	h.mu.Unlock()
	h.fall(s)
}

// heard is what the house was told since the last call.
func (h *house) heard() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	told := h.told
	h.told = nil
	return told
}

// stream is the Stream of these tests: it counts frames and answers with what it is told to answer.
type stream struct {
	mu     sync.Mutex
	inputs int
	acks   int
	syncs  int
	answer error
	panics bool
}

func (s *stream) take(n *int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	*n++
	if s.panics {
		panic("stream broke")
	}
	return s.answer
}

func (s *stream) count() (inputs, acks, syncs int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inputs, s.acks, s.syncs
}

func (s *stream) set(answer error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *stream) Input(_ time.Time, r *protocol.Reader, frame []byte) error {
	if err := s.take(&s.inputs); err != nil {
		return err
	}
	if _, err := protocol.Check(frame, protocol.FromClient); err != nil {
		return err
	}
	_, err := r.Input(frame, make([]int32, 2))
	return err
}

func (s *stream) Ack(_ time.Time, _ *protocol.Reader, _ []byte) error { return s.take(&s.acks) }

func (s *stream) Resync(_ time.Time, _ *protocol.Reader, _ []byte) error { return s.take(&s.syncs) }

// doorman is an Authenticator that knows two passes, and can be slow or break.
type doorman struct{}

func (doorman) Authenticate(ctx context.Context, auth []string) (session.Identity, error) {
	switch {
	case len(auth) == 2 && auth[0] == "pass" && (auth[1] == "ann" || auth[1] == "bob"):
		return session.Identity{User: "user-" + auth[1], Name: auth[1]}, nil
	case len(auth) == 1 && auth[0] == "slow":
		<-ctx.Done()
		return session.Identity{}, ctx.Err()
	case len(auth) == 1 && auth[0] == "later":
		return session.Identity{}, fmt.Errorf("keys not here yet: %w", &protocol.Closed{Code: protocol.CloseBusy})
	case len(auth) == 1 && auth[0] == "panic":
		panic("doorman broke")
	}
	return session.Identity{}, errors.New("no such pass")
}
