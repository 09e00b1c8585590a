/** What comes in a file of its own, which loads while a connection is being made: see parts.js. */
export { HttpLink } from "./http-link.js";
export { Interpolator } from "./interpolate.js";
export { PackedDecoder } from "./packed/decoder.js";
export { Transfers } from "./transfers.js";
