package protocol

// componentModels are the models of one component, shared by all rows.
type componentModels struct {
	zeroA  [scales * fracs]prob
	zeroB  [surprises * 16]prob
	zeroW  [3]weights
	signA  [scales * fracs]prob
	signB  [9]prob
	signW  weights
	classA [scales * classes]prob
	classB [surprises * 4 * classes]prob
	classW [classes]weights
	bits   [3 * 16]prob
	cost   [predictors]int16
}

const (
	scales    = 14
	fracs     = 3
	surprises = 4
	classes   = 18
)

func (m *componentModels) reset() {
	*m = componentModels{}
	for _, p := range [][]prob{m.zeroA[:], m.zeroB[:], m.signA[:], m.signB[:], m.classA[:], m.classB[:], m.bits[:]} {
		for i := range p {
			p[i] = halfProb
		}
	}
	for i := range m.zeroW {
		m.zeroW[i] = weights{startWeight, startWeight}
	}
	m.signW = weights{startWeight, startWeight}
	for i := range m.classW {
		m.classW[i] = weights{startWeight, startWeight}
	}
	for i := range m.cost {
		m.cost[i] = startCost
	}
}

var startWeight int32 = 36000
var startCost int16 = 64 << 4

// component codes the value of a component of a row that was in the base.
func (w *walk) component(c *component, cm *componentModels, m *memory, base, want int32, rate int32, code bool) int32 {
	// predictors
	if m.tick != w.baseTick {
		m.rest(w.baseTick)
	}
	d := w.ticks
	var guess [predictors]int32
	if m.steps != 0 {
		guess[predictLine] = m.step * 256 / int32(m.steps) * d
	}
	guess[predictFast] = m.fast.at(d)
	guess[predictSlow] = m.slow.at(d)
	n := predictRate
	if c.rate != 0 {
		guess[predictRate] = m.lag + rate
		n = predictors
	}
	best := 0
	for k := 1; k < n; k++ {
		if m.cost[k] < m.cost[best] {
			best = k
		}
	}
	offset := guess[best]
	r0 := (offset + 128) >> 8
	frac := offset - r0<<8
	pred := base + r0
	switch {
	case c.bits != 0:
		pred &= 1<<c.bits - 1
	case pred < c.low || r0 < 0 && pred > base:
		pred, frac = c.low, 0
	case pred > c.high || r0 > 0 && pred < base:
		pred, frac = c.high, 0
	}
	value := want
	var class int32
	if code {
		r := want - pred
		if c.bits != 0 {
			r = r << (32 - c.bits) >> (32 - c.bits)
		}
		second := (guess[predictFast]+guess[predictLine])/2 - offset
		r, class = w.residual(cm, m, frac, int32(m.cost[best]), second, r)
		value = pred + r
		if c.bits != 0 {
			value &= 1<<c.bits - 1
		}
	}
	// learn
	step := value - base
	if c.bits != 0 {
		step = step << (32 - c.bits) >> (32 - c.bits)
	}
	m.class = uint8(class)
	m.learn(w, cm, &guess, n, best, step, d)
	return value
}

func (m *memory) rest(now uint32) {
	gap := now - m.tick
	m.tick = now
	m.step, m.steps = 0, 1
	m.lag = 0
	if gap > restTicks {
		m.fast, m.slow = tracker{}, tracker{}
		return
	}
	m.fast.observe(int32(gap), -m.fast.at(int32(gap)), &fastGains)
	m.slow.observe(int32(gap), -m.slow.at(int32(gap)), &slowGains)
}

var restTicks uint32 = 6

