/** What shows rows between snapshots; see parts.js for when it loads. */
export { Delay } from "./delay.js";
export { Interpolator } from "./interpolate.js";
