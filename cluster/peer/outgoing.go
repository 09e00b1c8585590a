package peer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// outgoing is the connection to a node over which this one speaks. It is made for what is first to be said, and ends for good when it is
// lost, or could not be made. Another takes the place of one that was lost, and of each that tried to, until the node is found or nobody knows it: it dials even
// if nothing is to be said. Else the next that is said makes another.
type outgoing struct {
	mesh  *Mesh
	node  string
	out   *queue
	pause time.Duration // after which it dials even if nothing is to be said; 0: it is there because something is, and replaces none

	// Guarded by mu.
	mu      sync.Mutex
	ended   error // why nothing is asked any more
	last    uint64
	waiting map[uint64]chan<- reply // by id of the call
}

type reply struct {
	payload []byte
	err     error
}

// retryAfter is for how long a node that could not be reached is not dialled again: long enough not to spend the machine on it, and short against
// the time in which a node that is gone is missed.
const retryAfter = 50 * time.Millisecond

// redialAfter bounds for how long a node whose connection was lost is not dialled while nothing is to be said: its connections may be lost, or refused, each time.
const redialAfter = time.Second

func newOutgoing(m *Mesh, node string, pause time.Duration) *outgoing {
	return &outgoing{mesh: m, node: node, out: newQueue(m.cfg.MaxQueue), pause: pause, waiting: map[uint64]chan<- reply{}}
}

func (p *outgoing) call(ctx context.Context, method string, payload []byte) ([]byte, error) {
	answer := make(chan reply, 1)
	id, err := p.ask(answer)
	if err != nil {
		return nil, err
	}
	defer p.forget(id)
	f := frame{kind: kindCall, id: id, method: method, payload: payload}
	if err := p.out.put(f.encode()); err != nil {
		return nil, err
	}
	select {
	case r := <-answer:
		return r.payload, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *outgoing) ask(answer chan<- reply) (uint64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended != nil {
		return 0, p.ended
	}
	p.last++
	p.waiting[p.last] = answer
	return p.last, nil
}

func (p *outgoing) forget(id uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.waiting, id)
}

// run dials, writes and reads until the connection or the mesh ends.
func (p *outgoing) run() {
	m := p.mesh
	ctx, cancel := context.WithCancel(m.ctx)
	defer cancel()
	p.rest(ctx)
	ws, err := p.dial(ctx)
	if err != nil {
		if m.ctx.Err() == nil {
			m.cfg.Counters.DialFailures.Add(1)
			m.cfg.Logger.Debug("node cannot be reached", "peer", p.node, "err", err)
		}
		p.end(err)
		select { // for which it stands in the mesh, and says no to all
		case <-time.After(retryAfter):
		case <-m.ctx.Done():
		}
		if p.pause == 0 || errors.Is(err, errUnknown) {
			m.gone(p)
		} else if next := m.replace(p, min(2*p.pause, redialAfter)); next != nil {
			m.running.Go(next.run)
		}
		return
	}
	began := time.Now()
	m.cfg.Counters.Dialled.Add(1)
	m.cfg.Counters.Open.Add(1)
	defer m.cfg.Counters.Open.Add(-1)
	var writer sync.WaitGroup
	writer.Go(func() {
		p.write(ctx, ws)
		_ = ws.Close() // wakes the reader
	})
	err = p.read(ws)
	cancel()
	_ = ws.Close()
	writer.Wait()
	pause := retryAfter
	if time.Since(began) < redialAfter {
		pause = redialAfter // two runs of one node that take the connection from each other do so at their leisure
	}
	// What is to be said from here on waits for the next, which dials when everybody has been told: the node hears of it after that.
	next := m.replace(p, pause)
	p.end(err)
	m.lose(p.node)
	if next != nil {
		m.running.Go(next.run)
	}
}

// rest waits for something to say, for as long as the pause is.
func (p *outgoing) rest(ctx context.Context) {
	timer := time.NewTimer(p.pause)
	defer timer.Stop()
	select {
	case <-p.out.wake:
		p.out.rouse() // the token is for who writes
	case <-timer.C:
	case <-ctx.Done():
	}
}

// end fails all that waits.
func (p *outgoing) end(err error) {
	p.mesh.cfg.Counters.DroppedCasts.Add(countCasts(p.out.close()))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = fmt.Errorf("%w: %s: %w", ErrUnreachable, p.node, err)
	for id, answer := range p.waiting {
		answer <- reply{err: p.ended}
		delete(p.waiting, id)
	}
}

func countCasts(frames [][]byte) (n int64) {
	for _, b := range frames {
		if b[0] == byte(kindCast) {
			n++
		}
	}
	return n
}

func (p *outgoing) dial(ctx context.Context) (*websocket.Conn, error) {
	cfg := &p.mesh.cfg
	ctx, cancel := context.WithTimeout(ctx, cfg.DialTimeout)
	defer cancel()
	address, err := cfg.Address(ctx, p.node)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnknown, err)
	}
	dialer := websocket.Dialer{ReadBufferSize: bufferBytes, WriteBufferSize: bufferBytes, NetDialContext: cfg.NetDial}
	ws, response, err := dialer.DialContext(ctx, address+Path, nil)
	if response != nil {
		_ = response.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = ws.NetConn().SetDeadline(time.Now()) })()
	if err := prove(ws, cfg.Secret, cfg.Node, p.node, cfg.DialTimeout); err != nil {
		return nil, errors.Join(err, ws.Close())
	}
	return ws, nil
}

// Path is where a node's mesh is served.
const Path = "/cluster"

// write sends what is queued, and pings.
func (p *outgoing) write(ctx context.Context, ws *websocket.Conn) {
	cfg := &p.mesh.cfg
	ticker := time.NewTicker(cfg.PingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.out.wake:
			if b := p.out.next(); b != nil {
				if write(ws, b, patience*cfg.PingEvery) != nil {
					return
				}
				p.out.rouse() // one at a time: pings have their turn however much there is
			}
		case <-ticker.C:
			if ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(cfg.PingEvery)) != nil {
				return
			}
		}
	}
}

// patience is in how many intervals between two pings a peer has to give a sign of life.
const patience = 4

// read takes answers until the connection ends, and says why it did.
func (p *outgoing) read(ws *websocket.Conn) error {
	cfg := &p.mesh.cfg
	ws.SetReadLimit(MaxPayload + frameOverhead)
	alive := func(string) error { return ws.SetReadDeadline(time.Now().Add(patience * cfg.PingEvery)) }
	ws.SetPongHandler(alive)
	for {
		if err := alive(""); err != nil {
			return err
		}
		_, b, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		f, err := parseFrame(b)
		if err != nil {
			cfg.Counters.Malformed.Add(1)
			return err
		}
		switch f.kind {
		case kindAnswer:
			p.answered(f.id, reply{payload: f.payload})
		case kindRefusal:
			p.answered(f.id, reply{err: decodeRefusal(f.payload)})
		default:
			cfg.Counters.Malformed.Add(1)
			return errFrame
		}
	}
}

func (p *outgoing) answered(id uint64, r reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if answer := p.waiting[id]; answer != nil { // else its caller does not wait any more
		answer <- r
		delete(p.waiting, id)
	}
}
