package channel_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

// house is a session.Handler that has nothing but channels, for clients in memory and virtual time.
type house struct {
	testing.TB
	set  *channel.Set
	hub  *session.Hub
	wait sync.WaitGroup

	mu    sync.Mutex
	newly *session.Session // the last one that connected
}

// inHouse runs a test in a bubble, with the channels given, and checks that nothing is left of any session when all are over.
func inHouse(t *testing.T, cfg channel.SetConfig, test func(h *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, cfg)
		defer h.close()
		test(h)
	})
}

func newHouse(t testing.TB, cfg channel.SetConfig) *house {
	set, err := channel.NewSet(cfg)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{TB: t, set: set}
	h.hub, err = session.NewHub(session.Config{Handler: h, Auth: roles{}, Renewed: set.Changed, Grace: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) close() {
	h.Helper()
	if err := h.hub.Shutdown(context.Background()); err != nil {
		h.Error(err)
	}
	h.wait.Wait()
	if n := len(h.set.Sessions()); n != 0 {
		h.Errorf("%d sessions are left", n)
	}
	for _, ch := range h.set.Channels() {
		if ch.Len() != 0 || ch.CountRooms() != 0 || ch.Kept() != 0 {
			h.Errorf("channel %s: %d members, %d rooms, %d records are left", ch.Name(), ch.Len(), ch.CountRooms(), ch.Kept())
		}
	}
}

func (h *house) Connected(s *session.Session, _ bool) {
	h.set.Connected(s)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.newly = s
}

func (h *house) Request(s *session.Session, q protocol.Request) (any, error) {
	return h.set.Request(context.Background(), s, q)
}

func (h *house) Event(s *session.Session, channel, name string, payload protocol.Raw) error {
	return h.set.Event(context.Background(), s, channel, name, payload)
}

func (h *house) Disconnected(*session.Session) {}

func (h *house) Expired(s *session.Session) { h.set.Expired(s) }

// roles lets everybody in: auth is the user and their roles.
type roles struct{}

func (roles) Authenticate(_ context.Context, auth []string) (session.Identity, error) {
	return session.Identity{User: auth[0], Name: auth[0], Roles: auth[1:]}, nil
}

// client is a connection of a session.
type client struct {
	*wire
	h       *house
	session *session.Session
	welcome protocol.Welcome
	nextID  uint32
	sent    uint32 // events
}

// join connects a new session.
func (h *house) join(user string, roles ...string) *client {
	h.Helper()
	return h.hello(protocol.Hello{Auth: append([]string{user}, roles...)})
}

// back resumes a client's session on another connection.
func (c *client) back(seq uint32) *client {
	c.h.Helper()
	return c.h.hello(protocol.Hello{Resume: &protocol.Resume{Token: c.welcome.Token, Seq: seq}})
}

func (h *house) hello(hello protocol.Hello) *client {
	h.Helper()
	hello.Kind, hello.Version, hello.Client, hello.Codecs = protocol.KindHello, protocol.Version, "test", []string{protocol.CodecMP}
	c := &client{wire: newWire(), h: h}
	h.wait.Go(func() { _ = h.hub.Serve(context.Background(), c.wire) })
	c.in <- protocol.MustEncode(hello)
	synctest.Wait()
	frames := c.take(protocol.KindWelcome)
	if len(frames) != 1 {
		h.Fatalf("%d welcomes", len(frames))
	}
	h.must(protocol.DecodeFrame(frames[0], &c.welcome))
	h.mu.Lock()
	defer h.mu.Unlock()
	c.session = h.newly
	return c
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// ask sends a request and returns its reply.
func (c *client) ask(channel, name string, payload any) (protocol.Raw, error) {
	c.h.Helper()
	c.nextID++
	c.in <- protocol.MustEncode(protocol.Request{
		Kind: protocol.KindRequest, ID: c.nextID, Channel: channel, Name: name, Payload: protocol.MustEncode(payload),
	})
	synctest.Wait()
	frames := c.take(protocol.KindReply)
	if len(frames) != 1 {
		c.h.Fatalf("%d replies to %s", len(frames), name)
	}
	var reply protocol.Reply
	c.h.must(protocol.DecodeFrame(frames[0], &reply))
	if reply.Error != nil {
		return nil, reply.Error
	}
	return reply.Payload, nil
}

// send sends an event.
func (c *client) send(channel, name string, payload any) {
	c.sent++
	c.in <- protocol.MustEncode(protocol.Send{
		Kind: protocol.KindSend, Seq: c.sent, Channel: channel, Name: name, Payload: protocol.MustEncode(payload),
	})
	synctest.Wait()
}

// refused asks for what must be refused with a code, and returns the field at fault.
func (c *client) refused(code, channel, name string, payload any) (field string) {
	c.h.Helper()
	_, err := c.ask(channel, name, payload)
	var refusal *protocol.Error
	if !errors.As(err, &refusal) || refusal.Code != code {
		c.h.Errorf("%s/%s: %v, expected %s", channel, name, err, code)
		return ""
	}
	return refusal.Field
}

// heard names the events that came since the last call, sorted, as channel/name.
func (c *client) heard() string {
	c.h.Helper()
	var names []string
	for _, e := range c.events() {
		names = append(names, e.Channel+"/"+e.Name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func (c *client) events() (list []protocol.Event) {
	c.h.Helper()
	synctest.Wait()
	for _, frame := range c.take(protocol.KindEvent) {
		var e protocol.Event
		c.h.must(protocol.DecodeFrame(frame, &e))
		list = append(list, e)
	}
	return list
}

// wire is a session.Transport that keeps what the server says.
type wire struct {
	in   chan []byte
	done chan struct{}
	once sync.Once

	mu     sync.Mutex
	frames [][]byte
	code   protocol.CloseCode
}

func newWire() *wire { return &wire{in: make(chan []byte), done: make(chan struct{})} }

// take removes the frames of a kind that have come.
func (w *wire) take(kind protocol.Kind) (taken [][]byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frames = slices.DeleteFunc(w.frames, func(frame []byte) bool {
		k, _ := protocol.PeekKind(frame)
		if k == kind {
			taken = append(taken, frame)
		}
		return k == kind
	})
	return taken
}

func (w *wire) closed() protocol.CloseCode {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.code
}

func (w *wire) Read() ([]byte, error) {
	select {
	case frame := <-w.in:
		return frame, nil
	case <-w.done:
		return nil, io.EOF
	}
}

func (w *wire) Write(frame []byte, _ time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frames = append(w.frames, bytes.Clone(frame))
	return nil
}

func (w *wire) WriteClose(code protocol.CloseCode, _ time.Duration) error {
	w.mu.Lock()
	w.code = code
	w.mu.Unlock()
	return w.Close()
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.done) })
	return nil
}

func (w *wire) SetLimit(int) {}

func (w *wire) OnControl(func(bool, string) error) {}

func (w *wire) Ping(time.Duration) error { return nil }

func (w *wire) Pong(string, time.Duration) error { return nil }
