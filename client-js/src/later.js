/** What comes in a file of its own, which loads while a connection is being made: see parts.js. */
export { HttpLink } from "./http-link.js";
export { PackedDecoder } from "./packed/decoder.js";
export { Predictor } from "./predictor.js";
