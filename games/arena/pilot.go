package arena

import (
	"math"
	"math/rand/v2"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/match/exact"
)

// What bots are like. They see what players see, and steer by the same Input.
const (
	thinkSeconds  = 0.07  // between two decisions: their reaction time
	preySeconds   = 3.0   // after which another prey may look better
	preyFancy     = 350.0 // units by which a prey may be farther than the nearest, so that they do not all pick the same
	aimSeconds    = 0.6   // between two aiming errors
	aimErrorBest  = 0.02  // radians, of the most skilled bot
	aimErrorWorst = 0.12
	fireRange     = 560.0
	crowding      = 120.0 // units: nearer than this to its prey, a bot flies past
	keepDistance  = 230.0 // units: farther than this, it closes in
	dodgeWindow   = 0.55  // seconds ahead in which a shot counts as danger
	dodgeMiss     = 38.0  // units by which a shot must miss to be no danger
	dodgeSeconds  = 0.3   // of thrust to the side
	repairBelow   = 50    // hit points
	shieldBelow   = 60
)

// pilot is the mind of a bot.
type pilot struct {
	skill       float64 // 0 to 1
	wish        Input   // until the next decision
	thinkAt     uint32  // ticks from which ...
	preyAt      uint32
	aimAt       uint32
	dodgeUntil  uint32
	prey        match.EntityID
	aimError    float64 // radians
	passingSide float64 // 1 or -1: to which side it flies past its prey
}

// think is what a bot asks of its ship in this tick.
func (g *game) think(rng *rand.Rand, id match.EntityID, s *ship) Input {
	p := s.pilot
	if !s.Alive || g.now < p.thinkAt {
		return p.wish
	}
	p.thinkAt = g.now + g.ticks(thinkSeconds)
	if g.now >= p.aimAt {
		p.aimAt = g.now + g.ticks(aimSeconds)
		worst := aimErrorBest + float64((1-p.skill)*(aimErrorWorst-aimErrorBest))
		p.aimError = float64(worst * (float64(2*rng.Float64()) - 1))
	}
	prey := g.preyOf(rng, id, s)
	switch {
	case g.now < p.dodgeUntil:
		// stays on the course that it took
	case g.dodge(rng, id, s):
	case g.fetch(s):
	case prey != nil:
		g.hunt(s, prey)
	default:
		circle := exact.Atan2(fieldHeight/2-s.Y, fieldWidth/2-s.X) + float64(p.passingSide*1.2)
		p.wish = Input{Aimed: true, Aim: circle, Thrust: true}
	}
	p.wish.Fire = prey != nil && inSights(s, prey)
	return p.wish
}

// preyOf is the ship that a bot is after, or nil.
func (g *game) preyOf(rng *rand.Rand, id match.EntityID, s *ship) *ship {
	p := s.pilot
	if prey := g.ships.Get(p.prey); prey != nil && g.worthwhile(prey) && g.now < p.preyAt {
		return prey
	}
	p.prey, p.preyAt = 0, g.now+g.ticks(preySeconds)
	p.passingSide = float64(1 - 2*rng.IntN(2))
	var best *ship
	bestCost := 0.0
	for otherID, other := range g.ships.All() {
		if otherID == id || !g.worthwhile(other) {
			continue
		}
		cost := exact.Length(other.X-s.X, other.Y-s.Y) + float64(preyFancy*rng.Float64())
		if best == nil || cost < bestCost {
			p.prey, best, bestCost = otherID, other, cost
		}
	}
	return best
}

// worthwhile reports whether shooting at a ship could hurt it soon.
func (g *game) worthwhile(s *ship) bool {
	return s.Alive && (g.round.Phase == phaseWarmUp || !g.safe(s))
}

