package peer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Handler answers calls of one method. Each call has a goroutine of its own; ctx ends when the caller's connection or the mesh does. The payload is the
// handler's. A [*protocol.Error] goes to the caller as it is, of any other error the text.
type Handler func(ctx context.Context, from string, payload []byte) ([]byte, error)

// Mesh is a node's end of what nodes say to each other. Make it with [New], say what it answers with [Mesh.Handle], [Mesh.On], [Mesh.OnLost] and [Mesh.OnConnect], and
// then serve and use it; [Mesh.Close] ends it.
type Mesh struct {
	cfg      Config
	upgrader websocket.Upgrader
	ctx      context.Context // of handlers and connections; ends with Close
	stop     context.CancelFunc
	running  sync.WaitGroup // every goroutine
	proving  chan struct{}  // has an element for each connection that has not proven the secret
	warned   sync.Once      // that one did not

	// Static once the mesh is used.
	calls map[string]Handler
	casts map[string]func(from string, payload []byte)
	lost  []func(node string)
	found []func(node string)

	// Guarded by mu.
	mu     sync.Mutex
	closed bool
	peers  map[string]*outgoing // by node
	served map[string]*incoming // likewise
	own    *queue               // casts to this node; nil before the first
}

// New makes a mesh and starts nothing.
func New(cfg Config) (*Mesh, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	m := &Mesh{
		proving: make(chan struct{}, maxProving),
		cfg:     cfg, calls: map[string]Handler{}, casts: map[string]func(string, []byte){}, peers: map[string]*outgoing{}, served: map[string]*incoming{},
		upgrader: websocket.Upgrader{HandshakeTimeout: cfg.DialTimeout, ReadBufferSize: bufferBytes, WriteBufferSize: bufferBytes},
	}
	m.ctx, m.stop = context.WithCancel(context.Background())
	return m, nil
}

const bufferBytes = 16 << 10 // of a connection, each way

// Node is the own node's id.
func (m *Mesh) Node() string { return m.cfg.Node }

// Handle says who answers calls of a method, before the mesh is used. It panics for a method that has a handler.
func (m *Mesh) Handle(method string, h Handler) {
	if m.calls[method] != nil || method == "" || len(method) > maxMethod {
		panic(fmt.Sprintf("peer: calls of %q are handled already, or that is no name", method))
	}
	m.calls[method] = h
}

// On says who takes casts of a method, before the mesh is used. Casts of one node come one after another: f must not block, nor wait for an
// answer of that node. The payload is f's. It panics for a method that is taken.
func (m *Mesh) On(method string, f func(from string, payload []byte)) {
	if m.casts[method] != nil || method == "" || len(method) > maxMethod {
		panic(fmt.Sprintf("peer: casts of %q are taken already, or that is no name", method))
	}
	m.casts[method] = f
}

// OnLost adds one who is told, before the mesh is used, that a connection to or from a node has ended, unless by [Mesh.Close]. f must not block.
func (m *Mesh) OnLost(f func(node string)) { m.lost = append(m.lost, f) }

// OnConnect adds one who is told, before the mesh is used, that a node has connected to this one, the first time or again, before anything is taken that it says over
// the new connection. What it said over an earlier one and did not arrive is lost by then, and those who are told so at that node have been. f must not block.
func (m *Mesh) OnConnect(f func(node string)) { m.found = append(m.found, f) }

// Call asks a node, and waits for its answer until ctx ends. Errors: a [*protocol.Error] of the handler, [ErrRemote], [ErrUnreachable], [ErrFull], [ErrTooLarge],
// [ErrClosed], ctx's.
func (m *Mesh) Call(ctx context.Context, node, method string, payload []byte) ([]byte, error) {
	if len(payload) > MaxPayload || len(method) > maxMethod {
		return nil, ErrTooLarge
	}
	m.cfg.Counters.Calls.Add(1)
	if node == m.cfg.Node {
		return m.callOwn(ctx, method, payload)
	}
	p, err := m.peer(node)
	if err != nil {
		return nil, err
	}
	return p.call(ctx, method, payload)
}

