package shared_test

import (
	"context"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/protocol"
)

// A newer engine belongs to a node of a newer version: it keeps lobbies in a form that others cannot read.
type newer struct{ cluster.Engine }

// form is how it keeps a lobby.
type form struct {
	Version uint32 `msgpack:"v"`
	Saved   []byte `msgpack:"saved"` // what the node has put
}

func (e newer) PutLobby(ctx context.Context, l cluster.Lease, entry cluster.Lobby, members []string) error {
	if len(entry.Data) > 0 {
		entry.Data = protocol.MustEncode(&form{1 << 20, entry.Data})
	}
	return e.Engine.PutLobby(ctx, l, entry, members)
}

func (e newer) Lobby(ctx context.Context, id string) (cluster.Lobby, error) {
	entry, err := e.Engine.Lobby(ctx, id)
	return readNewer(entry), err
}

func (e newer) WatchLobbies(ctx context.Context) (cluster.Feed[cluster.LobbyChanges], error) {
	feed, err := e.Engine.WatchLobbies(ctx)
	return newerFeed{feed}, err
}

type newerFeed struct {
	cluster.Feed[cluster.LobbyChanges]
}

func (f newerFeed) Next(ctx context.Context) (cluster.LobbyChanges, error) {
	changes, err := f.Feed.Next(ctx)
	read := make([]cluster.Lobby, len(changes.Put))
	for i, entry := range changes.Put {
		read[i] = readNewer(entry)
	}
	changes.Put = read
	return changes, err
}

func readNewer(entry cluster.Lobby) cluster.Lobby {
	var f form
	if protocol.Decode(entry.Data, &f) == nil && f.Version == 1<<20 {
		entry.Data = f.Saved
	}
	return entry
}

// ofNewerVersion has nodes that start in a test be of a newer version.
func ofNewerVersion(e cluster.Engine) cluster.Engine { return newer{e} }

// unreadLobby is a lobby of a node of a newer version that has died, with a member at node a, which cannot read it.
func unreadLobby(s *service) (id string, ada *person) {
	s.t.Helper()
	s.version = ofNewerVersion
	b := s.start("b")
	s.pass(4 * time.Second)
	ada = s.node("a").person("ada")
	id = b.person("bob").create().ID
	s.pass(time.Second)
	s.must(ada.join(id))
	s.must(ada.say("before"))
	s.pass(time.Second)
	b.die()
	return id, ada
}

func TestALobbyOfANewerVersionIsLeftToANodeThatCanReadIt(t *testing.T) {
	inService(t, 1, func(s *service) {
		id, ada := unreadLobby(s)
		a := s.node("a")
		s.pass(2 * time.Minute)
		if owner, left, lost := s.owner(id), a.counters.LeftAlone.Load(), a.counters.Lost.Load(); owner != "b" || left == 0 || lost != 0 {
			t.Errorf("the lobby is %q's, was left alone %d times and destroyed %d times", owner, left, lost)
		}
		s.refused(ada.say("meanwhile"), protocol.CodeUnavailable)
		s.refused(a.person("eve").join(id), protocol.CodeUnavailable)
		if n := len(ada.told("lobby/closed")); n != 0 {
			t.Errorf("a member was told %d times that it is out", n)
		}
		c := s.start("c") // of the newer version
		s.pass(10 * time.Second)
		s.must(ada.say("after"))
		s.must(c.person("cyd").join(id))
		s.pass(time.Second)
		if owner, m := s.owner(id), ada.newest().Members; owner != "c" || len(m) != 3 {
			t.Errorf("the lobby is %q's, with %+v", owner, m)
		}
		if heard := ada.heard(); len(heard) != 2 || heard[1] != "after" {
			t.Errorf("the member heard %q", heard)
		}
	})
}

func TestALobbyThatNobodyCanReadIsForgottenByTheStore(t *testing.T) {
	inService(t, 1, func(s *service) {
		id, ada := unreadLobby(s)
		a := s.node("a")
		s.pass(cluster.Retention - time.Minute)
		if a.counters.Lost.Load() != 0 || ada.place() != id {
			t.Fatalf("it is gone before its time: destroyed %d times, its member in %q", a.counters.Lost.Load(), ada.place())
		}
		s.pass(2 * time.Minute)
		if told := len(ada.told("lobby/closed")); told != 1 || ada.place() != "" {
			t.Errorf("its member was told %d times, and is in %q", told, ada.place())
		}
		ada.create()
	})
}

func TestAnEntryThatNoVersionCanReadIsGivenUpAtOnce(t *testing.T) {
	inService(t, 1, func(s *service) {
		s.version = func(e cluster.Engine) cluster.Engine { return garbling{e} }
		b := s.start("b")
		s.pass(4 * time.Second)
		b.person("bob").create()
		s.pass(time.Second)
		b.die()
		s.pass(10 * time.Second)
		if n := s.node("a").counters; n.Lost.Load() != 1 || n.LeftAlone.Load() != 0 {
			t.Errorf("destroyed %d times, left alone %d times", n.Lost.Load(), n.LeftAlone.Load())
		}
	})
}

// A garbling engine keeps what nobody can read.
type garbling struct{ cluster.Engine }

func (e garbling) PutLobby(ctx context.Context, l cluster.Lease, entry cluster.Lobby, members []string) error {
	entry.Data = []byte("\x81\xa1v\xdd\xff\xff\xff\xff") // an array of four billion
	return e.Engine.PutLobby(ctx, l, entry, members)
}
