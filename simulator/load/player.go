package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// player is one connection.
type player struct {
	index int
	cfg   Config
	room  *room

	snapshots, bytesIn, inputs, bytesOut, behind atomic.Uint64

	// The reading goroutine.
	ws      *websocket.Conn
	reader  *protocol.Reader
	peek    peeker
	buf     []byte
	asked   uint32
	entered chan protocol.Enter // to the sending goroutine; has room for one

	newest atomic.Uint32 // tick of the newest snapshot
	event  atomic.Uint32 // number of the newest event

	writing sync.Mutex // held by who writes to ws
}

func newPlayer(i int, cfg Config, r *room) *player {
	return &player{
		index: i, cfg: cfg, room: r, reader: protocol.NewReader(), peek: newPeeker(), buf: make([]byte, 4096),
		entered: make(chan protocol.Enter, 1),
	}
}

// live plays until ctx ends or something fails. It calls in once: when the player gets what it is there for.
func (p *player) live(ctx context.Context, in func()) error {
	joining, cancel := context.WithTimeout(ctx, p.cfg.Join)
	defer cancel()
	url := fmt.Sprintf("ws://%v/ws?room=%d", p.cfg.Addr, p.room.number)
	dialer := websocket.Dialer{ReadBufferSize: 1024, WriteBufferSize: 1024, WriteBufferPool: &writeBuffers}
	ws, _, err := dialer.DialContext(joining, url, nil)
	if err != nil {
		return err
	}
	p.ws = ws
	var others sync.WaitGroup
	defer others.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	others.Go(func() {
		<-ctx.Done()
		_ = ws.Close() // which ends the read
	})
	// The deadline stays until the player is in; after that the read is ended by closing.
	_ = ws.SetReadDeadline(time.Now().Add(p.cfg.Join))
	if p.cfg.Floor == 0 {
		if err := p.greet(); err != nil {
			return fmt.Errorf("hello: %w", err)
		}
		if err := p.room.enter(joining, p); err != nil {
			return err
		}
	}
	others.Go(func() { p.talk(ctx) })
	if !p.cfg.Idle {
		for p.snapshots.Load() == 0 {
			if err := p.step(); err != nil {
				return err
			}
		}
	}
	in()
	_ = ws.SetReadDeadline(time.Time{})
	for {
		if err := p.step(); err != nil {
			return err
		}
	}
}

// writeBuffers is shared by all players: none keeps one between two inputs.
var writeBuffers sync.Pool

func (p *player) greet() error {
	err := p.send(protocol.MustEncode(protocol.Hello{
		Kind: protocol.KindHello, Version: protocol.Version, Client: "deltatick-load/1", Codecs: []string{p.cfg.Codec},
		Auth: []string{"guest", fmt.Sprintf("load %d", p.index)},
	}))
	if err != nil {
		return err
	}
	kind, _, err := p.next()
	if err == nil && kind != protocol.KindWelcome {
		err = fmt.Errorf("%v instead of a welcome", kind)
	}
	return err
}

// step reads and takes one frame.
func (p *player) step() error {
	if p.cfg.Floor > 0 {
		n, err := p.read()
		if err == nil {
			p.count(n)
		}
		return err
	}
	kind, frame, err := p.next()
	if err != nil {
		return err
	}
	return p.take(kind, frame)
}

// take notes what a frame says that the player goes by.
func (p *player) take(kind protocol.Kind, frame []byte) error {
	switch kind {
	case protocol.KindSnapshot:
		tick, err := p.peek.tick(frame)
		if err != nil {
			return err
		}
		p.newest.Store(tick)
		p.count(len(frame))
	case protocol.KindEvent:
		seq, err := p.peek.seq(frame)
		if err != nil {
			return err
		}
		p.event.Store(seq)
	case protocol.KindEnter:
		enter, err := p.reader.Enter(frame)
		if err != nil {
			return err
		}
		select {
		case p.entered <- enter:
		default:
			return errors.New("a second match")
		}
	}
	return nil
}

func (p *player) count(bytes int) {
	p.snapshots.Add(1)
	p.bytesIn.Add(uint64(bytes))
}

// next reads a frame. It is good until the next call.
func (p *player) next() (protocol.Kind, []byte, error) {
	n, err := p.read()
	if err != nil {
		return 0, nil, err
	}
	kind, err := protocol.PeekKind(p.buf[:n])
	return kind, p.buf[:n], err
}

// read fills the buffer with a message.
func (p *player) read() (n int, err error) {
	_, r, err := p.ws.NextReader()
	if err != nil {
		return 0, err
	}
	for {
		if n == len(p.buf) {
			p.buf = append(p.buf, make([]byte, n)...)
		}
		m, err := r.Read(p.buf[n:])
		n += m
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// send writes a message.
func (p *player) send(frame []byte) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	return p.ws.WriteMessage(websocket.BinaryMessage, frame)
}

// phase is a place in a second of the player's own, so that players are as independent of each other as people are.
func (p *player) phase() time.Duration {
	return time.Duration(rand.New(rand.NewPCG(1, uint64(p.index))).Int64N(int64(time.Second)))
}
