import { isReplay } from "./replay-server.js";

/** Two clicks to playing: into an arena that has room, or into one of one's own with bots in it. */

const GAME = "arena";
const SHIPS = 6; // bots fill up to this many
const SEATS = 8;

/**
 * The lobbies worth trying, the fullest first, for company: those that play. In one that waits, a host who may be gone would decide when.
 * @param {{id: string, game: string, phase: string, players: number, max_players: number}[]} lobbies
 */
export function candidates(lobbies) {
  return lobbies
    .filter(
      ({ game, phase, players, max_players }) =>
        game === GAME && phase === "playing" && players < max_players,
    )
    .sort((a, b) => b.players - a.players);
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