// dodge turns a bot across the path of a shot that is about to hit it, if it notices.
func (g *game) dodge(rng *rand.Rand, id match.EntityID, s *ship) bool {
	for _, sh := range g.shots.All() {
		if sh.Owner == id || !threatens(sh, s) {
			continue
		}
		if rng.Float64() > 0.25+float64(s.pilot.skill/2) {
			return false
		}
		path := exact.Atan2(sh.VY, sh.VX)
		left, right := exact.Wrap(path-math.Pi/2-s.Heading), exact.Wrap(path+math.Pi/2-s.Heading)
		turn := left
		if math.Abs(right) < math.Abs(left) {
			turn = right
		}
		s.pilot.dodgeUntil = g.now + g.ticks(dodgeSeconds)
		s.pilot.wish = Input{Aimed: true, Aim: s.Heading + turn, Thrust: true}
		return true
	}
	return false
}

// threatens reports whether a shot will soon pass near a ship if both go on as they are.
func threatens(sh *shot, s *ship) bool {
	dx, dy := s.X-sh.X, s.Y-sh.Y
	vx, vy := sh.VX-s.VX, sh.VY-s.VY // never both 0: shots are faster than ships
	when := (float64(dx*vx) + float64(dy*vy)) / (float64(vx*vx) + float64(vy*vy))
	if when < 0 || when > dodgeWindow {
		return false
	}
	return exact.Length(dx-float64(vx*when), dy-float64(vy*when)) < dodgeMiss
}

// fetch sends a bot to a pickup that is worth the way.
func (g *game) fetch(s *ship) bool {
	var goal *pickup
	nearest := 0.0
	for _, item := range g.pickups.All() {
		away := exact.Length(item.X-s.X, item.Y-s.Y)
		if away < g.worth(s, item.Kind) && (goal == nil || away < nearest) {
			goal, nearest = item, away
		}
	}
	if goal == nil {
		return false
	}
	// The speed it lacks, rather than the place itself: otherwise it would circle around it.
	lackX := float64((goal.X-s.X)*2) - s.VX
	lackY := float64((goal.Y-s.Y)*2) - s.VY
	course := exact.Atan2(lackY, lackX)
	s.pilot.wish = Input{Aimed: true, Aim: course, Thrust: math.Abs(exact.Wrap(course-s.Heading)) < 0.7}
	return true
}

// worth is how far a bot goes for a kind of pickup, in units.
func (g *game) worth(s *ship, kind int) float64 {
	switch {
	case g.round.Phase != phasePlay:
		return 0
	case kind == pickupRepair && s.HP < repairBelow:
		return 500
	case kind == pickupShield && s.charge < shieldBelow:
		return 260
	case kind == pickupRapid && s.Weapon == 0:
		return 360
	default:
		return 0
	}
}

// hunt turns a bot towards where its prey will be, and keeps it at a distance from which it hits.
func (g *game) hunt(s, prey *ship) {
	p := s.pilot
	away := exact.Length(prey.X-s.X, prey.Y-s.Y)
	course := lead(s, prey)
	if away < crowding {
		p.wish = Input{Aimed: true, Aim: course + float64(p.passingSide*1.2), Thrust: true}
		return
	}
	// How fast it comes nearer; what it has already need not be thrust for.
	closing := (float64((s.VX-prey.VX)*(prey.X-s.X)) + float64((s.VY-prey.VY)*(prey.Y-s.Y))) / away
	wanted := float64((away - keepDistance) * 0.9)
	p.wish = Input{Aimed: true, Aim: course + p.aimError, Thrust: closing < wanted}
}

// lead is the direction in which a shot fired now meets the prey if it flies straight on.
func lead(s, prey *ship) float64 {
	x, y := prey.X, prey.Y
	for range 2 { // each round makes the time of flight more exact
		flight := exact.Length(x-s.X, y-s.Y) / shotSpeed
		x, y = prey.X+float64(prey.VX*flight), prey.Y+float64(prey.VY*flight)
	}
	return exact.Atan2(y-s.Y, x-s.X)
}

// inSights reports whether a bot believes that firing now would hit: what it believes includes its error.
func inSights(s, prey *ship) bool {
	away := exact.Length(prey.X-s.X, prey.Y-s.Y)
	off := math.Abs(exact.Wrap(lead(s, prey) + s.pilot.aimError - s.Heading))
	return away < fireRange && off < 0.04+shipRadius/max(away, shipRadius)
}
