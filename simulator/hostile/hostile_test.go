package hostile_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/client-go/clienttest"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/simulator/hostile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pushover is a server that puts up with everything: it takes every token, lets everybody into every lobby, minds no frame and closes nobody.
type pushover struct {
	srv    *clienttest.Server
	work   sync.WaitGroup
	frame  int                // bytes of a snapshot
	closes protocol.CloseCode // with which everybody is closed at their second frame; 0: nobody is
}

func newPushover(ctx context.Context, frame int, closes protocol.CloseCode) *pushover {
	p := &pushover{srv: clienttest.NewServer(), frame: frame, closes: closes}
	p.work.Go(func() {
		for {
			conn, err := p.srv.Accept(ctx)
			if err != nil {
				return
			}
			p.work.Go(func() { p.serve(ctx, conn) })
		}
	})
	return p
}

func (p *pushover) close() {
	p.srv.Close()
	p.work.Wait()
}

func (p *pushover) serve(ctx context.Context, conn *clienttest.Conn) {
	ctx, end := context.WithCancel(ctx)
	var feeding sync.WaitGroup
	defer feeding.Wait()
	defer end()
	defer conn.Cut()
	r := protocol.NewReader()
	for n := 1; ; n++ {
		kind, frame, err := conn.Next()
		broken := errors.Is(err, protocol.ErrMalformed)
		switch {
		case err != nil && !broken:
			return
		case n == 2 && p.closes != 0:
			_ = conn.Close(p.closes)
			return
		case broken: // never mind
		case kind == protocol.KindHello:
			_ = conn.Welcome(protocol.Welcome{Token: fmt.Sprintf("token %p", conn)})
		case kind == protocol.KindPing:
			_ = conn.Send(&protocol.Pong{Kind: protocol.KindPong})
		case kind == protocol.KindRequest:
			q, err := r.Request(frame)
			if err != nil {
				continue
			}
			lobby := map[string]any{"lobby": map[string]any{"id": "1", "code": "ABCDEF"}}
			_ = conn.Send(&protocol.Reply{Kind: protocol.KindReply, ID: q.ID, Payload: protocol.MustEncode(lobby)})
			if q.Name == "start" {
				_ = conn.Send(&protocol.Enter{Kind: protocol.KindEnter, Epoch: 1, Match: "m", Game: "g", Seat: 1, TickRate: 60, HashEvery: 60})
				feeding.Go(func() { feed(ctx, conn, p.frame) })
			}
		}
	}
}

// feed sends a snapshot of so many bytes ten times a second, and queues those that nobody reads.
func feed(ctx context.Context, conn *clienttest.Conn, size int) {
	frame := protocol.MustEncode([]any{protocol.KindSnapshot, make([]byte, size)})
	queue := make(chan []byte, 1<<16)
	var writing sync.WaitGroup
	defer writing.Wait()
	defer close(queue)
	writing.Go(func() {
		for frame := range queue {
			if ctx.Err() != nil || conn.SendRaw(frame) != nil {
				return
			}
		}
	})
	for {
		select {
		case <-ctx.Done():
			conn.Cut() // ends a write that nobody reads
			return
		case <-time.After(100 * time.Millisecond):
			queue <- frame
		}
	}
}

// attack lets one attacker loose on a pushover for so long.
func attack(t *testing.T, name string, d time.Duration, closes protocol.CloseCode) (report hostile.Report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), d)
		defer cancel()
		frame := 100
		if name == "slow-reader" {
			frame = 1 << 20
		}
		p := newPushover(ctx, frame, closes)
		defer p.close()
		kind, known := hostile.Named(name)
		if !known {
			t.Fatalf("no attack %q", name)
		}
		a := hostile.New(kind, hostile.Config{URL: clienttest.URL, Game: "g", Flood: 2000, Rand: rand.New(rand.NewPCG(1, 2)), NetDial: p.srv.Dial})
		a.Run(ctx)
		report = a.Report()
	})
	return report
}

func TestAServerThatPutsUpWithEverythingIsBreached(t *testing.T) {
	for name, breach := range map[string]string{
		"flood":       "a flood was",
		"oversize":    "too large was put up with",
		"malformed":   "a malformed frame was put up with",
		"slow-reader": "MiB waited for a reader",
		"never-ack":   "acknowledges nothing was put up with",
		"replay":      "a spent resume token was taken",
		"thief":       "a forged resume token was taken",
		"join-race":   "9 got into a lobby for 2",
	} {
		t.Run(name, func(t *testing.T) {
			found := attack(t, name, 40*time.Second, 0)
			if found.Attempts == 0 || !has(found.Breaches, breach) {
				t.Errorf("%d attempts, breaches %v, want %q", found.Attempts, found.Breaches, breach)
			}
		})
	}
}

func TestAWrongCloseCodeIsABreach(t *testing.T) {
	for _, name := range []string{"oversize", "malformed"} {
		found := attack(t, name, time.Minute, protocol.CloseGoingAway)
		if !has(found.Breaches, "closed with 4000 going-away") || found.Answers["closed 4000 going-away"] == 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func TestTheRightCloseCodeIsNone(t *testing.T) {
	found := attack(t, "malformed", time.Minute, protocol.CloseMalformed)
	if len(found.Breaches) != 0 || found.Answers["closed 4504 malformed"] < 10 {
		t.Errorf("%+v", found)
	}
}

func TestThoseWhoVanishAskForNothing(t *testing.T) {
	for _, name := range []string{"truncate", "vanish"} {
		if found := attack(t, name, time.Minute, 0); found.Attempts < 10 || len(found.Breaches) != 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func TestEveryAttackSaysWhatItDoes(t *testing.T) {
	for _, a := range hostile.Attacks() {
		if a.Name == "" || a.About == "" || a.Pause <= 0 {
			t.Errorf("%+v", a)
		}
	}
	if _, known := hostile.Named("kindness"); known {
		t.Error("there is an attack that is none")
	}
}

func has(counts map[string]int, part string) bool {
	for text := range counts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
