/** What few ever need: the way around what blocks WebSockets, files, and answers to what the server asks; see parts.js for when it loads. */
export { answer } from "./answer.js";
export { HttpLink } from "./http-link.js";
export { Transfers } from "./transfers.js";
export { Upgrade } from "./upgrade.js";
