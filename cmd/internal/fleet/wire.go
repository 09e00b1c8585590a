package fleet

import (
	"net"
	"sync"
)

// Wire is what a node reaches Redis over: it can be cut, or carry nothing for a while, for this node alone.
type Wire struct {
	balancer *Balancer

	mu   sync.Mutex
	cut  bool
	open chan struct{} // closed while bytes pass
}

// NewWire listens on a free port on loopback and passes everything on to an address.
func NewWire(to string) (*Wire, error) {
	w := &Wire{open: make(chan struct{})}
	close(w.open)
	var err error
	w.balancer, err = newBalancer("127.0.0.1:0", func() []string {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.cut {
			return nil
		}
		return []string{to}
	}, func(c net.Conn) net.Conn { return held{c, w} })
	return w, err
}

// Addr is where it listens.
func (w *Wire) Addr() string { return w.balancer.Addr() }

// Cut ends all connections, and new ones at once, until Mend.
func (w *Wire) Cut() {
	w.mu.Lock()
	w.cut = true
	w.mu.Unlock()
	w.balancer.hangUp()
}

// Stall lets nothing through in either direction until Mend: connections stay, new ones are taken, and nobody answers.
func (w *Wire) Stall() {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.open:
		w.open = make(chan struct{})
	default:
	}
}

// Mend makes it whole. What was under way in a stall arrives.
func (w *Wire) Mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = false
	select {
	case <-w.open:
	default:
		close(w.open)
	}
}

// Close ends all connections, for good.
func (w *Wire) Close() {
	w.Mend()
	w.balancer.Close()
}

func (w *Wire) passing() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.open
}

// held is a connection of which what is read waits for the wire.
type held struct {
	net.Conn
	wire *Wire
}

// Read implements [io.Reader].
func (h held) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	<-h.wire.passing()
	return n, err
}
