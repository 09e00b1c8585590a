package protocol

// Contexts of a residual.
const (
	scales    = 12 // of what residuals of this row's component were lately: by half octaves and more, from 1/8 of a quantum
	leans     = 3  // how far the prediction is from the middle between two quanta
	moods     = 4  // how the row does beside what is expected
	tempers   = 4  // length of the component's last residual: 0, 1, 2, 3 bits and more
	turns     = 3  // whether the fast tracker and the last step say about the same as the prediction, more, or less
	lengths   = 8  // bits of a magnitude that have models of their own in each scale
	maxLength = 32
)

// The moods of a row.
const (
	moodCalm = iota
	moodRough
	moodWild
	moodWaking // it did not change in the body before
)

// componentModels is what the rows of a table have in common about one component.
type componentModels struct {
	zero       [scales * leans]prob // is the residual not 0: by scale and lean,
	zeroMood   [moods * tempers * turns]prob
	zeroMix    [3]mixer
	sign       [scales * leans]prob // is it negative: by scale and lean,
	signTurn   [3 * turns]prob      // and by the sign of the last change
	signMix    mixer
	longer     [scales * lengths]prob // is the magnitude longer than k+1 bits: by scale,
	longerMood [moods * tempers * lengths]prob
	longerMix  [lengths]mixer
	long       [maxLength]prob     // the same for k of 8 and more
	high       [3 * maxLength]prob // the two bits below the highest, by length
	cost       costs               // what predictors cost in all rows, for a row that is new
	blend      blend
}

// startCost is that of a predictor that nothing is known of: four bits. Its own row will soon know better.
const startCost = 4 << 8

func (m *componentModels) reset() {
	*m = componentModels{blend: startBlend, cost: startCost * eachCost, signMix: startMixer}
	for _, p := range [][]prob{m.zero[:], m.zeroMood[:], m.sign[:], m.signTurn[:], m.longer[:], m.longerMood[:], m.long[:], m.high[:]} {
		startProbs(p)
	}
	for i := range m.zeroMix {
		m.zeroMix[i] = startMixer
	}
	for i := range m.longerMix {
		m.longerMix[i] = startMixer
	}
}

// forecast is what a component is expected to become.
type forecast struct {
	guesses [predictors]int32 // change since the baseline, in 1/256 quantum
	rated   bool              // the last of them is asked, too
	choice  int               // the one that is followed
	line    int32             // the change if the last step goes on
	slow    int32             // the change by the slow tracker
}

// ask asks the predictors. rate is the change by the declared rate, if there is one.
func (f *forecast) ask(w *walk, c *component, models *componentModels, m *motion, rate int32) {
	if m.seen != w.baseTick {
		m.rest(w.baseTick)
	}
	f.line = m.step * 256
	if m.ticks > 1 {
		f.line = divide(f.line, int32(m.ticks))
	}
	f.line = clampGuess(f.line * w.ticks)
	fast := m.fast.guess(w.ticks)
	f.slow = m.slow.guess(w.ticks)
	f.guesses[predictTrack] = fast
	f.guesses[predictBlend] = models.blend.guess(f.line, fast, f.slow)
	f.choice, f.rated = predictBlend, c.rate != 0
	if f.rated {
		f.choice, f.guesses[predictRate] = predictRate, clampGuess(m.lag+rate)
	} else {
		f.guesses[predictRate] = 0
	}
	f.choice = choose(m.cost, f.choice)
}

// choose replaces the first choice by the predictor whose cost is lowest, the first of equals, if the advantage is enough. The lowest bits tell
// costs apart, so that there is nothing but a minimum to take.
func choose(cost costs, first int) int {
	lowest := min((cost.of(first)-advantage)<<3, cost.of(predictStill)<<3|1+predictStill, cost.of(predictTrack)<<3|1+predictTrack,
		cost.of(predictBlend)<<3|1+predictBlend)
	if first == predictRate {
		lowest = min(lowest, cost.of(predictRate)<<3|1+predictRate)
	}
	if k := int(lowest & 7); k != 0 {
		return k - 1
	}
	return first
}

// follow takes in a component's new value without coding it.
func (w *walk) follow(c *component, models *componentModels, m *motion, base, now int32) {
	f := &w.forecast
	f.ask(w, c, models, m, 0)
	w.learn(models, m, f, now-base)
}

