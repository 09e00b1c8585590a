/** Kinds of fields, protocol section 6. */
export const BOOL = 0;
export const INT = 1;
export const FIXED = 2;
export const ANGLE = 3;
export const FLOAT = 4;
export const STRING = 5;
export const QUAT = 6;
export const UNIT = 7;

/**
 * Whether a kind's values are lists of components.
 * @param {number} kind
 */
export const isVector = (kind) => kind === QUAT || kind === UNIT;
