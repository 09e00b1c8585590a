package protocol

import "encoding/binary"

// rowModels is what is known of a table's rows beside their values.
type rowModels struct {
	any     prob // does anything change
	gone    prob // is any row gone
	goneGap numberModels
	more    prob // are more gone
	left    prob // did it leave the view, and is not gone for good

	block      [2 * (maxRecent + 1)]prob // does any row of a block change: by how many did lately, and whether the block before does
	change     [1 << 8]prob              // does a row change: by its history,
	changeNear [1 << 5]prob              // and by that of the rows beside it, and the first boolean field
	changeMix  [2]mixer

	grown  prob // is any row new
	after  prob // do the new ids begin after those that are there
	newGap numberModels

	active  [MaxFields][1 << 3]prob // does a field change in any row: by whether it did in the last three bodies
	changed [MaxFields]uint8        // bit i: whether it did i bodies ago
	text    [MaxFields]prob         // does a string change
}

const (
	blockRows = 16
	maxRecent = 5
)

func (m *rowModels) reset() {
	*m = rowModels{any: halfProb, gone: halfProb, more: halfProb, left: halfProb, grown: halfProb, after: halfProb}
	m.changeMix = [2]mixer{startMixer, startMixer}
	for _, p := range [][]prob{m.goneGap[:], m.block[:], m.change[:], m.changeNear[:], m.newGap[:], m.text[:]} {
		startProbs(p)
	}
	for f := range m.active {
		startProbs(m.active[f][:])
	}
}

// gone codes which of n rows are there no more: how many that stay lie between each and the one before.
func (w *walk) gone(s *tableState, n int) {
	c, m := &w.coder, &s.rows
	at, next := 0, 0
	if c.reading {
		clear(w.fates)
	} else {
		next = w.nextGone(0)
	}
	for more := c.plain(&m.gone, flag(next < n)); more != 0; more = c.plain(&m.more, flag(next < n)) {
		at += int(c.number(&m.goneGap, uint32(next-at)))
		if at >= n || at < 0 {
			w.fail("a removed row beyond the last")
			return
		}
		w.fates[at] = fateGone + uint8(c.plain(&m.left, uint32(w.fates[at])&1))
		at++
		if !c.reading {
			next = w.nextGone(at)
		}
	}
}

// nextGone is the first row from i on that does not stay, or the number of rows.
func (w *walk) nextGone(i int) int {
	for i < len(w.fates) && w.fates[i] < fateGone {
		i++
	}
	return i
}

// changes codes which of the rows that stay change. Blocks of rows at rest take one bit.
func (w *walk) changes(s *tableState, layout *packedTable, from *Rows) {
	c := &w.coder
	var marker []int32
	if layout.marker >= 0 {
		marker = from.Column(layout.marker)
	}
	block := uint32(0)
	for start := 0; start < len(w.fates); start += blockRows {
		fates := w.fates[start:min(start+blockRows, len(w.fates))]
		recent, any := uint8(0), false
		if history := s.history[start:][:len(fates)]; !atRest(fates, history, 3) {
			for i := range fates {
				recent += (history[i] | history[i]>>1) & 1
				any = any || fates[i] == fateChanged
			}
		}
		block = c.plain(&s.rows.block[2*min(recent, maxRecent)+uint8(block)], flag(any))
		if block != 0 {
			w.changesOf(s, fates, start, marker)
		}
	}
}

// atRest reports of the rows of a full block whether all of them stay and do not change, and did not change in the bodies of which history has a
// bit in mask.
func atRest(fates, history []uint8, mask uint64) bool {
	if len(fates) < blockRows {
		return false
	}
	const each = 1 << 64 / 0xff
	fate := binary.LittleEndian.Uint64(fates) | binary.LittleEndian.Uint64(fates[blockRows/2:])
	was := binary.LittleEndian.Uint64(history) | binary.LittleEndian.Uint64(history[blockRows/2:])
	return fate|was&(mask*each) == 0
}

// changesOf codes which rows of a block change.
func (w *walk) changesOf(s *tableState, fates []uint8, start int, marker []int32) {
	before := uint32(0)
	for i := range fates {
		if fates[i] >= fateGone {
			continue
		}
		row := start + i
		history := uint32(s.history[row])
		near := before | history&1<<1
		if row > 0 {
			near |= uint32(s.history[row-1]) & 1 << 2
		}
		if row+1 < len(s.history) {
			near |= uint32(s.history[row+1]) & 1 << 3
		}
		if marker != nil {
			near |= uint32(marker[row]) & 1 << 4
		}
		before = w.coder.mixed(&s.rows.change[history], &s.rows.changeNear[near], &s.rows.changeMix[history&1], uint32(fates[i]))
		fates[i] = uint8(before)
	}
}

// fields codes which fields change in any row.
func (w *walk) fields(s *tableState, n int) {
	for f := range n {
		changed := &s.rows.changed[f]
		now := w.coder.plain(&s.rows.active[f][*changed&7], flag(w.active[f]))
		w.active[f] = now != 0
		*changed = *changed<<1 | uint8(now)
	}
}
