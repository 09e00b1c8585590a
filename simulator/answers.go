package simulator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/simulator/hostile"
)

// AboutAnswers explains those of the answers to attacks, and those missing, that look like failures and are none.
func (r Report) AboutAnswers() (all []string) {
	var cut, quiet, silent []string
	for _, a := range r.Attacks {
		if a.Answers[hostile.Cut] > 0 {
			cut = append(cut, a.Name)
		}
		if a.Answers[hostile.ClosedWith(protocol.CloseNoHello)]+a.Answers[hostile.ClosedWith(protocol.CloseSilent)] > 0 && a.Attack == "oversize" {
			quiet = append(quiet, a.Name)
		}
		if attack, known := hostile.Named(a.Attack); known && attack.Leaves && len(a.Answers) == 0 && a.Attempts > 0 {
			silent = append(silent, a.Name)
		}
	}
	say := func(names []string, format string) {
		if slices.Sort(names); len(names) > 0 {
			all = append(all, fmt.Sprintf(format, strings.Join(names, ", ")))
		}
	}
	say(cut, "cut, to %s: the connection ended without a close code. A close frame can be lost with what was on its way, so that is no breach")
	say(quiet, "no-hello or silent, to %s: a header claimed a frame of 2^40 bytes of which nothing came, which is a client that says nothing")
	say(silent, "no answer to %s: the attacker goes before one could come; what counts is that the others do not notice")
	return all
}
