package invariant

import (
	"math"
	"time"

	client "github.com/deltatick/deltatick/client-go"
)

// Sight is how far a seat of a game sees, around the row whose id is the seat's number (docs/views.md). The zero value is one that sees
// everything.
type Sight struct {
	Table  string        // whose rows have interest
	X, Y   string        // its columns
	Radius float64       // within which rows come into view
	Leave  float64       // beyond which they go; default 1.15 Radius
	Hold   time.Duration // for which they stay at least; default 1 s
	Speed  float64       // units a second at which the distance of two rows changes at most
}

// Eye is what one session may see in one room. It belongs to one goroutine.
type Eye struct {
	ledger *Ledger
	bot    int
	sight  Sight
	own    uint32
	period float64 // seconds a tick
	hold   uint32  // ticks
	table  client.Table
	x, y   client.Column
	since  map[uint32]uint32 // tick at which a row came into view
	tick   uint32            // of the newest snapshot; 0 before the first
}

// NewEye is for a room of a bot.
func NewEye(l *Ledger, bot int, s Sight, room *client.Room) *Eye {
	if s.Leave == 0 {
		s.Leave = 1.15 * s.Radius
	}
	if s.Hold == 0 {
		s.Hold = time.Second
	}
	table := room.Table(s.Table)
	return &Eye{
		ledger: l, bot: bot, sight: s, own: uint32(room.Seat), period: 1 / float64(room.TickRate),
		hold:  uint32(math.Ceil(s.Hold.Seconds() * float64(room.TickRate))),
		table: table, x: table.Column(s.X), y: table.Column(s.Y), since: map[uint32]uint32{},
	}
}

// Snapshot looks at every row of a view. A row that has just come is within Radius, one that has been there for longer than Hold within Leave, each
// but for how far things go in the ticks since the snapshot before. Of those of the first view it is not known when they came.
func (e *Eye) Snapshot(v *client.View) {
	own, ok := e.table.Row(v, e.own)
	if !ok {
		return
	}
	x, y := e.x.Float(v, own), e.y.Float(v, own)
	first := e.tick == 0
	slack := rounding
	if !first {
		slack += float64(v.Tick-e.tick-1) * e.period * e.sight.Speed
	}
	for row, id := range e.table.IDs(v) {
		came, known := e.since[id]
		if !known {
			came = v.Tick
			e.since[id] = came
		}
		limit := e.sight.Leave
		switch {
		case !known && !first:
			limit = e.sight.Radius
		case v.Tick-came <= e.hold+1:
			continue // may stay for now
		}
		distance := math.Hypot(e.x.Float(v, row)-x, e.y.Float(v, row)-y)
		e.ledger.Check(Hidden, distance <= limit+slack, "bot %d: row %d of %s is %.1f away in the view of tick %d, more than %.1f", e.bot, id, e.sight.Table, distance, v.Tick, limit)
	}
	for id := range e.since {
		if _, there := e.table.Row(v, id); !there {
			delete(e.since, id)
		}
	}
	e.tick = v.Tick
}

// rounding is what quanta of two places may be off, in units: a hundredth of a unit each is usual.
const rounding = 0.05
