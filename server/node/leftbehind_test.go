package node_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server/node"
)

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
	chiming := func(c *node.Config) { c.Server.Kinds = []match.Kind{chimeKind()} }
	one := s.start("one", 0, chiming)
	two := s.start("two", 0, chiming)
	three := s.start("three", 10, chiming)
	p := s.join("ann", one, two)
	heard := p.chimes()
	p.opens()
	heard.goOn()
	release := one.wires.cut()
	defer release()
	s.eventually("the mesh and the relay dial", func() bool {
		one.wires.mu.Lock()
		defer one.wires.mu.Unlock()
		return one.wires.hanging[three.addr] >= 2
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
