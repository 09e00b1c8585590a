package arena

import (
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/match/exact"
)

// Kinds of pickups.
const (
	pickupRepair = iota
	pickupShield
	pickupRapid
	pickupKinds
)

const (
	pickupRadius  = 10.0
	repairPoints  = 50
	shieldPoints  = 50
	rapidSeconds  = 8.0
	restockAfter  = 12.0 // seconds after a pad was used
	fullPoints    = 100  // of hit points and of the shield
	initialShield = 20   // of a ship that enters
)

// padPlaces are where pickups lie: symmetrical, so that no side of the field is the better one.
var padPlaces = [...]struct{ x, y float64 }{
	{800, 450}, {300, 220}, {1300, 680}, {300, 680}, {1300, 220}, {800, 130}, {800, 770},
}

// pad is a place that holds a pickup or waits for the next.
type pad struct {
	holds  match.EntityID // 0: nothing
	fullAt uint32         // tick at which it gets the next pickup, if it holds nothing
}

// restock puts pickups on the pads that have waited long enough.
func (g *game) restock(t *match.Tick) {
	for i := range g.pads {
		if p := &g.pads[i]; p.holds == 0 && g.now >= p.fullAt {
			p.holds = g.pickups.Spawn(pickup{X: padPlaces[i].x, Y: padPlaces[i].y, Kind: t.Rand().IntN(pickupKinds)})
		}
	}
}

// collect gives ships the pickups that they touch and have a use for.
func (g *game) collect(t *match.Tick) {
	if g.round.Phase != phasePlay {
		return
	}
	for i := range g.pads {
		p := &g.pads[i]
		item := g.pickups.Get(p.holds)
		if item == nil {
			continue
		}
		for id, s := range g.ships.All() {
			if s.Alive && exact.Length(s.X-item.X, s.Y-item.Y) < shipRadius+pickupRadius && g.use(s, item.Kind) {
				t.Emit("pickup", pickupEvent{id, item.Kind})
				g.pickups.Despawn(p.holds)
				*p = pad{fullAt: g.now + g.ticks(restockAfter)}
				break
			}
		}
	}
}

// use applies a pickup to a ship. It reports whether that changed anything; if not, the pickup stays.
func (g *game) use(s *ship, kind int) bool {
	switch kind {
	case pickupRepair:
		if s.HP == fullPoints {
			return false
		}
		s.HP = min(s.HP+repairPoints, fullPoints)
	case pickupShield:
		if s.charge == fullPoints {
			return false
		}
		s.charge = min(s.charge+shieldPoints, fullPoints)
	case pickupRapid:
		s.Weapon = min(s.Weapon+1, len(weapons)-1)
		s.weaponUntil = g.now + g.ticks(rapidSeconds)
	}
	return true
}
