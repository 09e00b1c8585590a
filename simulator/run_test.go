package simulator_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/client-go/clienttest"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// play runs groups against a house in virtual time, for 6 s if cfg says nothing else. A group plays "tag" with 4 bots in lobbies of 2
// unless it says what it does.
func play(t *testing.T, f faults, cfg simulator.Config, groups ...simulator.Group) (report simulator.Report, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t.Context(), f)
		defer h.close()
		cfg.URL, cfg.AllowRemote, cfg.NetDial = clienttest.URL, true, h.srv.Dial
		for i := range groups {
			g := &groups[i]
			g.Game = cmp.Or(g.Game, "tag")
			if g.Bots == 0 {
				g.Bots, g.RoomSize = 4, 2
			}
		}
		cfg.Groups = groups
		if cfg.For == 0 {
			cfg.For = 6 * time.Second
		}
		report, err = simulator.Run(t.Context(), cfg)
	})
	return report, err
}

// mustPlay is play of one group.
func mustPlay(t *testing.T, f faults, cfg simulator.Config, g simulator.Group) simulator.GroupReport {
	t.Helper()
	return mustPlayAll(t, f, cfg, g).Groups[0]
}

func mustPlayAll(t *testing.T, f faults, cfg simulator.Config, groups ...simulator.Group) simulator.Report {
	t.Helper()
	report, err := play(t, f, cfg, groups...)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func reasons(r simulator.GroupReport) map[string]int {
	found := map[string]int{}
	for _, bot := range r.Each {
		for _, f := range bot.Failures {
			found[f.Reason]++
		}
	}
	return found
}

func TestAGoodServerFailsNobody(t *testing.T) {
	r := mustPlay(t, faults{}, simulator.Config{}, simulator.Group{Bots: 5, RoomSize: 2})
	if r.Failed != 0 || len(r.Each) != 5 || r.Lobbies != 3 {
		t.Fatalf("failed %d of %d bots in %d lobbies: %v", r.Failed, len(r.Each), r.Lobbies, reasons(r))
	}
	if r.Rate.Min < 59.5 || r.Rate.Max > 60.5 {
		t.Errorf("snapshots a second %+v", r.Rate)
	}
	if r.Interval.P50 < 16 || r.Interval.P99 > 17.5 || r.Interval.Count < 5*350 {
		t.Errorf("inter-arrival %+v", r.Interval)
	}
	if r.Latency.P50 < 1 || r.Latency.P99 > 60 || r.Latency.Count < 5*340 {
		t.Errorf("input to effect %+v", r.Latency)
	}
	if r.Late > 0.01 || r.InputsSent < 5*350 || r.Desyncs != 0 || r.Reconnects != 0 || r.BytesIn <= 0 || r.BytesOut <= 0 {
		t.Errorf("report %+v", r)
	}
}

func TestChaosEndsWithEveryBotInItsSeat(t *testing.T) {
	r := mustPlay(t, faults{}, simulator.Config{For: 20 * time.Second}, simulator.Group{Bots: 6, RoomSize: 3, Chaos: true})
	if r.Failed != 0 {
		t.Fatalf("failed %d bots: %v", r.Failed, reasons(r))
	}
	if r.Cuts < 6*2 || r.Reconnects < uint64(r.Cuts) || r.Rejoin.Count < r.Cuts/2 {
		t.Errorf("%d cuts, %d reconnects, %d returns measured", r.Cuts, r.Reconnects, r.Rejoin.Count)
	}
	if r.Rate.Min < 55 {
		t.Errorf("snapshots a second while seated: %+v", r.Rate)
	}
}

func TestWhateverAServerDoesWrongIsNamed(t *testing.T) {
	const chaos = true
	for _, test := range []struct {
		name   string
		faults faults
		chaos  bool
		reason string
		least  int
	}{
		{"no lobbies", faults{noLobbies: true}, false, simulator.FailedJoin, 4},
		{"never enters", faults{noEnter: true}, false, simulator.FailedJoin, 4},
		{"hash", faults{wrongHash: true}, false, simulator.FailedDesync, 1},
		{"seat of another", faults{otherSeat: true}, chaos, simulator.FailedSeat, 2},
		{"no way back", faults{noReturn: true}, chaos, simulator.FailedAbsent, 3},
		{"half the rate", faults{halfRate: true}, false, simulator.FailedRate, 4},
		{"event twice", faults{eventTwice: true}, chaos, simulator.FailedEvents, 3},
		{"event missing", faults{eventMissing: true}, false, simulator.FailedEvents, 4},
		{"garbage", faults{garbage: true}, false, simulator.FailedMalformed, 1},
		{"flooding", faults{closeWith: protocol.CloseFlooding}, false, simulator.FailedClosed, 1},
		{"kicked", faults{exitWith: "kicked"}, false, simulator.FailedSeat, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := mustPlayAll(t, test.faults, simulator.Config{For: 12 * time.Second}, simulator.Group{Chaos: test.chaos})
			r := all.Groups[0]
			if found := reasons(r); found[test.reason] < test.least || r.Failed == 0 {
				t.Errorf("found %v in %d bots, want %s", found, r.Failed, test.reason)
			}
			var table bytes.Buffer
			if _, err := all.WriteTo(&table); err != nil || !strings.Contains(table.String(), "FAILED") || !strings.Contains(table.String(), test.reason+", ") {
				t.Errorf("the table does not say so:\n%s", table.String())
			}
		})
	}
}

