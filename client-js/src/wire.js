/** Largest message taken from a server, in bytes (protocol section 1). */
export const MAX_INCOMING = 4 << 20;
/** Nesting a frame may have, the frame's own array counted. */
export const MAX_DEPTH = 8;
/** Close code of a link that was lost, as WebSockets have it. */
export const LOST = 1006;
/** Keys by which an object's prototype is reached. */
export const refusedKeys = new Set(["__proto__", "constructor", "prototype"]);

/** A frame, or a part of one, that breaks the rules of the wire. */
export class WireError extends Error {
  name = "WireError";
}

/**
 * The kind of a message, which is one byte right behind the array's header, itself a fixarray or an
 * array 16; -1 for what is none. The rest of the message need not be good.
 * @param {Uint8Array} b
 */
export function kindOf(b) {
  const at = (b[0] & 0xf0) === 0x90 ? 1 : 3;
  return (at === 1 || b[0] === 0xdc) && b[at] < 0x80 ? b[at] : -1;
}