func (m *memory) learn(w *walk, cm *componentModels, guess *[predictors]int32, n, best int, step, d int32) {
	if step > maxStep || step < -maxStep {
		m.fast, m.slow, m.step, m.steps, m.lag = tracker{}, tracker{}, 0, 1, 0
	} else {
		exact := step << 8
		for k := range n {
			e := exact - guess[k]
			cost := int16(magnitude(e)) << 4
			m.cost[k] += (cost - m.cost[k]) >> costShift
			cm.cost[k] += (cost - cm.cost[k]) >> 6
			if k == best {
				w.surprise += int32(cost - m.cost[k])
			}
		}
		m.fast.learn(step, d, exact-guess[predictFast], &fastGains)
		m.slow.learn(step, d, exact-guess[predictSlow], &slowGains)
		if n > predictRate {
			m.lag = max(-256, min(256, (guess[predictRate]-exact)*3/4))
		}
		m.step, m.steps = step, uint8(d)
	}
	m.tick = w.tick
	if step != 0 {
		m.pause = uint16(min(w.tick-m.changed, 65535))
		m.changed = w.tick
		m.sign = 1
		if step < 0 {
			m.sign = -1
		}
	}
}

var costShift = 2

func (t *tracker) learn(step, d, innovation int32, g *gains) {
	if innovation > 1<<22 || innovation < -1<<22 {
		*t = tracker{velocity: step * 256 / d}
		return
	}
	t.observe(d, innovation, g)
}

func (w *walk) residual(cm *componentModels, m *memory, frac, cost, second, r int32) (int32, int32) {
	c := &w.coder
	flip := frac < 0
	f := frac
	if flip {
		f, r, second = -f, -r, -second
	}
	// f 0..128
	fi := int32(0)
	if f > 40 {
		fi = 1
	}
	if f > 90 {
		fi = 2
	}
	s := max(0, min(scales-1, (cost>>4-16)/10))
	u := w.surpriseContext()
	due := int32(0)
	if m.pause != 0 {
		age := w.baseTick - m.changed
		if age+uint32(w.ticks) >= uint32(m.pause) {
			due = 1
			if age >= uint32(m.pause) {
				due = 2
			}
		}
	}
	dir := int32(0)
	if second > 100 {
		dir = 1
	} else if second < -100 {
		dir = 2
	}
	lastClass := min(int32(m.class), 3)
	zb := u*16 + lastClass*4
	if s == 0 {
		zb += due
	} else {
		zb += dir
	}
	zero := &cm.zeroA[s*fracs+fi]
	if c.mixed(zero, &cm.zeroB[zb], &cm.zeroW[min(s, 2)], b2u(r != 0)) == 0 {
		return 0, 0
	}
	sd := dir
	ls := int32(m.sign)
	if flip {
		ls = -ls
	}
	negative := c.mixed(&cm.signA[s*fracs+fi], &cm.signB[(ls+1)*3+sd], &cm.signW, b2u(r < 0))
	v := uint32(r)
	if r < 0 {
		v = -v
	}
	// v >= 1: class k holds 2^k..2^(k+1)-1
	want := int32(bitLen(v)) - 1
	k := int32(0)
	for k < 31 {
		kk := min(k, classes-1)
		if c.mixed(&cm.classA[s*classes+kk], &cm.classB[(u*4+lastClass)*classes+kk], &cm.classW[kk], b2u(want > k)) == 0 {
			break
		}
		k++
	}
	got := uint32(1)
	left := int(k)
	if left > 0 {
		left--
		p := &cm.bits[min(k, 15)*3]
		got = got<<1 | c.plain(p, v>>left&1)
		if left > 0 {
			left--
			p := &cm.bits[min(k, 15)*3+1+int32(got&1)]
			got = got<<1 | c.plain(p, v>>left&1)
		}
		if left > 0 {
			got = got<<left | c.raw(v, left)
		}
	}
	r = int32(got)
	if negative != 0 {
		r = -r
	}
	if flip {
		r = -r
	}
	return r, k + 1
}

func (w *walk) surpriseContext() int32 {
	if w.waking {
		return 3
	}
	switch {
	case w.surprise > surpriseHigh:
		return 2
	case w.surprise > surpriseLow:
		return 1
	}
	return 0
}

var surpriseLow, surpriseHigh int32 = 64, 700

func b2u(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}
