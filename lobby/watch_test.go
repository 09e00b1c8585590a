package lobby_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
)

// client keeps a list as a client does: what it was given, and the newer updates on top of it.
type client struct {
	*person
	rev  uint32
	list map[string]lobby.Summary
	read int // events
}

func newClient(w *world) *client {
	c := &client{person: w.person(), list: map[string]lobby.Summary{}}
	return c
}

func (c *client) begin(l lobby.List) {
	c.rev = l.Rev
	clear(c.list)
	for _, s := range l.Lobbies {
		c.list[s.ID] = s
	}
}

// catchUp applies the updates that came since the last call.
func (c *client) catchUp() {
	c.t.Helper()
	events := c.told("lobby", "list")
	for _, e := range events[c.read:] {
		u := decoded[lobby.Update](c.t, e.payload)
		if u.Rev <= c.rev {
			continue
		}
		if u.Rev != c.rev+1 {
			c.t.Fatalf("update %d came after %d", u.Rev, c.rev)
		}
		c.rev = u.Rev
		for _, s := range u.Upsert {
			c.list[s.ID] = s
		}
		for _, id := range u.Removed {
			delete(c.list, id)
		}
	}
	c.read = len(events)
}

func (c *client) check(want lobby.List, when string) {
	c.t.Helper()
	c.catchUp()
	all := map[string]lobby.Summary{}
	for _, s := range want.Lobbies {
		all[s.ID] = s
	}
	if diff := cmp.Diff(all, c.list); diff != "" {
		c.t.Fatalf("%s, a watcher's list differs (- true, + seen):\n%s", when, diff)
	}
}

func TestAWatchersListIsTheListWheneverItBegan(t *testing.T) {
	for seed := range uint64(8) {
		inWorld(t, nil, func(w *world) {
			random := rand.New(rand.NewPCG(seed, 1))
			people := make([]*person, 24)
			for i := range people {
				people[i] = w.person()
			}
			var watchers []*client
			for round := range 40 {
				for range random.IntN(12) {
					w.doSomething(random, people[random.IntN(len(people))])
					if random.IntN(8) == 0 { // also in the middle of an interval
						c := newClient(w)
						c.begin(w.Watch(c))
						watchers = append(watchers, c)
					}
					if len(watchers) > 0 && random.IntN(20) == 0 { // and once more
						c := watchers[random.IntN(len(watchers))]
						c.catchUp()
						c.begin(w.Watch(c))
					}
				}
				if random.IntN(3) > 0 {
					w.settle()
					for _, c := range watchers {
						c.check(w.List(), fmt.Sprintf("in round %d", round))
					}
				}
			}
			if len(watchers) < 5 {
				t.Errorf("only %d watchers", len(watchers))
			}
		})
	}
}

// doSomething does one of the things that show in a list, or tries to.
func (w *world) doSomething(random *rand.Rand, p *person) {
	switch random.IntN(9) {
	case 0, 1:
		_, _ = w.Create(w.ctx, p, lobby.CreateOptions{Game: "toy", Options: lobby.Options{Private: of(random.IntN(3) == 0)}})
	case 2, 3, 4:
		if all := w.List().Lobbies; len(all) > 0 {
			id := all[random.IntN(len(all))].ID
			_, _ = w.Join(w.ctx, p, lobby.JoinOptions{ID: id, Spectate: random.IntN(4) == 0})
		}
	case 5:
		w.Forget(p, lobby.Expired)
	case 6:
		_ = w.Start(w.ctx, p)
	case 7:
		_ = w.Change(w.ctx, p, lobby.Options{Private: of(random.IntN(2) == 0), MaxPlayers: of(2 + random.IntN(3))})
	case 8:
		_ = w.Change(w.ctx, p, lobby.Options{Settings: match.Settings{ticksSetting: 1 + random.IntN(30)}})
	}
}

func TestListUpdatesComeAtAPaceAndHoldOnlyWhatChanged(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		quiet, busy := w.room(1, lobby.Options{})[0], w.room(1, lobby.Options{})[0]
		watcher := newClient(w)
		watcher.begin(w.Watch(watcher))
		from := time.Now()
		for i := range 100 { // ten changes in each interval, two seconds and a half in all
			w.must(w.Change(w.ctx, busy, lobby.Options{MaxPlayers: of(2 + i%3)}))
			time.Sleep(25 * time.Millisecond)
		}
		w.settle()
		events := watcher.told("lobby", "list")
		if len(events) > 11 {
			t.Errorf("%d updates in 2.5 s", len(events))
		}
		for i, e := range events {
			if i > 0 && e.at.Sub(events[i-1].at) < 250*time.Millisecond {
				t.Errorf("an update came %v after another", e.at.Sub(events[i-1].at))
			}
			u := decoded[lobby.Update](t, e.payload)
			if len(u.Upsert) != 1 || u.Upsert[0].Host != busy.user || len(u.Removed) != 0 {
				t.Errorf("an update tells of more than what changed: %+v (%s is quiet)", u, quiet.user)
			}
		}
		if events[0].at.Sub(from) > 250*time.Millisecond {
			t.Errorf("the first update took %v", events[0].at.Sub(from))
		}
		watcher.check(w.List(), "in the end")
	})
}

func TestNothingIsToldWhenNothingInTheListChanges(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		hidden := w.room(2, lobby.Options{Private: of(true)})
		watcher := w.person()
		w.Watch(watcher)
		w.must(w.Ready(w.ctx, room[0], true))
		w.must(w.SetAway(w.ctx, room[1], true))
		w.must(w.Start(w.ctx, hidden[0]))
		w.must(w.Leave(w.ctx, hidden[1]))
		w.settle()
		if events := watcher.told("lobby", "list"); len(events) != 0 {
			t.Errorf("%d updates were told", len(events))
		}
	})
}

func TestALobbyThatGoesPrivateLeavesTheList(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		host := w.room(1, lobby.Options{})[0]
		watcher := newClient(w)
		watcher.begin(w.Watch(watcher))
		for _, listed := range []int{0, 1} {
			w.must(w.Change(w.ctx, host, lobby.Options{Private: of(listed == 0)}))
			w.settle()
			watcher.check(w.List(), "after a change")
			if len(watcher.list) != listed {
				t.Errorf("%d lobbies are listed, want %d", len(watcher.list), listed)
			}
		}
	})
}

func TestWhoStoppedWatchingHearsNothing(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		stopped, forgotten, watcher := w.person(), w.person(), w.person()
		for _, p := range []*person{stopped, forgotten, watcher} {
			w.Watch(p)
		}
		w.Unwatch(stopped)
		w.Forget(forgotten, lobby.Left)
		w.room(1, lobby.Options{})
		w.settle()
		if len(watcher.names()) == 0 || len(stopped.names())+len(forgotten.names()) != 0 {
			t.Errorf("watching: %v; not: %v, %v", watcher.names(), stopped.names(), forgotten.names())
		}
		if n := w.counters.Watchers.Load(); n != 1 {
			t.Errorf("%d watchers are counted", n)
		}
	})
}

func TestTheListIsInOrderOfOpening(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		for range 20 {
			w.room(1, lobby.Options{})
		}
		synctest.Wait()
		for i, s := range w.List().Lobbies {
			if want := w.people - 20 + i + 1; s.Host != fmt.Sprintf("user-%d", want) {
				t.Errorf("place %d has the lobby of %s, want %s", i, s.Host, fmt.Sprintf("user-%d", want))
			}
		}
	})
}
