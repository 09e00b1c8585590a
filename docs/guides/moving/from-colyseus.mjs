import { connect } from "./deltatick.mjs";

export async function play(options, draw) {
  const net = connect(options); // { url, name } or { url, auth: () => ["jwt", token] }
  await net.ready;
  const places = (await net.lobby.list()).filter((l) => l.game === "arena" && l.players < l.max_players);
  const entered = new Promise((resolve) => net.on("room", resolve));
  if (places.length > 0) await net.lobby.join({ id: places[0].id });
  else await net.lobby.create({ game: "arena", settings: { bots: 4 } }).then(() => net.lobby.start());
  const room = await entered.then((room) => room.ready); // with its first full state

  room.on("add", (table, id, row) => table === "ships" && draw.add(id, row)); // also for who is there
  room.on("change", (table, id, row) => table === "ships" && draw.change(id, row));
  room.on("remove", (table, id) => table === "ships" && draw.remove(id));
  room.onEvent("kill", ({ names }) => draw.say(names.join(" shot ")));
  room.on("drop", () => draw.say("reconnecting"));
  room.on("resume", ({ lost }) => draw.say(lost ? `${lost} events lost` : "back"));
  room.on("exit", ({ reason }) => draw.say(reason));
  room.input({ thrust: true }); // the input from now on: sent each tick, until another is set
  return { net, room }; // net.lobby.leave() leaves
}
