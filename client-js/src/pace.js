/** Queueing that is borne, in milliseconds. These are the figures of the server's own pace; see docs/decisions/0017-transfers.md. */
const TARGET = 3;
/** Of the target that the window may fill more in a round trip. */
const GROWTH = 0.5;
const MAX_GROWTH = 0.25;
const MAX_CUT = 0.5;
export const MIN_CHUNK = 256;
export const MAX_CHUNK = 8 << 10;
const FIRST_WINDOW = 8 * MIN_CHUNK;
const MAX_WINDOW = 64 << 10;
/** How long a chunk takes of a link that carries a window in a round trip, in milliseconds. */
const CHUNK_MS = 2;
/** Round trips with the least window after which the way itself must have become longer. */
const STUCK = 8;

/**
 * Says when how many bytes of an upload may leave over one connection, so that inputs do not queue up behind them (in the manner of LEDBAT, RFC 6817): the time
 * from a chunk to its progress is that of the way, the least that was seen, and of queues. The window grows while these take 3 ms or
 * less, and falls below what the way holds otherwise. Chunks leave evenly over the round trip.
 */
export class Pace {
  /** How long until another chunk may leave, when `room` was 0 for that; 0: until the next progress. */
  wait = 0;

  #window = FIRST_WINDOW;
  /** Milliseconds of the way; 0: not known yet. */
  #way = 0;
  #next = 0;
  #filled = false;
  /** When the round began, which lasts until the progress of a chunk that was sent in it. */
  #round = -Infinity;
  /** The least that a chunk took in it. */
  #least = Infinity;
  #stuck = 0;
  #lately = Infinity;

  /** @param {number} inFlight bytes @param {number} now @returns {number} bytes that the next chunk may have */
  room(inFlight, now) {
    const fits = this.#way > 0 ? Math.floor((this.#window * CHUNK_MS) / this.#way) : 0;
    const chunk = Math.min(Math.max(fits, MIN_CHUNK), MAX_CHUNK);
    this.wait = Math.max(0, this.#next - now);
    const full = inFlight > 0 && (inFlight + chunk > this.#window || this.#way === 0);
    if (this.wait === 0 && !full) return chunk;
    this.#filled = true;
    return 0;
  }

  /** @param {number} bytes of a chunk that leaves @param {number} now */
  left(bytes, now) {
    this.#next = now + (this.#way * bytes) / this.#window;
  }

  /** @param {number} sent when the chunk left whose progress has come @param {number} now */
  took(sent, now) {
    const took = Math.max(now - sent, 0.001);
    if (this.#way === 0 || took < this.#way) this.#way = took;
    this.#least = Math.min(this.#least, took);
    if (sent < this.#round) return;
    this.#adjust(this.#least);
    this.#round = now;
    this.#least = Infinity;
    this.#filled = false;
  }

  /** @param {number} least */
  #adjust(least) {
    if (least - this.#way <= TARGET) {
      this.#stuck = 0;
      if (!this.#filled) return;
      const growth = Math.min(MAX_GROWTH, (GROWTH * TARGET) / least);
      this.#window = Math.min(this.#window * (1 + growth), MAX_WINDOW);
    } else if (this.#window > MIN_CHUNK) {
      const holds = this.#way / least;
      this.#window = Math.max(this.#window * Math.max(MAX_CUT, holds * holds), MIN_CHUNK);
    } else {
      // Nothing of ours is queued: one chunk at a time.
      this.#lately = this.#stuck === 0 ? least : Math.min(this.#lately, least);
      if (++this.#stuck < STUCK) return;
      this.#way = this.#lately;
      this.#stuck = 0;
    }
  }
}
