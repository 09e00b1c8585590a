import { isReplay } from "./replay-server.js";

/** Two clicks to playing: into an arena that has room, or into one of one's own with bots in it. */

const GAME = "arena";
const SHIPS = 6; // bots fill up to this many
const SEATS = 8;

/**
 * The lobbies worth trying, best first: running matches before open rooms (nobody to wait for), fuller before emptier
 * (company).
 * @param {{id: string, game: string, phase: string, players: number, max_players: number}[]} lobbies
 */
export function candidates(lobbies) {
  const rank = (/** @type {{phase: string}} */ { phase }) => (phase === "playing" ? 0 : 1);
  return lobbies
    .filter((lobby) => lobby.game === GAME && lobby.players < lobby.max_players)
    .sort((a, b) => rank(a) - rank(b) || b.players - a.players);
}

/**
 * Joins the best lobby with room; one that filled up meanwhile is passed over. Otherwise creates and starts one. A replay is
 * watched.
 * @param {any} net
 */
export async function quickPlay(net) {
  const lobbies = await net.lobby.list();
  if (isReplay(net) && lobbies.length > 0) {
    return net.lobby.join({ id: lobbies[0].id, spectate: true });
  }
  for (const { id } of candidates(lobbies).slice(0, 3)) {
    try {
      return await net.lobby.join({ id });
    } catch (caught) {
      const error = /** @type {any} */ (caught);
      if (error.code !== "full" && error.code !== "not-found") throw error;
    }
  }
  await net.lobby.create({
    game: GAME,
    name: `${net.name}'s arena`,
    max_players: SEATS,
    settings: { bots: SHIPS },
  });
  return net.lobby.start();
}
