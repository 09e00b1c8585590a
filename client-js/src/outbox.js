import { encode } from "./encode.js";
import * as Kind from "./kinds.js";
import { RequestError, sendable } from "./requests.js";

/** Events that may wait for the server to say that it handled them. */
const MAX_EVENTS = 256;
/** Bytes of them, as frames. */
const MAX_BYTES = 64 << 10;
/** Array of five elements and the kind: what every frame of an event begins with. */
const HEAD = [0x95, Kind.SEND];

/**
 * The client's own events, numbered over the session and kept until the server has handled them, so that
 * each arrives once and in order whatever sockets it takes. Bounded: nothing is ever left out silently.
 */
export class Outbox {
  /** @type {Uint8Array[]} the frames from the channel on, the oldest first */
  #kept = [];
  #bytes = 0;
  /** Number of the newest event that the server has handled. */
  #taken = 0;

  /** How many events wait. */
  get size() {
    return this.#kept.length;
  }

  /**
   * Takes an event in. What is encoded now is what is sent, and sent again.
   * @param {string} channel
   * @param {string} name
   * @param {any} payload
   * @param {number} maxFrame bytes
   * @returns {Uint8Array} its frame
   * @throws {RequestError} `full`, `bad-payload` or `too-big`
   */
  add(channel, name, payload, maxFrame) {
    // A zero is one byte, in the number's place.
    const tail = sendable(() =>
      encode([Kind.SEND, 0, channel, name, payload]).subarray(HEAD.length + 1),
    );
    const frame = framed(this.#taken + this.#kept.length + 1, tail);
    if (frame.length > maxFrame) {
      throw new RequestError("too-big", "", `a frame may have ${maxFrame} bytes`);
    }
    if (this.#kept.length >= MAX_EVENTS || this.#bytes + tail.length > MAX_BYTES) {
      throw new RequestError("full", "", "too many wait for the server");
    }
    this.#kept.push(tail);
    this.#bytes += tail.length;
    return frame;
  }

  /** @param {number} taken number up to which the server has handled them */
  handled(taken) {
    while (this.#kept.length > 0 && this.#taken < taken) {
      this.#bytes -= /** @type {Uint8Array} */ (this.#kept.shift()).length;
      this.#taken++;
    }
  }

  /** A session was given to us that these events were never sent in. @param {number} taken by its server */
  begin(taken) {
    this.#taken = taken;
  }

  /** Forgets all of them. @returns {number} how many those are */
  clear() {
    const { size } = this;
    this.#kept = [];
    this.#bytes = 0;
    return size;
  }

  /** @returns {Uint8Array[]} the frames of all that wait, in order */
  frames() {
    return this.#kept.map((tail, i) => framed(this.#taken + i + 1, tail));
  }
}

/** @param {number} seq @param {Uint8Array} tail @returns {Uint8Array} */
function framed(seq, tail) {
  const number = encode([seq]).subarray(1);
  const frame = new Uint8Array(HEAD.length + number.length + tail.length);
  frame.set(HEAD);
  frame.set(number, HEAD.length);
  frame.set(tail, HEAD.length + number.length);
  return frame;
}
