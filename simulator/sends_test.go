package simulator_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/conformance/testchannel"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session/channel"
	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/invariant"
)

func TestWhatBotsSendIsHeardByAllOnceOverCutsAndTakenUpSessions(t *testing.T) {
	t.Parallel()
	sends := simulator.Sends{Every: 250 * time.Millisecond}
	r, err := simulator.Run(t.Context(), simulator.Config{
		URL: realServerWith(t, server.Config{Grace: 3 * time.Second, Channels: []*channel.Channel{testchannel.New()}}), For: 6 * time.Second,
		Groups: []simulator.Group{
			{Name: "sitters", Role: simulator.Sitter, Bots: 6, RoomSize: 3, Sends: sends, Chaos: true},
			{Name: "rejoiners", Role: simulator.Rejoiner, Bots: 3, RoomSize: 3, MinRate: -1, Sends: sends, Rejoin: time.Second},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() {
		if _, err := r.WriteTo(os.Stderr); err != nil {
			t.Error(err)
		}
		t.Errorf("%d failed, %d invariants broken", r.Failed, r.Broken)
	}
	for _, g := range r.Groups {
		if g.Sends == 0 || g.Heard < g.Sends {
			t.Errorf("%s: %d sent, %d heard", g.Name, g.Sends, g.Heard)
		}
	}
}

func TestAServerThatMishandlesWhatBotsSendIsFound(t *testing.T) {
	for _, test := range []struct {
		name   string
		faults faults
		chaos  bool
		says   string // "": nothing is broken
	}{
		{"a good server", faults{}, true, ""},
		{"one is left out", faults{callMissing: true}, false, "call 3 of bot"},
		{"one is handled twice", faults{callTwice: true}, false, "after call 2"},
		{"from the third on nobody hears them", faults{callSilent: true}, false, "was acknowledged and not heard"},
		{"what is sent again after a cut is handled again", faults{callAgain: true}, true, "after call"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := mustPlayAll(t, test.faults, simulator.Config{For: 12 * time.Second},
				simulator.Group{Role: simulator.Sitter, Sends: simulator.Sends{Every: 300 * time.Millisecond}, Chaos: test.chaos})
			for _, i := range r.Invariants {
				if want := i.Name == invariant.Events && test.says != ""; (i.Breaks > 0) != want || i.Breaks > i.Checks {
					t.Errorf("%s: %d breaks in %d checks: %v", i.Name, i.Breaks, i.Checks, i.Details)
				}
				if i.Name == invariant.Events && test.says != "" && !slices.ContainsFunc(i.Details, func(s string) bool { return strings.Contains(s, test.says) }) {
					t.Errorf("%v do not say %q", i.Details, test.says)
				}
			}
			if r.Groups[0].Sends == 0 || r.Failed != 0 {
				t.Errorf("%d sent, failed: %v", r.Groups[0].Sends, reasons(r.Groups[0]))
			}
		})
	}
}

func TestAChannelThatIsNotThereFailsWhoSendsThere(t *testing.T) {
	t.Parallel()
	r, err := simulator.Run(t.Context(), simulator.Config{URL: realServer(t), For: time.Second, Groups: []simulator.Group{
		{Role: simulator.Sitter, Bots: 2, RoomSize: 2, Sends: simulator.Sends{Every: time.Second, Channel: "guilds"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if found := reasons(r.Groups[0]); found[simulator.FailedSending] != 2 {
		t.Errorf("failed: %v", found)
	}
}

func TestSendsAreCheckedBeforeARun(t *testing.T) {
	for _, g := range []simulator.Group{
		{Sends: simulator.Sends{Every: 100 * time.Millisecond}}, {Sends: simulator.Sends{Channel: "guilds"}},
		{Sends: simulator.Sends{Every: time.Second, Event: "No!"}}, {Role: simulator.Hopper, Sends: simulator.Sends{Every: time.Second}},
	} {
		if err := (simulator.Config{Groups: []simulator.Group{g}}).Check(); err == nil {
			t.Errorf("%+v is no error", g.Sends)
		}
	}
}
