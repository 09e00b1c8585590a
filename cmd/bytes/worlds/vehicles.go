package worlds

import (
	"math"
	"math/rand/v2"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/match/exact"
)

// vehicle is a car. Its place and its heading change as its velocity and turning say, which is declared.
type vehicle struct {
	X       float64 `sync:"min=-600,max=600,step=0.01,rate=vx"` // m
	Y       float64 `sync:"min=-600,max=600,step=0.01,rate=vy"`
	VX      float64 `sync:"min=-50,max=50,step=0.05"` // m/s
	VY      float64 `sync:"min=-50,max=50,step=0.05"`
	Heading float64 `sync:"angle,bits=12,rate=turning"`
	Turning float64 `sync:"min=-2,max=2,step=0.005"` // radians a second
	Brakes  bool

	speed, wish, bend float64 // m/s along the heading, the same as the driver wants it, 1/m to one side as the driver wants it
	drivesFor         int     // ticks until the driver wants something else
}

const (
	vehicles     = 48
	vehicleField = 400.0 // m from the middle along x or y, beyond which drivers turn back
	topSpeed     = 35.0  // m/s
	throttle     = 4.0   // m/s²
	braking      = 8.0   // m/s²
	sharpest     = 0.12  // 1/m
	sidePull     = 7.0   // m/s² that tyres hold in a bend
	steering     = 1.5   // rad/s²
)

// traffic is cars on bends and straights, of which some are parked.
type traffic struct {
	unplayed
	table *match.Table[vehicle]
}

// Vehicles is a world of 48 cars.
func Vehicles() match.Kind {
	return match.Kind{Name: "vehicles", MaxPlayers: 1, New: func() match.Game { return new(traffic) }}
}

// Setup parks the cars.
func (g *traffic) Setup(s *match.Setup) error {
	g.table = match.AddTable[vehicle](s, "vehicles")
	for range vehicles {
		at := scattered(s.Rand(), vehicleField)
		g.table.Spawn(vehicle{X: at[0], Y: at[1], Heading: s.Rand().Float64() * 2 * math.Pi, drivesFor: s.Rand().IntN(s.TickRate)})
	}
	return nil
}

// Step drives on.
func (g *traffic) Step(t *match.Tick) {
	for _, v := range g.table.All() {
		if v.drivesFor--; v.drivesFor < 0 {
			v.decide(t.Rand(), t.Rate())
		}
		v.drive(t.Delta())
	}
}

// decide makes the driver want something: to go straight on, into a bend, or to park.
func (v *vehicle) decide(rng *rand.Rand, rate int) {
	v.drivesFor = rate + rng.IntN(4*rate)
	v.wish, v.bend = 5+float64(rng.Float64()*(topSpeed-5)), 0
	switch side := rng.Float64() - 0.5; {
	case rng.IntN(4) == 0:
		v.wish = 0
	case math.Abs(v.X) > vehicleField || math.Abs(v.Y) > vehicleField:
		ahead, _ := exact.Sincos(exact.Atan2(-v.Y, -v.X) - v.Heading) // above 0: the middle is to the left
		v.wish, v.bend = 12, math.Copysign(sharpest/4, ahead)
	case rng.IntN(3) > 0:
		v.bend = float64(side * 2 * sharpest)
	}
}

func (v *vehicle) drive(dt float64) {
	v.Brakes = v.wish < v.speed-0.5
	v.speed += max(-braking*dt, min(throttle*dt, v.wish-v.speed))
	turning := float64(v.speed * v.bend)
	if pull := math.Abs(turning * v.speed); pull > sidePull {
		turning *= sidePull / pull
	}
	v.Turning += max(-steering*dt, min(steering*dt, turning-v.Turning))
	if v.speed == 0 {
		v.Turning = 0
	}
	v.Heading += float64(v.Turning * dt)
	sin, cos := exact.Sincos(v.Heading)
	v.VX, v.VY = v.speed*cos, v.speed*sin
	v.X += float64(v.VX * dt)
	v.Y += float64(v.VY * dt)
}
