import { MAX_TICKS } from "./motion.js";
import { RangeDecoder } from "./rangecoder.js";

/** What the parts of the decoder share while a body is read. */
export class Walk {
  coder = new RangeDecoder();
  baseTick = 0;
  tick = 0;
  /** Between the two, 1 to 16. */
  ticks = 1;
  /** By how much the row's values so far cost more than expected, in 1/256 bit. */
  surprise = 0;
  /** Whether the row did not change in the body before. */
  waking = false;

  /**
   * @param {Uint8Array} bytes of the body
   * @param {number} baseTick 0 for a keyframe
   * @param {number} tick
   */
  start(bytes, baseTick, tick) {
    this.coder.start(bytes);
    this.baseTick = baseTick;
    this.tick = tick;
    const ticks = baseTick === 0 ? 1 : (tick - baseTick) >>> 0;
    this.ticks = Math.max(1, Math.min(MAX_TICKS, ticks));
  }
}
