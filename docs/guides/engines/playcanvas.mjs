/** Plays the arena in a room on a started app that has a keyboard: its y goes along z, 100 units are 1. `pc` is the module. */
export function playArena(pc, app, room) {
  const ships = new Map(); // of entities by entity id
  const place = (entity, row) => {
    entity.setLocalPosition(row.x / 100, 0, row.y / 100);
    entity.setLocalEulerAngles(0, -row.heading * pc.math.RAD_TO_DEG, 0);
  };
  room.on("add", (table, id, row) => {
    if (table !== "ships") return;
    const entity = new pc.Entity(row.name);
    entity.addComponent("render", { type: "box" });
    entity.setLocalScale(0.3, 0.1, 0.1);
    place(entity, row);
    app.root.addChild(entity);
    ships.set(id, entity);
  });
  room.on("remove", (table, id) => {
    if (table !== "ships") return;
    ships.get(id).destroy();
    ships.delete(id);
  });
  const held = (key) => app.keyboard.isPressed(key);
  const frame = () => {
    room.input({ turn: held(pc.KEY_RIGHT) - held(pc.KEY_LEFT), thrust: held(pc.KEY_UP), fire: held(pc.KEY_SPACE) });
    for (const row of room.view().ships) if (ships.has(row.id)) place(ships.get(row.id), row);
  };
  app.on("update", frame);
  room.on("exit", () => app.off("update", frame));
}
