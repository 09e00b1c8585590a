package server

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/cluster/outage"
	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/cluster/roster"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// still is a game in which nothing happens.
type still struct{}

func (still) Setup(*match.Setup) error        { return nil }
func (still) Join(*match.Tick, match.Player)  {}
func (still) Leave(*match.Tick, match.Player) {}
func (still) Step(*match.Tick)                {}

// nobody is a host without matches.
type nobody struct{}

func (nobody) Attach(string, match.SeatID, string) (*match.Seat, error) { return nil, match.ErrOver }

// oneOfMany is a server that has everything a node can have, and does not run.
func oneOfMany(t *testing.T) *Server {
	t.Helper()
	engine := memory.New(memory.Config{})
	t.Cleanup(engine.Close)
	keeper, err := cluster.NewKeeper(cluster.KeeperConfig{Engine: engine})
	if err != nil {
		t.Fatal(err)
	}
	who, err := roster.New(roster.Config{Engine: engine, Keeper: keeper, Node: cluster.Node{ID: "a", Owner: "a/1", Lobbies: true, Capacity: 10}})
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{
		Node: "a", Engine: engine, Secret: []byte("the secret of the service"), Host: nobody{}, Outboxes: new(Outboxes), Address: who.Address,
		Roster: who, Keeper: keeper, MeshCounters: new(peer.Counters), MatchCounters: new(matches.Counters),
		StoreCounters: new(cluster.Counters), Outages: new(outage.Counters),
		Oversee: func() []matches.Overseen { return nil },
		Around:  func(ctx context.Context, run func(context.Context) error) error { return run(ctx) },
	}
	mesh, err := peer.New(peer.Config{Node: "a", Secret: c.Secret, Address: who.Address, Counters: c.MeshCounters})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(mesh.Close)
	c.Mesh = mesh
	s, err := New(Config{
		Guests: true, Cluster: c, Kinds: []match.Kind{{Name: "still", MaxPlayers: 2, New: func() match.Game { return still{} }}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ours are the lines of the metrics that are the server's.
func ours(s *Server) []string {
	answer := httptest.NewRecorder()
	s.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, PathMetrics, nil))
	text, _ := io.ReadAll(answer.Body)
	return slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool { return !strings.HasPrefix(line, "deltatick_") })
}

// unshown are counters that no metric has, with why.
var unshown = map[string]string{
	"sessions.Drops.2":  "inputs that are too fast: the match counts them, and knows inputs from acknowledgements",
	"sessions.closes":   "slots, of which only those of codes count",
	"lobbies.refusals":  "likewise, of reasons",
	"presence.refusals": "likewise",
	"presence.Users.0":  "users who are offline are not counted",

	"sessions.Downloads.Refused": "what the server sends is not refused before it begins",
}

func init() { // kinds of frames that there are not: their slots stay empty
	for kind := range protocol.Kind(session.KindSlots) {
		if kind != 0 && kind.String() == protocol.Kind(0).String() {
			unshown["sessions.In."+strconv.Itoa(int(kind))], unshown["sessions.Out."+strconv.Itoa(int(kind))] = "no kind", "no kind"
		}
	}
}

func TestEveryCounterIsInTheMetrics(t *testing.T) {
	s := oneOfMany(t)
	before := ours(s)
	var count func(name string, v reflect.Value)
	count = func(name string, v reflect.Value) {
		if unshown[name] != "" {
			return
		}
		switch n := reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Interface().(type) {
		case *atomic.Int64:
			n.Add(1)
		case *atomic.Uint64:
			n.Add(1)
		default:
			switch v.Kind() {
			case reflect.Struct:
				for i := range v.NumField() {
					count(name+"."+v.Type().Field(i).Name, v.Field(i))
				}
			case reflect.Array:
				for i := range v.Len() {
					count(name+"."+strconv.Itoa(i), v.Index(i))
				}
			default:
				t.Errorf("%s is a %v: this test does not know how to count it", name, v.Type())
			}
			return
		}
		after := ours(s)
		if slices.Equal(before, after) {
			t.Errorf("%s is in no metric", name)
		}
		before = after
	}
	for name, counters := range map[string]any{
		"sessions": s.sessions, "lobbies": s.lobbies, "presence": s.presence.Counters(), "channels": s.channels.Counters(), "match": s.matches.counters,
		"recordings": s.matches.records.counters, "mesh": s.cfg.Cluster.MeshCounters, "host": s.cfg.Cluster.MatchCounters, "shared": &s.shared,
		"relay": &s.following.relayed, "follow": &s.following.counters, "tickets": &s.seats.counters, "outboxes": &s.seats.outboxes.dropped, "outboxes given up": &s.seats.outboxes.given,
		"abroad": &s.abroad.counters, "store": s.cfg.Cluster.StoreCounters, "outages": s.cfg.Cluster.Outages,
	} {
		count(name, reflect.ValueOf(counters).Elem())
	}
}
