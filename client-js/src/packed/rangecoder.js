/** The interval is widened, a byte at a time, when it is narrower than this. */
const MIN_WIDTH = 1 << 24;
/** Zeros that a body may have lost at its end. */
const TAIL = 4;
const WIDTH = 0;
const CODE = 1;

/**
 * Reads the bits of a binary range coder with a range of 32 bits: the interval of what the body's number can
 * be narrows with each bit, to the part that the bit's probability gives it.
 */
export class RangeDecoder {
  /** The interval's width, and the number minus its lower end: unsigned, which only a typed array holds unboxed. */
  #state = new Uint32Array(2);
  /** @type {Uint8Array} */
  #bytes = new Uint8Array(0);
  /** Bytes taken, those after the end too. */
  #position = 0;

  /** @param {Uint8Array} bytes read in place */
  start(bytes) {
    this.#bytes = bytes;
    this.#position = 0;
    this.#state[WIDTH] = 0xffffffff;
    for (let i = 0; i < 4; i++) this.#state[CODE] = (this.#state[CODE] << 8) | this.#next();
  }

  /** Whether more was asked for than there is; what is read then means nothing. */
  get overrun() {
    return this.#position > this.#bytes.length + TAIL;
  }

  /** Whether reading came to the end of the bytes and not further. */
  get finished() {
    return !this.overrun && this.#position >= this.#bytes.length;
  }

  /**
   * @param {number} p probability of 1, in 65536ths: 1 to 65535
   * @returns {number} 0 or 1
   */
  bit(p) {
    const state = this.#state;
    const width = state[WIDTH];
    const code = state[CODE];
    const bound = Math.imul(width >>> 16, p) >>> 0;
    if (code < bound) {
      state[WIDTH] = bound;
      if (bound < MIN_WIDTH) this.#widen();
      return 1;
    }
    state[CODE] = code - bound;
    state[WIDTH] = width - bound;
    if (width - bound < MIN_WIDTH) this.#widen();
    return 0;
  }

  /**
   * @param {number} n bits, 0 to 31, all equally likely
   * @returns {number}
   */
  raw(n) {
    const state = this.#state;
    let got = 0;
    for (let left = n; left > 0; ) {
      const step = Math.min(left, 8);
      left -= step;
      const width = state[WIDTH] >>> step;
      const part = Math.min((state[CODE] / width) >>> 0, (1 << step) - 1);
      state[CODE] -= Math.imul(part, width);
      state[WIDTH] = width;
      got = (got << step) | part;
      if (width < MIN_WIDTH) this.#widen();
    }
    return got;
  }

  #widen() {
    const state = this.#state;
    while (state[WIDTH] < MIN_WIDTH) {
      state[WIDTH] <<= 8;
      state[CODE] = (state[CODE] << 8) | this.#next();
    }
  }

  /** The next byte; after the end there are zeros. */
  #next() {
    const at = this.#position++;
    return at < this.#bytes.length ? this.#bytes[at] : 0;
  }
}
