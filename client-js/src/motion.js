/** What moves rows on the screen between and ahead of snapshots; see parts.js for when it loads. */
export { Delay } from "./delay.js";
export { Interpolator } from "./interpolate.js";
export { Predictor } from "./predictor.js";
export { Smoothing } from "./smoothing.js";
