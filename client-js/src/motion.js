/** What moves rows on the screen between and ahead of snapshots; see parts.js for when it loads. */
export { Interpolator } from "./interpolate.js";
export { Predictor } from "./predictor.js";
