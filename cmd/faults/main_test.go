package main

import (
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/cmd/internal/env"
	"github.com/deltatick/deltatick/cmd/internal/fleet"
	"github.com/deltatick/deltatick/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func nothing(string) (string, bool) { return "", false }

// TestPlayersComeBackWhateverPartOfTheServiceDies starts a service of real processes with a real Redis. What is lost is held to what is promised; times are
// not, since the machine is shared with other tests.
func TestPlayersComeBackWhateverPartOfTheServiceDies(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	t.Parallel()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	bin := t.TempDir()
	if err := fleet.Build(bin); err != nil {
		t.Fatal(err)
	}
	cfg, err := parse([]string{
		"-bin", bin, "-faults", "kill-match,kill-lobby,drain-match,redis-empty", "-reps", "1", "-players", "8", "-tick-rate", "30", "-timings=false",
	}, nothing, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out, progress strings.Builder
	held, err := run(t.Context(), cfg, &out, &progress)
	t.Log(progress.String(), out.String())
	if err != nil || !held {
		t.Errorf("it did not hold (%v)", err)
	}
	// Where matches and lobbies are is for the service to say, but whatever dies has somebody's: it is the fullest that is hit.
	for _, fault := range []string{"kill-match", "kill-lobby", "drain-match"} {
		if !regexp.MustCompile(fault + ` .*hit [1-9]/8`).MatchString(progress.String()) {
			t.Errorf("%s hit nobody: this run shows nothing", fault)
		}
	}
}

func TestFlagsAreChecked(t *testing.T) {
	for _, bad := range []string{"-faults=none", "-reps=0", "-players=0", "-seats=17", "-tick-rate=1", "-soak=1s -faults=rolling", "here"} {
		if _, err := parse(strings.Fields(bad), nothing, io.Discard); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	var help strings.Builder
	if _, err := parse([]string{"-h"}, nothing, &help); err != env.ErrHelp || !strings.Contains(help.String(), "DELTATICK_FAULTS_SOAK") {
		t.Errorf("help: %v\n%s", err, help.String())
	}
}

func TestASoakIsDrawnFromItsSeed(t *testing.T) {
	draw := func(seed uint64) (names []string) {
		cfg := &config{faults: catalogue, soak: time.Hour}
		for f := range cfg.schedule(t.Context(), rand.New(rand.NewPCG(seed, 0))) {
			if names = append(names, f.name); len(names) == 20 {
				break
			}
		}
		return names
	}
	one, again, other := strings.Join(draw(1), " "), strings.Join(draw(1), " "), strings.Join(draw(2), " ")
	if one != again || one == other {
		t.Errorf("drawn: %s\nagain: %s\nother: %s", one, again, other)
	}
}

func TestLogsTellWhereMatchesRun(t *testing.T) {
	w := &watch{}
	for _, line := range []string{
		`match-1: time=2026-01-01T00:00:00Z level=INFO msg="match made" match=m-1 lobby=l epoch=7 game=arena`,
		`match-1: time=2026-01-01T00:00:00Z level=INFO msg="match made" match=m-2 lobby=k epoch=7 game=arena`,
		`match-2: time=2026-01-01T00:00:01Z level=INFO msg="match taken over" match=m-1 lobby=l epoch=9 from=match-1/x after=300 took=3ms`,
	} {
		_, _ = w.Write([]byte(line + "\n"))
	}
	if after, ok := w.after("m-1", 9); !ok || after != 300 || w.matches("match-1") != 1 || w.matches("match-2") != 1 {
		t.Errorf("after %d (%v), %d and %d matches", after, ok, w.matches("match-1"), w.matches("match-2"))
	}
	if breaks, bad := w.take(); len(breaks)+len(bad) != 0 {
		t.Errorf("broken: %v %v", breaks, bad)
	}
	_, _ = w.Write([]byte(`match-1: level=INFO msg="match taken" match=m-1 epoch=8 after=310` + "\n"))
	_, _ = w.Write([]byte("match-1: panic: no\n"))
	if breaks, bad := w.take(); len(breaks) != 1 || len(bad) != 1 {
		t.Errorf("broken: %v %v", breaks, bad)
	}
}

// seconds makes a record of snapshots 100 ms apart.
func seconds(epoch uint32, ticks ...uint32) (r record) {
	for i, tick := range ticks {
		r.samples = append(r.samples, sample{at: time.Unix(0, int64(i)*1e8), epoch: epoch, tick: tick})
	}
	return r
}

func TestTwoOwnersOfAMatchAreNoticed(t *testing.T) {
	one, other := seconds(1, 10, 16, 22, 28, 34, 40), seconds(1, 10, 16)
	other.samples = append(other.samples, sample{at: time.Unix(0, 2e8), epoch: 2, tick: 12})
	if got := overlap([]record{one, other}); got != 300 {
		t.Errorf("an overlap of %v ms, want 300", got)
	}
	if got := overlap([]record{other}); got != 0 {
		t.Errorf("an overlap of %v ms, want none", got)
	}
}

func TestEventsThatAreMissingOrDoubledAreNoticed(t *testing.T) {
	with := func(ticks ...uint32) record {
		r := seconds(1, 10, 100, 200)
		for _, tick := range ticks {
			r.told = append(r.told, told{1, tick, "kill"})
		}
		return r
	}
	if lost, doubled := compare([]record{with(50, 60), with(50, 60)}); len(lost)+len(doubled) != 0 {
		t.Errorf("lost %v, doubled %v", lost, doubled)
	}
	if lost, doubled := compare([]record{with(50, 60), with(50, 50)}); len(lost) != 1 || len(doubled) != 1 {
		t.Errorf("lost %v, doubled %v", lost, doubled)
	}
	anew := with()
	anew.anew = 1
	if lost, _ := compare([]record{with(50), anew}); len(lost) != 0 {
		t.Errorf("lost %v, of which it was told", lost)
	}
}

func TestPlayersNoticeWhatMustNotBe(t *testing.T) {
	m, err := newPlayer("ws://127.0.0.1:1/ws", 1, &party{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, seq := range []uint32{1, 2, 2} {
		m.event(protocol.Event{Seq: seq, Channel: protocol.ChannelChat})
	}
	if _, breaks := m.take(); len(breaks) != 1 {
		t.Errorf("broken: %v", breaks)
	}
}

func TestPercentilesAreOfTheNearestRank(t *testing.T) {
	values := []float64{4, 1, 3, 2}
	for share, want := range map[float64]float64{0.5: 2, 0.75: 3, 0.99: 4, 1: 4} {
		if got := percentile(values, share); got != want {
			t.Errorf("%v: %v, want %v", share, got, want)
		}
	}
	if percentile(nil, 0.5) != 0 {
		t.Error("of none")
	}
}
