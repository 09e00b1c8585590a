package presence_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session/presence"
)

// grace is the default.
const grace = 3 * time.Second

// world is a registry in a synctest bubble, which must hold nothing when all of a test's sessions have expired.
type world struct {
	*presence.Registry
	t        testing.TB
	counters *presence.Counters
	tabs     []*tab
}

func inWorld(t *testing.T, cfg presence.Config, test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, counters: new(presence.Counters)}
		cfg.Counters = w.counters
		var err error
		if w.Registry, err = presence.New(cfg); err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		test(w)
		for _, p := range w.tabs {
			w.Expired(p)
		}
		time.Sleep(grace)
		synctest.Wait()
		w.holdsNothing()
	})
}

func (w *world) holdsNothing() {
	w.t.Helper()
	c := w.counters
	held := []int64{c.Sessions.Load(), c.Known.Load(), c.Watches.Load()}
	for _, s := range presence.States() {
		held = append(held, c.Users[s].Load())
	}
	if diff := cmp.Diff(make([]int64, len(held)), held); diff != "" {
		w.t.Errorf("sessions, users, watches, and users by state are held:\n%s", diff)
	}
}

// tab is a session: it records what it is told.
type tab struct {
	user string
	t    testing.TB

	mu     sync.Mutex
	events []presence.Presence
}

func (w *world) tab(user string) *tab {
	p := &tab{user: user, t: w.t}
	w.tabs = append(w.tabs, p)
	w.Connected(p)
	return p
}

func (p *tab) User() string { return p.user }

func (p *tab) Emit(channel, name string, payload []byte, _ uint32) {
	var v presence.Presence
	if err := protocol.Decode(payload, &v); err != nil || channel != "presence" || name != "presence" {
		p.t.Errorf("told %s/%s: %v", channel, name, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, v)
}

// heard checks what a session was told since the last time, as "user state".
func (p *tab) heard(want ...string) {
	p.t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if diff := cmp.Diff(want, lines(p.events)); diff != "" {
		p.t.Errorf("%s was told otherwise:\n%s", p.user, diff)
	}
	p.events = nil
}

func lines(all []presence.Presence) (lines []string) {
	for _, v := range all {
		lines = append(lines, fmt.Sprint(v.User, " ", v.State))
	}
	return lines
}

// watch watches and checks what the users are.
func (w *world) watch(p *tab, users []string, want ...string) {
	w.t.Helper()
	all, err := w.Watch(p, users)
	w.must(err)
	if diff := cmp.Diff(want, lines(all)); diff != "" {
		w.t.Errorf("%s sees otherwise:\n%s", p.user, diff)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) refused(err error, code, field string) {
	w.t.Helper()
	var refused *protocol.Error
	if !errors.As(err, &refused) || refused.Code != code || refused.Field != field || refused.Message == "" {
		w.t.Errorf("got %v, want a refusal with %s %s", err, code, field)
	}
}
