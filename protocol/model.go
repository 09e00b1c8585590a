package protocol

// prob is an adaptive probability that a bit is 1: 22 bits of probability and, below them, 10 bits that count how often it was adapted,
// up to a limit. It moves by 1/(count+1.5) of its error: fast at first, then by what the limit allows.
type prob uint32

const (
	halfProb  = prob(1) << 31
	countBits = 10
	countMask = 1<<countBits - 1
)

// rates[n] is 2^16/(n+1.5), rounded down.
var rates = func() (r [256]uint32) {
	for n := range r {
		r[n] = uint32(1 << 17 / (2*n + 3))
	}
	return r
}()

// adapt moves the probability towards the bit. limit is at most 255.
func (p *prob) adapt(bit uint32, limit uint32) {
	v := uint32(*p)
	n := v & countMask
	rate := rates[n]
	if n < limit {
		n++
	}
	q := v >> countBits
	if bit != 0 {
		q += ((1<<22 - 1 - q) >> 6 * rate) >> 10
	} else {
		q -= (q >> 6 * rate) >> 10
	}
	*p = prob(q<<countBits | n)
}

// squash is 65536/(1+e^(-x/256)), x from -2048 to 2047: a table of 33 places and straight lines between them.
func squash(x int32) int32 {
	x += 2048
	i, w := x>>7, x&127
	return (squashKnots[i]*(128-w) + squashKnots[i+1]*w + 64) >> 7
}

// squashKnots[i] is 65536/(1+e^((16-i)/2)), rounded.
var squashKnots = [33]int32{
	22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768,
	40793, 47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
}

// stretched[p] is the reverse: the smallest x for which squash(x) is at least 16p+8.
var stretched = func() (s [4096]int16) {
	x := int32(-2048)
	for p := range s {
		for x < 2047 && squash(x) < int32(16*p+8) {
			x++
		}
		s[p] = int16(x)
	}
	return s
}()

// mix2 weighs two opinions on a bit.
type weights [2]int32

// mixed codes a bit by two models' opinions.
func (c *rangeCoder) mixed(a, b *prob, w *weights, bit uint32) uint32 {
	sa, sb := int32(stretched[*a>>20]), int32(stretched[*b>>20])
	x := (w[0]*sa + w[1]*sb) >> 16
	x = max(-2047, min(2047, x))
	p := squash(x)
	bit = c.bit(uint32(p), bit)
	e := int32(bit<<16) - p
	e = e * mixRate >> 4
	w[0] += (sa*e + 1<<15) >> 16
	w[1] += (sb*e + 1<<15) >> 16
	a.adapt(bit, limitA)
	b.adapt(bit, limitB)
	return bit
}

// plain codes a bit by one model.
func (c *rangeCoder) plain(a *prob, bit uint32) uint32 {
	p := uint32(*a >> 16)
	p = max(32, min(65504, p))
	bit = c.bit(p, bit)
	a.adapt(bit, limitA)
	return bit
}

var mixRate int32 = 3
var limitA, limitB uint32 = 250, 60
