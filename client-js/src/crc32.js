/** CRC-32 as in IEEE 802.3: the polynomial 0x04c11db7, bits reversed. */
const POLYNOMIAL = 0xedb88320;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1;
  return c;
});

/**
 * The sum of bytes, or of those that follow on others.
 * @param {Uint8Array} bytes
 * @param {number} [sum] of what came before
 */
export function crc32(bytes, sum = 0) {
  let c = ~sum;
  for (const byte of bytes) c = table[(c ^ byte) & 0xff] ^ (c >>> 8);
  return ~c >>> 0;
}
