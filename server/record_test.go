package server_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/recording"
	"github.com/deltatick/deltatick/server"
)

// recorded is the only recording of a directory.
func recorded(t *testing.T, dir string) *recording.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"+recording.Extension))
	if err != nil || len(names) != 1 {
		t.Fatalf("recordings: %v, %v", names, err)
	}
	f, err := recording.OpenFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// fly sends inputs that change at random until stopped.
func (g *guest) fly(seed uint64) (stop func()) {
	rng := rand.New(rand.NewPCG(seed, 1))
	return g.steer(func(room *client.Room) func(*client.View, *client.Input) {
		turn, thrust, fire := room.Input("turn"), room.Input("thrust"), room.Input("fire")
		return func(_ *client.View, in *client.Input) {
			if rng.IntN(8) == 0 {
				in.Set(turn, float64(rng.IntN(3)-1))
				in.Set(thrust, float64(rng.IntN(2)))
				in.Set(fire, float64(rng.IntN(2)))
			}
		}
	})
}

func TestAMatchWithDropsResumesAndLateJoinersIsMadeAgainFromItsRecording(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(5, 5))
	// Longer than a client that was cut off again and again waits before it dials (docs/PROTOCOL.md, section 3), so that only who means to go is gone.
	const grace = 10 * time.Second
	bubble(t, server.Config{Kinds: []match.Kind{arena.Kind()}, RecordDir: dir, Grace: grace}, func(h *house) {
		host := h.guest("ada")
		lobby, _ := host.host(client.NewLobby{Game: "arena", Settings: map[string]int{"bots": 12, "seconds": 60}})
		guests := []*guest{host}
		defer host.fly(0)()
		for i := range 15 {
			g := h.guest(string(rune('a'+i)) + "-guest")
			g.join(lobby.ID, false)
			guests = append(guests, g)
			defer g.fly(uint64(i) + 1)()
			time.Sleep(400 * time.Millisecond) // the later ones come into the running match
		}
		h.guest("watcher").join(lobby.ID, true)
		for i := range 24 {
			g := guests[rng.IntN(len(guests))]
			h.net.cutOff.Store(i%2 == 0) // every other is away for some ticks
			if i%4 == 3 {
				g.CutMidFrame()
			} else {
				g.Cut()
			}
			time.Sleep(time.Duration(100+rng.IntN(300)) * time.Millisecond)
			h.net.cutOff.Store(false)
			time.Sleep(time.Duration(rng.IntN(300)) * time.Millisecond)
		}
		h.must(host.Lobby().Settings(h.ctx, client.LobbyChange{Settings: map[string]int{"bots": 5}}))
		guests[3].cancel() // goes for good: away, then gone when the grace is over
		h.must(guests[4].Lobby().Leave(h.ctx))
		time.Sleep(grace + 2*time.Second)
	})
	f := recorded(t, dir)
	seen := map[match.ActKind]int{}
	for c := f.Cursor(); ; {
		tick, err := c.Next()
		if err != nil {
			break
		}
		for _, a := range tick.Acts {
			seen[a.Kind]++
		}
	}
	for _, kind := range []match.ActKind{match.ActJoin, match.ActLeave, match.ActAway, match.ActBack, match.ActConfigure, match.ActInput} {
		if seen[kind] == 0 {
			t.Errorf("the match had no %s: the test shows less than it says", kind)
		}
	}
	report, err := recording.Verify(arena.Kind(), f.Reader)
	if err != nil || report.Torn != nil || report.Difference != nil || report.Ticks < 900 {
		t.Fatalf("%+v, %v: %v", report, err, report.Difference)
	}
	t.Logf("%d ticks, %d bytes, %v", report.Ticks, f.Size(), seen)
}

func TestAGameThatBreaksIsRecordedUpToTheTickAndBreaksAgain(t *testing.T) {
	dir := t.TempDir()
	bubble(t, server.Config{RecordDir: dir}, func(h *house) {
		ada := h.guest("ada")
		ada.hostAny()
		stop := ada.play(map[string]float64{"add": 1})
		time.Sleep(time.Second)
		stop()
		defer ada.play(map[string]float64{"boom": 1})()
		time.Sleep(time.Second)
	})
	f := recorded(t, dir)
	if end := f.End(); end == nil || end.Result.Reason != match.ReasonFailed || end.Cut != "" {
		t.Fatalf("end: %+v", end)
	}
	report, err := recording.Verify(tallyKind(), f.Reader)
	if err != nil || report.Difference != nil || report.Ticks != f.Last() {
		t.Fatalf("%+v, %v: %v", report, err, report.Difference)
	}
}

func TestRecordingsAreCounted(t *testing.T) {
	dir := t.TempDir()
	bubble(t, server.Config{RecordDir: dir}, func(h *house) {
		ada := h.guest("ada")
		ada.hostAny()
		defer ada.play(map[string]float64{"end": 1})()
		time.Sleep(time.Second)
		text := body(h.get(server.PathMetrics))
		for _, line := range []string{"deltatick_recordings 0", `deltatick_recording_ends_total{outcome="complete"} 1`} {
			if !strings.Contains(text, line) {
				t.Errorf("metrics lack %q", line)
			}
		}
	})
	f := recorded(t, dir)
	if f.End() == nil || f.End().Result.Reason != match.ReasonEnded {
		t.Errorf("end: %+v", f.End())
	}
	if report, err := recording.Verify(tallyKind(), f.Reader); err != nil || report.Difference != nil {
		t.Errorf("%v, %v", report.Difference, err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Error(err)
	}
}
