package rigid_test

import (
	"math"
	"testing"

	"github.com/deltatick/deltatick/cmd/bytes/rigid"
)

var config = rigid.Config{Step: 1.0 / 120, Gravity: 9.8, Friction: 0.6, Bounce: 0.3, Touched: 40}

func cube(x, y, z float64) rigid.Body {
	return rigid.Body{Half: 0.5, At: rigid.Vector{x, y, z}, Turn: [4]float64{0, 0, 0, 1}}
}

func run(w *rigid.World, seconds float64) {
	for range int(math.Round(seconds / config.Step)) {
		w.Step()
	}
}

func TestACubeThatFallsTiltedComesToRestOnAFace(t *testing.T) {
	w := rigid.New(config)
	b := cube(0, 0, 3)
	b.Turn = [4]float64{0.3, 0.2, 0.1, math.Sqrt(1 - 0.14)}
	w.Bodies = []rigid.Body{b}
	run(w, 10)
	if b = w.Bodies[0]; !b.Asleep || math.Abs(b.At[2]-b.Half) > 0.02 {
		t.Errorf("after 10 s it is at height %.3f, asleep %v; want %.1f, asleep", b.At[2], b.Asleep, b.Half)
	}
}

func TestBodiesThatCollideKeepTheirCommonMomentum(t *testing.T) {
	free := config
	free.Gravity = 0
	w := rigid.New(free)
	left, right := cube(0, 0, 9), cube(3, 0.2, 9.1)
	left.Speed, right.Speed = rigid.Vector{4, 0, 0}, rigid.Vector{-2, 0, 0}
	w.Bodies = []rigid.Body{left, right}
	for range 70 {
		w.Step()
	}
	a, b := w.Bodies[0].Speed, w.Bodies[1].Speed
	if a[0] >= b[0] {
		t.Fatalf("they did not bounce: %v and %v", a, b)
	}
	// Air takes 0.3 of it in a second.
	if sum, want := a.Plus(b), 2*math.Pow(1-0.3/120, 70); math.Abs(sum[0]-want) > 1e-9 || math.Abs(sum[1]) > 1e-9 || math.Abs(sum[2]) > 1e-9 {
		t.Errorf("together they have %v, want %v along x alone", sum, want)
	}
}

func TestABodyAsleepWakesWhenHitAndWhenWhatItLiesOnWakes(t *testing.T) {
	w := rigid.New(config)
	lower, upper, far := cube(0, 0, 0.5), cube(0, 0, 1.6), cube(9, 0, 0.5)
	lower.Asleep, upper.Asleep, far.Asleep = true, true, true
	hammer := cube(-3, 0, 0.5)
	hammer.Speed = rigid.Vector{8, 0, 0}
	w.Bodies = []rigid.Body{hammer, lower, upper, far}
	run(w, 0.5)
	if b := w.Bodies; b[1].Asleep || b[2].Asleep || !b[3].Asleep {
		t.Errorf("asleep: hit %v, on it %v, far away %v; want only the last", b[1].Asleep, b[2].Asleep, b[3].Asleep)
	}
}

func TestWhatADrivenBodyTouchesCountsAsTouchedForAWhile(t *testing.T) {
	w := rigid.New(config)
	driver, pushed, far := cube(0, 0, 0.5), cube(1.05, 0, 0.5), cube(9, 0, 0.5)
	driver.Driven = true
	w.Bodies = []rigid.Body{driver, pushed, far}
	w.Step()
	if b := w.Bodies; b[1].Touched == 0 || b[2].Touched != 0 {
		t.Fatalf("touched for %d steps, and far away for %d", b[1].Touched, b[2].Touched)
	}
	w.Bodies[0].At[0] = -20
	run(w, 1)
	if n := w.Bodies[1].Touched; n != 0 {
		t.Errorf("a second later it still counts as touched for %d steps", n)
	}
}
