package fleet

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Balancer is a load balancer without stickiness: each connection goes to the next backend that takes it. It balances TCP, and looks at nothing.
type Balancer struct {
	listener net.Listener
	backends func() []string         // host:port of those that are to be tried
	through  func(net.Conn) net.Conn // what a connection is read through
	next     atomic.Uint64
	running  sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  map[net.Conn]struct{}
}

// NewBalancer listens on loopback and serves until it is closed. backends is asked for each connection.
func NewBalancer(addr string, backends func() []string) (*Balancer, error) {
	return newBalancer(addr, backends, func(c net.Conn) net.Conn { return c })
}

func newBalancer(addr string, backends func() []string, through func(net.Conn) net.Conn) (*Balancer, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	b := &Balancer{listener: l, backends: backends, through: through, conns: map[net.Conn]struct{}{}}
	b.running.Go(b.accept)
	return b, nil
}

// Addr is where it listens.
func (b *Balancer) Addr() string { return b.listener.Addr().String() }

// Close ends all connections.
func (b *Balancer) Close() {
	_ = b.listener.Close()
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.hangUp()
	b.running.Wait()
}

// hangUp ends all connections that there are.
func (b *Balancer) hangUp() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.conns {
		_ = c.Close()
	}
}

func (b *Balancer) accept() {
	for {
		c, err := b.listener.Accept()
		if err != nil {
			return
		}
		b.running.Go(func() { b.serve(c) })
	}
}

// dialTimeout is short: a backend on the same machine takes a connection at once, or is gone.
const dialTimeout = 200 * time.Millisecond

func (b *Balancer) serve(client net.Conn) {
	defer client.Close()
	all := b.backends()
	first := b.next.Add(1)
	for i := range all {
		backend, err := net.DialTimeout("tcp", all[(first+uint64(i))%uint64(len(all))], dialTimeout)
		if err == nil {
			b.join(client, backend)
			return
		}
	}
}

// join passes bytes both ways until one side ends.
func (b *Balancer) join(client, backend net.Conn) {
	defer backend.Close()
	if !b.track(client, backend) {
		return
	}
	defer b.forget(client, backend)
	var ways sync.WaitGroup
	for _, way := range [][2]net.Conn{{client, backend}, {backend, client}} {
		ways.Go(func() {
			_, _ = io.Copy(way[0], b.through(way[1])) // either end may break: both then end
			_ = way[0].Close()
			_ = way[1].Close()
		})
	}
	ways.Wait()
}

func (b *Balancer) track(conns ...net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	for _, c := range conns {
		b.conns[c] = struct{}{}
	}
	return true
}

func (b *Balancer) forget(conns ...net.Conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range conns {
		delete(b.conns, c)
	}
}
