package arena

import (
	"math"
	"math/rand/v2"

	"github.com/deltatick/deltatick/games/arena/flight"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/match/exact"
)

const (
	respawnSeconds = 2.0
	safeSeconds    = 2.0  // after entering, coming back or respawning
	spawnMargin    = 80.0 // units from the walls
	spawnTries     = 8
)

// enter adds a ship to the field.
func (g *game) enter(rng *rand.Rand, s ship) match.EntityID {
	s.Color = g.freeColor()
	g.place(rng, &s)
	return g.ships.Spawn(s)
}

// place makes a ship as new, in the place that is farthest from all others among a few at random.
func (g *game) place(rng *rand.Rand, s *ship) {
	s.Alive = false // not in its own way
	var at flight.Body
	best := -1.0
	for range spawnTries {
		x := spawnMargin + float64(rng.Float64()*(fieldWidth-2*spawnMargin))
		y := spawnMargin + float64(rng.Float64()*(fieldHeight-2*spawnMargin))
		if room := g.room(x, y); room > best {
			best, at.X, at.Y = room, x, y
		}
	}
	at.Heading = exact.Atan2(fieldHeight/2-at.Y, fieldWidth/2-at.X)
	s.move(at.Snapped())
	s.placedAt = g.now
	s.Alive, s.Thrust = true, false
	s.HP, s.charge, s.Weapon = fullPoints, initialShield, 0
	s.readyAt, s.safeUntil = g.now, g.now+g.ticks(safeSeconds)
	if s.pilot != nil {
		*s.pilot = pilot{skill: s.pilot.skill}
	}
}

// room is how far the nearest ship is from a point.
func (g *game) room(x, y float64) float64 {
	nearest := math.Inf(1)
	for _, other := range g.ships.All() {
		if other.Alive {
			nearest = min(nearest, exact.Length(other.X-x, other.Y-y))
		}
	}
	return nearest
}

// freeColor is the lowest color that no ship has. There are as many as ships.
func (g *game) freeColor() int {
	var used [maxShips]bool
	for _, other := range g.ships.All() {
		used[other.Color] = true
	}
	for color, taken := range used {
		if !taken {
			return color
		}
	}
	return 0
}

// exit takes a ship out of the field, and its shots with it.
func (g *game) exit(id match.EntityID) {
	for shotID, s := range g.shots.All() {
		if s.Owner == id {
			g.shots.Despawn(shotID)
		}
	}
	g.ships.Despawn(id)
}

// revive brings ships back that were destroyed a while ago and have somebody to fly them.
func (g *game) revive(t *match.Tick) {
	for _, s := range g.ships.All() {
		if !s.Alive && !s.away && g.now >= s.respawnAt {
			g.place(t.Rand(), s)
		}
	}
}
