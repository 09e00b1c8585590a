package arena

import (
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/match/exact"
)

// A weapon is what a ship fires with. Index 1 is rapid fire, 2 is rapid fire picked up again while it lasted.
type weapon struct {
	damage  int
	pause   float64 // seconds between shots
	barrels int     // side by side
}

var weapons = [...]weapon{
	{damage: 20, pause: 0.26, barrels: 1},
	{damage: 14, pause: 0.12, barrels: 1},
	{damage: 10, pause: 0.12, barrels: 2},
}

const (
	shotRadius  = 3.0
	shotSpeed   = 720.0 // units a second, in the field, however fast the ship is
	shotSeconds = 1.25  // until it is spent
	barrelGap   = 12.0  // units between barrels
)

// fireAll lets every ship fire that wants to and may.
func (g *game) fireAll(t *match.Tick) {
	if g.round.Phase == phaseOver {
		return
	}
	for id, s := range g.ships.All() {
		if s.Weapon != 0 && g.now >= s.weaponUntil {
			s.Weapon = 0
		}
		if s.Alive && s.trigger && g.now >= s.readyAt {
			g.fire(t, id, s)
		}
	}
}

func (g *game) fire(t *match.Tick, id match.EntityID, s *ship) {
	w := weapons[s.Weapon]
	s.readyAt = g.now + g.ticks(w.pause)
	s.safeUntil = 0
	sin, cos := exact.Sincos(s.Heading)
	const nose = shipRadius + shotRadius
	lag := g.lagOf(t, s)
	for i := range w.barrels {
		side := barrelGap * (float64(i) - float64(w.barrels-1)/2)
		shotID := g.shots.Spawn(shot{
			X:      s.X + float64(cos*nose) - float64(sin*side),
			Y:      s.Y + float64(sin*nose) + float64(cos*side),
			VX:     float64(cos * shotSpeed),
			VY:     float64(sin * shotSpeed),
			Owner:  id,
			Kind:   s.Weapon,
			endsAt: g.now + g.ticks(shotSeconds) - lag,
		})
		g.catchUp(t, shotID, lag)
	}
}

// moveShots moves every shot on, and ends those that hit a ship or a wall or are spent.
func (g *game) moveShots(t *match.Tick) {
	for id, s := range g.shots.All() {
		g.moveShot(t, id, s, g.now)
	}
}

// moveShot moves a shot on by one tick, among the ships as they were at a tick. It reports whether the shot still flies.
func (g *game) moveShot(t *match.Tick, id match.EntityID, s *shot, tick uint32) (flies bool) {
	fromX, fromY := s.X, s.Y
	s.X += float64(s.VX * g.dt)
	s.Y += float64(s.VY * g.dt)
	if victimID, victim := g.firstHit(t, s, fromX, fromY, tick); victim != nil {
		g.hurt(t, victimID, victim, s)
		g.shots.Despawn(id)
		return false
	}
	if g.now >= s.endsAt || s.X < 0 || s.X > fieldWidth || s.Y < 0 || s.Y > fieldHeight {
		g.shots.Despawn(id)
		return false
	}
	return true
}

// firstHit is the ship, as they were at a tick, that a shot met first on its way from a point to where it is now, or nil.
func (g *game) firstHit(t *match.Tick, s *shot, fromX, fromY float64, tick uint32) (hit match.EntityID, victim *ship) {
	dx, dy := s.X-fromX, s.Y-fromY
	way := float64(dx*dx) + float64(dy*dy)
	first := 2.0 // share of the way; above 1: not met
	for id, target := range g.ships.All() {
		if id == s.Owner || !target.Alive {
			continue
		}
		x, y, there := g.placeAt(t, id, target, tick)
		if !there {
			continue
		}
		// Where on the way the shot is nearest to the target's middle, and how near that is.
		toX, toY := x-fromX, y-fromY
		at := min(max((float64(toX*dx)+float64(toY*dy))/way, 0), 1)
		missX, missY := toX-float64(at*dx), toY-float64(at*dy)
		const reach = shipRadius + shotRadius
		if float64(missX*missX)+float64(missY*missY) < reach*reach && at < first {
			first, hit, victim = at, id, target
		}
	}
	return hit, victim
}

// hurt takes a shot's damage from the victim's shield and then from its hit points.
func (g *game) hurt(t *match.Tick, victimID match.EntityID, victim *ship, s *shot) {
	if g.safe(victim) {
		return
	}
	damage := weapons[s.Kind].damage
	absorbed := min(damage, victim.charge)
	victim.charge -= absorbed
	victim.HP = max(victim.HP-(damage-absorbed), 0)
	if victim.HP == 0 {
		g.kill(t, victimID, victim, s.Owner)
	}
}

// safe reports whether nothing can hurt a ship now.
func (g *game) safe(s *ship) bool { return g.round.Phase != phasePlay || g.now < s.safeUntil }

func (g *game) kill(t *match.Tick, victimID match.EntityID, victim *ship, killerID match.EntityID) {
	killer := g.ships.Get(killerID) // is there: a ship that leaves takes its shots along
	killer.Score++
	victim.Alive, victim.Thrust = false, false
	victim.VX, victim.VY = 0, 0
	victim.Weapon = 0
	victim.respawnAt = g.now + g.ticks(respawnSeconds)
	t.Emit("kill", killEvent{killerID, victimID, [2]string{killer.Name, victim.Name}})
}
