package arena

import "github.com/deltatick/deltatick/match"

// Lag compensation. A player aims at ships as they were: what the screen shows is old by the way there, the way back, and the
// interpolation between. So a shot is fired in the past that its player saw, at ships as they were then, and flies on from there, tick by tick,
// until it has caught up with the present; from then on it is a shot like any other. This is how shooters with projectiles do it (Unreal
// Tournament moves them ahead by the shooter's ping): it hits what was aimed at, and who is shot at sees every later hit
// where it happens, only that the shot has begun a little ahead of the nose. How far back that can go, at most, is Kind.MaxRewind.

// lagOf is how many ticks a shot fired now has to catch up. What a player with no delay at all sees is the tick before this one.
// Bots look at the present, and so do all where the setting "rewind" is 0, as the page's lab has it, to show what rewinding is worth.
func (g *game) lagOf(t *match.Tick, s *ship) uint32 {
	if s.pilot != nil || !g.rewind {
		return 0
	}
	return g.now - 1 - t.Seen(s.Seat)
}

// catchUp moves a shot that has just been fired through the ticks that it has to catch up.
func (g *game) catchUp(t *match.Tick, id match.EntityID, lag uint32) {
	s := g.shots.Get(id)
	for tick := g.now - lag + 1; tick <= g.now; tick++ {
		if !g.moveShot(t, id, s, tick) {
			return
		}
	}
}

// placeAt is where a ship, alive now, was at a tick, if it was there: who has come into the field or back since cannot have been seen.
func (g *game) placeAt(t *match.Tick, id match.EntityID, s *ship, tick uint32) (x, y float64, there bool) {
	if tick == g.now {
		return s.X, s.Y, true
	}
	if s.placedAt > tick {
		return 0, 0, false
	}
	past, there := g.ships.At(t, tick, id)
	return past.X, past.Y, there
}
