import { Decoder, Encoder } from "@msgpack/msgpack";
import { checkFrame, MAX_DEPTH, WireError } from "./guard.js";

/** Largest message taken from a server, in bytes (protocol section 1). */
export const MAX_INCOMING = 4 << 20;

/** The wire knows no extension types: none is written, none is read. */
const noExtensions = {
  tryToEncode: () => null,
  decode: () => {
    throw new WireError("extension type");
  },
};

const decoder = new Decoder({
  extensionCodec: /** @type {any} */ (noExtensions),
  maxStrLength: MAX_INCOMING,
  maxBinLength: MAX_INCOMING,
  maxArrayLength: MAX_INCOMING,
  maxMapLength: MAX_INCOMING,
  maxExtLength: 0,
});

const encoder = new Encoder({
  extensionCodec: /** @type {any} */ (noExtensions),
  maxDepth: MAX_DEPTH,
  ignoreUndefined: true,
});

/**
 * Decodes one message. The structure is walked first, so what msgpack then allocates is bounded by
 * the message's own size.
 *
 * @param {Uint8Array} bytes
 * @returns {any[]} the frame's array; numbers, strings, booleans, nulls, Uint8Arrays, arrays, objects
 * @throws {WireError}
 */
export function decode(bytes) {
  if (bytes.length > MAX_INCOMING) throw new WireError("message too big");
  checkFrame(bytes);
  return /** @type {any[]} */ (decoder.decode(bytes));
}

/**
 * Encodes one frame. Integers take the shortest form; undefined map values are left out.
 *
 * @param {any[]} frame
 * @returns {Uint8Array<ArrayBuffer>} a copy of its own
 * @throws {Error} for what msgpack cannot carry, or nesting deeper than MAX_DEPTH
 */
export function encode(frame) {
  return encoder.encode(frame);
}
