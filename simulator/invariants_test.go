package simulator_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/invariant"
)

// meter is a server that says these gauges, one after another, and the last of them again and again.
type meter struct{ say []invariant.Gauges }

func (m *meter) Gauges(context.Context) (invariant.Gauges, error) {
	now := m.say[0]
	if len(m.say) > 1 {
		m.say = m.say[1:]
	}
	return now, nil
}

// quiet is a server before a run.
var quiet = invariant.Gauges{Goroutines: 20, Heap: 10 << 20}

// guarded is a run in which every invariant is looked at.
func guarded(t *testing.T, f faults, chaos bool, after invariant.Gauges) simulator.Report {
	t.Helper()
	f.hides = true
	busy := invariant.Gauges{Sessions: 1, Goroutines: 40, Heap: 10 << 20} // what a while ends
	return mustPlayAll(t, f, simulator.Config{For: 12 * time.Second, Meter: &meter{[]invariant.Gauges{quiet, busy, after}}}, simulator.Group{
		Chaos: chaos, Talk: time.Second, Sight: invariant.Sight{Table: "ships", X: "x", Y: "y", Radius: 5, Speed: 60},
	})
}

func TestAGoodServerBreaksNoInvariantAndEachIsChecked(t *testing.T) {
	for _, chaos := range []bool{false, true} {
		r := guarded(t, faults{}, chaos, quiet)
		for _, i := range r.Invariants {
			if i.Checks == 0 || i.Breaks != 0 {
				t.Errorf("chaos %v: %s: %d checks, %d breaks: %v", chaos, i.Name, i.Checks, i.Breaks, i.Details)
			}
		}
		if !r.OK() || r.Broken != 0 || len(r.Invariants) != len(invariant.All()) {
			t.Errorf("chaos %v: %d broken of %d, failed %v", chaos, r.Broken, len(r.Invariants), reasons(r.Groups[0]))
		}
	}
}

func TestABrokenServerIsCaughtByTheInvariantItBreaks(t *testing.T) {
	with := func(change func(g *invariant.Gauges)) invariant.Gauges {
		g := quiet
		change(&g)
		return g
	}
	const chaos = true
	for _, test := range []struct {
		name   string
		broken invariant.Name
		faults faults
		chaos  bool
		after  invariant.Gauges
		says   string
	}{
		{"a lobby beyond its maximum", invariant.Capacity, faults{overfull: true}, false, quiet, "2 players, at most 1"},
		{"two bots in a seat", invariant.Owner, faults{sharedSeat: true}, false, quiet, "was given to bot"},
		{"two members with a seat", invariant.Owner, faults{twinMembers: true}, false, quiet, "seat 1 is that of user"},
		{"a snapshot twice", invariant.Ticks, faults{tickTwice: true}, false, quiet, "no newer than the one before"},
		{"a baseline of its own", invariant.Ticks, faults{wrongBase: true}, false, quiet, "not sent before them"},
		{"an epoch that goes back", invariant.Ticks, faults{epochBack: true}, chaos, quiet, "epoch 9 after epoch 10"},
		{"an event twice", invariant.Events, faults{eventTwice: true}, chaos, quiet, "came twice"},
		{"an event missing", invariant.Events, faults{eventMissing: true}, false, quiet, "are missing"},
		{"a message left out", invariant.Events, faults{chatMissing: true}, false, quiet, "message 3 of its lobby after message 1"},
		{"a message twice", invariant.Events, faults{chatTwice: true}, false, quiet, "message 2 of its lobby after message 2"},
		{"messages for nobody", invariant.Events, faults{chatSilent: true}, false, quiet, "and not heard"},
		{"a hash", invariant.Hash, faults{wrongHash: true}, false, quiet, "1 view hashes differed"},
		{"hidden ships", invariant.Hidden, faults{shown: true}, false, quiet, "more than"},
		{"lobbies that stay", invariant.Seats, faults{kept: true}, false, quiet, "2 lobbies of the run"},
		{"sessions that stay", invariant.Seats, faults{}, false, with(func(g *invariant.Gauges) { g.Sessions = 1 }), "1, 0, 0, 0"},
		{"goroutines that stay", invariant.Leak, faults{}, false, with(func(g *invariant.Gauges) { g.Goroutines += 17 }), "37"},
		{"memory that stays", invariant.Leak, faults{}, false, with(func(g *invariant.Gauges) { g.Heap += 40 << 20 }), "goroutines and a heap"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := guarded(t, test.faults, test.chaos, test.after)
			found := r.Invariants[slices.IndexFunc(r.Invariants, func(i invariant.Result) bool { return i.Name == test.broken })]
			if found.Breaks == 0 || found.Breaks > found.Checks || r.OK() {
				t.Fatalf("%s: %d breaks in %d checks, the run is good: %v", found.Name, found.Breaks, found.Checks, r.OK())
			}
			if !strings.Contains(strings.Join(found.Details, "\n"), test.says) {
				t.Errorf("%q does not say %q", found.Details, test.says)
			}
			for _, i := range r.Invariants {
				if i.Name != test.broken && i.Breaks != 0 {
					t.Errorf("%s, too: %v", i.Name, i.Details)
				}
			}
			var table bytes.Buffer
			if _, err := r.WriteTo(&table); err != nil || !strings.Contains(table.String(), "FAILED: 1 invariant was broken\n  "+string(test.broken)+": ") {
				t.Errorf("the table does not say so:\n%s", table.String())
			}
		})
	}
}

func TestAnInvariantThatWasNeverCheckedIsSaidToBe(t *testing.T) {
	r := mustPlayAll(t, faults{}, simulator.Config{}, simulator.Group{})
	var table bytes.Buffer
	if _, err := r.WriteTo(&table); err != nil {
		t.Fatal(err)
	}
	if want := "\nnot looked at in this run: hidden (only in swarm with the setting view, or of bots whose code says what they may see), leak (only with -alone)\n"; !strings.Contains(table.String(), want) {
		t.Errorf("want %q in\n%s", want, table.String())
	}
}
