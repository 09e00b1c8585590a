package flight_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/deltatick/deltatick/games/arena/flight"
)

var update = flag.Bool("update", false, "write testdata/flight.json anew")

const vectorFile = "testdata/flight.json"

// flightVectors are what any other implementation of Fly must reproduce. Floats are the 16 hexadecimal digits of their IEEE
// 754 bits; a body is [x, y, vx, vy, heading].
type flightVectors struct {
	About string       `json:"about"`
	DT    string       `json:"dt"`
	Start [5]string    `json:"start"`
	Steps []flightStep `json:"steps"`
	// Hash is FNV-1a, 64 bits, over the bits of the bodies, little-endian, of longFlight ticks from Start on, with helms made
	// by lcg as in helmOf.
	Hash string `json:"hash"`
}

type flightStep struct {
	Turn   int       `json:"turn"`
	Thrust bool      `json:"thrust"`
	Aim    string    `json:"aim"`
	Aimed  bool      `json:"aimed"`
	Body   [5]string `json:"body"` // after the step
}

const (
	rate        = 60
	vectorSteps = 240
	longFlight  = 20000
)

// lcg is the generator of Numerical Recipes: n = n * 1664525 + 1013904223, modulo 2^32.
type lcg uint32

func (g *lcg) next() uint32 {
	*g = *g*1664525 + 1013904223
	return uint32(*g)
}

// helmOf makes a helm that holds for 16 ticks: bits 28-29 turn, 27 and 26 thrust (either), 25 aimed, 10-19 aim.
func helmOf(n uint32) flight.Helm {
	return flight.Helm{
		Turn:   int(n>>28&3)%3 - 1,
		Thrust: n>>26&3 != 0,
		Aimed:  n>>25&1 != 0,
		Aim:    float64(n>>10&1023) * (2 * math.Pi) / 1024,
	}
}

func bits(f float64) string { return fmt.Sprintf("%016x", math.Float64bits(f)) }

func bodyBits(b flight.Body) [5]string {
	return [5]string{bits(b.X), bits(b.Y), bits(b.VX), bits(b.VY), bits(b.Heading)}
}

func fromBits(t *testing.T, s string) float64 {
	n, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return math.Float64frombits(n)
}

// fly makes the flight of helmOf and calls each with every helm and what it led to.
func fly(ticks int, dt float64, each func(flight.Helm, flight.Body)) {
	var random lcg = 1
	var helm flight.Helm
	body := flight.Body{X: 800, Y: 450}
	for i := range ticks {
		if i%16 == 0 {
			helm = helmOf(random.next())
		}
		body = body.Fly(helm, dt)
		each(helm, body)
	}
}

func flightHash(dt float64) string {
	h := fnv.New64a()
	fly(longFlight, dt, func(_ flight.Helm, b flight.Body) {
		for _, f := range [5]float64{b.X, b.Y, b.VX, b.VY, b.Heading} {
			n := math.Float64bits(f)
			h.Write([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24), byte(n >> 32), byte(n >> 40), byte(n >> 48), byte(n >> 56)})
		}
	})
	return fmt.Sprintf("%016x", h.Sum64())
}

func TestFlightHasTheBitsOfTheVectors(t *testing.T) {
	dt := 1.0 / rate
	if *update {
		writeVectors(t, dt)
	}
	raw, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var v flightVectors
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Steps) != vectorSteps {
		t.Fatalf("%d steps in the vectors, want %d", len(v.Steps), vectorSteps)
	}
	var floats [5]float64
	for i, s := range v.Start {
		floats[i] = fromBits(t, s)
	}
	body := flight.Body{X: floats[0], Y: floats[1], VX: floats[2], VY: floats[3], Heading: floats[4]}
	for i, s := range v.Steps {
		helm := flight.Helm{Turn: s.Turn, Thrust: s.Thrust, Aim: fromBits(t, s.Aim), Aimed: s.Aimed}
		body = body.Fly(helm, fromBits(t, v.DT))
		if got := bodyBits(body); got != s.Body {
			t.Fatalf("step %d: %v, want %v; after a change of the flight on purpose, run with -update", i, got, s.Body)
		}
	}
	if got := flightHash(dt); got != v.Hash {
		t.Errorf("hash of a long flight is %s, want %s", got, v.Hash)
	}
}

func writeVectors(t *testing.T, dt float64) {
	v := flightVectors{
		About: "Body.Fly of the arena: floats as hexadecimal IEEE 754 bits; made by `go test ./games/arena/flight -update`",
		DT:    bits(dt),
		Start: bodyBits(flight.Body{X: 800, Y: 450}),
		Hash:  flightHash(dt),
	}
	fly(vectorSteps, dt, func(h flight.Helm, b flight.Body) {
		v.Steps = append(v.Steps, flightStep{h.Turn, h.Thrust, bits(h.Aim), h.Aimed, bodyBits(b)})
	})
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(vectorFile, append(raw, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAShipTurnsTheShortWayToItsAimAndStaysThere(t *testing.T) {
	for _, aim := range []float64{0.5, 3, 3.3, 6} {
		body := flight.Body{X: 800, Y: 450, Heading: 0}
		want := math.Remainder(aim, 2*math.Pi) // from heading 0, the short way
		turned := 0.0
		for range 2 * rate {
			next := body.Fly(flight.Helm{Aim: aim, Aimed: true}, 1.0/rate)
			turned += math.Remainder(next.Heading-body.Heading, 2*math.Pi)
			body = next
		}
		if math.Abs(turned-want) > math.Pi/1024 {
			t.Errorf("aim %v: turned by %v, want %v", aim, turned, want)
		}
	}
}

func TestNoShipIsFasterThanTheLimitOrOutsideTheWalls(t *testing.T) {
	fastest := 0.0
	fly(longFlight, 1.0/rate, func(_ flight.Helm, b flight.Body) {
		fastest = max(fastest, math.Hypot(b.VX, b.VY))
		if b.X < 14 || b.X > 1600-14 || b.Y < 14 || b.Y > 900-14 {
			t.Fatalf("ship of radius 14 at (%v, %v)", b.X, b.Y)
		}
	})
	if fastest > 301 || fastest < 250 {
		t.Errorf("highest speed %v, want it near 300 but not above", fastest)
	}
}

func BenchmarkFly(b *testing.B) {
	body := flight.Body{X: 800, Y: 450}
	helm := flight.Helm{Turn: 1, Thrust: true}
	b.ReportAllocs()
	for b.Loop() {
		body = body.Fly(helm, 1.0/rate)
	}
}
