package match

import "github.com/deltatick/deltatick/protocol"

// views makes a snapshot of what each seat sees.
type views struct {
	shots shots
	all   view // the world
}

func newViews(c *core) *views { return &views{shots: shots{schema: c.schema}} }

// begin takes the world of another tick.
func (v *views) begin(world *protocol.Snapshot) {
	v.shots.release(v.all.shot)
	v.all.shot = v.shots.ofWorld(world)
}

// of is the view of a seat.
func (v *views) of(SeatID) *view { return &v.all }
