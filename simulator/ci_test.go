package simulator_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/invariant"
	"github.com/deltatick/deltatick/simulator/scenario"
)

// metrics reads the gauges of a server in this process by its /metrics.
type metrics struct{ url string }

func (m metrics) Gauges(ctx context.Context) (g invariant.Gauges, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.url, nil)
	if err != nil {
		return g, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return g, err
	}
	defer resp.Body.Close() //nolint:errcheck // it is only read
	http.DefaultClient.CloseIdleConnections()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, text, _ := strings.Cut(lines.Text(), " ")
		value, _ := strconv.ParseFloat(text, 64) // 0 for comments, which have no name of ours
		switch family, _, _ := strings.Cut(name, "{"); family {
		case "deltatick_sessions":
			g.Sessions = int(value)
		case "deltatick_players":
			g.Seats += int(value)
		case "deltatick_matches":
			g.Matches = int(value)
		case "deltatick_lobbies":
			g.Lobbies += int(value)
		case "go_goroutines":
			g.Goroutines = int(value)
		case "go_memstats_heap_alloc_bytes":
			g.Heap = uint64(value)
		}
	}
	return g, nil
}

// What continuous integration plays: ci.yaml against a real server, which has to hold every invariant, and to be as it was before when all are gone.
func TestAMixOfHonestHostileAndCutOffBotsBreaksNothing(t *testing.T) {
	cfg, err := scenario.Load("scenario/examples/ci.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cfg.URL = realServerWith(t, server.Config{Grace: 3 * time.Second})
	cfg.Meter = metrics{"http" + strings.TrimSuffix(strings.TrimPrefix(cfg.URL, "ws"), "/ws") + "/metrics"}
	r, err := simulator.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() {
		t.Error("the run failed")
		if _, err := r.WriteTo(os.Stderr); err != nil {
			t.Error(err)
		}
	}
	for _, i := range r.Invariants {
		if i.Checks == 0 {
			t.Errorf("%s was never checked", i.Name)
		}
	}
	var said []string
	for _, i := range r.Invariants {
		said = append(said, fmt.Sprintf("%s %d", i.Name, i.Checks))
	}
	t.Logf("checks: %s", strings.Join(said, ", "))
}
