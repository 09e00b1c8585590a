/** What shows rows ahead of snapshots; see parts.js for when it loads. */
export { Predictor } from "./predictor.js";
export { Smoothing } from "./smoothing.js";
