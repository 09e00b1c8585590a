package hosting_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/hosting"
)

// scene is an Agones host that runs against a double in virtual time.
type scene struct {
	*hosting.Agones
	sidecar *sidecar
	wire    *wire
	ended   chan struct{} // closed when Run has returned
}

func play(t *testing.T, do func(t *testing.T, s *scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &scene{sidecar: newSidecar(), ended: make(chan struct{})}
		s.wire = &wire{handler: s.sidecar}
		var err error
		if s.Agones, err = hosting.NewAgones(hosting.AgonesConfig{Client: s.wire}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			defer close(s.ended)
			s.Run(ctx)
		}()
		do(t, s)
		cancel()
		<-s.ended
	})
}

// load is one of a number of rooms and of players.
func load(rooms int, players ...string) hosting.Load {
	return hosting.Load{Rooms: rooms, RoomCapacity: 20, Players: players, PlayerCapacity: 50}
}

// pass lets seconds pass in which the server says its load once a second.
func (s *scene) pass(seconds int, l hosting.Load) {
	for range seconds {
		s.SetLoad(l)
		time.Sleep(time.Second) // virtual
	}
	synctest.Wait()
}

func (s *scene) states(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	var got []string
	for _, call := range s.sidecar.said() {
		if !strings.Contains(call, "v1beta1") {
			got = append(got, strings.TrimPrefix(call, "POST /"))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("states asked for: -want +got\n%s", diff)
	}
}

func TestAGameserverIsAllocatedFromItsFirstRoomOnAndReadyAgainWhenItWasIdle(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.pass(3, load(0))
		s.states(t)
		s.Ready()
		s.states(t, "ready")
		s.pass(60, load(0))
		s.states(t, "ready")
		s.pass(100, load(2))
		s.states(t, "ready", "allocate")
		s.pass(25, load(0))
		s.pass(5, load(1))
		s.pass(25, load(0))
		s.states(t, "ready", "allocate")
		s.pass(10, load(0))
		s.states(t, "ready", "allocate", "ready")
	})
}

func TestAGameserverThatOthersAllocateStaysSoUntilItWasIdle(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.Ready()
		s.pass(60, load(0))
		s.sidecar.change(func() { s.sidecar.notes["agones.dev/last-allocated"] = "2026-01-01T00:00:00Z" })
		s.pass(25, load(0))
		s.sidecar.change(func() { s.sidecar.notes["agones.dev/last-allocated"] = "2026-01-01T00:00:25Z" })
		s.pass(25, load(0))
		s.states(t, "ready")
		s.pass(10, load(0))
		s.states(t, "ready", "ready")
	})
}

func TestRoomsAndPlayersFollowTheLoad(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.sidecar.lists["players"].values = []string{"of a process before"}
		for _, l := range []hosting.Load{
			load(0), load(3, "a", "b"), load(1, "b", "c"), {Rooms: 30, RoomCapacity: 30, Players: []string{"c"}, PlayerCapacity: 1}, load(0),
		} {
			s.pass(1, l)
			got := look(s.sidecar, func() doubleCounter { return *s.sidecar.counters["rooms"] })
			if want := (doubleCounter{int64(l.Rooms), int64(l.RoomCapacity)}); got != want {
				t.Errorf("rooms are %+v, want %+v", got, want)
			}
			list := look(s.sidecar, func() doubleList { return *s.sidecar.lists["players"] })
			if int(list.capacity) != l.PlayerCapacity || !slices.Equal(slices.Sorted(slices.Values(list.values)), l.Players) {
				t.Errorf("players are %+v, want %v of %d", list, l.Players, l.PlayerCapacity)
			}
		}
	})
}

func TestWhatHasNotChangedIsNotToldAgain(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.Ready()
		s.pass(5, load(1, "a"))
		before := s.sidecar.said()
		s.pass(100, load(1, "a"))
		if diff := cmp.Diff(before, s.sidecar.said()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestARoomThatTheAllocatorCountsStandsUntilOneComesOrGoes(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		rooms := func() int64 { return look(s.sidecar, func() int64 { return s.sidecar.counters["rooms"].count }) }
		s.pass(5, load(1))
		s.sidecar.change(func() { s.sidecar.counters["rooms"].count++ })
		s.pass(5, load(1, "a"))
		if rooms() != 2 {
			t.Errorf("%d rooms", rooms())
		}
		s.pass(5, load(2, "a"))
		if rooms() != 2 {
			t.Errorf("%d rooms when it had come", rooms())
		}
	})
}

func TestMorePlayersThanAListHoldsAreCut(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		l := hosting.Load{PlayerCapacity: 10_000}
		for i := range 1500 {
			l.Players = append(l.Players, strings.Repeat("p", 1+i/100)+string(rune('A'+i%100)))
		}
		slices.Sort(l.Players)
		s.pass(1, l)
		if n := look(s.sidecar, func() int { return len(s.sidecar.lists["players"].values) }); n != 1000 {
			t.Errorf("%d players are listed", n)
		}
	})
}

