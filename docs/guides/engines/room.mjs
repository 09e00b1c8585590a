/** A room of the game with its first full state: in the first public lobby with a place, or in one of its own. */
export async function enter(net, game, settings = {}) {
  await net.ready;
  const [open] = (await net.lobby.list()).filter((l) => l.game === game && l.players < l.max_players);
  const entered = new Promise((resolve) => net.on("room", resolve));
  if (open) await net.lobby.join({ id: open.id });
  else await net.lobby.create({ game, settings }).then(() => net.lobby.start());
  return (await entered).ready; // const room = await enter(connect({ name: "Ada" }), "arena", { bots: 4 })
}
