package protocol_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

func TestRatesAreFoundByNameAndScaledToQuantaPerTick(t *testing.T) {
	type craft struct {
		X       float64 `sync:"step=0.01,rate=vx"`
		VX      float64 `sync:"min=-600,max=600,step=0.5,rate=ax"`
		AX      int8
		Omega   float32 `sync:"min=-10,max=10,step=0.01"`
		Heading float32 `sync:"angle,rate=omega"`
		Fuel    uint16  `sync:"rate=burn"`
		Burn    int     `sync:"name=burn"`
	}
	for _, rate := range []int{60, 20} {
		p, err := protocol.PlanOf(reflect.TypeFor[craft](), rate)
		if err != nil {
			t.Fatal(err)
		}
		perTick := func(v float64) int32 { return int32(math.Round(v / float64(rate) * 65536)) }
		want := map[string]struct {
			rate    uint8
			perTick int32
		}{
			"x": {2, perTick(0.5 / 0.01)}, "vx": {3, perTick(1 / 0.5)}, "ax": {}, "omega": {},
			"heading": {4, perTick(0.01 / (2 * math.Pi / 4096))}, "fuel": {7, perTick(1)}, "burn": {},
		}
		for _, f := range p.Fields {
			if w := want[f.Name]; f.Rate != w.rate || f.PerTick != w.perTick {
				t.Errorf("%d Hz: %s has rate %d and moves by %d in a tick; want %+v", rate, f.Name, f.Rate, f.PerTick, w)
			}
		}
	}
}

// What a codec predicts is where the thing goes.
func TestRatePredictsTheNextTick(t *testing.T) {
	type craft struct {
		X  float64 `sync:"min=-2000,max=2000,step=0.01,rate=vx"`
		VX float64 `sync:"min=-600,max=600,step=0.5"`
		A  float64 `sync:"angle,bits=16,rate=w"`
		W  float64 `sync:"min=-9.3,max=10,step=0.25"` // 0 lies between two quanta
	}
	fields := planOf[craft](t).Fields
	rng := rand.New(rand.NewPCG(21, 22))
	for range 5000 {
		for f := 0; f < 4; f += 2 {
			low, high := fields[f+1].Bounds()
			rate := low + rng.Int32N(high-low+1)
			value := rng.Float64() * 6
			before, _ := fields[f].Quantum(value)
			after, _ := fields[f].Quantum(value + fields[f+1].Value(rate)/60)
			change := float64(int64(rate-fields[f+1].Zero())*int64(fields[f].PerTick)) / 65536
			off := math.Remainder(float64(before)+change-float64(after), 65536)
			// Half a quantum for each of the roundings, and what the rate's own zero is off.
			rest := math.Abs(fields[f+1].Value(fields[f+1].Zero())) / 60 * math.Abs(fields[f].Value(1)-fields[f].Value(0))
			if f == 2 {
				rest = 0.1 / 60 / (2 * math.Pi / 65536)
			}
			if math.Abs(off) > 1.1+rest {
				t.Fatalf("%s at %v with rate %v: predicted %v, came to %d", fields[f].Name, value, fields[f+1].Value(rate), float64(before)+change, after)
			}
		}
	}
}

func TestZeroIsTheQuantumOfZero(t *testing.T) {
	for want, f := range map[int32]protocol.Field{
		0:             {Kind: protocol.FieldInt, Min: 5, Max: 9},
		1200:          {Kind: protocol.FieldFixed, Offset: -600, Step: 0.5, Max: 2400},
		-10:           {Kind: protocol.FieldFixed, Offset: 5, Step: 0.5, Max: 9},
		3:             {Kind: protocol.FieldFixed, Offset: -2.5, Step: 1, Max: 9},
		-2:            {Kind: protocol.FieldFixed, Offset: 2.5, Step: 1, Max: 9},
		math.MaxInt32: {Kind: protocol.FieldFixed, Offset: -1e300, Step: 1e-300, Max: 9},
		math.MinInt32: {Kind: protocol.FieldFixed, Offset: 1e10, Step: 1, Max: 9},
	} {
		if got := f.Zero(); got != want {
			t.Errorf("%+v: %d, want %d", f, got, want)
		}
	}
}

func TestRateErrorsNameTheField(t *testing.T) {
	type itself struct {
		X int `sync:"rate=x"`
	}
	type round struct {
		X int `sync:"rate=y"`
		Y int `sync:"rate=z"`
		Z int `sync:"rate=y"`
	}
	type absent struct {
		X int `sync:"rate=vx"`
	}
	type secret struct {
		X  int `sync:"rate=vx"`
		VX int `sync:"-"`
	}
	type whole struct {
		X  int `sync:"rate=vx"`
		VX float32
	}
	type float struct {
		X  float32 `sync:"rate=vx"`
		VX int
	}
	type turned struct {
		X  float32 `sync:"angle,rate=vx"`
		VX float32 `sync:"angle"`
	}
	type text struct {
		X  string `sync:"rate=vx"`
		VX int
	}
	type flag struct {
		X  bool `sync:"rate=vx"`
		VX int
	}
	type quat struct {
		X  [4]float32 `sync:"quat,rate=vx"`
		VX int
	}
	type ofQuat struct {
		X  int        `sync:"rate=vx"`
		VX [4]float32 `sync:"quat"`
	}
	type slow struct {
		X  int     `sync:"rate=vx"`
		VX float64 `sync:"step=0.0001"`
	}
	type fast struct {
		X  float64 `sync:"step=0.0001,rate=vx"`
		VX float64 `sync:"step=300"`
	}
	type far struct {
		X  float64 `sync:"step=0.001,rate=vx"`
		VX float64 `sync:"step=50"`
	}
	for typ, says := range map[reflect.Type]string{
		reflect.TypeFor[itself](): "itself.X: rate x leads back to itself",
		reflect.TypeFor[round]():  "round.Z: rate y leads back to itself",
		reflect.TypeFor[absent](): "absent.X: rate=vx: there is no field of that name",
		reflect.TypeFor[secret](): "secret.X: rate=vx: there is no field of that name",
		reflect.TypeFor[whole]():  "whole.X: rate vx must be an integer or a stepped float",
		reflect.TypeFor[turned](): "turned.X: rate vx must be an integer or a stepped float",
		reflect.TypeFor[ofQuat](): "ofQuat.X: rate vx must be an integer or a stepped float",
		reflect.TypeFor[float]():  "float.X: rate is for integers, stepped floats and angles",
		reflect.TypeFor[text]():   "text.X: rate is for integers, stepped floats and angles",
		reflect.TypeFor[flag]():   "flag.X: rate is for integers, stepped floats and angles",
		reflect.TypeFor[quat]():   "quat.X: rate is for integers, stepped floats and angles",
		reflect.TypeFor[slow]():   "slow.X: rate=vx: a step of vx moves x by less than",
		reflect.TypeFor[fast]():   "fast.X: rate=vx: a step of vx moves x by more than",
		reflect.TypeFor[far]():    "far.X: rate vx has a range in which a tick's change is beyond 2^53",
	} {
		if _, err := protocol.PlanOf(typ, 60); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v; want %q", typ, err, says)
		}
	}
	type input struct {
		X  int `sync:"rate=vx"`
		VX int
	}
	if _, err := protocol.PlanOf(reflect.TypeFor[input](), 0); err == nil || !strings.Contains(err.Error(), "input.X: rate=vx: the fields of an input") {
		t.Errorf("a rate without ticks: %v", err)
	}
}
