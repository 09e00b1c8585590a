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

// adaptRates[n] is 2^16/(n+1.5), rounded down.
var adaptRates = func() (r [slowLimit + 1]uint32) {
	for n := range r {
		r[n] = uint32(1 << 17 / (2*n + 3))
	}
	return r
}()

func (p *prob) adapt(bit uint32, limit uint32) {
	v := uint32(*p)
	n := v & countMask
	rate := adaptRates[n]
	if n < limit {
		n++
	}
	q := v >> countBits
	if bit != 0 {
		q += (1<<22 - 1 - q) >> 6 * rate >> 10
	} else {
		q -= q >> 6 * rate >> 10
	}
	*p = prob(q<<countBits | n)
}

func startProbs(p []prob) {
	for i := range p {
		p[i] = halfProb
	}
}

// logistic is 65536/(1+e^(-x/256)) for x from -2048 to 2047: 33 points and straight lines between them.
func logistic(x int32) int32 {
	x += 2048
	i, w := x>>7, x&127
	return (logisticPoints[i]*(128-w) + logisticPoints[i+1]*w + 64) >> 7
}

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

// mixed codes a bit that two models have an opinion on, and teaches the three. The opinions are added as logits, weighed; the weights
// follow the gradient of the cost (logistic mixing, M. Mahoney, "Adaptive Weighing of Context Models", 2005).
func (c *rangeCoder) mixed(a, b *prob, w *mixer, bit uint32) uint32 {
	la, lb := int32(logit[*a>>20]), int32(logit[*b>>20])
	p := logistic(max(-2047, min(2047, (w[0]*la+w[1]*lb)>>16)))
	bit = c.bit(uint32(p), bit)
	e := (int32(bit<<16) - p) >> 2
	w[0] = max(-1<<18, min(1<<18, w[0]+(la*e+1<<15)>>16))
	w[1] = max(-1<<18, min(1<<18, w[1]+(lb*e+1<<15)>>16))
	a.adapt(bit, slowLimit)
	b.adapt(bit, fastLimit)
	return bit
}

// plain codes a bit that one model has an opinion on.
func (c *rangeCoder) plain(p *prob, bit uint32) uint32 {
	bit = c.bit(max(32, min(1<<16-32, uint32(*p>>16))), bit)
	p.adapt(bit, slowLimit)
	return bit
}

// dear codes a bit for at least 0.09 bits, whatever the model: what is made new takes a number of bytes in proportion, so that a
// reader's work and memory have a bound in the length of the body.
func (c *rangeCoder) dear(p *prob, bit uint32) uint32 {
	bit = c.bit(max(1<<12, min(15<<12, uint32(*p>>16))), bit)
	p.adapt(bit, slowLimit)
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
