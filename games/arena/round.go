package arena

import (
	"slices"

	"github.com/deltatick/deltatick/match"
)

// Phases of the round, in order.
const (
	phaseWarmUp = iota // nobody is hurt, pickups stay
	phasePlay
	phaseOver // nobody is hurt, nobody fires
)

const (
	warmUpSeconds = 5
	overSeconds   = 5
)

// turnPhase begins the next phase when it is time.
func (g *game) turnPhase(t *match.Tick) {
	switch {
	case g.round.Phase == phaseWarmUp && g.now >= g.phaseEnd():
		g.begin(t)
	case g.round.Phase == phasePlay && (g.now >= g.phaseEnd() || g.limitReached()):
		g.finish(t)
	case g.round.Phase == phaseOver && g.now >= g.phaseEnd():
		t.End(g.result)
	}
}

// phaseEnd is the tick at which the present phase is over.
func (g *game) phaseEnd() uint32 {
	seconds := [...]int{phaseWarmUp: warmUpSeconds, phasePlay: g.seconds, phaseOver: overSeconds}[g.round.Phase]
	return g.phaseStart + uint32(seconds*g.rate)
}

func (g *game) limitReached() bool {
	if g.round.Limit == 0 {
		return false
	}
	for _, s := range g.ships.All() {
		if s.Score >= g.round.Limit {
			return true
		}
	}
	return false
}

// begin starts play: everyone as new, nothing in the air.
func (g *game) begin(t *match.Tick) {
	g.round.Phase, g.phaseStart = phasePlay, g.now
	for id := range g.shots.All() {
		g.shots.Despawn(id)
	}
	for _, s := range g.ships.All() {
		s.Alive = false // out of the way of those placed before it
	}
	for _, s := range g.ships.All() {
		g.place(t.Rand(), s)
	}
	t.Emit("round", roundEvent{Phase: phasePlay})
}

// finish ends play and settles who won. Who leaves after it keeps the place in the result.
func (g *game) finish(t *match.Tick) {
	g.round.Phase, g.phaseStart = phaseOver, g.now
	for id, s := range g.ships.All() {
		g.result.Scores = append(g.result.Scores, resultScore{s.Name, s.Seat, s.Score})
		if g.leads(id, s) {
			g.round.Winner, g.result.Winner = id, s.Name
		}
	}
	slices.SortStableFunc(g.result.Scores, func(a, b resultScore) int { return b.Score - a.Score })
	t.Emit("round", roundEvent{Phase: phaseOver, Winner: g.round.Winner})
}

// leads reports whether a ship has more points than every other one, and any at all.
func (g *game) leads(id match.EntityID, s *ship) bool {
	for otherID, other := range g.ships.All() {
		if otherID != id && other.Score >= s.Score {
			return false
		}
	}
	return s.Score > 0
}

// show brings up to date what the tables say of things kept elsewhere.
func (g *game) show() {
	g.round.Left = 0
	if end := g.phaseEnd(); end > g.now {
		g.round.Left = (int(end-g.now) + g.rate - 1) / g.rate
	}
	for _, s := range g.ships.All() {
		s.Shield = s.charge
		if s.Alive && g.safe(s) {
			s.Shield = fullPoints
		}
	}
}
