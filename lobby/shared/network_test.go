package shared_test

import (
	"bytes"
	"context"
	"errors"
	"sync"

	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/protocol"
)

// network is the meshes of some nodes in one process, which can die, freeze and lose each other.
type network struct {
	mu       sync.Mutex
	stations map[string]*station
}

// station is a node's end: a shared.Mesh.
type station struct {
	net   *network
	node  string
	calls map[string]peer.Handler
	casts map[string]func(string, []byte)
	lost  []func(string)
	found []func(string)
	inbox chan func()
	done  chan struct{}

	// Guarded by net.mu.
	dead, frozen bool
	held         []func() // casts to a frozen node
	deaf         map[string]bool
	unheard      string // method of calls that do not get here
}

func (n *network) add(node string) *station {
	s := &station{
		net: n, node: node, calls: map[string]peer.Handler{}, casts: map[string]func(string, []byte){},
		inbox: make(chan func(), 4096), done: make(chan struct{}), deaf: map[string]bool{},
	}
	go func() {
		for {
			select {
			case f := <-s.inbox:
				f()
			case <-s.done:
				return
			}
		}
	}()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stations[node] = s
	return s
}

func (s *station) Handle(method string, h peer.Handler) { s.calls[method] = h }

func (s *station) On(method string, f func(string, []byte)) { s.casts[method] = f }

func (s *station) OnConnect(f func(string)) { s.found = append(s.found, f) }

func (s *station) OnLost(f func(string)) { s.lost = append(s.lost, f) }

// to is the other end, nil when it cannot be reached.
func (s *station) to(node string) *station {
	other := s.net.stations[node]
	if other == nil || other.dead || s.dead || other.deaf[s.node] {
		return nil
	}
	return other
}

func (s *station) Call(ctx context.Context, node, method string, payload []byte) ([]byte, error) {
	s.net.mu.Lock()
	other := s.to(node)
	stuck := s.frozen || other != nil && other.frozen
	unheard := other != nil && other.unheard == method
	s.net.mu.Unlock()
	if other == nil || unheard {
		return nil, peer.ErrUnreachable
	}
	if stuck {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	type reply struct {
		b   []byte
		err error
	}
	answer := make(chan reply, 1)
	go func() {
		b, err := other.calls[method](ctx, s.node, bytes.Clone(payload))
		var refused *protocol.Error
		if err != nil && !errors.As(err, &refused) {
			err = peer.ErrRemote
		}
		answer <- reply{b, err}
	}()
	select {
	case r := <-answer:
		return r.b, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *station) Cast(node, method string, payload []byte) error {
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	other := s.to(node)
	if other == nil {
		return peer.ErrUnreachable
	}
	payload = bytes.Clone(payload)
	f := func() { other.casts[method](s.node, payload) }
	if other.frozen {
		other.held = append(other.held, f)
		return nil
	}
	other.inbox <- f
	return nil
}

// kill ends a node without a word; the others notice.
func (n *network) kill(node string) {
	n.mu.Lock()
	s := n.stations[node]
	s.dead = true
	others := n.others(node)
	n.mu.Unlock()
	for _, o := range others {
		for _, f := range o.lost {
			f(node)
		}
	}
}

func (n *network) others(node string) (all []*station) {
	for id, o := range n.stations {
		if id != node && !o.dead {
			all = append(all, o)
		}
	}
	return all
}

// freeze has a node answer nothing; thaw has it take what came meanwhile.
func (n *network) freeze(node string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stations[node].frozen = true
}

func (n *network) thaw(node string) {
	n.mu.Lock()
	s := n.stations[node]
	s.frozen = false
	held := s.held
	s.held = nil
	n.mu.Unlock()
	for _, f := range held {
		s.inbox <- f
	}
}

// cut has two nodes lose each other, and heal find each other again.
func (n *network) cut(a, b string, off bool) {
	n.mu.Lock()
	sa, sb := n.stations[a], n.stations[b]
	sa.deaf[b], sb.deaf[a] = off, off
	n.mu.Unlock()
	for _, f := range map[bool][]func(string){true: sa.lost, false: sa.found}[off] {
		f(b)
	}
	for _, f := range map[bool][]func(string){true: sb.lost, false: sb.found}[off] {
		f(a)
	}
}

func (n *network) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.stations {
		close(s.done)
	}
}
