package simulator_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/scenario"
)

// What continuous integration plays: ci.yaml against a real server, which has to hold every invariant, and to be as it was before when all are gone.
func TestAMixOfHonestHostileAndCutOffBotsBreaksNothing(t *testing.T) {
	cfg, err := scenario.Load("scenario/examples/ci.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cfg.URL = realServerWith(t, server.Config{Grace: 3 * time.Second})
	cfg.Predictions = map[string]simulator.Prediction{"arena": predictShip}
	if cfg.Meter, err = simulator.MeterOf(cfg.URL); err != nil {
		t.Fatal(err)
	}
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
