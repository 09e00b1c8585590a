import { connect } from "./deltatick.mjs";

export async function play(options, draw) {
  const net = connect(options); // { url, name } or { url, auth: () => ["jwt", token] }
  const room = await net.joinOrCreate("arena", { settings: { bots: 4 } }); // with its first full state

  room.on("add", (table, id, row) => table === "ships" && draw.add(id, row)); // also for who is there
  room.on("change", (table, id, row) => table === "ships" && draw.change(id, row));
  room.on("remove", (table, id) => table === "ships" && draw.remove(id));
  room.onEvent("kill", ({ names }) => draw.say(names.join(" shot ")));
  room.on("drop", () => draw.say("reconnecting"));
  room.on("resume", ({ lost }) => draw.say(lost ? `${lost} events lost` : "back"));
  room.on("exit", ({ reason }) => draw.say(reason));
  room.input({ thrust: true }); // the input from now on: sent each tick, until another is set
  return { net, room }; // room.leave() leaves
}
