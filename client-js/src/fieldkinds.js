/** Kinds of fields, protocol section 6. */
export const BOOL = 0;
export const INT = 1;
export const FIXED = 2;
export const ANGLE = 3;
export const FLOAT = 4;
export const STRING = 5;
