package protocol

// rangeCoder is a binary range coder with 32-bit range, for one direction at a time. The same calls write bits, when it was started by
// encode, and read them, when it was started by decode, so that whoever uses it describes both directions at once: a reader passes
// any bit and gets the one that was written.
//
// The interval [low, low+width) narrows with each bit. low has at most 32 bits and a carry, which goes into bytes not yet written: the
// cache and a run of 0xff after it. The first byte that such a coder writes is always 0 and left out; of the last ones, up to four are
// left out if they are zeros.
type rangeCoder struct {
	width    uint32
	code     uint32 // reading: the coded number minus low
	low      uint64 // writing: below 2^33
	cache    byte   // writing: the byte that a carry would go into
	run      int    // writing: how many bytes the cache and the 0xff after it are
	reading  bool
	overrun  bool   // reading: more was asked for than there is
	bytes    []byte // written, or to be read
	position int    // reading: bytes taken, those after the end too
}

// minWidth is what the interval is widened from, a byte at a time.
const minWidth = 1 << 24

// tail is how many zeros a body may have lost at its end.
const tail = 4

func (c *rangeCoder) encode() {
	*c = rangeCoder{width: 1<<32 - 1, run: 1, bytes: c.bytes[:0]}
}

func (c *rangeCoder) decode(b []byte) {
	*c = rangeCoder{width: 1<<32 - 1, reading: true, bytes: b}
	for range 4 {
		c.code = c.code<<8 | uint32(c.next())
	}
}

// bit codes a bit that is 1 with a probability of p/65536, p from 1 to 65535.
func (c *rangeCoder) bit(p uint32, bit uint32) uint32 {
	zero := c.narrow(p, bit)
	if c.width < minWidth {
		c.widen()
	}
	return zero + 1
}

// narrow is bit without widening the interval after it.
func (c *rangeCoder) narrow(p uint32, bit uint32) (zero uint32) {
	bound := c.width >> 16 * p
	if c.reading {
		zero = uint32((int64(c.code) - int64(bound)) >> 63)
		zero = ^zero
		c.code -= bound & zero
	} else {
		zero = bit - 1
		c.low += uint64(bound & zero)
	}
	c.width = bound + (c.width-2*bound)&zero
	return zero
}

// raw codes the low n bits of v, n from 0 to 31, as equally likely.
func (c *rangeCoder) raw(v uint32, n int) uint32 {
	got := uint32(0)
	for n > 0 {
		step := min(n, 8)
		n -= step
		c.width >>= step
		part := v >> n & (1<<step - 1)
		if c.reading {
			part = min(c.code/c.width, 1<<step-1)
			c.code -= part * c.width
		} else {
			c.low += uint64(part) * uint64(c.width)
		}
		got = got<<step | part
		if c.width < minWidth {
			c.widen()
		}
	}
	return got
}

func (c *rangeCoder) widen() {
	for c.width < minWidth {
		c.width <<= 8
		if c.reading {
			c.code = c.code<<8 | uint32(c.next())
		} else {
			c.shift()
		}
	}
}

// next is the next byte to be read; after the end there are zeros.
func (c *rangeCoder) next() byte {
	c.position++
	if c.position <= len(c.bytes) {
		return c.bytes[c.position-1]
	}
	if c.position > len(c.bytes)+tail {
		c.overrun = true
	}
	return 0
}

// shift moves the top byte of low out.
func (c *rangeCoder) shift() {
	if c.low < 0xff<<24 || c.low >= 1<<32 {
		carry := byte(c.low >> 32)
		for ; c.run > 0; c.run-- {
			c.bytes = append(c.bytes, c.cache+carry)
			c.cache = 0xff
		}
		c.cache = byte(c.low >> 24)
	}
	c.run++
	c.low = c.low << 8 & (1<<32 - 1)
}

// finish writes what is left: of the numbers in the interval, one that ends with 24 zero bits.
func (c *rangeCoder) finish() []byte {
	c.low = (c.low + minWidth - 1) &^ (minWidth - 1)
	for range 5 {
		c.shift()
	}
	b := c.bytes[1:]
	for range tail {
		if len(b) > 0 && b[len(b)-1] == 0 {
			b = b[:len(b)-1]
		}
	}
	return b
}

// finished reports whether reading came to the end of the bytes and not further.
func (c *rangeCoder) finished() bool { return !c.overrun && c.position >= len(c.bytes) }
