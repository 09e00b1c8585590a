package node_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server/node"
)

// wires are the connections of a node to others, which can be cut, and dials that hang until they are let go, whoever may have given up waiting for them.
type wires struct {
	mu      sync.Mutex
	open    []net.Conn
	hang    chan struct{}  // closed: dials go on; nil: they do not hang
	hanging map[string]int // dials to an address
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
	if err == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.open = append(w.open, c)
	}
	return c, err
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

// counts are the lines of a node's metrics.
func (n *running) counts() string {
	answer, err := http.Get("http://" + n.addr + "/metrics")
	if err != nil {
		return err.Error()
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestAPlayerWhoseRelayDoesNotEndInTimeIsToldThatEventsMayBeMissing(t *testing.T) {
	t.Parallel()
	s := newService(t)
	w := &wires{}
	chiming := func(c *node.Config) { c.Server.Kinds = []match.Kind{chimeKind()} }
	one := s.start("one", 0, chiming, func(c *node.Config) { c.NetDial = w.dial })
	two := s.start("two", 0, chiming)
	three := s.start("three", 10, chiming)
	p := s.join("ann", one, two)
	heard := p.chimes()
	p.opens()
	heard.goOn()
	release := w.cut()
	defer release()
	s.eventually("the mesh and the relay dial", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.hanging[three.addr] >= 2
	})
	one.server.SendAway(true)
	s.eventually("the session is at the other node", func() (there bool) {
		p.note(func() { there = len(p.sessions) > 1 })
		return there
	})
	if at := p.session(); !at.Resumed || at.Lost == 0 {
		t.Errorf("session %+v", at)
	}
	s.eventually("it is counted", func() bool {
		return strings.Contains(one.counts(), `deltatick_drops_total{reason="left_behind",room="follow"} 1`+"\n")
	})
	release()
	heard.goOn()
}
