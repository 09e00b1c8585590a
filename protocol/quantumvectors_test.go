package protocol_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// quantumVector is a field, values, and the quantum nearest to each.
type quantumVector struct {
	Field  any     `json:"field"` // as on the wire
	Values []any   `json:"values"`
	Quanta []int32 `json:"quanta"`
}

// quantumVectors holds what a client that predicts has to round as a server does: ends, halves, both sides of zero, and whatever comes.
func quantumVectors(t testing.TB) []quantumVector {
	random := rand.New(rand.NewPCG(5, 1))
	var vectors []quantumVector
	numbers := protocol.Fields{
		{Name: "int", Kind: protocol.FieldInt, Min: -100, Max: 100},
		{Name: "fine", Kind: protocol.FieldFixed, Offset: -1000, Step: 0.01, Max: 200000},
		{Name: "coarse", Kind: protocol.FieldFixed, Step: 2.5, Min: -400, Max: 400},
		{Name: "boundless", Kind: protocol.FieldFixed, Step: 0.1, Min: math.MinInt32, Max: math.MaxInt32},
		{Name: "angle", Kind: protocol.FieldAngle, Bits: 10},
		{Name: "half", Kind: protocol.FieldAngle, Bits: 1},
		{Name: "float", Kind: protocol.FieldFloat32},
	}
	for _, f := range numbers {
		vector := quantumVector{Field: sayField(t, f)}
		add := func(v float64) {
			q, _ := f.Quantum(v)
			vector.Values, vector.Quanta = append(vector.Values, float(v)), append(vector.Quanta, q)
		}
		low, high := f.Bounds()
		for _, v := range []float64{0, math.Copysign(0, -1), 0.5, -0.5, 1.5, -1.5, math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 2 * math.Pi} {
			add(v)
		}
		for range 40 {
			if f.Kind == protocol.FieldAngle || f.Kind == protocol.FieldFloat32 {
				add((random.Float64() - 0.5) * 40)
				continue
			}
			q := float64(low) + math.Floor(random.Float64()*(float64(high)-float64(low)))
			step := f.Step
			if f.Kind == protocol.FieldInt {
				step = 1
			}
			add(f.Offset + float64((q+0.5)*step))
			add(f.Offset + float64((q+random.Float64())*step))
		}
		vectors = append(vectors, vector)
	}
	vectorFields := protocol.Fields{
		{Name: "rotation", Kind: protocol.FieldQuat, Bits: 9},
		{Name: "fine rotation", Kind: protocol.FieldQuat, Bits: 10},
		{Name: "direction", Kind: protocol.FieldUnit, Bits: 12},
	}
	for _, f := range vectorFields {
		vector := quantumVector{Field: sayField(t, f)}
		add := func(v ...float64) {
			if f.Kind == protocol.FieldUnit {
				v = v[:3]
			}
			var components [4]float64
			said := list{}
			for i, c := range v {
				components[i] = c
				said = append(said, float(c))
			}
			q, _ := f.QuantumOf(components)
			vector.Values, vector.Quanta = append(vector.Values, said), append(vector.Quanta, q)
		}
		add(0, 0, 0, 0)
		add(math.NaN(), 0, 1, 0)
		add(math.Inf(1), 0, 0, 1)
		add(1, 1, 1, 1)
		add(-1, 1, -1, 1)
		add(0, 0, -1, 0)
		add(1e200, -1e200, 3, 1)
		for range 30 {
			add(random.NormFloat64(), random.NormFloat64(), random.NormFloat64(), random.NormFloat64())
		}
		vectors = append(vectors, vector)
	}
	return vectors
}

// sayField is a field as it is on the wire.
func sayField(t testing.TB, f protocol.Field) any {
	return saySchema(t, protocol.Schema{{Name: "t", Fields: protocol.Fields{f}}})[0].(list)[1].(list)[0]
}
