package session_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// queue is an office at which one waits for as long as one may, with the word "wait", or until somebody lets one in, with "stubborn".
type queue struct {
	office
	let chan struct{}
}

func (q *queue) Authenticate(ctx context.Context, auth []string) (session.Identity, error) {
	switch {
	case slices.Contains(auth, "wait"):
		<-ctx.Done()
		return session.Identity{}, ctx.Err()
	case slices.Contains(auth, "stubborn"):
		<-q.let
	}
	return q.office.Authenticate(ctx, auth)
}

func queues(t *testing.T, test func(t *testing.T, w *world, q *queue)) {
	t.Helper()
	q := new(queue)
	inWorld(t, func(cfg *session.Config) { cfg.Auth = q }, func(t *testing.T, w *world) {
		q.let = make(chan struct{}) // of the test's bubble
		test(t, w, q)
	})
}

func TestAResumeDoesNotWaitForCredentialsThatAnOlderOneShows(t *testing.T) {
	queues(t, func(t *testing.T, w *world, _ *queue) {
		c, welcome := w.enter("", pass("ann", "10m"))
		c.send(renewing(pass("ann", "10m", "wait")))
		synctest.Wait()
		w.house.heard()
		began := time.Now()
		w.enter(welcome.Token, nil)
		synctest.Wait()
		if told := w.house.heard(); !slices.Equal(told, []string{"resumed ann of 10m"}) || time.Since(began) != 0 {
			t.Errorf("after %v the house was told %v", time.Since(began), told)
		}
	})
}

func TestCredentialsOfAnOlderConnectionDoNotTakeThePlaceOfTheNewerOnes(t *testing.T) {
	queues(t, func(t *testing.T, w *world, q *queue) {
		c, welcome := w.enter("", pass("ann", "10m", "admin"))
		c.send(renewing(pass("ann", "10m", "stubborn")))
		synctest.Wait()
		newer, _ := w.enter(welcome.Token, pass("ann", "20m", "player"))
		close(q.let)
		newer.ping(0)
		if who := w.session(0).Identity(); who.HasRole("admin") || !who.HasRole("player") || time.Until(who.Expires) < 19*time.Minute {
			t.Errorf("renewed to %+v", who)
		}
	})
}

func TestAShutdownDoesNotWaitForCredentialsToBeLookedAt(t *testing.T) {
	queues(t, func(t *testing.T, w *world, _ *queue) {
		w.dial().send(passHello("", pass("ann", "10m", "wait")))
		synctest.Wait()
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := w.hub.Shutdown(ctx); err != nil || time.Since(began) > time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func renewing(auth []string) protocol.Request {
	return protocol.Request{
		Kind: protocol.KindRequest, ID: 7, Channel: "session", Name: "renew", Payload: protocol.MustEncode(withAuth{auth}),
	}
}
