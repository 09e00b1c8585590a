package protocol

// prob is an adaptive probability that a bit is 1: 22 bits of probability and, below them, 10 bits that count how often it was
// adapted, up to a limit. It moves by 1/(count+1.5) of its error: fast at first, then as slowly as the limit allows.
type prob uint32

const (
	halfProb  = prob(1) << 31
	countBits = 10
	countMask = 1<<countBits - 1

	slowLimit = 150 // for the narrow contexts, and where there is one opinion only
	fastLimit = 30  // for the second opinion
)

// adaptRates[n] is 2^16/(n+1.5), rounded down. Counts end at the limits; the rest of the table is there so that no index needs a check.
var adaptRates = func() (r [countMask + 1]uint16) {
	for n := range r {
		r[n] = uint16(1 << 17 / (2*n + 3))
	}
	return r
}()

// adapted is p after a bit, of which zero is 0 for a 1 and has all bits set for a 0. What a bit is cannot be foreseen, so nothing branches
// on it: the probability grows by a part of its distance to 1 or shrinks by a part of its distance to 0, which is the same with all bits
// turned over.
func (p prob) adapted(zero, limit uint32) prob {
	n := uint32(p) & countMask
	step := (uint32(p) ^ ^zero) >> 16 * uint32(adaptRates[n]) >> 10
	n = min(n+1, limit) - n
	return p + prob((step^zero-zero)<<countBits+n)
}

func startProbs(p []prob) {
	for i := range p {
		p[i] = halfProb
	}
}

// logistic is 65536/(1+e^(-x/256)) for x from -2048 to 2047: 33 points and straight lines between them.
func logistic(x int32) int32 {
	x += 2048
	line := &logisticLines[x>>7&31]
	return (line.start + line.rise*(x&127)) >> 7
}

// logisticLines are the lines from one of logisticPoints to the next, in 1/128, with half a unit for rounding.
var logisticLines = func() (l [32]struct{ start, rise int32 }) {
	for i := range l {
		l[i].start, l[i].rise = logisticPoints[i]<<7+64, logisticPoints[i+1]-logisticPoints[i]
	}
	return l
}()

// logisticPoints[i] is 65536/(1+e^((16-i)/2)), rounded.
var logisticPoints = [33]int32{
	22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768,
	40793, 47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514,
}

// logit is the reverse, for 12-bit probabilities: logit[p] is the smallest x for which logistic(x) is at least 16p+8, or 2047.
var logit = func() (l [1 << 12]int16) {
	x := int32(-2048)
	for p := range l {
		for x < 2047 && logistic(x) < int32(16*p+8) {
			x++
		}
		l[p] = int16(x)
	}
	return l
}()

// mixer weighs two opinions on a bit against each other, in 1/65536.
type mixer [2]int32

// startMixer counts a little more than the mean of the two, as they agree more often than they repeat each other.
var startMixer = mixer{36000, 36000}

const maxWeight = 1 << 18 // of a mixer and of a blend

// mixed codes a bit that two models have an opinion on, and teaches the three. The opinions are added as logits, weighed; the weights
// follow the gradient of the cost (logistic mixing, M. Mahoney, "Adaptive Weighing of Context Models", 2005).
func (c *rangeCoder) mixed(a, b *prob, w *mixer, bit uint32) uint32 {
	pa, pb := *a, *b
	la, lb := int32(logit[pa>>20]), int32(logit[pb>>20])
	wa, wb := w[0], w[1]
	p := logistic(max(-2047, min(2047, (wa*la+wb*lb)>>16)))
	zero := c.narrow(uint32(p), bit)
	e := (int32((zero+1)<<16) - p) >> 2
	w[0], w[1] = clamp(wa+(la*e+1<<15)>>16, maxWeight), clamp(wb+(lb*e+1<<15)>>16, maxWeight)
	*a, *b = pa.adapted(zero, slowLimit), pb.adapted(zero, fastLimit)
	if c.width < minWidth {
		c.widen()
	}
	return zero + 1
}

// plain codes a bit that one model has an opinion on.
func (c *rangeCoder) plain(p *prob, bit uint32) uint32 {
	bit = c.bit(max(32, min(1<<16-32, uint32(*p>>16))), bit)
	*p = p.adapted(bit-1, slowLimit)
	return bit
}

// dear codes a bit for at least 0.09 bits, whatever the model: what is made new takes a number of bytes in proportion, so that a
// reader's work and memory have a bound in the length of the body.
func (c *rangeCoder) dear(p *prob, bit uint32) uint32 {
	bit = c.bit(max(1<<12, min(15<<12, uint32(*p>>16))), bit)
	*p = p.adapted(bit-1, slowLimit)
	return bit
}

// numberModels are for an unsigned number of which nothing is known but that small ones are likelier.
type numberModels [32]prob

// number codes v, at most 2^32-2, as an exponential Golomb code: the length of v+1 in unary by the models, then its lower bits.
func (c *rangeCoder) number(m *numberModels, v uint32) uint32 {
	want, k := bitLength(v+1)-1, 0
	for k < 31 && c.dear(&m[k], flag(want > k)) != 0 {
		k++
	}
	return 1<<k + c.raw((v+1)&(1<<k-1), k) - 1
}

// symbol codes the low 8 bits of v, the highest first, each in the context of those before it.
func (c *rangeCoder) symbol(m *[256]prob, v uint32) uint32 {
	x := uint32(1)
	for i := 7; i >= 0; i-- {
		x = x<<1 | c.dear(&m[x], v>>i&1)
	}
	return x & 255
}

func flag(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}