// component codes what a component that was base in the baseline is now.
func (w *walk) component(c *component, models *componentModels, m *motion, base, now, rate int32) int32 {
	f := &w.forecast
	f.ask(w, c, models, m, rate)
	guess := f.guesses[f.choice]
	whole := (guess + 128) >> 8
	lean := guess - whole<<8
	expected := base + whole
	switch {
	case c.wrap != 0:
	case expected < c.low || whole < 0 && expected > base:
		expected, lean = c.low, 0
	case expected > c.high || whole > 0 && expected < base:
		expected, lean = c.high, 0
	}
	turn := (f.guesses[predictTrack]+f.line)>>1 - guess
	now = c.wrapped(expected + w.residual(models, m, m.cost.of(f.choice), lean, turn, c.centred(now-expected)))
	w.learn(models, m, f, c.centred(now-base))
	return now
}

// residual codes what a prediction was wrong by, r. A prediction that leans to the lower quantum is mirrored, so that there are half
// as many contexts.
func (w *walk) residual(models *componentModels, m *motion, cost, lean, turn, r int32) int32 {
	c := &w.coder
	mirrored := lean >> 31
	lean, turn, r = negated(lean, mirrored), negated(turn, mirrored), negated(r, mirrored)
	last := negated(int32(m.sign), mirrored)
	scale := min(scales-1, int32(uint32(max(256, cost)-256)/192))
	at := scale*leans + beyond(lean, 40) + beyond(lean, 90)
	way := beyond(turn, 100) | beyond(-turn, 100)<<1
	mood := w.mood()*tempers + min(int32(m.class), tempers-1)
	third := way
	if scale == 0 {
		third = m.due(w.baseTick, w.tick)
	}
	m.class = 0
	if c.mixed(&models.zero[at], &models.zeroMood[mood*turns+third], &models.zeroMix[min(scale, 2)], flag(r != 0)) == 0 {
		return 0
	}
	negative := c.mixed(&models.sign[at], &models.signTurn[(last+1)*turns+way], &models.signMix, uint32(r)>>31)
	size := magnitude(r)
	k := w.length(models, scale, mood, int32(bitLength(size))-1)
	m.class = uint8(k + 1)
	return negated(int32(w.lower(models, k, size)), mirrored^-int32(negative))
}

// length codes how many bits a magnitude has below its highest.
func (w *walk) length(models *componentModels, scale, mood, want int32) int32 {
	c := &w.coder
	for k := range int32(lengths) {
		longer := flag(want > k)
		if c.mixed(&models.longer[scale*lengths+k], &models.longerMood[mood*lengths+k], &models.longerMix[k], longer) == 0 {
			return k
		}
	}
	for k := int32(lengths); k < maxLength-1; k++ {
		if c.plain(&models.long[k], flag(want > k)) == 0 {
			return k
		}
	}
	return maxLength - 1
}

// lower codes the k bits of a magnitude below its highest: the two upper ones by models.
func (w *walk) lower(models *componentModels, k int32, magnitude uint32) uint32 {
	c := &w.coder
	got, left := uint32(1), int(k)
	high := models.high[3*k : 3*k+3]
	if left > 0 {
		left--
		got = 2 | c.plain(&high[0], magnitude>>left&1)
	}
	if left > 0 {
		left--
		got = got<<1 | c.plain(&high[1+got&1], magnitude>>left&1)
	}
	return got<<left | c.raw(magnitude&(1<<left-1), left)
}

// mood is the row's so far.
func (w *walk) mood() int32 {
	if w.waking {
		return moodWaking
	}
	return beyond(w.surprise, 64)*moodRough + beyond(w.surprise, 700)*(moodWild-moodRough)
}

// learn takes in what became of a forecast.
func (w *walk) learn(models *componentModels, m *motion, f *forecast, step int32) {
	if step > maxStep || step < -maxStep {
		m.fast, m.slow, m.steps = tracker{}, tracker{}, 0
		m.step, m.ticks, m.lag = 0, 1, 0
	} else {
		change := step << 8
		cost := priced(change, change-f.guesses[predictTrack], change-f.guesses[predictBlend], change-f.guesses[predictRate])
		m.cost, models.cost = m.cost.nearer(cost), models.cost.slowlyNearer(cost)
		w.surprise += cost.over(m.cost, f.choice)
		models.blend.learn(f.line, f.guesses[predictTrack], f.slow, change-f.guesses[predictBlend])
		g := m.gains()
		m.fast.observe(step, w.ticks, change-f.guesses[predictTrack], &g.fast)
		m.slow.observe(step, w.ticks, change-f.slow, &g.slow)
		if f.rated {
			m.lag = clamp((f.guesses[predictRate]-change)*3/4, 256)
		}
		m.step, m.ticks = step, uint8(w.ticks)
	}
	m.seen = w.tick
	if step != 0 {
		m.pause = uint16(min(w.tick-m.changed, 1<<16-1))
		m.changed = w.tick
		m.sign = int8(step>>31 | 1)
	}
}
