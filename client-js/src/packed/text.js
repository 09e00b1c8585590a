import { WireError } from "../wire.js";
import { dear, startProbs, symbol } from "./adaptivebit.js";

/** @typedef {import("./rangecoder.js").RangeDecoder} RangeDecoder */

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The strings of a world: models of their lengths and bytes. */
export class Texts {
  #lengths = new Uint32Array(256);
  #bytes = new Uint32Array(256);
  #buffer = new Uint8Array(255);

  reset() {
    startProbs(this.#lengths);
    startProbs(this.#bytes);
  }

  /**
   * Reads a string that is likely to be what it was.
   * @param {RangeDecoder} coder
   * @param {Uint32Array} probs
   * @param {number} at of the model that tells whether it changed
   * @param {string} was
   * @param {number} maxBytes
   * @returns {string}
   * @throws {WireError}
   */
  read(coder, probs, at, was, maxBytes) {
    if (dear(coder, probs, at) === 0) return was;
    const length = symbol(coder, this.#lengths);
    if (length > maxBytes) throw new WireError("string too long");
    for (let i = 0; i < length; i++) this.#buffer[i] = symbol(coder, this.#bytes);
    return decodeText(this.#buffer.subarray(0, length));
  }
}

/** @param {Uint8Array} bytes */
function decodeText(bytes) {
  let text = "";
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new WireError("string is not UTF-8");
  }
  if (text.startsWith("\ufeff")) throw new WireError("string begins with U+FEFF");
  return text;
}
