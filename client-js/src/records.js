import { WireError } from "./wire.js";

/** What a record carries (protocol section 12); others are skipped. */
export const Record = Object.freeze({ FRAME: 0, PING: 1, PONG: 2, CLOSE: 3, NOTHING: 4 });

const HEAD = 4;
/** Bytes of the largest record: a server frame. */
const MAX_PAYLOAD = 4 << 20;

/**
 * @param {number} kind
 * @param {Uint8Array} payload
 * @returns {Uint8Array<ArrayBuffer>} a byte of kind, three of length, big endian, and the payload
 */
export function record(kind, payload) {
  const bytes = new Uint8Array(HEAD + payload.length);
  new DataView(bytes.buffer).setUint32(0, payload.length);
  bytes[0] = kind;
  bytes.set(payload, HEAD);
  return bytes;
}

/** @param {number} code @returns {Uint8Array<ArrayBuffer>} the record that says why a link ends */
export const closeRecord = (code) =>
  record(Record.CLOSE, new Uint8Array([(code >> 8) & 255, code & 255]));

/** @param {Uint8Array[]} parts @returns {Uint8Array<ArrayBuffer>} */
export function joined(parts) {
  const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Cuts a stream of bytes into records. */
export class RecordReader {
  #rest = new Uint8Array(0);

  /**
   * @param {Uint8Array} bytes that came next
   * @param {(kind: number, payload: Uint8Array) => void} each called for every record that is whole now
   * @throws {WireError} for a record that is larger than any may be
   */
  push(bytes, each) {
    const all = this.#rest.length === 0 ? bytes : joined([this.#rest, bytes]);
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    let at = 0;
    while (all.length - at >= HEAD) {
      const length = view.getUint32(at) & 0xffffff;
      if (length > MAX_PAYLOAD) throw new WireError(`a record of ${length} bytes`);
      if (all.length - at - HEAD < length) break;
      const payload = all.slice(at + HEAD, at + HEAD + length);
      at += HEAD + length;
      each(all[at - length - HEAD], payload);
    }
    this.#rest = all.slice(at);
  }
}
