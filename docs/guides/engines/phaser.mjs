/** A scene class that plays the arena in a room: `new Phaser.Game({ scene: arenaScene(Phaser, room), ... })`. */
export const arenaScene = (Phaser, room) =>
  class extends Phaser.Scene {
    ships = new Map(); // of images by entity id

    preload() {
      this.load.image("ship", "ship.png");
    }
    create() {
      this.cursors = this.input.keyboard.createCursorKeys();
      const offs = [
        room.on("add", (table, id, row) => {
          if (table === "ships") this.ships.set(id, this.add.image(row.x, row.y, "ship"));
        }),
        room.on("remove", (table, id) => {
          if (table !== "ships") return;
          this.ships.get(id).destroy();
          this.ships.delete(id);
        }),
      ];
      this.events.once("shutdown", () => offs.forEach((off) => off()));
    }
    update() {
      const { left, right, up, space } = this.cursors;
      room.input({ turn: right.isDown - left.isDown, thrust: up.isDown, fire: space.isDown });
      for (const ship of room.view().ships) this.ships.get(ship.id)?.setPosition(ship.x, ship.y).setRotation(ship.heading);
    }
  };
