package clustertest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/cluster"
)

var lobbyTests = []Test{
	{"LobbyIsFoundFromAnyNode", lobbyIsFoundFromAnyNode},
	{"JoinCodeIsOneLobbys", joinCodeIsOneLobbys},
	{"LobbyGoesWithItsLease", lobbyGoesWithItsLease},
	{"LobbyIsTakenOver", lobbyIsTakenOver},
	{"WatchTellsWhatThereIsAndWhatChanges", watchTellsWhatThereIsAndWhatChanges},
	{"SlowWatcherGetsTheNewest", slowWatcherGetsTheNewest},
}

func lobbyIsFoundFromAnyNode(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	want1 := cluster.Lobby{Node: "a", Code: "ABC234", Capacity: 4, Private: true, Data: []byte("\x00any\xff")}
	lease := acquire(t, a, cluster.KindLobby, "l", "A", long)
	must(t, a.PutLobby(ctx(t), lease, want1, nil))
	want1.ID, want1.Owner, want1.Epoch = "l", "A", lease.Epoch
	got, err := b.Lobby(ctx(t), "l")
	must(t, err)
	byCode, err := b.LobbyByCode(ctx(t), "ABC234")
	must(t, err)
	all, err := b.Lobbies(ctx(t))
	must(t, err)
	for _, l := range append(all, got, byCode) {
		if !reflect.DeepEqual(l, want1) {
			t.Fatalf("got %+v, want %+v", l, want1)
		}
	}
	if len(all) != 1 {
		t.Fatalf("%d lobbies", len(all))
	}
	_, err = b.Lobby(ctx(t), "other")
	want(t, err, cluster.ErrNotFound)
	_, err = b.LobbyByCode(ctx(t), "XYZ234")
	want(t, err, cluster.ErrNotFound)
}

func joinCodeIsOneLobbys(t *testing.T, s Service) {
	e := s.Open()
	one := acquire(t, e, cluster.KindLobby, "one", "A", long)
	two := acquire(t, e, cluster.KindLobby, "two", "A", long)
	must(t, e.PutLobby(ctx(t), one, cluster.Lobby{Code: "CODE"}, nil))
	must(t, e.PutLobby(ctx(t), one, cluster.Lobby{Code: "CODE"}, nil)) // it is its own
	want(t, e.PutLobby(ctx(t), two, cluster.Lobby{Code: "CODE"}, nil), cluster.ErrTaken)
	must(t, e.Release(ctx(t), one))
	must(t, e.PutLobby(ctx(t), two, cluster.Lobby{Code: "CODE"}, nil))
	if l, err := e.LobbyByCode(ctx(t), "CODE"); err != nil || l.ID != "two" {
		t.Fatalf("got %+v, %v", l, err)
	}
}

func lobbyGoesWithItsLease(t *testing.T, s Service) {
	e := s.Open()
	lease := acquire(t, e, cluster.KindLobby, "l", "A", long)
	must(t, e.PutLobby(ctx(t), lease, cluster.Lobby{Code: "CODE", Capacity: 2}, []string{"ada"}))
	must(t, e.Release(ctx(t), lease))
	_, err := e.Lobby(ctx(t), "l")
	want(t, err, cluster.ErrNotFound)
	_, err = e.LobbyByCode(ctx(t), "CODE")
	want(t, err, cluster.ErrNotFound)
	_, err = e.Join(ctx(t), "l", "bob", long)
	want(t, err, cluster.ErrNotFound)
	_, err = e.Seated(ctx(t), "l")
	want(t, err, cluster.ErrNotFound)
	// A new one of that name has nobody in it.
	lease = acquire(t, e, cluster.KindLobby, "l", "B", long)
	must(t, e.PutLobby(ctx(t), lease, cluster.Lobby{Capacity: 2}, nil))
	if users, err := e.Seated(ctx(t), "l"); err != nil || len(users) != 0 {
		t.Fatalf("got %v, %v", users, err)
	}
}

func lobbyIsTakenOver(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	old := acquire(t, a, cluster.KindLobby, "l", "A", short)
	must(t, a.PutLobby(ctx(t), old, cluster.Lobby{Node: "a", Code: "CODE", Capacity: 3}, []string{"ada", "bob"}))
	next := takeOver(t, b, cluster.KindLobby, "l", "B", long)
	want(t, a.PutLobby(ctx(t), old, cluster.Lobby{Node: "a"}, nil), cluster.ErrFenced)
	l, err := b.Lobby(ctx(t), "l")
	must(t, err)
	users, err := b.Seated(ctx(t), "l")
	must(t, err)
	if l.Node != "a" || !slices.Equal(users, []string{"ada", "bob"}) {
		t.Fatalf("got %+v with %v", l, users)
	}
	l.Node = "b"
	must(t, b.PutLobby(ctx(t), next, l, users))
	if l, err = a.LobbyByCode(ctx(t), "CODE"); err != nil || l.Node != "b" || l.Owner != "B" || l.Epoch != next.Epoch {
		t.Fatalf("got %+v, %v", l, err)
	}
}

// directory follows a feed until it shows what is wanted.
func directory(t *testing.T, f cluster.Feed[cluster.LobbyChanges], known map[string]string, wanted map[string]string) {
	t.Helper()
	for !reflect.DeepEqual(known, wanted) {
		changes, err := f.Next(ctx(t))
		if err != nil {
			t.Fatalf("%v; known %v, want %v", err, known, wanted)
		}
		for _, l := range changes.Put {
			known[l.ID] = string(l.Data)
		}
		for _, id := range changes.Removed {
			delete(known, id)
		}
	}
}

func watchTellsWhatThereIsAndWhatChanges(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	put := func(id, data string) cluster.Lease {
		lease := acquire(t, a, cluster.KindLobby, id, "A", long)
		must(t, a.PutLobby(ctx(t), lease, cluster.Lobby{Data: []byte(data)}, nil))
		return lease
	}
	wanted := map[string]string{}
	for i := range 40 {
		id := fmt.Sprint("lobby ", i)
		put(id, "first")
		wanted[id] = "first"
	}
	w, err := b.WatchLobbies(ctx(t))
	must(t, err)
	known := map[string]string{}
	directory(t, w, known, wanted)
	for i := range 20 {
		id := fmt.Sprint("lobby ", i)
		lease := put(id, "second")
		wanted[id] = "second"
		if i%2 == 0 {
			must(t, a.Release(ctx(t), lease))
			delete(wanted, id)
		}
	}
	put("new", "third")
	wanted["new"] = "third"
	directory(t, w, known, wanted)
	w.Close()
	_, err = w.Next(ctx(t))
	want(t, err, cluster.ErrClosed)
}

func slowWatcherGetsTheNewest(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	w, err := b.WatchLobbies(ctx(t))
	must(t, err)
	lease := acquire(t, a, cluster.KindLobby, "l", "A", long)
	for i := range 3000 {
		must(t, a.PutLobby(ctx(t), lease, cluster.Lobby{Data: fmt.Append(nil, i)}, nil))
	}
	directory(t, w, map[string]string{}, map[string]string{"l": "2999"})
}
