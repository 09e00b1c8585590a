package conformance

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// T is what a case has to do its work with. Its methods end the case when what they are about does not hold.
type T struct {
	cfg   Config
	ctx   context.Context
	peers []*peer
}

// failure is the panic that ends a case.
type failure string

// skip is the panic that ends a case that cannot be run on this server.
type skip string

func (t *T) skip(why string) { panic(skip(why)) }

func (t *T) failf(format string, args ...any) { panic(failure(fmt.Sprintf(format, args...))) }

func (t *T) check(ok bool, format string, args ...any) {
	if !ok {
		t.failf(format, args...)
	}
}

func (t *T) must(err error, doing string) {
	if err != nil {
		t.failf("%s: %v", doing, err)
	}
}

// names makes every peer somebody else.
var names atomic.Uint32

// dial opens a connection and says nothing.
func (t *T) dial() *peer {
	ctx, cancel := context.WithTimeout(t.ctx, t.cfg.Patience)
	defer cancel()
	var w wire
	var err error
	if t.cfg.Over == WebSocket {
		w, err = dialWebSocket(ctx, t.cfg.URL)
	} else {
		w, err = dialLink(ctx, t.ctx, t.cfg.URL, t.cfg.Over)
	}
	t.must(err, "dial")
	p := &peer{t: t, wire: w, frames: make(chan arrival, 4096), name: fmt.Sprintf("c%d", names.Add(1))}
	t.peers = append(t.peers, p)
	go p.listen()
	return p
}

// guest dials and is welcomed as somebody new.
func (t *T) guest() *peer {
	p := t.dial()
	p.send(p.hello())
	p.welcomed()
	return p
}

// resume dials and is welcomed with the session of a peer that was there before.
func (t *T) resume(before *peer) *peer { return t.resumeFrom(before, before.seq) }

// resumeFrom is resume as one that has handled the events up to seq.
func (t *T) resumeFrom(before *peer, seq uint32) *peer {
	p := t.dial()
	p.auth, p.asked, p.said = before.auth, before.asked, before.said
	p.send(p.helloWith(before.welcome.Token, seq))
	p.welcomed()
	t.check(p.welcome.Resumed, "the session was not resumed")
	p.seq = seq + p.welcome.Lost
	return p
}

// wait passes time that a promise is about.
func (t *T) wait(d time.Duration) {
	select {
	case <-time.After(d):
	case <-t.ctx.Done():
		t.failf("interrupted")
	}
}

func encoded(v any) protocol.Raw { return protocol.MustEncode(v) }
