package redis_test

import (
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// fault is what a proxy does with bytes.
type fault struct {
	delay   time.Duration // before each piece is passed on
	hold    bool          // pieces wait, and are passed on when the fault is over
	swallow bool          // pieces vanish, and all that come after them on a connection: it is half open for good
	cut     bool          // connections are broken, new ones too
}

// proxy is the network between one node and the store.
type proxy struct {
	listener net.Listener
	to       string
	running  sync.WaitGroup

	mu      sync.Mutex
	fault   fault
	changed chan struct{} // closed when fault is another
	closed  bool
	conns   map[net.Conn]struct{}
}

func startProxy(t *testing.T, s *server) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &proxy{listener: l, to: fmt.Sprintf("127.0.0.1:%d", s.port), changed: make(chan struct{}), conns: map[net.Conn]struct{}{}}
	p.running.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

func (p *proxy) url() string { return "redis://" + p.listener.Addr().String() }

// set makes the fault another one; the zero value: none.
func (p *proxy) set(f fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
	close(p.changed)
	p.changed = make(chan struct{})
	if f.cut {
		p.breakAll()
	}
}

// breakAll needs mu.
func (p *proxy) breakAll() {
	for c := range p.conns {
		_ = c.Close()
	}
}

func (p *proxy) close() {
	_ = p.listener.Close()
	p.set(fault{cut: true})
	p.mu.Lock()
	p.closed = true
	p.breakAll()
	p.mu.Unlock()
	p.running.Wait()
}

func (p *proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(c) })
	}
}

func (p *proxy) serve(node net.Conn) {
	defer node.Close()
	store, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer store.Close()
	if !p.track(node, store) {
		return
	}
	var ways sync.WaitGroup
	for _, way := range [][2]net.Conn{{node, store}, {store, node}} {
		ways.Go(func() {
			p.pass(way[0], way[1])
			_ = way[0].Close()
			_ = way[1].Close()
		})
	}
	ways.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, node)
	delete(p.conns, store)
}

func (p *proxy) track(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fault.cut || p.closed {
		return false
	}
	for _, c := range conns {
		p.conns[c] = struct{}{}
	}
	return true
}

// piece is what was read at a moment.
type piece struct {
	at    time.Time
	bytes []byte
}

// pass passes bytes on in order. Reading goes on meanwhile, so that a delay is one and no bandwidth.
func (p *proxy) pass(to io.Writer, from io.Reader) {
	pieces := make(chan piece, 4096)
	var writing sync.WaitGroup
	writing.Go(func() {
		broken := false
		for part := range pieces {
			if !broken && p.due(part) {
				_, err := to.Write(part.bytes)
				broken = err != nil
			} else {
				broken = true
			}
		}
	})
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			pieces <- piece{time.Now(), append([]byte(nil), buffer[:n]...)}
		}
		if err != nil {
			break
		}
	}
	close(pieces)
	writing.Wait()
}

// due waits until a piece is to be passed on, and says whether it is at all.
func (p *proxy) due(part piece) bool {
	for {
		p.mu.Lock()
		f, changed := p.fault, p.changed
		p.mu.Unlock()
		var wait <-chan time.Time
		switch {
		case f.swallow || f.cut:
			return false
		case f.hold:
		default:
			left := f.delay - time.Since(part.at)
			if left <= 0 {
				return true
			}
			wait = time.After(left)
		}
		select {
		case <-wait:
		case <-changed:
		}
	}
}
