package presence_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session/presence"
)

func TestAReloadIsSilent(t *testing.T) {
	inWorld(t, presence.Config{}, func(w *world) {
		watcher := w.tab("wanda")
		first := w.tab("ada")
		w.watch(watcher, []string{"ada"}, "ada online")

		// The page comes back as the same session: the new socket may be there before the old one is noticed to be gone.
		w.Connected(first)
		w.Disconnected(first)
		time.Sleep(grace - 1)
		w.Connected(first)
		time.Sleep(10 * grace)
		// It comes back as another session, the old one said bye or is still kept for its seat.
		w.Expired(first)
		time.Sleep(grace - 1)
		second := w.tab("ada")
		w.Disconnected(second)
		third := w.tab("ada")
		time.Sleep(10 * grace)
		w.Expired(second)
		time.Sleep(10 * grace)
		watcher.heard()

		w.Disconnected(third)
		time.Sleep(grace - 1)
		watcher.heard()
		time.Sleep(time.Nanosecond)
		watcher.heard("ada offline")
		time.Sleep(time.Minute)
		w.Connected(third)
		watcher.heard("ada online")
	})
}

func TestThreeTabsAreOnlineOnce(t *testing.T) {
	inWorld(t, presence.Config{}, func(w *world) {
		watcher := w.tab("wanda")
		w.watch(watcher, []string{"ada"}, "ada offline")
		tabs := []*tab{w.tab("ada"), w.tab("ada"), w.tab("ada")}
		watcher.heard("ada online")
		if n := w.counters.Users[presence.Online].Load(); n != 2 {
			t.Errorf("%d users are online, want 2", n)
		}
		w.Expired(tabs[0])
		w.Disconnected(tabs[1])
		time.Sleep(10 * grace)
		watcher.heard()
		w.Expired(tabs[2])
		time.Sleep(grace)
		watcher.heard("ada offline")
		w.Expired(tabs[1]) // away all the time
		time.Sleep(grace)
		watcher.heard()
	})
}

func TestTheBestStateOfAllSessionsCounts(t *testing.T) {
	inWorld(t, presence.Config{}, func(w *world) {
		watcher, one, two := w.tab("wanda"), w.tab("ada"), w.tab("ada")
		w.watch(watcher, []string{"ada"}, "ada online")
		w.Place(one, presence.Lobby, "den")
		w.Place(two, presence.Online, "")
		w.Place(one, presence.Match, "den")
		watcher.heard("ada lobby", "ada match")
		_, err := w.SetAway(two, true)
		w.must(err)
		watcher.heard()
		w.Place(one, presence.Lobby, "den")
		w.Place(one, presence.Online, "")
		watcher.heard("ada lobby", "ada online")
		now, err := w.SetAway(one, true)
		w.must(err)
		if now.State != "away" || now.User != "ada" || now.Since < time.Now().UnixMilli() {
			t.Errorf("it is %+v", now)
		}
		watcher.heard("ada away")
		_, err = w.SetAway(two, false)
		w.must(err)
		watcher.heard("ada online")

		// A tab in a match that drops counts on for the grace, too.
		w.Place(one, presence.Match, "den")
		_, err = w.SetAway(one, false)
		w.must(err)
		w.Disconnected(one)
		time.Sleep(grace - 1)
		watcher.heard("ada match")
		time.Sleep(time.Nanosecond)
		watcher.heard("ada online")
		w.Connected(one)
		watcher.heard("ada match")
	})
}

func TestALaterStateHasAGreaterSinceWithinAMillisecondToo(t *testing.T) {
	inWorld(t, presence.Config{}, func(w *world) {
		watcher, ada := w.tab("wanda"), w.tab("ada")
		w.watch(watcher, []string{"ada"}, "ada online")
		for range 20 {
			w.Place(ada, presence.Lobby, "den")
			w.Place(ada, presence.Online, "")
		}
		var last int64
		for _, v := range watcher.events {
			if v.Since <= last {
				t.Fatalf("since %d comes after %d", v.Since, last)
			}
			last = v.Since
		}
		if len(watcher.events) != 40 {
			t.Errorf("told %d times", len(watcher.events))
		}
		watcher.events = nil
	})
}

func TestALobbyIsFollowedWhicheverItIsAndWhoeverComes(t *testing.T) {
	inWorld(t, presence.Config{}, func(w *world) {
		ada, bob, eve, out := w.tab("ada"), w.tab("bob"), w.tab("eve"), w.tab("out")
		company, err := w.Follow(ada, true)
		w.must(err)
		if len(company) != 0 {
			t.Errorf("in no lobby there are %v", company)
		}
		w.Place(bob, presence.Lobby, "den")
		w.Place(out, presence.Lobby, "elsewhere")
		w.Place(ada, presence.Lobby, "den")
		ada.heard("bob lobby")
		w.Place(eve, presence.Lobby, "den")
		w.Place(eve, presence.Match, "den")
		w.Place(out, presence.Match, "elsewhere")
		ada.heard("eve lobby", "eve match")
		company, err = w.Follow(ada, true)
		w.must(err)
		if got := fmt.Sprint(lines(company)); got != "[bob lobby eve match]" {
			t.Errorf("the company is %s", got)
		}

		w.Place(bob, presence.Lobby, "elsewhere") // without a change of state
		w.Place(ada, presence.Lobby, "elsewhere")
		ada.heard("bob lobby", "out match")
		w.Place(eve, presence.Online, "")
		ada.heard()
		w.Disconnected(out)
		time.Sleep(grace)
		ada.heard("out offline")
		w.watch(ada, []string{"bob"}, "bob lobby")
		w.Place(bob, presence.Match, "elsewhere")
		ada.heard("bob match") // once, although watched in two ways
		_, err = w.Follow(ada, false)
		w.must(err)
		w.Connected(out)
		ada.heard()
		bob.heard()
	})
}

