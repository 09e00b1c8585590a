package match

import (
	"fmt"
	"testing"
)

// benchSizes are entities.
var benchSizes = []int{16, 100, 1000, 5000}

// driftingSim is a world of n entities that all move, some seconds after its beginning.
func driftingSim(b *testing.B, n int) (Kind, *Sim) {
	kind := Kind{Name: "drift", MaxPlayers: 64, New: func() Game { return &drift{n: n} }}
	sim, err := NewSim(kind, SimConfig{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	for range 16 {
		if _, err := sim.Join("somebody"); err != nil {
			b.Fatal(err)
		}
	}
	for range 200 {
		if err := sim.Step(); err != nil {
			b.Fatal(err)
		}
	}
	return kind, sim
}

// BenchmarkCheckpoint/capture is what a checkpoint takes from the match's goroutine; the others run elsewhere.
func BenchmarkCheckpoint(b *testing.B) {
	for _, n := range benchSizes {
		kind, sim := driftingSim(b, n)
		b.Run(fmt.Sprintf("capture/entities=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := sim.core.capture(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("bytes/entities=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				b.StopTimer()
				k, err := sim.core.capture()
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				data, err := k.bytes()
				if err != nil {
					b.Fatal(err)
				}
				size = len(data)
			}
			b.ReportMetric(float64(size), "bytes")
		})
		data, err := sim.Checkpoint()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("restore/entities=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := RestoreSim(kind, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAt looks one entity up in the past.
func BenchmarkAt(b *testing.B) {
	for _, n := range benchSizes {
		_, sim := driftingSim(b, n)
		sim.begin()
		game, now := sim.Game().(*drift), &sim.core.handle
		b.Run(fmt.Sprintf("entities=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			id := EntityID(1)
			for b.Loop() {
				if _, ok := game.bodies.At(now, now.Oldest(), id); !ok {
					b.Fatal("not there")
				}
				id = id%EntityID(n) + 1
			}
		})
	}
}
