import { applyDelta, applyKeyframe } from "./mp.js";
import { parts } from "./parts.js";
import * as Resync from "./reasons.js";
import { WireError } from "./wire.js";
import { World } from "./world.js";

/** Least time between two requests for a keyframe, in milliseconds. */
const ASK_EVERY = 500;

/**
 * The world kept in step with the server's: takes snapshots in order, checks baseline and hash, and
 * asks for a keyframe when they do not fit.
 */
export class Replica {
  epoch = 0;
  /** Tick of the newest snapshot applied, 0 for none. */
  tick = 0;
  /** Baseline of that snapshot, 0 for a keyframe. */
  base = 0;
  #valid = false;
  /** @type {import("./packed/decoder.js").PackedDecoder | null} of codec `packed`; null: bodies are in codec `mp` */
  #packed = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #stats;
  #uplink;

  /**
   * @param {import("./schema.js").Schema} schema
   * @param {import("./stats.js").Stats} stats
   * @param {import("./inputs.js").Uplink} uplink
   */
  constructor(schema, stats, uplink) {
    this.world = new World(schema);
    this.#stats = stats;
    this.#uplink = uplink;
  }

  /**
   * A new stream begins, with a keyframe.
   * @param {number} epoch
   * @param {string} codec of its bodies: "packed", whose reader is loaded, or "mp"
   */
  restart(epoch, codec) {
    this.#packed =
      codec === "packed" && parts.packed !== undefined
        ? (this.#packed ?? new parts.packed.PackedDecoder(this.world))
        : null;
    this.epoch = epoch;
    this.tick = this.base = 0;
    this.#valid = false;
    this.#askedAt = Number.NEGATIVE_INFINITY;
  }

  /**
   * @param {import("./frames.js").Snapshot} snapshot of this epoch
   * @param {import("./rows.js").Changes | null} changes collects what changed, when given
   * @returns {boolean} whether the world is now the snapshot's
   */
  accept(snapshot, changes) {
    const reason = this.#apply(snapshot, changes);
    this.#valid = reason === 0;
    if (reason !== 0) {
      this.#stats.unapplied++;
      this.ask(reason);
      return false;
    }
    this.tick = snapshot.tick;
    this.base = snapshot.base;
    this.#stats.applied(snapshot.base === 0);
    return true;
  }

  /** A snapshot came that could not even be decoded: what follows has no baseline. */
  spoil() {
    this.#valid = false;
    this.ask(Resync.BODY);
  }

  /** @param {number} reason why a keyframe is needed; not sent again within half a second */
  ask(reason) {
    const now = this.#uplink.timers.now();
    if (now - this.#askedAt < ASK_EVERY) return;
    this.#askedAt = now;
    this.#stats.resyncs++;
    this.#uplink.resync(this.epoch, reason);
  }

  /**
   * @param {import("./frames.js").Snapshot} snapshot
   * @param {import("./rows.js").Changes | null} changes
   * @returns {number} 0, or why it could not be applied
   */
  #apply({ tick, base, hash, body }, changes) {
    if (base !== 0 && (!this.#valid || base !== this.tick)) return Resync.BASELINE;
    if (tick <= this.tick) return Resync.BODY;
    try {
      if (this.#packed !== null) this.#packed.apply(tick, base, body, changes);
      else if (base === 0) applyKeyframe(this.world, body, changes);
      else applyDelta(this.world, body, changes);
    } catch (error) {
      if (error instanceof WireError) return Resync.BODY;
      throw error;
    }
    if (hash === null || hash === this.world.hash()) return 0;
    this.#stats.desyncs++;
    return Resync.HASH;
  }
}
