import { ident, list, str, uint } from "./frames.js";
import { MAX_CHUNK } from "./pace.js";
import { WireError } from "./wire.js";

/** Largest size and offset. */
const FAR = 2 ** 53;
const MAX_TYPE = 64;

/**
 * @typedef {{id: number, channel: string, name: string, size: number, type: string}} Offer
 * @typedef {{id: number, offset: number, sum: number, data: Uint8Array | null}} Chunk `data` is null where the sender has given up
 * @typedef {{id: number, offset: number, limit: number, done: boolean, error: [string, string, string] | null}} Progress
 */

/** @param {any[]} f @returns {Offer} */
export function offer(f) {
  const size = uint(f, 4, FAR);
  if (size === 0) throw new WireError("a transfer of nothing");
  if (str(f, 5).length > MAX_TYPE) throw new WireError("element 5 is too long");
  return { id: uint(f, 1), channel: ident(f, 2), name: ident(f, 3), size, type: f[5] };
}

/** @param {any[]} f @returns {Chunk} */
export function chunk(f) {
  const data = f[4];
  if (data !== null) {
    if (!(data instanceof Uint8Array)) throw new WireError("element 4 is no bin");
    if (data.length === 0 || data.length > MAX_CHUNK)
      throw new WireError("a chunk of no good size");
  }
  return { id: uint(f, 1), offset: uint(f, 2, FAR), sum: uint(f, 3), data };
}

/** @param {any[]} f @returns {Progress} */
export function progress(f) {
  if (typeof f[4] !== "boolean") throw new WireError("element 4 is no boolean");
  const error = f[5] === null ? null : list(f, 5);
  return {
    id: uint(f, 1),
    offset: uint(f, 2, FAR),
    limit: uint(f, 3, FAR),
    done: f[4],
    error: error === null ? null : [str(error, 0), str(error, 1), str(error, 2)],
  };
}
