import { crc32 } from "./crc32.js";
import * as Kind from "./kinds.js";
import { MAX_CHUNK, MIN_CHUNK, Pace } from "./pace.js";
import { WireError } from "./wire.js";

/** Chunks that may be on their way. */
const MAX_MARKS = 256;

/** The part of a client that an upload needs. @typedef {{send: (frame: any[]) => boolean, timers: import("./options.js").Timers}} Uplink */

/** Bytes on their way to the server, over one connection after another. */
export class Upload {
  #offer;
  #data;
  #uplink;
  #onProgress;
  #pace = new Pace();
  /** What the server has taken, and the ends of the chunks on their way. */
  #base = { end: 0, sum: 0, at: 0 };
  /** @type {{end: number, sum: number, at: number}[]} */
  #marks = [];
  #limit = 0;
  /** Whether the server has told its progress over the present connection. */
  #heard = false;
  /** @type {any} */
  #timer = null;

  /**
   * @param {{id: number, channel: string, name: string, type: string}} what
   * @param {Uint8Array} data
   * @param {Uplink} uplink
   * @param {(taken: number) => void} onProgress
   */
  constructor({ id, channel, name, type }, data, uplink, onProgress) {
    this.id = id;
    this.#offer = [Kind.UPLOAD, id, channel, name, data.length, type];
    this.#data = data;
    this.#uplink = uplink;
    this.#onProgress = onProgress;
  }

  /** Begins, or goes on, over a connection. */
  open() {
    this.pause();
    this.#pace = new Pace();
    this.#uplink.send(this.#offer);
  }

  /** There is no connection, or nothing more to do. */
  pause() {
    this.#heard = false;
    this.#uplink.timers.clearTimeout(this.#timer);
  }

  giveUp() {
    this.pause();
    this.#uplink.send([Kind.UPLOAD_CHUNK, this.id, 0, 0, null]);
  }

  /** @param {import("./transfer-frames.js").Progress} progress that is not the last @throws {WireError} */
  heard({ offset, limit }) {
    const now = this.#uplink.timers.now();
    const had = this.#base.end;
    let i = this.#marks.length - 1;
    while (i >= 0 && this.#marks[i].end > offset) i--;
    const at = i < 0 ? this.#base : this.#marks[i];
    if (at.end !== offset || limit < offset) throw new WireError("progress that cannot be");
    if (this.#heard && i >= 0) this.#pace.took(at.at, now);
    // What was on its way when a connection was lost did not arrive.
    this.#marks = this.#heard ? this.#marks.slice(i + 1) : [];
    this.#base = at;
    this.#limit = limit;
    this.#heard = true;
    if (offset > had) this.#onProgress(offset);
    this.#pump();
  }

  /** Sends what may leave now. */
  #pump() {
    const { timers, send } = this.#uplink;
    timers.clearTimeout(this.#timer);
    while (this.#heard) {
      const last = this.#marks.at(-1) ?? this.#base;
      const most = Math.min(this.#limit, this.#data.length) - last.end;
      const least = Math.min(MIN_CHUNK, this.#data.length - last.end);
      if (most < least || least === 0 || this.#marks.length === MAX_MARKS) return;
      const now = timers.now();
      const room = this.#pace.room(last.end - this.#base.end, now);
      if (room === 0) {
        const { wait } = this.#pace;
        if (wait > 0) this.#timer = timers.setTimeout(() => this.#pump(), wait);
        return;
      }
      const bytes = this.#data.subarray(last.end, last.end + Math.min(room, most, MAX_CHUNK));
      const mark = { end: last.end + bytes.length, sum: crc32(bytes, last.sum), at: now };
      if (!send([Kind.UPLOAD_CHUNK, this.id, last.end, mark.sum, bytes])) return;
      this.#marks.push(mark);
      this.#pace.left(bytes.length, now);
    }
  }
}
