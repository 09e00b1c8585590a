/** How the three clients of the lab come to sit in one match: a private lobby, joined by its code, and the next round when one is over. */

const STATE_WITHIN = 1500; // ms after a resume within which the lobby is told of
const ROUND = { seconds: 600, limit: 0 };

/** The state of a client's lobby, or null for none. @param {any} net */
async function lobbyOf(net) {
  if (net.lobby.state || !net.status.resumed) return net.lobby.state;
  return new Promise((resolve) => {
    const done = (state) => {
      clearTimeout(timer);
      off();
      resolve(state);
    };
    const timer = setTimeout(done, STATE_WITHIN, null);
    const off = net.lobby.on("state", done);
  });
}

/**
 * Seats the host and the guest, and lets the spectator watch; those who sit there already, as after a reload, stay.
 * @param {any} host @param {any} guest @param {any} spectator clients that are open
 * @param {Record<string, number>} settings of the game
 */
export async function seat(host, guest, spectator, settings) {
  let state = await lobbyOf(host);
  if (state?.phase !== "playing") {
    if (state) await host.lobby.leave();
    state = await host.lobby.create({
      game: "arena",
      name: "Lab",
      private: true,
      max_players: 4,
      settings: { ...ROUND, ...settings },
    });
    await host.lobby.start();
  }
  for (const [net, spectate] of [
    [guest, false],
    [spectator, true],
  ]) {
    const present = await lobbyOf(net);
    if (present?.code === state.code) continue;
    if (present) await net.lobby.leave();
    await net.lobby.join({ code: state.code, spectate });
  }
}

/** The next round, when all players are back in the lobby. */
export async function again(host, guest) {
  await Promise.all([host.lobby.rematch(), guest.lobby.rematch()]);
}
