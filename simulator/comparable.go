package simulator

import (
	"fmt"
	"slices"
)

// fullShare is the share of a machine's cores from which on, when they were busy, what took time says as much about the machine as about the server.
const fullShare = 0.85

// likeness says in what two runs are not of one kind, so that a difference between them is no merit or fault of the server.
type likeness struct {
	doubts  []string // a sentence for each
	crowded bool     // others were in it, or others of them: what the whole of them took is not comparable
	hurried bool     // a machine was too busy, or is another one: nor is what took time
}

func likenessOf(before, after Report) (l likeness) {
	if was, is := populationOf(before), populationOf(after); !slices.Equal(was, is) {
		l.crowded = true
		l.doubts = append(l.doubts, fmt.Sprintf("not the same bots (%v before, %v after): what they took of the server together is not judged", was, is))
	}
	for _, run := range []struct {
		name string
		Upkeep
	}{{"before", before.Upkeep}, {"after", after.Upkeep}} {
		if run.Cores > 0 && run.Busy >= fullShare*float64(run.Cores) {
			l.hurried = true
			l.doubts = append(l.doubts, fmt.Sprintf("the machine was busy in the run %s (%.2f of %d cores): what took time is not judged", run.name, run.Busy, run.Cores))
		}
	}
	if was, is := before.Upkeep.Cores, after.Upkeep.Cores; was > 0 && is > 0 && was != is {
		l.hurried = true
		l.doubts = append(l.doubts, fmt.Sprintf("another machine (%d cores before, %d after): what took time is not judged", was, is))
	}
	return l
}

// populationOf is who a run had, as "players 16".
func populationOf(r Report) (groups []string) {
	for _, g := range r.Groups {
		groups = append(groups, fmt.Sprint(g.Name, " ", g.Bots))
	}
	slices.Sort(groups)
	return groups
}

// timed are the units of what takes time, and of what there is less of when time is short.
var timed = []string{"ms", "s", "/s", "cores"}

// judged are changes with a verdict only where two runs are alike enough for one; crowd says that they are of all bots together.
func (l likeness) judged(changes []Change, crowd bool) []Change {
	for i := range changes {
		c := &changes[i]
		if l.hurried && slices.Contains(timed, c.Unit) || l.crowded && crowd {
			c.Better, c.Worse = false, false
		}
	}
	return changes
}
