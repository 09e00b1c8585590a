package arena

import (
	"github.com/deltatick/deltatick/games/arena/flight"
	"github.com/deltatick/deltatick/match"
)

// Sizes, in units.
const (
	fieldWidth  = flight.FieldWidth
	fieldHeight = flight.FieldHeight
	shipRadius  = flight.Radius
)

// ship is a row of the table "ships". Unexported fields stay on the server.
type ship struct {
	X       float64 `sync:"min=-20,max=1620,step=0.05,rate=vx"` // the grid of these five is that of package flight
	Y       float64 `sync:"min=-20,max=920,step=0.05,rate=vy"`
	VX      float64 `sync:"min=-600,max=600,step=0.5"` // units a second
	VY      float64 `sync:"min=-600,max=600,step=0.5"`
	Heading float64 `sync:"angle,bits=10"`
	HP      int     `sync:"min=0,max=100"`
	Shield  int     `sync:"min=0,max=100"` // what is left of it; 100 while the ship cannot be hurt
	Seat    match.SeatID
	Name    string `sync:"max=96"` // 24 runes at most, of 4 bytes at most
	Color   int    `sync:"min=0,max=15"`
	Score   int    `sync:"min=0,max=9999"`
	Alive   bool
	Thrust  bool
	Weapon  int `sync:"min=0,max=2"` // index into weapons

	trigger     bool // fires as soon as it may
	away        bool
	backSince   uint32 // tick in which its player was last back: older inputs do not count
	charge      int    // what is left of the shield
	readyAt     uint32 // tick from which it may fire
	weaponUntil uint32 // tick at which it is back to the plain weapon
	safeUntil   uint32 // tick until which it cannot be hurt
	placedAt    uint32 // tick in which it was put where it had not been: it was not hit before
	respawnAt   uint32 // tick at which it is alive again, if it is not and not away
	pilot       *pilot `state:"owned"` // nil for a player's ship
}

// shot is a row of the table "shots".
type shot struct {
	X     float64        `sync:"min=-20,max=1620,step=0.05,rate=vx"`
	Y     float64        `sync:"min=-20,max=920,step=0.05,rate=vy"`
	VX    float64        `sync:"min=-900,max=900,step=0.5"`
	VY    float64        `sync:"min=-900,max=900,step=0.5"`
	Owner match.EntityID // its ship
	Kind  int            `sync:"min=0,max=2"` // index into weapons

	endsAt uint32 // tick at which it is spent
}

// pickup is a row of the table "pickups".
type pickup struct {
	X    float64 `sync:"min=0,max=1600,step=0.05"`
	Y    float64 `sync:"min=0,max=900,step=0.05"`
	Kind int     `sync:"min=0,max=2"` // pickupRepair, ...
}

// round is the one row of the table "round".
type round struct {
	Phase  int            `sync:"min=0,max=2"`   // phaseWarmUp, ...
	Left   int            `sync:"min=0,max=600"` // seconds left of the phase, rounded up
	Limit  int            `sync:"min=0,max=100"` // score that ends play, 0 for none
	Winner match.EntityID // once the round is over: its ship, or 0 when nobody won
}

// Input is what a player sends each tick.
type Input struct {
	Turn   int     `sync:"min=-1,max=1"` // 1: clockwise as seen, since y points down
	Thrust bool    // along the nose
	Fire   bool    // held: as often as the weapon allows
	Aim    float64 `sync:"angle,bits=10"`
	Aimed  bool    // turn towards Aim instead of by Turn
}

func (in Input) helm() flight.Helm {
	return flight.Helm{Turn: in.Turn, Thrust: in.Thrust, Aim: in.Aim, Aimed: in.Aimed}
}

// killEvent is the payload of the event "kill".
type killEvent struct {
	Killer match.EntityID `msgpack:"killer"` // a ship
	Victim match.EntityID `msgpack:"victim"`
	Names  [2]string      `msgpack:"names"` // killer's, victim's
}

// pickupEvent is the payload of the event "pickup".
type pickupEvent struct {
	Ship match.EntityID `msgpack:"ship"`
	Kind int            `msgpack:"kind"`
}

// roundEvent is the payload of the event "round", which tells that a phase begins.
type roundEvent struct {
	Phase  int            `msgpack:"phase"`
	Winner match.EntityID `msgpack:"winner"`
}

// result is what the match ends with.
type result struct {
	Winner string        `msgpack:"winner"` // empty when nobody won
	Scores []resultScore `msgpack:"scores"` // best first
}

type resultScore struct {
	Name  string       `msgpack:"name"`
	Seat  match.SeatID `msgpack:"seat"` // 0: a bot
	Score int          `msgpack:"score"`
}
