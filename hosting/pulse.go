package hosting

import "time"

// Pulse tells from the ticks of all loops of a process whether they are on time. The zero value is ready for use, by one goroutine.
type Pulse struct {
	last Beat
}

// Beat is what the loops of a process have done so far, at a moment.
type Beat struct {
	At    time.Time
	Loops int    // that run
	Rate  int    // of each, Hz
	Ticks uint64 // run by all of them, those included that have ended
}

// OnTime says whether the loops have been on time since the last call: at least half of the ticks that were due have been run. The first call,
// and a process without loops, is on time.
//
// Half, for a host ends what is not well, and with it all matches: at 30 ticks a second in place of 60 players are better off without this
// process, at 50 they are not. One loop of many whose step hangs does not count for the others; of two it does.
func (p *Pulse) OnTime(now Beat) bool {
	before := p.last
	p.last = now
	if before.At.IsZero() {
		return true
	}
	// A loop that began or ended meanwhile is not asked for all its ticks.
	due := float64(min(before.Loops, now.Loops)*now.Rate) * now.At.Sub(before.At).Seconds()
	return float64(now.Ticks-before.Ticks) >= due/2
}
