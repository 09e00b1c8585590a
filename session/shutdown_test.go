package session_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

func TestADrainingHubTakesResumesOnly(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		w.hub.Drain()
		c.ping(0)
		if code := w.refused(hello("bob")); code != protocol.CloseGoingAway {
			t.Errorf("closed with %d", code)
		}
		c, _ = w.resume(welcome.Token, 0)
		c.ping(0)
	})
}

func TestShutdownTellsEveryoneAndLeavesNothing(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		var clients []*client
		for i := range 5 {
			c, _ := w.join(fmt.Sprint("p", i))
			synctest.Wait() // a welcome leaves before the house hears of the session, whose order w.session counts by
			clients = append(clients, c)
		}
		early := w.dial()
		gone, _ := w.join("gone")
		gone.cut()
		w.joinDeaf("deaf")
		w.session(6).OpenLink().Send([]byte{0x91, 20})
		synctest.Wait()
		w.house.heard()

		began := time.Now()
		emit(w.session(0), 1, 3) // just before: it still arrives
		w.stop()
		if took := time.Since(began); took > 500*time.Millisecond+time.Second {
			t.Errorf("it took %v", took)
		}
		clients[0].expectEvents(1, 3)
		for i, c := range append(clients, early) {
			if code := c.closed(); code != protocol.CloseGoingAway {
				t.Errorf("client %d: closed with %d", i, code)
			}
		}
		told := map[string]int{}
		for _, what := range w.house.heard() {
			told[what]++
		}
		want := map[string]int{"expired gone": 1, "disconnected deaf": 1, "expired deaf": 1}
		for i := range 5 {
			want[fmt.Sprint("disconnected p", i)], want[fmt.Sprint("expired p", i)] = 1, 1
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("told: (-want +got)\n%s", diff)
		}
		if code := w.dial().closed(); code != protocol.CloseGoingAway {
			t.Errorf("a connection after Shutdown: closed with %d", code)
		}
		if err := w.hub.Shutdown(context.Background()); err != nil {
			t.Errorf("second Shutdown: %v", err)
		}
	})
}

func TestShutdownIsSpread(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		began := time.Now()
		closed := make(chan time.Duration, 10)
		for i := range 10 {
			c, _ := w.join(fmt.Sprint("p", i))
			go func() {
				for range c.frames {
				}
				closed <- time.Since(began)
			}()
		}
		w.stop()
		synctest.Wait()
		for i := range 10 {
			if at := <-closed; at != time.Duration(i)*50*time.Millisecond {
				t.Errorf("close %d after %v", i, at)
			}
		}
	})
}

func TestShutdownDoesNotOutlastItsContext(t *testing.T) {
	inWorld(t, func(cfg *session.Config) { cfg.ShutdownSpread = time.Hour }, func(t *testing.T, w *world) {
		for i := range 3 {
			w.join(fmt.Sprint("p", i))
		}
		began := time.Now()
		w.stop() // gives it a minute
		if took := time.Since(began); took != time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

func TestShutdownNamesAHouseThatIsStuck(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		inside, release := make(chan struct{}), make(chan struct{})
		w.house.request = func(*session.Session, protocol.Request) (any, error) {
			close(inside)
			<-release
			return nil, nil
		}
		c, _ := w.join("ann")
		c.raw(echo(1))
		<-inside
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := w.hub.Shutdown(ctx); err == nil {
			t.Error("no error")
		}
		close(release)
		w.stop()
		if diff := cmp.Diff([]string{"connected ann", "disconnected ann", "expired ann"}, w.house.heard()); diff != "" {
			t.Errorf("told: (-want +got)\n%s", diff)
		}
	})
}

func TestTheEndOfItsContextEndsAConnection(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(context.Background())
		m := newMemory()
		served := make(chan error)
		go func() { served <- w.hub.Serve(ctx, m) }()
		m.in <- protocol.MustEncode(hello("ann"))
		<-m.out
		cancel()
		if code := <-m.closed; code != protocol.CloseGoingAway {
			t.Errorf("closed with %d", code)
		}
		_ = m.Close()
		var closed *protocol.Closed
		if err := <-served; !errors.As(err, &closed) || closed.Code != protocol.CloseGoingAway {
			t.Errorf("Serve: %v", err)
		}
	})
}
