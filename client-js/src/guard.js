/** Nesting a frame may have, the frame's own array counted. */
export const MAX_DEPTH = 8;

/** A frame, or a part of one, that breaks the rules of the wire. */
export class WireError extends Error {
  name = "WireError";
}

// Values still to come in each open container. Module-wide because a walk never waits nor calls out.
const left = new Uint32Array(MAX_DEPTH + 1);
const isMap = new Uint8Array(MAX_DEPTH + 1);

const strict = new TextDecoder("utf-8", { fatal: true });
/** Keys by which an object's prototype is reached. */
export const refusedKeys = new Set(["__proto__", "constructor", "prototype"]);

/**
 * The kind of a message, which is one byte right behind the array's header, itself a fixarray or an
 * array 16; -1 for what is none. The rest of the message need not be good.
 * @param {Uint8Array} b
 */
export function kindOf(b) {
  const at = (b[0] & 0xf0) === 0x90 ? 1 : 3;
  return (at === 1 || b[0] === 0xdc) && b[at] < 0x80 ? b[at] : -1;
}

/**
 * Walks the structure of one message before anything is decoded or allocated: one msgpack array with
 * a kind that ends with the message, nothing deeper than MAX_DEPTH, no length beyond the bytes that are there, no
 * `ext`, integers within ±2^53, strings of valid UTF-8, maps with string keys that cannot reach a
 * prototype. It costs a pass over the bytes and makes every later allocation at most as large as the
 * message.
 *
 * @param {Uint8Array} b
 * @throws {WireError}
 */
export function checkFrame(b) {
  if (kindOf(b) < 0) throw new WireError("not an array with a kind");
  let depth = 0;
  let pos = 0;
  left[0] = 1;
  isMap[0] = 0;
  for (;;) {
    while (left[depth] === 0) {
      if (depth === 0) {
        if (pos !== b.length) throw new WireError("bytes after the end");
        return;
      }
      depth--;
    }
    if (pos >= b.length) throw new WireError("truncated");
    left[depth]--;
    const key = isMap[depth] === 1 && (left[depth] & 1) === 1;
    const head = b[pos];
    const size = sizeOf(b, pos, head);
    pos += size < 0 ? -size : size;
    if (pos > b.length) throw new WireError("truncated");
    if (key) checkKey(b, pos, size, head);
    if (size >= 0) continue;

    // A container's header: its values follow.
    const count = countOf(b, pos + size, head);
    const map = head < 0x90 || head >= 0xde;
    const values = map ? count * 2 : count;
    if (values > b.length - pos) throw new WireError("truncated");
    if (++depth > MAX_DEPTH) throw new WireError("nested too deep");
    left[depth] = values;
    isMap[depth] = map ? 1 : 0;
  }
}

/**
 * Bytes of the value at pos with all its content, or, for a container, minus the bytes of its header.
 * @param {Uint8Array} b
 * @param {number} pos
 * @param {number} head
 * @returns {number}
 */
function sizeOf(b, pos, head) {
  if (head < 0x80 || head >= 0xe0) return 1;
  if (head < 0xa0) return -1;
  if (head < 0xc0) return text(b, pos + 1, head & 0x1f, 1);
  switch (head) {
    case 0xc0:
    case 0xc2:
    case 0xc3:
      return 1;
    case 0xcc:
    case 0xd0:
      return 2;
    case 0xcd:
    case 0xd1:
      return 3;
    case 0xca:
    case 0xce:
    case 0xd2:
      return 5;
    case 0xcb:
      return 9;
    case 0xcf:
    case 0xd3:
      return wide(b, pos + 1, head === 0xd3);
    case 0xc4:
      return 2 + u8(b, pos + 1);
    case 0xc5:
      return 3 + u16(b, pos + 1);
    case 0xc6:
      return 5 + u32(b, pos + 1);
    case 0xd9:
      return text(b, pos + 2, u8(b, pos + 1), 2);
    case 0xda:
      return text(b, pos + 3, u16(b, pos + 1), 3);
    case 0xdb:
      return text(b, pos + 5, u32(b, pos + 1), 5);
    case 0xdc:
    case 0xde:
      return -3;
    case 0xdd:
    case 0xdf:
      return -5;
    default:
      throw new WireError(`type byte 0x${head.toString(16)}`);
  }
}

/**
 * @param {Uint8Array} b
 * @param {number} pos of the header, which is wholly there
 * @param {number} head
 */
function countOf(b, pos, head) {
  if (head < 0xa0) return head & 0x0f;
  return head === 0xdc || head === 0xde ? u16(b, pos + 1) : u32(b, pos + 1);
}

/**
 * Checks a string's bytes and gives the size of the value.
 * @param {Uint8Array} b
 * @param {number} start
 * @param {number} length
 * @param {number} header
 */
function text(b, start, length, header) {
  const end = start + length;
  if (end > b.length) throw new WireError("truncated");
  for (let i = start; i < end; i++) {
    if (b[i] < 0x80) continue;
    try {
      strict.decode(b.subarray(i, end));
    } catch {
      throw new WireError("string is not UTF-8");
    }
    break;
  }
  return header + length;
}

/**
 * A 64-bit integer: beyond ±2^53 a JavaScript number would be silently wrong.
 * @param {Uint8Array} b
 * @param {number} pos
 * @param {boolean} signed
 */
function wide(b, pos, signed) {
  if (pos + 8 > b.length) throw new WireError("truncated");
  const high = signed ? u32(b, pos) | 0 : u32(b, pos);
  const over = high > 0x200000 || (high === 0x200000 && u32(b, pos + 4) > 0);
  if (over || high < -0x200000) throw new WireError("integer beyond 2^53");
  return 9;
}

/**
 * @param {Uint8Array} b
 * @param {number} end of the key
 * @param {number} size of the key with its header
 * @param {number} head
 */
function checkKey(b, end, size, head) {
  let header = 1;
  if (head === 0xd9) header = 2;
  else if (head === 0xda) header = 3;
  else if (head === 0xdb) header = 5;
  else if (head < 0xa0 || head >= 0xc0) throw new WireError("map key is not a string");
  const length = size - header;
  if (length !== 9 && length !== 11) return;
  if (refusedKeys.has(strict.decode(b.subarray(end - length, end)))) {
    throw new WireError("refused map key");
  }
}

/** @param {Uint8Array} b @param {number} i */
const u8 = (b, i) => (i < b.length ? b[i] : 0);
/** @param {Uint8Array} b @param {number} i */
const u16 = (b, i) => (u8(b, i) << 8) | u8(b, i + 1);
/** @param {Uint8Array} b @param {number} i */
const u32 = (b, i) => u16(b, i) * 65536 + u16(b, i + 2);