func TestACounterThatTheFleetDoesNotNameHoldsNothingUp(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		clear(s.sidecar.counters)
		clear(s.sidecar.lists)
		s.Ready()
		s.states(t, "ready")
		s.pass(5, load(1, "a"))
		s.Health()
		s.states(t, "ready", "allocate")
		if n := look(s.sidecar, func() int { return s.sidecar.healths }); n != 1 {
			t.Errorf("health was told %d times", n)
		}
	})
}

func TestTheOverflowLabelAsksForDrainingOnce(t *testing.T) {
	for _, key := range []string{hosting.DrainLabel, "agones.dev/sdk-" + hosting.DrainLabel} {
		play(t, func(t *testing.T, s *scene) {
			s.sidecar.change(func() { s.sidecar.labels[key] = "false" })
			s.pass(1, load(1))
			select {
			case <-s.Draining():
				t.Errorf("%s=false asks for draining", key)
			default:
			}
			s.sidecar.change(func() { s.sidecar.labels[key] = "true" })
			<-s.Draining()
			s.sidecar.change(func() {})
			s.pass(1, load(1))
		})
	}
}

func TestTheGameserverIsWatchedAgainWhenAStreamEndsOrMakesNoSense(t *testing.T) {
	for name, spoil := range map[string]func(s *sidecar){
		"end":      func(*sidecar) {},
		"no JSON":  func(s *sidecar) { s.line = "{\n" },
		"too long": func(s *sidecar) { s.line = strings.Repeat("x", 2<<20) },
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(t *testing.T, s *scene) {
				synctest.Wait()
				s.sidecar.change(func() { spoil(s.sidecar) })
				s.sidecar.cutStreams()
				s.pass(5, load(0))
				s.sidecar.change(func() {
					s.sidecar.line = ""
					s.sidecar.labels[hosting.DrainLabel] = "true"
				})
				<-s.Draining()
				if n := look(s.sidecar, func() int { return s.sidecar.streams }); n < 2 || n > 20 {
					t.Errorf("watched %d times", n)
				}
			})
		})
	}
}

func TestAGatewayThatComesLateIsToldTheNewest(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.wire.away.Store(true)
		s.Ready()
		s.pass(20, load(2, "a"))
		s.pass(20, load(3, "a"))
		s.wire.away.Store(false)
		s.pass(11, load(3, "a"))
		s.states(t, "allocate")
		if n := look(s.sidecar, func() int64 { return s.sidecar.counters["rooms"].count }); n != 3 {
			t.Errorf("%d rooms", n)
		}
	})
}

func TestAGatewayThatDoesNotAnswerKeepsNobodyWaiting(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.wire.silent.Store(true)
		start := time.Now()
		for i := range 100 {
			s.Ready()
			s.Health()
			s.SetLoad(load(i))
		}
		s.Drain()
		s.Shutdown()
		if took := time.Since(start); took != 0 {
			t.Errorf("the calls took %v", took)
		}
		synctest.Wait()
		if n := s.wire.waiting.Load(); n != 5 {
			t.Errorf("%d calls at once, want one for each duty", n)
		}
		s.wire.silent.Store(false)
		<-s.ended // the calls that wait are given up, and Shutdown is told
		if took := time.Since(start); took > hosting.Farewell {
			t.Errorf("the end took %v", took)
		}
		s.states(t, "shutdown")
	})
}

func TestHealthThatCouldNotBeToldIsNotToldLater(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.wire.away.Store(true)
		s.Health()
		s.pass(1, load(0))
		s.wire.away.Store(false)
		s.pass(60, load(0))
		if n := look(s.sidecar, func() int { return s.sidecar.healths }); n != 0 {
			t.Errorf("health was told %d times", n)
		}
		for range 10 {
			s.Health()
			s.pass(1, load(0))
		}
		if n := look(s.sidecar, func() int { return s.sidecar.healths }); n != 10 {
			t.Errorf("health was told %d times of 10", n)
		}
	})
}

func TestAGameserverThatDrainsHasNoRoomAndDoesNotComeBack(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.Ready()
		s.states(t, "ready")
		s.pass(5, load(2, "a", "b"))
		s.Drain()
		synctest.Wait()
		for _, l := range []hosting.Load{load(2, "a", "b"), load(1, "a"), load(0)} {
			s.pass(60, l)
			if got := look(s.sidecar, func() doubleCounter { return *s.sidecar.counters["rooms"] }); got != (doubleCounter{int64(l.Rooms), int64(l.Rooms)}) {
				t.Errorf("with %d rooms: %+v", l.Rooms, got)
			}
		}
		s.Shutdown()
		<-s.ended
		s.states(t, "ready", "allocate", "shutdown")
	})
}

func TestItSpeaksToAGatewayOverSockets(t *testing.T) {
	sidecar := newSidecar()
	gateway := httptest.NewServer(sidecar)
	defer gateway.Close()
	port := gateway.URL[strings.LastIndex(gateway.URL, ":")+1:]
	lookup := func(name string) (string, bool) { return port, name == hosting.EnvAgonesPort }
	host, err := hosting.Open("agones", lookup, nil)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		host.Run(t.Context())
	}()
	sidecar.change(func() { sidecar.labels[hosting.DrainLabel] = "true" })
	<-host.Draining()
	host.Shutdown()
	<-ended
	if got := look(sidecar, func() string { return sidecar.state }); got != "Shutdown" {
		t.Errorf("the gameserver is %s", got)
	}
}
