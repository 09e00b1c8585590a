package simulator_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/simulator"
)

func TestTwoPartsOfARunAreTogetherWhatOneProcessHad(t *testing.T) {
	t.Parallel()
	url := realServer(t)
	criterion := func(text string) simulator.Criterion {
		c, err := simulator.ParseCriterion(text)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	cfg := simulator.Config{URL: url, For: 2 * time.Second, Groups: []simulator.Group{
		// Kept by each part, whose four bots come once each, and broken by both together.
		{Name: "players", Bots: 8, RoomSize: 2, MinRate: -1, Talk: time.Second, Expect: []simulator.Criterion{criterion("visits <= 6")}},
		{Name: "one lobby", Bots: 2, RoomSize: 2, Role: simulator.Sitter},
		{Attack: "vanish", Bots: 3},
	}}
	var parts [2]simulator.Report
	var playing sync.WaitGroup
	for i := range parts {
		playing.Go(func() {
			own := cfg
			own.Part, own.Parts = i, len(parts)
			r, err := simulator.Run(t.Context(), own)
			if err != nil {
				t.Error(err)
			}
			var file bytes.Buffer
			if err := json.NewEncoder(&file).Encode(r); err != nil {
				t.Error(err)
			}
			if parts[i], err = simulator.ReadReport(&file); err != nil {
				t.Error(err)
			}
			if r.Unmet != 0 || r.Broken != 0 {
				t.Errorf("part %d: %d criteria not met, invariants %+v", i+1, r.Unmet, r.Invariants)
			}
		})
	}
	playing.Wait()
	merged, err := simulator.Merge(parts[1], parts[0])
	if err != nil {
		t.Fatal(err)
	}
	whole, err := simulator.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if merged.Bots != whole.Bots || merged.Lobbies != whole.Lobbies || len(merged.Groups) != len(whole.Groups) || merged.Attacks[0].Bots != whole.Attacks[0].Bots ||
		merged.Unmet != whole.Unmet || merged.Unmet != 1 || merged.OK() {
		t.Errorf("together %d bots, %d lobbies, %d unmet; in one %d, %d, %d", merged.Bots, merged.Lobbies, merged.Unmet, whole.Bots, whole.Lobbies, whole.Unmet)
	}
	for i, g := range merged.Groups {
		w := whole.Groups[i]
		if g.Name != w.Name || g.Bots != w.Bots || g.Visits != w.Visits || len(g.Each) != len(w.Each) {
			t.Errorf("together %+v, in one %+v", g, w)
		}
		for k := range g.Each {
			if g.Each[k].Bot != w.Each[k].Bot {
				t.Errorf("%s: bot %d is %d", g.Name, k, g.Each[k].Bot)
			}
		}
		// How many there are in a run is the machine's to say.
		sum := g.Interval.Count
		for _, part := range parts {
			for _, own := range part.Groups {
				if own.Name == g.Name {
					sum -= own.Interval.Count
				}
			}
		}
		if sum != 0 {
			t.Errorf("%s: %d gaps, of which the parts had all but %d", g.Name, g.Interval.Count, sum)
		}
	}
	if merged.Groups[0].Interval.Count == 0 || merged.Groups[0].Snapshots == 0 || whole.Groups[0].Snapshots == 0 {
		t.Error("nobody had any snapshots")
	}
	if text := table(t, merged); !strings.Contains(text, "2 processes") || !strings.Contains(text, "visits <= 6: 8, NOT MET") {
		t.Errorf("the table:\n%s", text)
	}
}
