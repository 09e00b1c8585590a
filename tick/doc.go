// Package tick keeps time for matches: it says when each tick of a fixed-step
// simulation is due, runs it then, and tells how well that went.
//
// # The clock
//
// A [Clock] is arithmetic and nothing else; the caller passes the time in. At a
// rate of R hertz, tick k is due at
//
//	start + floor((k + slipped) * 1 s / R)
//
// computed anew from k each time, in integers. A 60 Hz period is no whole number
// of nanoseconds, but since no period is ever added to another, no error adds up:
// after an hour a clock has counted 216 000 ticks, not one more or less, however
// unevenly it was asked.
//
// A caller who comes late gets the ticks it missed, at most MaxCatchUp of them at
// once. What is beyond that will never be made good: running a backlog takes time,
// in which the next backlog grows, and what players see is a freeze and then a
// fast-forward. So the surplus slips. The schedule moves later by that many
// periods, which is all that "slipped" in the formula means; tick numbers stay
// gapless, and to the game the pause was short.
//
// # The loop
//
// A [Loop] drives a clock in real time: it sleeps until the next tick's deadline,
// an absolute instant, so the time a step takes does not push back the one after
// it. It allocates nothing per tick. [Loop.Run] blocks, on the goroutine that owns
// the match, until the context ends or the step says that it was the last.
//
// # Phases
//
// If all the matches of a node ticked at the same instant, the processor would idle
// and then be a thousand matches behind. [Phase] gives the i-th match its place in
// the period, so that any run of consecutive matches is spread evenly over it. Loops
// that were started at different moments keep to those places, since all measure them
// from the same zero.
//
// # Statistics
//
// A [Stats] is shared by all the loops of a node, and any goroutine may read it:
// counters, and a [Histogram] each of how late steps began and how long they took.
package tick
