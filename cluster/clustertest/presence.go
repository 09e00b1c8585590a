package clustertest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/cluster"
)

var presenceTests = []Test{
	{"SessionsOfAllNodesAddUp", sessionsOfAllNodesAddUp},
	{"FirstAndLastSessionAreTold", firstAndLastSessionAreTold},
	{"PresenceExpiresWithItsNode", presenceExpiresWithItsNode},
	{"PresenceNeedsAnAnnouncedOwner", presenceNeedsAnAnnouncedOwner},
}

func announce(t *testing.T, e cluster.Engine, owner string) {
	t.Helper()
	_, err := e.AnnouncePresence(ctx(t), owner, long)
	must(t, err)
}

func wantPresence(t *testing.T, e cluster.Engine, user string, wanted cluster.Sessions) {
	t.Helper()
	got, err := e.Presence(ctx(t), user, "nobody")
	must(t, err)
	if diff := cmp.Diff([]cluster.Presence{{User: user, Sessions: wanted}, {User: "nobody", Sessions: cluster.Sessions{}}}, got); diff != "" {
		t.Fatalf("presence, -want +got:\n%s", diff)
	}
}

func sessionsOfAllNodesAddUp(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	announce(t, a, "A")
	announce(t, b, "B")
	must(t, a.SetPresence(ctx(t), "A", "ada", cluster.Sessions{"online": 1, "playing": 1}))
	must(t, b.SetPresence(ctx(t), "B", "ada", cluster.Sessions{"online": 2, "away": 0}))
	wantPresence(t, b, "ada", cluster.Sessions{"online": 3, "playing": 1})
	must(t, a.SetPresence(ctx(t), "A", "ada", cluster.Sessions{"online": 1}))
	must(t, a.SetPresence(ctx(t), "A", "ada", cluster.Sessions{"online": 1})) // repeated: nothing is counted twice
	wantPresence(t, a, "ada", cluster.Sessions{"online": 3})
	must(t, b.SetPresence(ctx(t), "B", "ada", nil))
	wantPresence(t, a, "ada", cluster.Sessions{"online": 1})
}

// told waits for changes, in order for each user.
func told(t *testing.T, f cluster.Feed[cluster.PresenceChange], wanted map[string][]bool) {
	t.Helper()
	got, n := map[string][]bool{}, 0
	for _, list := range wanted {
		n += len(list)
	}
	for range n {
		change, err := f.Next(ctx(t))
		if err != nil {
			t.Fatalf("%v; got %v, want %v", err, got, wanted)
		}
		got[change.User] = append(got[change.User], change.Online)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Fatalf("told, -want +got:\n%s", diff)
	}
}

func firstAndLastSessionAreTold(t *testing.T, s Service) {
	a, b, c := s.Open(), s.Open(), s.Open()
	w, err := c.WatchPresence(ctx(t))
	must(t, err)
	announce(t, a, "A")
	announce(t, b, "B")
	one := cluster.Sessions{"online": 1}
	must(t, a.SetPresence(ctx(t), "A", "ada", one))
	must(t, b.SetPresence(ctx(t), "B", "ada", one)) // the second: not told
	must(t, a.SetPresence(ctx(t), "A", "ada", nil))
	must(t, b.SetPresence(ctx(t), "B", "ada", nil))
	must(t, b.SetPresence(ctx(t), "B", "ada", nil))
	must(t, a.SetPresence(ctx(t), "A", "ada", one))
	must(t, b.SetPresence(ctx(t), "B", "bob", one))
	told(t, w, map[string][]bool{"ada": {true, false, true}, "bob": {true}})
}

func presenceExpiresWithItsNode(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	w, err := b.WatchPresence(ctx(t))
	must(t, err)
	announce(t, a, "A")
	announce(t, b, "B")
	one := cluster.Sessions{"online": 1}
	wanted := map[string][]bool{"both": {true}}
	must(t, a.SetPresence(ctx(t), "A", "both", one))
	must(t, b.SetPresence(ctx(t), "B", "both", one))
	for i := range 250 {
		user := fmt.Sprint("user ", i)
		must(t, a.SetPresence(ctx(t), "A", user, one))
		wanted[user] = []bool{true, false}
	}
	_, err = a.AnnouncePresence(ctx(t), "A", short) // and dies
	must(t, err)
	eventually(t, "the sessions of A are gone", func() bool {
		must(t, b.ExpirePresence(ctx(t)))
		list, err := b.Presence(ctx(t), "user 7", "both")
		must(t, err)
		return list[0].Sessions.Total() == 0 && list[1].Sessions.Total() == 1
	})
	eventually(t, "A is forgotten", func() bool { // perhaps it ended between the two calls above
		must(t, b.ExpirePresence(ctx(t)))
		fresh, err := a.AnnouncePresence(ctx(t), "A", short)
		must(t, err)
		return fresh
	})
	told(t, w, wanted)
}

func presenceNeedsAnAnnouncedOwner(t *testing.T, s Service) {
	e := s.Open()
	want(t, e.SetPresence(ctx(t), "A", "ada", cluster.Sessions{"online": 1}), cluster.ErrNotFound)
	for i, wanted := range []bool{true, false} {
		fresh, err := e.AnnouncePresence(ctx(t), "A", long)
		must(t, err)
		if fresh != wanted {
			t.Fatalf("call %d: fresh is %v", i, fresh)
		}
	}
}
