/** Who else is there: lobbies with their chat, and presence; see parts.js for when it loads. */
export { Lobby } from "./lobby.js";
export { Presences } from "./presence.js";
