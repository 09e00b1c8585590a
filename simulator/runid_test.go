package simulator_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/client-go/clienttest"
	"github.com/deltatick/deltatick/simulator"
)

// at is a time of the virtual clock, which all of its runs begin at.
var at = time.Date(2000, 1, 1, 0, 0, 5, 0, time.UTC)

func TestARunDoesNotTakeTheLobbiesOfAnotherOrOfAnotherPartForItsOwn(t *testing.T) {
	for name, cfg := range map[string]simulator.Config{"another run": {}, "another part": {Parts: 2, At: at}} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t.Context(), faults{})
			defer h.close()
			cfg.URL, cfg.AllowRemote, cfg.NetDial = clienttest.URL, true, h.srv.Dial
			cfg.Groups = []simulator.Group{{Game: "tag", Name: strings.Repeat("long ", 20), Bots: 8, RoomSize: 2}}
			cfg.FreeWithin = time.Second
			var reports [2]simulator.Report
			var playing sync.WaitGroup
			for i := range reports {
				playing.Go(func() {
					own := cfg
					own.For = time.Duration(1+19*i) * time.Second // the one is long over before the other
					if own.Parts > 0 {
						own.Part = i
					}
					var err error
					if reports[i], err = simulator.Run(t.Context(), own); err != nil {
						t.Error(err)
					}
				})
			}
			playing.Wait()
			for i, r := range reports {
				if !r.OK() {
					t.Errorf("%s: run %d: %+v", name, i, r.Invariants)
				}
			}
			if alike := reports[0].Run == reports[1].Run; alike != (cfg.Parts > 0) {
				t.Errorf("%s: they are called %s and %s", name, reports[0].Run, reports[1].Run)
			}
		})
	}
}

func TestALobbysNameTellsRunPartGroupAndNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t.Context(), faults{kept: true})
		defer h.close()
		r, err := simulator.Run(t.Context(), simulator.Config{
			URL: clienttest.URL, AllowRemote: true, NetDial: h.srv.Dial, For: time.Second, Run: "tuesday", Part: 1, Parts: 2, FreeWithin: time.Millisecond,
			Groups: []simulator.Group{{Game: "tag", Name: "a", Bots: 1}, {Game: "tag", Name: "b" + strings.Repeat("é", 60), Bots: 4, RoomSize: 2}},
		})
		if err != nil || r.Run != "tuesday" || r.Part != 2 {
			t.Fatalf("%+v, %v", r, err)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, l := range h.lobbies {
			if want := "sim tuesday.2 2.2 b" + strings.Repeat("é", 21); l.name != want {
				t.Errorf("a lobby is called %q, want %q", l.name, want)
			}
		}
		if len(h.lobbies) != 1 || r.Broken != 1 {
			t.Errorf("%d lobbies, %d invariants broken", len(h.lobbies), r.Broken)
		}
	})
	for _, bad := range []string{"a b", strings.Repeat("x", 13), "é"} {
		if err := (simulator.Config{Run: bad}).Check(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("run: %q", bad)) {
			t.Errorf("%q was taken: %v", bad, err)
		}
	}
}
