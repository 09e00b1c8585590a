import { connect } from "@deltatick/client";
import type { Arena as Schema } from "../../games/arena/arena.js";

type Arena = Schema & { events: { kill: { killer: number; victim: number; names: string[] } } };

const net = connect<Arena>({ url: "ws://localhost:8080/ws", name: "Ada" });
net.on("room", (room) => {
  room.onEvent("kill", ({ names }) => console.log(`${names[0]} shot ${names[1]}`));
  room.on("change", (table, id, row) => {
    if (table === "pickups") console.log(id, row.kind); // here row is a pickup's
  });
  room.input({ thrust: true, turn: -1 }); // what is left out is neutral; what the game does not know is an error
  for (const ship of room.view().ships) console.log(ship.id, ship.x, ship.name);
});