func TestAMatchThatEndsIsFollowedByAnother(t *testing.T) {
	r := mustPlay(t, faults{endAfter: 200}, simulator.Config{}, simulator.Group{})
	if r.Failed != 0 {
		t.Fatalf("failed %d bots: %v", r.Failed, reasons(r))
	}
	for _, bot := range r.Each {
		if !strings.HasSuffix(bot.Match, "match 2") {
			t.Errorf("bot %d ended in %s", bot.Bot, bot.Match)
		}
	}
}

func TestAGameForTwoStartsWhenTwoAreThere(t *testing.T) {
	r := mustPlay(t, faults{}, simulator.Config{}, simulator.Group{Game: "duel", Bots: 4, RoomSize: 2, Settings: map[string]int{"lives": 3}})
	if r.Failed != 0 || r.Lobbies != 2 {
		t.Errorf("failed %d bots in %d lobbies: %v", r.Failed, r.Lobbies, reasons(r))
	}
}

func TestWhatCannotRunSaysWhy(t *testing.T) {
	for _, test := range []struct {
		group simulator.Group
		want  string
	}{
		{simulator.Group{Game: "chess"}, `no game "chess", only tag, duel`},
		{simulator.Group{Game: "duel", Bots: 3, RoomSize: 2}, "2 players at least"},
		{simulator.Group{Game: "duel", Bots: 3, RoomSize: 3}, "2 players at most"},
		{simulator.Group{Game: "duel", Bots: 2, RoomSize: 2, Settings: map[string]int{"wind": 1}}, `no setting "wind"`},
		{simulator.Group{Game: "duel", Bots: 2, RoomSize: 2, Settings: map[string]int{"lives": 10}}, "outside 1..9"},
		{simulator.Group{Bots: -1}, "bots: -1"},
		{simulator.Group{Behaviour: "clever"}, `"clever"`},
		{simulator.Group{Codecs: []string{"zip"}}, `"zip" is neither packed nor mp`},
	} {
		_, err := play(t, faults{}, simulator.Config{}, test.group)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v, want %q", test.group, err, test.want)
		}
	}
}

func TestOnlyThisMachineIsLoadedUnlessAsked(t *testing.T) {
	refuse := func(context.Context, string, string) (net.Conn, error) { return nil, clienttest.ErrRefused }
	for _, test := range []struct {
		url   string
		allow bool
		want  error
	}{
		{"ws://127.0.0.1:1/ws", false, simulator.ErrNoServer},
		{"ws://[::1]:1/ws", false, simulator.ErrNoServer},
		{"ws://127.8.8.8:1/ws", false, simulator.ErrNoServer},
		{"ws://192.0.2.1:1/ws", false, simulator.ErrRemote},
		{"ws://0.0.0.0:1/ws", false, simulator.ErrRemote},
		{"ws://192.0.2.1:1/ws", true, simulator.ErrNoServer},
	} {
		_, err := simulator.Run(t.Context(), simulator.Config{URL: test.url, AllowRemote: test.allow, NetDial: refuse})
		if !errors.Is(err, test.want) {
			t.Errorf("%s, remote allowed %v: %v", test.url, test.allow, err)
		}
	}
}

func TestAnEarlyEndStillReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t.Context(), faults{})
		defer h.close()
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		var lines bytes.Buffer
		r, err := simulator.Run(ctx, simulator.Config{URL: clienttest.URL, AllowRemote: true, NetDial: h.srv.Dial,
			Groups: []simulator.Group{{Game: "tag", Bots: 2}}, For: time.Hour, Progress: &lines})
		if err != nil || !r.Interrupted || r.Failed != 0 || r.Measured < 3 || r.Measured > 4 || r.Groups[0].Rate.Min < 59 {
			t.Errorf("report %+v, %v", r, err)
		}
		if n := strings.Count(lines.String(), "seated 2/2"); n != 4 { // the last, of nearly a second, included
			t.Errorf("%d live lines:\n%s", n, lines.String())
		}
		if b, err := json.Marshal(r); err != nil || !strings.Contains(string(b), `"interrupted":true`) {
			t.Errorf("as JSON: %s, %v", b, err)
		}
	})
}

func TestAnEndBeforeAllAreInStillReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t.Context(), faults{})
		defer h.close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, err := simulator.Run(ctx, simulator.Config{URL: clienttest.URL, AllowRemote: true, NetDial: h.srv.Dial,
			Groups: []simulator.Group{{Game: "tag", Bots: 4}}, Ramp: time.Minute})
		if err != nil || !r.Interrupted || r.Failed != 0 || r.Measured != 0 {
			t.Errorf("report %+v, %v", r, err)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Error(err)
		}
	})
}

// turner is a bot of a game's own.
type turner struct {
	turn    client.Control
	entered *int
}

func (b *turner) Enter(room *client.Room) {
	b.turn = room.Input("turn")
	*b.entered++
}
func (b *turner) Think(_ *client.View, in *client.Input) { in.Set(b.turn, 1) }

func TestAGamesOwnBotPlays(t *testing.T) {
	entered := 0
	r := mustPlay(t, faults{}, simulator.Config{}, simulator.Group{Bots: 1, RoomSize: 1, NewBot: func(int, *rand.Rand) simulator.Bot {
		return &turner{entered: &entered}
	}})
	if r.Failed != 0 || entered != 1 {
		t.Errorf("failed %d, entered %d times", r.Failed, entered)
	}
}

func TestGroupsPlayTheirOwnGamesAndAreMeasuredApart(t *testing.T) {
	var lines bytes.Buffer
	r := mustPlayAll(t, faults{}, simulator.Config{For: 12 * time.Second, Progress: &lines},
		simulator.Group{Bots: 3, RoomSize: 3},
		simulator.Group{Name: "cut", Bots: 4, RoomSize: 2, Chaos: true},
		simulator.Group{Game: "duel", Bots: 2, RoomSize: 2})
	if r.Failed != 0 || r.Bots != 9 || r.Lobbies != 4 || len(r.Groups) != 3 {
		t.Fatalf("%d of %d bots failed in %d lobbies and %d groups", r.Failed, r.Bots, r.Lobbies, len(r.Groups))
	}
	tag, cut, duel := r.Groups[0], r.Groups[1], r.Groups[2]
	if tag.Name != "tag" || tag.Cuts != 0 || tag.Reconnects != 0 || duel.Name != "duel" || duel.Cuts != 0 {
		t.Errorf("groups nobody cut: %+v, %+v", tag, duel)
	}
	if cut.Cuts == 0 || cut.Reconnects == 0 || cut.Rejoin.Count == 0 {
		t.Errorf("the group that was cut: %+v", cut)
	}
	if bots := []int{tag.Each[0].Bot, cut.Each[0].Bot, duel.Each[0].Bot}; !slices.Equal(bots, []int{1, 4, 8}) {
		t.Errorf("the groups' first bots are %v", bots)
	}
	var table bytes.Buffer
	if _, err := r.WriteTo(&table); err != nil || !strings.Contains(table.String(), "cut: 4 bots in 2 lobbies of tag") {
		t.Errorf("%v:\n%s", err, table.String())
	}
	if n := strings.Count(lines.String(), "s  cut  seated 4/4"); n < 6 {
		t.Errorf("%d live lines of a group:\n%s", n, lines.String())
	}
}

func TestTwoGroupsOfOneNameAreRefused(t *testing.T) {
	if _, err := play(t, faults{}, simulator.Config{}, simulator.Group{}, simulator.Group{}); err == nil || !strings.Contains(err.Error(), "group tag") {
		t.Errorf("%v", err)
	}
}
