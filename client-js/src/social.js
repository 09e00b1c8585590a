/**
 * What nobody needs before a server has welcomed: lobbies with their chat, presence, the reader of the schema that a match begins with, and what
 * cuts short the wait for the next dial; see parts.js for when it loads.
 */
export { Lobby } from "./lobby.js";
export { Presences } from "./presence.js";
export { parseSchema } from "./schema.js";
export { onWake } from "./wake.js";
