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
	cost       [predictors]int16   // what predictors cost in all rows, for a row that is new
	blend      blend
}

// startCost is that of a predictor that nothing is known of: four bits. Its own row will soon know better.
const startCost = 4 << 8

func (m *componentModels) reset() {
	*m = componentModels{blend: startBlend, cost: [predictors]int16{startCost, startCost, startCost, startCost}, signMix: startMixer}
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
	choices int               // how many of them there are
	choice  int               // the one that is followed
	line    int32             // the change if the last step goes on
	slow    int32             // the change by the slow tracker
}

// ask asks the predictors. rate is the change by the declared rate, if there is one.
func (f *forecast) ask(w *walk, c *component, models *componentModels, m *motion, rate int32) {
	if m.seen != w.baseTick {
		m.rest(w.baseTick)
	}
	f.line = 0
	if m.ticks != 0 {
		f.line = clampGuess(m.step * 256 / int32(m.ticks) * w.ticks)
	}
	fast := m.fast.guess(w.ticks)
	f.slow = m.slow.guess(w.ticks)
	f.guesses[predictTrack] = fast
	f.guesses[predictBlend] = models.blend.guess(f.line, fast, f.slow)
	f.choices, f.choice = predictRate, predictBlend
	if c.rate != 0 {
		f.guesses[predictRate] = clampGuess(m.lag + rate)
		f.choices, f.choice = predictors, predictRate
	}
	lowest := m.cost[f.choice] - advantage
	for k := range f.choices {
		if m.cost[k] < lowest {
			lowest, f.choice = m.cost[k], k
		}
	}
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
	now = c.wrapped(expected + w.residual(models, m, m.cost[f.choice], lean, turn, c.centred(now-expected)))
	w.learn(models, m, f, c.centred(now-base))
	return now
}

// residual codes what a prediction was wrong by, r. A prediction that leans to the lower quantum is mirrored, so that there are half
// as many contexts.
func (w *walk) residual(models *componentModels, m *motion, cost int16, lean, turn, r int32) int32 {
	c := &w.coder
	last := int32(m.sign)
	mirrored := lean < 0
	if mirrored {
		lean, turn, last, r = -lean, -turn, -last, -r
	}
	scale := max(0, min(scales-1, (int32(cost)-256)/192))
	at := scale * leans
	switch {
	case lean > 90:
		at += 2
	case lean > 40:
		at++
	}
	way := int32(0)
	switch {
	case turn > 100:
		way = 1
	case turn < -100:
		way = 2
	}
	mood := w.mood()*tempers + min(int32(m.class), tempers-1)
	third := way
	if scale == 0 {
		third = m.due(w.baseTick, w.tick)
	}
	m.class = 0
	if c.mixed(&models.zero[at], &models.zeroMood[mood*turns+third], &models.zeroMix[min(scale, 2)], flag(r != 0)) == 0 {
		return 0
	}
	negative := c.mixed(&models.sign[at], &models.signTurn[(last+1)*turns+way], &models.signMix, flag(r < 0)) != 0
	magnitude := uint32(r)
	if r < 0 {
		magnitude = -magnitude
	}
	k := w.length(models, scale, mood, int32(bitLength(magnitude))-1)
	magnitude = w.lower(models, k, magnitude)
	m.class = uint8(k + 1)
	r = int32(magnitude)
	if negative != mirrored {
		r = -r
	}
	return r
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
	switch {
	case w.waking:
		return moodWaking
	case w.surprise > 700:
		return moodWild
	case w.surprise > 64:
		return moodRough
	default:
		return moodCalm
	}
}

// learn takes in what became of a forecast.
func (w *walk) learn(models *componentModels, m *motion, f *forecast, step int32) {
	if step > maxStep || step < -maxStep {
		m.fast, m.slow, m.steps = tracker{}, tracker{}, 0
		m.step, m.ticks, m.lag = 0, 1, 0
	} else {
		change := step << 8
		for k := range f.choices {
			cost := int16(costOf(change - f.guesses[k]))
			m.cost[k] += (cost - m.cost[k]) >> costShift
			models.cost[k] += (cost - models.cost[k]) >> 6
			if k == f.choice {
				w.surprise += int32(cost - m.cost[k])
			}
		}
		models.blend.learn(f.line, f.guesses[predictTrack], f.slow, change-f.guesses[predictBlend])
		m.observe(step, w.ticks, change-f.guesses[predictTrack], change-f.slow)
		if f.choices > predictRate {
			m.lag = max(-256, min(256, (f.guesses[predictRate]-change)*3/4))
		}
		m.step, m.ticks = step, uint8(w.ticks)
	}
	m.seen = w.tick
	if step != 0 {
		m.pause = uint16(min(w.tick-m.changed, 1<<16-1))
		m.changed = w.tick
		m.sign = 1
		if step < 0 {
			m.sign = -1
		}
	}
}
