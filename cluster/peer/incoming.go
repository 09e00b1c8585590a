package peer

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// ServeHTTP serves another node's connection until it ends.
func (m *Mesh) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !m.begin() {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	defer m.running.Done()
	select {
	case m.proving <- struct{}{}:
	default:
		m.cfg.Counters.Refused.Add(1)
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	ws, err := m.upgrader.Upgrade(w, r, nil)
	if err != nil {
		<-m.proving
		return // the other side was told
	}
	defer ws.Close()
	ws.SetReadLimit(maxProof)
	from, err := demand(ws, m.cfg.Secret, m.cfg.Node, m.cfg.DialTimeout)
	<-m.proving
	if err != nil {
		m.cfg.Counters.Refused.Add(1)
		m.warned.Do(func() {
			m.cfg.Logger.Warn("a connection to the mesh was refused; others are counted", "remote", r.RemoteAddr, "err", err)
		})
		m.cfg.Logger.Debug("a connection to the mesh was refused", "remote", r.RemoteAddr, "err", err)
		return
	}
	m.cfg.Counters.Served.Add(1)
	m.cfg.Counters.Open.Add(1)
	defer m.cfg.Counters.Open.Add(-1)
	ctx, cancel := context.WithCancel(m.ctx)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = ws.Close() })()
	in := &incoming{
		mesh: m, from: from, ws: ws, out: newQueue(m.cfg.MaxQueue), slots: make(chan struct{}, m.cfg.MaxCalls), cancel: cancel, over: make(chan struct{}),
	}
	leave := m.enter(in)
	for _, f := range m.found {
		f(from)
	}
	var goroutines sync.WaitGroup
	goroutines.Go(func() {
		in.write(ctx)
		cancel()
	})
	in.read(ctx, &goroutines)
	cancel()
	m.lose(from)
	leave()
	goroutines.Wait() // a handler may take its time: the node's next connection does not wait for it
}

// enter makes this the connection of its node. From one that the node had before nothing more is taken when it returns, and who wants to know has been told:
// what is said on the new one comes after. The function it returns is for the end.
func (m *Mesh) enter(in *incoming) (leave func()) {
	m.mu.Lock()
	before := m.served[in.from]
	m.served[in.from] = in
	m.mu.Unlock()
	if before != nil {
		before.cancel()
		<-before.over
	}
	return func() {
		m.mu.Lock()
		if m.served[in.from] == in {
			delete(m.served, in.from)
		}
		m.mu.Unlock()
		close(in.over)
	}
}

// maxProving is how many connections may be about to prove the secret at once: a service has no more nodes that begin at the same moment, and strangers find no
// room for more.
const maxProving = 64

// maxProof bounds the message in which the client proves the secret.
const maxProof = nonceBytes + 32 + maxNode

// incoming is a connection over which another node speaks.
type incoming struct {
	mesh  *Mesh
	from  string
	ws    *websocket.Conn
	out   *queue
	slots chan struct{} // has an element for each call under way

	cancel context.CancelFunc
	over   chan struct{} // closed when nothing more is taken from it, and who wants to know has been told
}

// read takes what the node says until the connection ends.
func (in *incoming) read(ctx context.Context, goroutines *sync.WaitGroup) {
	cfg := &in.mesh.cfg
	in.ws.SetReadLimit(MaxPayload + frameOverhead)
	alive := func() error { return in.ws.SetReadDeadline(time.Now().Add(patience * cfg.PingEvery)) }
	in.ws.SetPingHandler(func(data string) error {
		_ = in.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(cfg.PingEvery)) // the next read tells
		return alive()
	})
	for alive() == nil {
		_, b, err := in.ws.ReadMessage()
		if err != nil {
			return
		}
		f, err := parseFrame(b)
		switch {
		case err == nil && f.kind == kindCast:
			in.mesh.take(in.from, &f)
		case err == nil && f.kind == kindCall:
			in.serve(ctx, f, goroutines)
		default:
			cfg.Counters.Malformed.Add(1)
			return
		}
	}
}

var errBusy = protocol.Refuse(protocol.CodeUnavailable, "the node answers too many calls already")

// serve has a call answered by a goroutine of its own.
func (in *incoming) serve(ctx context.Context, f frame, goroutines *sync.WaitGroup) {
	select {
	case in.slots <- struct{}{}:
	default:
		in.reply(f.id, nil, errBusy)
		return
	}
	goroutines.Go(func() {
		defer func() { <-in.slots }()
		answer, err := in.mesh.answer(ctx, in.from, f.method, f.payload)
		in.reply(f.id, answer, err)
	})
}

// reply queues an answer. One for which there is no room ends the connection: its caller would wait for nothing.
func (in *incoming) reply(id uint64, answer []byte, err error) {
	f := frame{kind: kindAnswer, id: id, payload: answer}
	if err != nil {
		f.kind, f.payload = kindRefusal, encodeRefusal(err)
	}
	if in.out.put(f.encode()) != nil {
		_ = in.ws.Close()
	}
}

// write sends answers until ctx ends or the connection fails.
func (in *incoming) write(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-in.out.wake:
			for b := in.out.next(); b != nil; b = in.out.next() {
				if write(in.ws, b, patience*in.mesh.cfg.PingEvery) != nil {
					return
				}
			}
		}
	}
}