func TestWhatIsWatchedIsBoundedAndAllOrNothing(t *testing.T) {
	notEve := func(watcher, user string) bool { return watcher != "ada" || user != "eve" }
	inWorld(t, presence.Config{MaxWatched: 3, MaxWatches: 5, MayWatch: notEve}, func(w *world) {
		ada, bob := w.tab("ada"), w.tab("bob")
		held := func(want int64) {
			t.Helper()
			if n := w.counters.Watches.Load(); n != want {
				t.Errorf("%d are watched, want %d", n, want)
			}
		}
		w.watch(ada, []string{"1", "2", "1"}, "1 offline", "2 offline", "1 offline")
		_, err := w.Watch(ada, []string{"3", "4"})
		w.refused(err, protocol.CodeFull, "")
		_, err = w.Watch(ada, []string{"3", "eve"})
		w.refused(err, protocol.CodeForbidden, "users")
		_, err = w.Watch(ada, []string{"3", ""})
		w.refused(err, protocol.CodeBadPayload, "users")
		held(2)
		w.watch(ada, []string{"3", "2"}, "3 offline", "2 offline")
		held(3)
		_, err = w.Watch(bob, []string{"1", "2", "3"})
		w.refused(err, protocol.CodeFull, "")
		w.watch(bob, []string{"1", "eve"}, "1 offline", "eve offline")
		held(5)
		w.Unwatch(ada, []string{"1", "2", "nobody"})
		held(3)
		three, one := w.tab("3"), w.tab("1")
		ada.heard("3 online")
		bob.heard("1 online")
		w.UnwatchAll(ada)
		held(2)
		w.Expired(bob)
		held(0)
		w.Place(three, presence.Lobby, "den")
		w.Place(one, presence.Lobby, "den")
		ada.heard()
		bob.heard()
	})
}

func TestWhoSetsAwayTooOftenIsRefused(t *testing.T) {
	inWorld(t, presence.Config{}, func(w *world) {
		watcher, ada := w.tab("wanda"), w.tab("ada")
		w.watch(watcher, []string{"ada"}, "ada online")
		for i := range 50 {
			if _, err := w.SetAway(ada, i%2 == 0); err != nil {
				w.refused(err, protocol.CodeRateLimited, "")
			}
		}
		watcher.heard("ada away", "ada online", "ada away", "ada online", "ada away")
	})
}

func TestNothingIsLeftOfTenThousandSessions(t *testing.T) {
	inWorld(t, presence.Config{}, func(w *world) {
		var crowd sync.WaitGroup
		for i := range 10_000 {
			p := &tab{user: fmt.Sprint("user-", i/3), t: t}
			crowd.Go(func() {
				w.Connected(p)
				_, err := w.Watch(p, []string{fmt.Sprint("user-", i/3+1), "nobody", "user-7"})
				if err != nil {
					t.Error(err)
				}
				if _, err := w.Follow(p, true); err != nil {
					t.Error(err)
				}
				w.Place(p, presence.Match, fmt.Sprint("lobby-", i/50))
				if i%2 == 0 {
					w.Disconnected(p)
					time.Sleep(time.Duration(i%7) * time.Second)
				}
				w.Expired(p)
			})
		}
		crowd.Wait()
		time.Sleep(grace)
		synctest.Wait()
		w.holdsNothing()
	})
}

func TestAClosedRegistryHoldsNobodyAndTellsNobody(t *testing.T) {
	inWorld(t, presence.Config{}, func(w *world) {
		watcher, ada, bye := w.tab("wanda"), w.tab("ada"), w.tab("bye")
		w.watch(watcher, []string{"ada", "bye"}, "ada online", "bye online")
		w.Disconnected(ada)
		w.Expired(bye)
		w.Close()
		w.holdsNothing()
		w.tab("late")
		w.Place(ada, presence.Match, "den")
		time.Sleep(2 * grace)
		watcher.heard()
		w.holdsNothing()
	})
}

func TestLimitsThatCannotBeAreRefused(t *testing.T) {
	for name, cfg := range map[string]presence.Config{
		"grace": {Grace: -1}, "watched": {MaxWatched: -1}, "watches": {MaxWatches: -1}, "rate": {SetRate: -1}, "burst": {SetBurst: -1},
	} {
		if _, err := presence.New(cfg); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
