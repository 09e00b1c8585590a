/** What a player's connection is doing, and the words for it. */

/** Time without a snapshot, in milliseconds, after which that is the news; a lost packet on a long line takes less. */
export const SILENCE = 600;

/**
 * What is known of a player's connection: its client, the match on its screen, when the newest snapshot came and when the status changed, in
 * milliseconds, and whether the match has yet to go on after a loss.
 * @typedef {object} Line
 * @property {{status: {state: string, attempt: number, inMs: number}, room: object | null}} net
 * @property {object | null} room
 * @property {number} heardAt
 * @property {number} statusAt
 * @property {boolean} returning
 */

/** @typedef {"on" | "silent" | "lost" | "dialling" | "resuming" | "between" | "over"} State */

/**
 * @param {Line} player
 * @param {number} now ms
 * @returns {State} `silent`: connected, but nothing comes; `resuming`: welcomed again, the match's state is on its way; `between`: in no match
 */
export function stateOf({ net, room, heardAt, returning }, now) {
  const { state } = net.status;
  if (state === "closed") return "over";
  if (state === "waiting") return "lost";
  if (state === "connecting") return "dialling";
  if (net.room === null || net.room !== room) return "between";
  if (returning) return "resuming";
  return now - heardAt > SILENCE ? "silent" : "on";
}

/** Seconds in a few characters. @param {number} ms */
export const seconds = (ms) => `${(Math.max(0, ms) / 1000).toFixed(1)} s`;

/** How long until a player dials again, in milliseconds, while it waits. @param {Line} player @param {number} now ms */
export const untilDial = ({ net, statusAt }, now) => Math.max(0, statusAt + net.status.inMs - now);

/**
 * What is written over a screen whose picture does not go on; empty for one whose does.
 * @param {Line} player @param {State} state @param {number} now ms
 */
export function screenWords(player, state, now) {
  const { attempt } = player.net.status;
  switch (state) {
    case "lost":
      return `No connection: dials again in ${seconds(untilDial(player, now))}`;
    case "dialling":
      return attempt > 0 ? `Dials, attempt ${attempt + 1}` : "Dials";
    case "resuming":
      return "Connected again, waits for the match";
    case "silent":
      return `Nothing comes, for ${seconds(now - player.heardAt)}`;
    case "over":
      return "The session is over: load the page anew";
    default:
      return "";
  }
}
