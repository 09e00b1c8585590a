package node_test

import (
	"context"
	"net"
	"sync"
)

// wires are the connections of a node, to others and of others to it. Those to others can be cut; dials hang then until they are let go, whoever may have given up waiting
// for them. Or all of them end for good.
type wires struct {
	mu      sync.Mutex
	open    []net.Conn // to others
	served  []net.Conn
	hang    chan struct{}  // closed: dials go on; nil: they do not hang
	hanging map[string]int // dials to an address
	dead    bool           // nothing is opened any more
}

func (w *wires) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	hang := w.hang
	if hang != nil {
		w.hanging[addr]++
	}
	w.mu.Unlock()
	if hang != nil {
		<-hang
	}
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		_ = c.Close()
		return nil, net.ErrClosed
	}
	w.open = append(w.open, c)
	return c, nil
}

// door is where others reach the node.
type door struct {
	net.Listener
	*wires
}

func (d door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		_ = c.Close()
	}
	d.served = append(d.served, c)
	return c, nil
}

// kill ends everything: what is said from now on arrives nowhere.
func (w *wires) kill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = true
	for _, c := range append(w.open, w.served...) {
		_ = c.Close()
	}
}

// cut breaks all connections, and lets new ones hang until release is called.
func (w *wires) cut() (release func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hang = make(chan struct{})
	for _, c := range w.open {
		_ = c.Close()
	}
	w.open, w.hanging = nil, map[string]int{}
	return sync.OnceFunc(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		close(w.hang)
		w.hang = nil
	})
}
