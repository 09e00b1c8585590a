package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
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

// play runs a population against a house in virtual time.
func play(t *testing.T, f faults, cfg simulator.Config) (report simulator.Report, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t.Context(), f)
		defer h.close()
		cfg.URL, cfg.AllowRemote, cfg.NetDial = clienttest.URL, true, h.srv.Dial
		if cfg.Game == "" {
			cfg.Game = "tag"
		}
		if cfg.Bots == 0 {
			cfg.Bots, cfg.RoomSize = 4, 2
		}
		if cfg.For == 0 {
			cfg.For = 6 * time.Second
		}
		report, err = simulator.Run(t.Context(), cfg)
	})
	return report, err
}

func mustPlay(t *testing.T, f faults, cfg simulator.Config) simulator.Report {
	t.Helper()
	report, err := play(t, f, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func reasons(r simulator.Report) map[string]int {
	found := map[string]int{}
	for _, bot := range r.Each {
		for _, f := range bot.Failures {
			found[f.Reason]++
		}
	}
	return found
}

func TestAGoodServerFailsNobody(t *testing.T) {
	r := mustPlay(t, faults{}, simulator.Config{Bots: 5, RoomSize: 2})
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
	r := mustPlay(t, faults{}, simulator.Config{Bots: 6, RoomSize: 3, For: 20 * time.Second, Chaos: true})
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
	chaos := simulator.Config{Chaos: true, For: 12 * time.Second}
	for _, test := range []struct {
		name   string
		faults faults
		cfg    simulator.Config
		reason string
		least  int
	}{
		{"no lobbies", faults{noLobbies: true}, simulator.Config{}, simulator.FailedJoin, 4},
		{"never enters", faults{noEnter: true}, simulator.Config{}, simulator.FailedJoin, 4},
		{"hash", faults{wrongHash: true}, simulator.Config{}, simulator.FailedDesync, 1},
		{"seat of another", faults{otherSeat: true}, chaos, simulator.FailedSeat, 2},
		{"no way back", faults{noReturn: true}, chaos, simulator.FailedAbsent, 3},
		{"half the rate", faults{halfRate: true}, simulator.Config{}, simulator.FailedRate, 4},
		{"event twice", faults{eventTwice: true}, chaos, simulator.FailedEvents, 3},
		{"event missing", faults{eventMissing: true}, simulator.Config{}, simulator.FailedEvents, 4},
		{"garbage", faults{garbage: true}, simulator.Config{}, simulator.FailedMalformed, 1},
		{"flooding", faults{closeWith: protocol.CloseFlooding}, simulator.Config{}, simulator.FailedClosed, 1},
		{"kicked", faults{exitWith: "kicked"}, simulator.Config{}, simulator.FailedSeat, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := mustPlay(t, test.faults, test.cfg)
			if found := reasons(r); found[test.reason] < test.least || r.Failed == 0 {
				t.Errorf("found %v in %d bots, want %s", found, r.Failed, test.reason)
			}
			var table bytes.Buffer
			if _, err := r.WriteTo(&table); err != nil || !strings.Contains(table.String(), "FAILED") || !strings.Contains(table.String(), test.reason+", ") {
				t.Errorf("the table does not say so:\n%s", table.String())
			}
		})
	}
}

func TestAMatchThatEndsIsFollowedByAnother(t *testing.T) {
	r := mustPlay(t, faults{endAfter: 200}, simulator.Config{})
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
	r := mustPlay(t, faults{}, simulator.Config{Game: "duel", Bots: 4, RoomSize: 2, Settings: map[string]int{"lives": 3}})
	if r.Failed != 0 || r.Lobbies != 2 {
		t.Errorf("failed %d bots in %d lobbies: %v", r.Failed, r.Lobbies, reasons(r))
	}
}

func TestWhatCannotRunSaysWhy(t *testing.T) {
	for _, test := range []struct {
		cfg  simulator.Config
		want string
	}{
		{simulator.Config{Game: "chess"}, `no game "chess", only tag, duel`},
		{simulator.Config{Game: "duel", Bots: 3, RoomSize: 2}, "2 players at least"},
		{simulator.Config{Game: "duel", Bots: 3, RoomSize: 3}, "2 players at most"},
		{simulator.Config{Game: "duel", Bots: 2, RoomSize: 2, Settings: map[string]int{"wind": 1}}, `no setting "wind"`},
		{simulator.Config{Game: "duel", Bots: 2, RoomSize: 2, Settings: map[string]int{"lives": 10}}, "outside 1..9"},
		{simulator.Config{Bots: -1}, "bots: -1"},
		{simulator.Config{Behaviour: "clever"}, `"clever"`},
	} {
		_, err := play(t, faults{}, test.cfg)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v, want %q", test.cfg, err, test.want)
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
		r, err := simulator.Run(ctx, simulator.Config{URL: clienttest.URL, AllowRemote: true, NetDial: h.srv.Dial, Game: "tag",
			Bots: 2, For: time.Hour, Progress: &lines})
		if err != nil || !r.Interrupted || r.Failed != 0 || r.Measured < 3 || r.Measured > 4 || r.Rate.Min < 59 {
			t.Errorf("report %+v, %v", r, err)
		}
		if n := strings.Count(lines.String(), "seated 2/2"); n != 3 {
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
		r, err := simulator.Run(ctx, simulator.Config{URL: clienttest.URL, AllowRemote: true, NetDial: h.srv.Dial, Game: "tag",
			Bots: 4, Ramp: time.Minute})
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
	r := mustPlay(t, faults{}, simulator.Config{Bots: 1, RoomSize: 1, NewBot: func(int, *rand.Rand) simulator.Bot {
		return &turner{entered: &entered}
	}})
	if r.Failed != 0 || entered != 1 {
		t.Errorf("failed %d, entered %d times", r.Failed, entered)
	}
}
