package protocol

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// TestArithmeticWithoutBranchesIsThatOfTheProtocol holds what is done in unusual ways for speed to the plain formulas of docs/PROTOCOL.md,
// section 11, over the whole of int32: values that jump far reach it.
func TestArithmeticWithoutBranchesIsThatOfTheProtocol(t *testing.T) {
	values := []int32{0, math.MinInt32, math.MinInt32 + 1, math.MaxInt32, math.MaxInt32 - 1}
	for edge := int32(1); edge > 0; edge <<= 1 {
		for near := int32(-70); near <= 70; near++ {
			values = append(values, edge+near, -edge+near)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		values = append(values, int32(random.Uint32())>>random.IntN(31))
	}
	for _, v := range values {
		for n := int32(1); n <= maxTicks; n++ {
			if got := divide(v, n); got != v/n {
				t.Fatalf("%d/%d is %d", v, n, got)
			}
		}
		if got, want := priced(v, 0, 0, v), plainCost(v); got.of(predictStill) != want || got.of(predictRate) != want || got.of(predictTrack) != 0 {
			t.Fatalf("a residual of %d costs %d, want %d", v, got, want)
		}
		for _, limit := range []int32{64, 128} {
			want := int32(0)
			switch {
			case v > limit:
				want = 1
			case v < -limit:
				want = -1
			}
			if got := signBeyond(v, limit); got != want {
				t.Fatalf("the sign of %d beyond %d is %d", v, limit, got)
			}
		}
		if got := clamp(v, maxGuess); got != max(-maxGuess, min(maxGuess, v)) {
			t.Fatalf("%d is held to %d", v, got)
		}
		p, before := prob(v), prob(v)
		if p&countMask > slowLimit {
			continue // never reached
		}
		for bit := range uint32(2) {
			if got := p.adapted(bit-1, slowLimit); got != plainAdapted(before, bit, slowLimit) {
				t.Fatalf("%08x is %08x after a %d", before, got, bit)
			}
		}
	}
	for x := int32(-2048); x < 2048; x++ {
		i, w := (x+2048)>>7, (x+2048)&127
		if got := logistic(x); got != (logisticPoints[i]*(128-w)+logisticPoints[i+1]*w+64)>>7 {
			t.Fatalf("logistic of %d is %d", x, got)
		}
	}
}

func plainCost(v int32) int32 {
	u := uint32(max(int64(v), -int64(v))) + 16
	n := bits.Len32(u) - 5
	return (int32(n)<<4 + int32(u>>n) - 16) << 4
}

func plainAdapted(p prob, bit, limit uint32) prob {
	q, n := uint32(p)>>countBits, uint32(p)&countMask
	rate := uint32(1 << 17 / (2*n + 3))
	if bit != 0 {
		q += (1<<22 - 1 - q) >> 6 * rate >> 10
	} else {
		q -= q >> 6 * rate >> 10
	}
	return prob(q<<countBits | min(n+1, limit))
}
