package presence_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/session/presence"
)

// inTwoWorlds runs a test with two nodes that tell each other.
func inTwoWorlds(t *testing.T, test func(a, b *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var a, b *world
		node := func(name string, other **world) *world {
			w := &world{t: t, counters: new(presence.Counters)}
			heard := make(chan presence.Told, 64)
			r, err := presence.New(presence.Config{Counters: w.counters, Changed: func(told presence.Told) { heard <- told }})
			if err != nil {
				t.Fatal(err)
			}
			w.Registry = r
			go func() { // as a connection between two nodes would
				for told := range heard {
					(*other).Abroad(name, told)
				}
			}()
			t.Cleanup(func() { close(heard) })
			return w
		}
		a, b = node("a", &b), node("b", &a)
		defer a.Close()
		defer b.Close()
		test(a, b)
		for _, w := range []*world{a, b} {
			for _, p := range w.tabs {
				w.Expired(p)
			}
		}
		time.Sleep(grace)
		synctest.Wait()
		a.holdsNothing()
		b.holdsNothing()
	})
}

func TestSessionsOnAllNodesMakeTheStateOfAUser(t *testing.T) {
	inTwoWorlds(t, func(a, b *world) {
		watcher := a.tab("watcher")
		a.watch(watcher, []string{"ann"}, "ann offline")
		there := b.tab("ann")
		synctest.Wait()
		watcher.heard("ann online")
		here := a.tab("ann")
		b.Place(there, presence.Match, "l1")
		synctest.Wait()
		watcher.heard("ann match")
		b.Disconnected(there)
		time.Sleep(grace)
		synctest.Wait()
		watcher.heard("ann online") // of the session here
		a.Disconnected(here)
		time.Sleep(grace)
		synctest.Wait()
		watcher.heard("ann offline")
	})
}

func TestWhoFollowsALobbyHearsOfThoseInItOnOtherNodes(t *testing.T) {
	inTwoWorlds(t, func(a, b *world) {
		ann := a.tab("ann")
		a.Place(ann, presence.Lobby, "l1")
		_, err := a.Follow(ann, true)
		a.must(err)
		bob := b.tab("bob")
		b.Place(bob, presence.Lobby, "l1")
		synctest.Wait()
		ann.heard("bob lobby")
		b.Place(bob, presence.Match, "l1")
		synctest.Wait()
		ann.heard("bob match")
		all, err := a.Follow(ann, true)
		a.must(err)
		if got := lines(all); len(got) != 1 || got[0] != "bob match" {
			t.Errorf("the lobby: %v", got)
		}
	})
}

func TestANodeThatIsGoneTakesItsUsersAlong(t *testing.T) {
	inTwoWorlds(t, func(a, b *world) {
		watcher := a.tab("watcher")
		b.tab("ann")
		synctest.Wait()
		a.watch(watcher, []string{"ann"}, "ann online")
		a.NodeGone("b")
		watcher.heard("ann offline")
		for _, told := range b.Here() { // it is back
			a.Abroad("b", told)
		}
		watcher.heard("ann online")
	})
}

func TestNonsenseFromANodeIsPassedOver(t *testing.T) {
	inWorld(t, presence.Config{}, func(w *world) {
		for _, told := range []presence.Told{{}, {User: "ann", State: 99}, {State: presence.Online}, {User: string(make([]byte, 300)), State: presence.Online}, {User: "ann"}} {
			w.Abroad("b", told)
		}
	})
}
