package worlds

import (
	"math"
	"math/rand/v2"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/match/exact"
)

// character is what others see of somebody on foot.
type character struct {
	X      float64    `sync:"min=-100,max=100,step=0.01"` // m
	Y      float64    `sync:"min=-100,max=100,step=0.01"`
	Z      float64    `sync:"min=-20,max=60,step=0.01"`
	Yaw    float64    `sync:"angle,bits=12"`
	Aim    [3]float64 `sync:"unit,bits=12"`
	Gait   int        `sync:"min=0,max=2"` // index into gaits
	Health int        `sync:"min=0,max=100"`

	speed, aimed       [2]float64 // m/s along x and y, where pitch and yaw are to come to
	pitch, rise        float64    // radians, m/s upwards
	way, bend          float64    // radians, radians a second: where it walks, and how that turns
	walksFor, looksFor int        // ticks until it makes up its mind anew
}

// gaits are the speeds in m/s of who stands, walks and runs.
var gaits = [...]float64{0, 1.8, 5.5}

const (
	characters   = 64
	crowdField   = 95.0 // m
	quickness    = 25.0 // m/s²
	jumpSpeed    = 4.5  // m/s
	fallSpeedup  = 15.0 // m/s²
	aimHeld      = 0.18 // part of the way to where somebody looks that one tick makes
	aimDone      = 0.004
	jumpPause    = 240  // ticks from one jump of a character to the next in the mean
	teleportWait = 1800 // ticks from one teleport to the next
	hurtWait     = 300  // ticks from one wound to the next
)

// crowd is characters as players move them: at full speed within a few ticks, looking elsewhere in quick turns with pauses between.
type crowd struct {
	unplayed
	table *match.Table[character]
}

// Crowd is a world of 64 characters.
func Crowd() match.Kind {
	return match.Kind{Name: "crowd", MaxPlayers: 1, New: func() match.Game { return new(crowd) }}
}

// Setup puts everybody somewhere.
func (g *crowd) Setup(s *match.Setup) error {
	g.table = match.AddTable[character](s, "characters")
	for range characters {
		c := character{Health: 100}
		c.teleport(s.Rand())
		g.table.Spawn(c)
	}
	return nil
}

// Step moves everybody.
func (g *crowd) Step(t *match.Tick) {
	rng, dt := t.Rand(), t.Delta()
	for _, c := range g.table.All() {
		if rng.IntN(teleportWait) == 0 {
			c.teleport(rng)
		}
		if rng.IntN(hurtWait) == 0 {
			if c.Health -= rng.IntN(30); c.Health <= 0 {
				c.Health = 100
				c.teleport(rng)
			}
		}
		c.walk(rng, t.Rate(), dt)
		c.look(rng, t.Rate())
		c.stand(rng, dt)
	}
}

func (c *character) teleport(rng *rand.Rand) {
	to := scattered(rng, crowdField)
	c.X, c.Y, c.Z = to[0], to[1], ground(to[0], to[1])
	c.speed, c.rise, c.Yaw = [2]float64{}, 0, rng.Float64()*2*math.Pi
	c.aimed = [2]float64{0, c.Yaw}
	c.walksFor = 0
}

// walk takes c towards the speed that it has in mind.
func (c *character) walk(rng *rand.Rand, rate int, dt float64) {
	if c.walksFor--; c.walksFor < 0 {
		c.walksFor = rate/3 + rng.IntN(3*rate)
		c.Gait = rng.IntN(len(gaits))
		c.way, c.bend = rng.Float64()*2*math.Pi, 0
		if rng.IntN(2) == 0 {
			c.bend = float64(rng.Float64()*2) - 1
		}
	}
	c.way += float64(c.bend * dt)
	sin, cos := exact.Sincos(c.way)
	for k, part := range [2]float64{cos, sin} {
		lacks := float64(part*gaits[c.Gait]) - c.speed[k]
		c.speed[k] += max(-quickness*dt, min(quickness*dt, lacks))
	}
	c.X = within(c.X+float64(c.speed[0]*dt), crowdField)
	c.Y = within(c.Y+float64(c.speed[1]*dt), crowdField)
}

// look turns c towards what it looks at: fast at first, then slower, then not at all until something else is of interest.
func (c *character) look(rng *rand.Rand, rate int) {
	if c.looksFor--; c.looksFor < 0 {
		c.looksFor = rate/4 + rng.IntN(2*rate)
		turn := float64(rng.Float64()*2) - 1
		c.aimed = [2]float64{float64(rng.Float64()*0.8) - 0.4, c.Yaw + float64(turn*turn*turn*math.Pi)}
	}
	for k, at := range [2]*float64{&c.pitch, &c.Yaw} {
		if left := c.aimed[k] - *at; math.Abs(left) > aimDone {
			*at += float64(left * aimHeld)
		}
	}
	sin, cos := exact.Sincos(c.Yaw)
	up, level := exact.Sincos(c.pitch)
	c.Aim = [3]float64{cos * level, sin * level, up}
}

// stand keeps c on the ground, unless it jumps.
func (c *character) stand(rng *rand.Rand, dt float64) {
	floor := ground(c.X, c.Y)
	if c.Z <= floor && rng.IntN(jumpPause) == 0 {
		c.rise = jumpSpeed
	}
	c.rise -= float64(fallSpeedup * dt)
	c.Z += float64(c.rise * dt)
	// What was on the ground keeps to it downhill.
	if c.Z <= floor || c.rise < 0 && c.Z < floor+0.1 {
		c.Z, c.rise = floor, 0
	}
}

// ground is how high the hills are at a place, in metres.
func ground(x, y float64) float64 {
	a, _ := exact.Sincos(x * 0.11)
	b, _ := exact.Sincos(float64(y*0.07) + 1)
	c, _ := exact.Sincos((x - y) * 0.4)
	return float64(2*a) + float64(3*b) + float64(0.3*c)
}

// within is v held to -reach..reach.
func within(v, reach float64) float64 { return max(-reach, min(reach, v)) }
