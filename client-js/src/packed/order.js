/**
 * Maps the bits of a float32 to an integer so that the integers are in the order of the floats, and back.
 * @param {number} q
 */
export const ordered = (q) => q ^ ((q >> 31) & 0x7fffffff);
