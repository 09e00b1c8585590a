// A bot for the arena: node bot.mjs ws://localhost:8080/ws
import { connect } from "./deltatick.mjs";

const WebSocket = globalThis.WebSocket ?? (await import("ws")).WebSocket; // Node 20 has none of its own
const net = connect({ url: process.argv[2] ?? "ws://localhost:8080/ws", name: "hunter", WebSocket });
process.once("SIGINT", () => net.close()); // says bye: the seat is free at once
net.on("status", ({ state }) => state === "waiting" && console.log("no connection: trying again"));

net.on("room", (room) => {
  room.on("snapshot", () => {
    const ships = [...room.state.tables.ships.values()];
    const me = ships.find((ship) => ship.seat === room.seat);
    if (!me?.alive) return;
    const away = (ship) => Math.hypot(ship.x - me.x, ship.y - me.y);
    const prey = ships.filter((ship) => ship !== me && ship.alive).sort((a, b) => away(a) - away(b))[0];
    if (prey) {
      const aim = Math.atan2(prey.y - me.y, prey.x - me.x);
      room.input({ aimed: true, aim, thrust: away(prey) > 150, fire: away(prey) < 400 }); // until the next
    } else room.input({ turn: 1, thrust: true });
  });
  room.on("exit", ({ reason }) => {
    console.log(`out: ${reason}`);
    if (reason === "ended") net.lobby.rematch().catch(console.error);
  });
  console.log(`in seat ${room.seat} of ${room.match}`);
});

await net.joinOrCreate("arena").catch((error) => console.log(error.message)); // a match with a free place, or a new one
