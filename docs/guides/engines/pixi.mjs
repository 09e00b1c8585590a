/** Plays the arena in a room on an initialised Application. `PIXI` is the module; `keys()` is the input of now. */
export function playArena(PIXI, app, room, keys) {
  const hull = new PIXI.GraphicsContext().poly([14, 0, -10, 9, -10, -9]).fill(0x66ccff); // shared by all
  const ships = new Map(); // of Graphics by entity id
  const offs = [
    room.on("add", (table, id, row) => {
      if (table !== "ships") return;
      const ship = new PIXI.Graphics(hull);
      ship.position.set(row.x, row.y);
      ships.set(id, app.stage.addChild(ship));
    }),
    room.on("remove", (table, id) => {
      if (table !== "ships") return;
      ships.get(id).destroy(); // takes it off the stage, too
      ships.delete(id);
    }),
  ];
  const frame = () => {
    room.input(keys());
    for (const row of room.view().ships) {
      const ship = ships.get(row.id);
      ship?.position.set(row.x, row.y);
      if (ship) ship.rotation = row.heading;
    }
  };
  app.ticker.add(frame);
  room.on("exit", () => (app.ticker.remove(frame), offs.forEach((off) => off())));
}
