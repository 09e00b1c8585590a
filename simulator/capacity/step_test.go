package capacity_test

import (
	"testing"

	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/capacity"
)

func TestWhoGaveOutIsToldApart(t *testing.T) {
	for name, c := range map[string]struct {
		step    capacity.Step
		machine bool
	}{
		"kept on a busy machine":    {capacity.Step{Kept: true, Busy: 4, Skipped: 0.5}, false},
		"the server":                {capacity.Step{Server: 1, Simulator: 1, Busy: 2.2}, false},
		"bots too late":             {capacity.Step{Skipped: 0.04}, true},
		"bots that took all":        {capacity.Step{Simulator: 3.7}, true},
		"others that took the rest": {capacity.Step{Simulator: 1, Busy: 3.8}, true},
	} {
		if why := c.step.Machine(4); (why != "") != c.machine {
			t.Errorf("%s: %q", name, why)
		}
	}
}

func TestAStepIsKeptWhenItsRunIsOK(t *testing.T) {
	good := simulator.Report{Bots: 80, CPU: 0.5, Upkeep: simulator.Upkeep{CPU: 0.25, Busy: 1}, Groups: []simulator.GroupReport{{InputsSent: 97, InputsSkipped: 3}}}
	s := capacity.StepOf(good)
	if !s.Kept || len(s.Unmet) != 0 || s.PerCore() != 320 || s.Skipped != 0.03 || s.Simulator != 0.5 || s.Busy != 1 {
		t.Errorf("%+v", s)
	}
	bad := good
	bad.Unmet, bad.Failed = 1, 2
	bad.Groups = []simulator.GroupReport{{Verdicts: []simulator.Verdict{{Criterion: "rate.min >= 57/s", Value: 50, Measured: true}, {Criterion: "failed <= 0", Met: true}}}}
	if s := capacity.StepOf(bad); s.Kept || len(s.Unmet) != 2 {
		t.Errorf("%+v", s)
	}
}
