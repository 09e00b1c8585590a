package capacity

import (
	"fmt"
	"strings"

	"github.com/deltatick/deltatick/simulator"
)

// Step is what one population showed.
type Step struct {
	Bots      int
	Kept      bool
	Unmet     []string // what was not kept, with what was seen
	Server    float64  // cores that the server used; 0: it does not tell
	Simulator float64  // cores that the bots used
	Busy      float64  // cores of the bots' machine in use, everything on it together; 0: not known
	Skipped   float64  // share of the inputs that the bots came too late to send
}

// StepOf reads a run's report.
func StepOf(r simulator.Report) Step {
	s := Step{Bots: r.Bots, Kept: r.OK(), Server: r.Upkeep.CPU, Simulator: r.CPU, Busy: r.Upkeep.Busy}
	sent, skipped := uint64(0), uint64(0)
	for _, g := range r.Groups {
		sent, skipped = sent+g.InputsSent, skipped+g.InputsSkipped
		for _, v := range g.Verdicts {
			if !v.Met {
				s.Unmet = append(s.Unmet, v.String())
			}
		}
	}
	if r.Failed > 0 {
		s.Unmet = append(s.Unmet, fmt.Sprintf("%d bots were failed", r.Failed))
	}
	if sent+skipped > 0 {
		s.Skipped = float64(skipped) / float64(sent+skipped)
	}
	return s
}

// PerCore is how many bots a core of the server serves; 0 where it does not tell.
func (s Step) PerCore() float64 {
	if s.Server <= 0 {
		return 0
	}
	return float64(s.Bots) / s.Server
}

// What a machine may do and still not be what gave out.
const (
	mostSkipped = 0.03 // of the inputs
	mostBusy    = 0.9  // of its cores
)

// Machine is why it was the bots' machine of so many cores that gave out, and so says little about the server; "" when it was not.
func (s Step) Machine(cores int) string {
	all := float64(cores)
	switch {
	case s.Kept:
		return ""
	case s.Skipped > mostSkipped:
		return fmt.Sprintf("the bots came too late to send %.0f %% of their inputs", 100*s.Skipped)
	case s.Simulator > mostBusy*all:
		return fmt.Sprintf("the bots took %.2f of this machine's %d cores", s.Simulator, cores)
	case s.Busy > mostBusy*all:
		return fmt.Sprintf("%.2f of this machine's %d cores were busy, %.2f of them with the bots", s.Busy, cores, s.Simulator)
	}
	return ""
}

// String is a line for people.
func (s Step) String() string {
	verdict := "kept"
	if !s.Kept {
		verdict = "lost: " + strings.Join(s.Unmet, ", ")
	}
	return fmt.Sprintf("%5d bots  cores: %.2f serve them, %.2f play them, %.2f of this machine busy; %.1f %% of inputs left out  %s", s.Bots, s.Server, s.Simulator, s.Busy, 100*s.Skipped, verdict)
}
