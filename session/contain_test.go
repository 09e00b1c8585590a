package session_test

import (
	"testing"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// clumsyTransport breaks while it reads what comes after hello.
type clumsyTransport struct {
	*memory
	read bool
}

func (c *clumsyTransport) Read() ([]byte, error) {
	if c.read {
		panic("parser broke")
	}
	c.read = true
	return c.memory.Read()
}

func TestATransportThatPanicsCostsItsConnectionOnly(t *testing.T) {
	counters := new(session.Counters)
	_, hub := newMemoryHub(t, func(cfg *session.Config) { cfg.Counters = counters })
	m := &clumsyTransport{memory: newMemory()}
	serve(t, hub, m)
	m.in <- protocol.MustEncode(hello("ann"))
	<-m.out
	if code := <-m.closed; code != protocol.CloseInternal {
		t.Errorf("closed with %d", code)
	}
	awaitNone(hub)
	if counters.Panics.Load() != 1 || hub.Sessions() != 1 {
		t.Errorf("%d panics, %d sessions", counters.Panics.Load(), hub.Sessions())
	}
}
