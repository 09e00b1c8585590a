package protocol

import (
	"bytes"
	"unicode/utf8"
)

// textModels are those of all strings of a world.
type textModels struct {
	length [256]prob // in bytes
	bytes  [256]prob
}

func (m *textModels) reset() {
	startProbs(m.length[:])
	startProbs(m.bytes[:])
}

// text codes a string that is likely to be what it was.
func (w *walk) text(state *Packed, changed *prob, f *packedField, was string, now *string) {
	c := &w.coder
	if c.dear(changed, flag(*now != was)) == 0 {
		*now = was
		return
	}
	n := int(c.symbol(&state.text.length, uint32(len(*now))))
	if n > f.maxBytes {
		w.fail("string of %d bytes, over %d", n, f.maxBytes)
		return
	}
	var text [MaxStringBytes]byte
	if !c.reading {
		copy(text[:], *now)
	}
	for i := range n {
		text[i] = byte(c.symbol(&state.text.bytes, uint32(text[i])))
	}
	if !c.reading {
		return
	}
	if !utf8.Valid(text[:n]) || bytes.HasPrefix(text[:n], []byte(byteOrderMark)) {
		w.fail("a string that is not UTF-8, or begins with U+FEFF")
	}
	*now = string(text[:n])
}
