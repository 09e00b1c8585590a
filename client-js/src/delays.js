/** What the delay of a view is before anything is measured, in milliseconds. */
export const START = 100;
/** Longest delay that can be asked for, in milliseconds. */
export const MOST_FIXED = 500;
