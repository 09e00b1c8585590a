package simulator

import (
	"errors"
	"net"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/simulator/serverstat"
)

func TestAServerWithoutRoomIsToldOfBeforeAnyBotStarts(t *testing.T) {
	srv, err := server.New(server.Config{Kinds: []match.Kind{arena.Kind()}, Guests: true, MaxSessions: 40, MaxLobbies: 3})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(srv.Handler())
	defer front.Close()
	url := "ws" + strings.TrimPrefix(front.URL, "http") + "/ws"
	for _, c := range []struct {
		groups []Group
		want   string // "" for none
	}{
		{[]Group{{Bots: 24}}, ""},
		{[]Group{{Bots: 41, RoomSize: 64}}, "-max-sessions 42"},
		{[]Group{{Bots: 32}}, "-max-lobbies 4"},
		{[]Group{{Name: "a", Bots: 8}, {Name: "b", Bots: 4, Role: Hopper}}, "-max-lobbies 5"},
		{[]Group{{Name: "a", Attack: "join-race", Bots: 5}}, "-max-sessions 46"},
	} {
		cfg, err := Config{URL: url, Groups: c.groups}.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = preflight(t.Context(), cfg)
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrLimits) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v, want %q", c.groups, err, c.want)
		}
	}
}

func TestAServerThatMayOpenTooFewFilesIsToldOf(t *testing.T) {
	stat := serverstat.Sample{Values: map[string]float64{serverstat.MaxFiles: 1024, serverstat.OpenFiles: 10}}
	if err := (needs{connections: 900}).check(stat); err != nil {
		t.Error(err)
	}
	if err := (needs{connections: 1000}).check(stat); !errors.Is(err, ErrLimits) || !strings.Contains(err.Error(), "`ulimit -n` is 1074") {
		t.Errorf("%v", err)
	}
}

func TestBotsBeyondOneAddresssPortsConnectFromAnother(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("one loopback address there")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // it only listens
	target := listener.Addr().String()
	sources, err := sourcesFor(t.Context(), "ws://"+target+"/ws", 3, 2)
	if err != nil || len(sources) != 2 {
		t.Fatalf("%v, %v", sources, err)
	}
	for i, want := range []string{"127.0.0.1", "127.0.0.2", "127.0.0.1"} {
		p := &player{source: sources[i%len(sources)]}
		conn, err := p.dialer()(t.Context(), "tcp", target)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
		if from := conn.LocalAddr().(*net.TCPAddr).IP.String(); from != want {
			t.Errorf("connection %d comes from %s, want %s", i, from, want)
		}
		_ = conn.Close()
	}
}

func TestThePartsOfARunAreTheWholeAndNoBotIsTwice(t *testing.T) {
	groups := []Group{{Name: "a", Bots: 21}, {Name: "b", Bots: 5, RoomSize: 2, Role: Hopper}, {Name: "c", Attack: "vanish", Bots: 3}, {Name: "d", Bots: 1, RoomSize: 1}}
	bots := func(part, parts int) (all []uint64, n needs) {
		cfg, err := Config{Groups: groups, Part: part, Parts: parts}.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		r := &run{cfg: cfg, guard: newGuard(cfg)}
		if err := r.populate(make([]client.Game, len(groups))); err != nil {
			t.Fatal(err)
		}
		for _, p := range r.players {
			all = append(all, uint64(p.index)<<32|p.rand(forPlay).Uint64()>>32)
		}
		return all, cfg.needs()
	}
	whole, wants := bots(0, 0)
	var joined []uint64
	var sum needs
	for part := range 3 {
		some, n := bots(part, 3)
		joined = append(joined, some...)
		sum = needs{sum.connections + n.connections, sum.sessions + n.sessions, sum.lobbies + n.lobbies}
	}
	sum.connections, sum.sessions = sum.connections-2, sum.sessions-2 // each part has a guard, and the whole has one
	slices.Sort(whole)
	slices.Sort(joined)
	if !slices.Equal(whole, joined) || len(whole) != 27 || sum != wants {
		t.Errorf("%d bots in one, %d in parts; %+v and %+v", len(whole), len(joined), wants, sum)
	}
	for _, bad := range []Config{{Part: 1}, {Part: 3, Parts: 3}, {Part: -1, Parts: 2}, {At: time.Now().Add(48 * time.Hour)}} {
		if bad.Check() == nil {
			t.Errorf("part %d of %d at %v was taken", bad.Part, bad.Parts, bad.At)
		}
	}
}