// Cast tells a node something. It never blocks, and copies the payload. Errors: [ErrUnreachable], [ErrFull], [ErrTooLarge], [ErrClosed]; nil does not say that it arrives.
func (m *Mesh) Cast(node, method string, payload []byte) error {
	if len(payload) > MaxPayload || len(method) > maxMethod {
		return ErrTooLarge
	}
	m.cfg.Counters.Casts.Add(1)
	f := frame{kind: kindCast, method: method, payload: payload}
	q, err := m.queueTo(node)
	if err == nil {
		err = q.put(f.encode())
	}
	if err != nil {
		m.cfg.Counters.DroppedCasts.Add(1)
	}
	return err
}

func (m *Mesh) queueTo(node string) (*queue, error) {
	if node == m.cfg.Node {
		return m.ownQueue()
	}
	p, err := m.peer(node)
	if err != nil {
		return nil, err
	}
	return p.out, nil
}

// peer is the connection to a node, dialled if there is none.
func (m *Mesh) peer(node string) (*outgoing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	if p := m.peers[node]; p != nil {
		return p, nil
	}
	p := newOutgoing(m, node, 0)
	m.peers[node] = p
	m.running.Go(p.run)
	return p, nil
}

// replace puts another in the place of a connection that has ended, to be run by who asks for it; nil once the mesh is closed.
func (m *Mesh) replace(p *outgoing, pause time.Duration) *outgoing {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	next := newOutgoing(m, p.node, pause)
	m.peers[p.node] = next
	return next
}

// gone forgets a connection that has ended.
func (m *Mesh) gone(p *outgoing) {
	m.mu.Lock()
	if m.peers[p.node] == p {
		delete(m.peers, p.node)
	}
	m.mu.Unlock()
}

// lose tells who wants to know that a connection has ended.
func (m *Mesh) lose(node string) {
	if m.ctx.Err() != nil {
		return
	}
	m.cfg.Counters.Lost.Add(1)
	for _, f := range m.lost {
		f(node)
	}
}

// Close ends all connections and calls, and waits for the mesh's goroutines, handlers included. Calls under way fail with [ErrUnreachable] or [ErrClosed].
func (m *Mesh) Close() {
	m.mu.Lock()
	m.closed = true
	own := m.own
	m.mu.Unlock()
	if own != nil {
		m.cfg.Counters.DroppedCasts.Add(int64(len(own.close())))
	}
	m.stop()
	m.running.Wait()
}

// begin counts a goroutine that serves something, unless the mesh is closed.
func (m *Mesh) begin() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	m.running.Add(1)
	return true
}

// answer runs the handler of a call.
func (m *Mesh) answer(ctx context.Context, from, method string, payload []byte) (answer []byte, err error) {
	h := m.calls[method]
	if h == nil {
		return nil, fmt.Errorf("no such method: %q", method)
	}
	defer func() {
		if v := recover(); v != nil {
			m.cfg.Logger.Error("handler panicked", "method", method, "from", from, "panic", v)
			answer, err = nil, errors.New("handler panicked")
		}
	}()
	answer, err = h(ctx, from, payload)
	if err == nil && len(answer) > MaxPayload {
		return nil, fmt.Errorf("answer of %d bytes", len(answer))
	}
	m.cfg.Counters.Answered.Add(1)
	return answer, err
}

// take gives a cast to who takes it.
func (m *Mesh) take(from string, f *frame) {
	defer func() {
		if v := recover(); v != nil {
			m.cfg.Logger.Error("taker of casts panicked", "method", f.method, "from", from, "panic", v)
		}
	}()
	take := m.casts[f.method]
	if take == nil {
		m.cfg.Counters.UnknownCasts.Add(1)
		return
	}
	take(from, f.payload)
}
