/** What few ever need: the way around what blocks WebSockets, and files; see parts.js for when it loads. */
export { HttpLink } from "./http-link.js";
export { Transfers } from "./transfers.js";
