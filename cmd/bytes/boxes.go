package main

import (
	"math"
	"math/rand/v2"
)

// box is a body that flies, bounces, tumbles, slides and comes to rest. It is round to the floor and goes through others.
type box struct {
	at, speed [3]float64 // m, m/s; z is up
	turn      [4]float64 // x, y, z, w
	spin      [3]float64 // rad/s
	touched   int        // ticks for which it still counts as touched
	asleep    bool
}

const (
	boxes      = 200
	gravity    = 9.8  // m/s²
	bounce     = 0.45 // of the speed into the floor that comes back
	friction   = 4.0  // 1/s, on the floor
	side       = 30.0 // m from the middle to a wall
	touchTicks = 20
)

// boxesTrace makes a world of boxes of which one in a hundred ticks is kicked, so that a fifth or so is moving.
func boxesTrace(seconds int) trace {
	rng := rand.New(rand.NewPCG(1, 901))
	tr := trace{name: "boxes", schema: bodySchema, skip: warmUp}
	world := make([]box, boxes)
	for i := range world {
		world[i] = box{at: [3]float64{rng.Float64()*40 - 20, rng.Float64()*40 - 20, 0}, turn: [4]float64{0, 0, 0, 1}, asleep: true}
	}
	for range warmUp + seconds*tickRate {
		if rng.IntN(4) == 0 {
			world[rng.IntN(boxes)].kick(rng)
		}
		rows := tr.next(boxes)
		for i := range world {
			b := &world[i]
			b.step(1.0 / tickRate)
			fields := bodySchema[0].Fields
			rows.Column(0)[i], _ = fields[0].QuantumOf(b.turn)
			for k, v := range b.at {
				rows.Column(1 + k)[i], _ = fields[1+k].Quantum(v * 512)
			}
			if b.touched > 0 {
				rows.Column(4)[i] = 1
			}
		}
	}
	return tr
}

func (b *box) kick(rng *rand.Rand) {
	b.asleep, b.touched = false, touchTicks
	for k := range 3 {
		b.speed[k] = rng.Float64()*10 - 5
		b.spin[k] = rng.Float64()*12 - 6
	}
	b.speed[2] = rng.Float64() * 6
}

func (b *box) step(dt float64) {
	b.touched = max(0, b.touched-1)
	if b.asleep {
		return
	}
	b.speed[2] -= gravity * dt
	for k := range b.at {
		b.at[k] += b.speed[k] * dt
		if k < 2 && math.Abs(b.at[k]) > side {
			b.at[k] = math.Copysign(side, b.at[k])
			b.speed[k] *= -bounce
		}
	}
	if b.at[2] < 0 {
		b.land(dt)
	}
	b.tumble(dt)
}

func (b *box) land(dt float64) {
	b.at[2] = 0
	b.speed[2] *= -bounce
	if b.speed[2] < 0.3 {
		b.speed[2] = 0
	}
	slower, energy := math.Exp(-friction*dt), 0.0
	for k := range 3 {
		b.spin[k] *= slower
		if k < 2 {
			b.speed[k] *= slower
		}
		energy += b.speed[k]*b.speed[k] + b.spin[k]*b.spin[k]
	}
	if energy < 0.02 {
		b.asleep, b.speed, b.spin = true, [3]float64{}, [3]float64{}
	}
}

// tumble turns the box by its spin: q += (spin, 0) q dt/2, brought back to length 1.
func (b *box) tumble(dt float64) {
	x, y, z, w := b.turn[0], b.turn[1], b.turn[2], b.turn[3]
	sx, sy, sz := b.spin[0]*dt/2, b.spin[1]*dt/2, b.spin[2]*dt/2
	b.turn = [4]float64{x + sx*w + sy*z - sz*y, y + sy*w + sz*x - sx*z, z + sz*w + sx*y - sy*x, w - sx*x - sy*y - sz*z}
	length := 0.0
	for _, v := range b.turn {
		length += v * v
	}
	for k := range b.turn {
		b.turn[k] /= math.Sqrt(length)
	}
}
