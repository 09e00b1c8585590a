import { drawPickups, drawShots } from "./arena-items.js";
import { drawLabels, drawShip } from "./arena-ships.js";
import { Backdrop } from "./backdrop.js";
import { cameraFor } from "./camera.js";
import { Effects } from "./effects.js";
import { drawMinimap } from "./minimap.js";
import { reducedMotion } from "./motion-preference.js";
import { OwnMotion } from "./own-motion.js";
import { OwnPrediction } from "./own-prediction.js";
import { hueOf, PICKUPS } from "./palette.js";
import { Shake } from "./shake.js";
import { ShotWatch } from "./shot-watch.js";

const MIN_SCALE = 0.6;
const RADIUS = 14;
const SETTLE = 60; // ms beyond the view's delay after which a respawned ship is shown: by then the view has reached its new place
const FADE_IN = 220; // ms

/** Draws the game "arena". It reads the room and never changes it, but for having it predict one's own ship. */
export class ArenaView {
  field = { width: 1600, height: 900 };
  camera = null;
  /** One's own ship as drawn: `{id, x, y, heading, thrust, row}`; id 0 when there is none. */
  own = { id: 0, x: 800, y: 450, heading: 0, thrust: false, row: null };
  prediction = new OwnPrediction();

  #backdrop = new Backdrop();
  #effects = new Effects();
  #shake = new Shake();
  #seen = { scale: 1, x: 0, y: 0 }; // the camera as shaken
  #shots = new ShotWatch();
  #motion = new OwnMotion();
  #memory = new Map(); // ship id -> what the last frame knew of it
  #focus = { x: 800, y: 450 };
  #offs = [];
  #sounds;

  /** @param {import("./sounds.js").Sounds} sounds told of what is seen: shots, hits, blasts, pickups */
  constructor(sounds) {
    this.#sounds = sounds;
  }

  enter(room) {
    this.#offs = [
      room.onEvent("kill", ({ victim }) => this.#blast(victim)),
      room.onEvent("pickup", ({ ship, kind }) => this.#gain(ship, kind)),
      room.on("snapshot", () => this.#motion.note(room.tick, room.tickRate, performance.now())),
    ];
    this.prediction.enter(room, () => ownShip(room), {
      fired: (shot) => this.#fired(shot),
      confirmed: ({ id }) => this.#shots.heard(id),
    });
  }

  leave() {
    this.prediction.leave();
    for (const off of this.#offs) off?.();
    this.#offs = [];
    this.#memory.clear();
    this.#effects.clear();
    this.#shake.stop();
    this.#shots.forget();
    this.#motion.forget();
    this.own.id = 0;
    this.own.row = null;
  }

  draw({ room, view, now, dt, stage, insets }) {
    const { ships, shots } = room.state.tables;
    this.#findOwn(room, ships, now, dt);
    this.#moveFocus(view.ships ?? [], dt);
    this.camera = cameraFor(
      { width: stage.width, height: stage.height, ...insets },
      this.field,
      this.#focus,
      MIN_SCALE,
    );
    this.#shake.advance(dt, now, reducedMotion());
    const seen = this.#shaken();
    this.#backdrop.draw(stage, this.camera, this.field, this.#shake);
    this.#shots.look(shots, (shot) => this.#fired(shot));

    const { g } = stage;
    stage.intoField(seen);
    const pixels = seen.scale * stage.ratio;
    drawPickups(g, view.pickups ?? [], now);
    const ahead = this.#motion.ahead(room.tick, room.tickRate, now);
    const own = this.prediction.shots(now);
    drawShots(g, view.shots ?? [], own, shots, ships, this.own.id, ahead);
    const shown = this.#poses(view.ships ?? [], now, room);
    for (const pose of shown) {
      if (pose.thrust) this.#effects.puff(pose.x, pose.y, pose.heading, RADIUS);
      drawShip(g, pose, RADIUS, now, pose.row.id === this.own.id, pixels);
    }
    this.#effects.draw(g, dt);
    stage.intoWindow();
    for (const pose of shown) drawLabels(g, pose, seen, RADIUS, pose.row.id === this.own.id);
    if (!this.camera.follows) return;
    const pickups = view.pickups ?? [];
    drawMinimap(g, stage, insets, this.field, this.camera, shown, pickups, this.own.id);
  }

  /** The camera pushed about; the same object every frame. */
  #shaken() {
    this.#seen.scale = this.camera.scale;
    this.#seen.x = this.camera.x + this.#shake.x;
    this.#seen.y = this.camera.y + this.#shake.y;
    return this.#seen;
  }

  /** One's own ship is the one of one's own seat; it is drawn where it is now, not where the others are shown. */
  #findOwn(room, ships, now, dt) {
    const { own } = this;
    let row = ships.get(own.id);
    if (room.seat > 0 && (!row || row.seat !== room.seat)) {
      own.id = ownShip(room);
      row = ships.get(own.id);
      if (row) own.heading = row.heading;
    }
    own.row = row ?? null;
    if (!own.row) return;
    own.thrust = row.thrust;
    const predicted = this.prediction.view(now);
    if (predicted) {
      own.x = predicted.x;
      own.y = predicted.y;
      own.heading = predicted.heading;
      own.thrust = predicted.thrust;
      return;
    }
    const ahead = this.#motion.ahead(room.tick, room.tickRate, now);
    own.x = Math.min(this.field.width, Math.max(0, row.x + row.vx * ahead));
    own.y = Math.min(this.field.height, Math.max(0, row.y + row.vy * ahead));
    const turn = Math.atan2(
      Math.sin(row.heading - own.heading),
      Math.cos(row.heading - own.heading),
    );
    own.heading += turn * (1 - Math.exp(-dt / 0.022));
  }

  /** The camera keeps to one's own ship; a spectator's keeps to the leader. */
  #moveFocus(rows, dt) {
    let target = this.own.row ? this.own : null;
    if (!target)
      for (const row of rows) if (row.alive && (!target || row.score > target.score)) target = row;
    if (!target) return;
    const share = 1 - Math.exp(-dt / (this.own.row ? 0.08 : 0.4));
    this.#focus.x += (target.x - this.#focus.x) * share;
    this.#focus.y += (target.y - this.#focus.y) * share;
  }

  /** The ships to draw, with where; notes hits and returns from the dead on the way. */
  #poses(rows, now, room) {
    const poses = [];
    for (const row of rows) {
      let known = this.#memory.get(row.id);
      if (!known) {
        known = {
          x: row.x,
          y: row.y,
          heading: 0,
          hp: row.hp,
          shield: row.shield,
          alive: row.alive,
          from: now,
          row,
        };
        this.#memory.set(row.id, known);
      }
      if (row.alive && !known.alive) known.from = now + room.interpolation.delayMs + SETTLE;
      const place = row.id === this.own.id ? this.own : row;
      known.x = place.x;
      known.y = place.y;
      known.heading = place.heading;
      known.thrust = place.thrust;
      known.row = row;
      if (row.alive && known.alive && (row.hp < known.hp || row.shield < known.shield - 4)) {
        const pierced = row.hp < known.hp;
        this.#effects.hit(known.x, known.y, pierced ? "#ffd9a0" : "#8fd3ff");
        this.#sounds.hit(this.#away(known.x, known.y), pierced);
        if (row.id === this.own.id) this.#shake.add(0.45);
      }
      known.hp = row.hp;
      known.shield = row.shield;
      known.alive = row.alive;
      known.alpha = Math.min(1, Math.max(0, (now - known.from) / FADE_IN + 0.01));
      if (row.alive && now >= known.from) poses.push(known);
    }
    if (this.#memory.size > rows.length) {
      const present = new Set(rows.map((row) => row.id));
      for (const id of this.#memory.keys()) if (!present.has(id)) this.#memory.delete(id);
    }
    return poses;
  }

  /** Where something is for the ears: from one's own ship or the middle of the view, in units. */
  #away(x, y) {
    return { dx: x - this.#focus.x, dy: y - this.#focus.y };
  }

  #fired({ x, y, owner, kind }) {
    this.#sounds.shot(this.#away(x, y), owner === this.own.id, kind);
  }

  #blast(id) {
    const known = this.#memory.get(id);
    if (!known) return;
    this.#effects.blast(known.x, known.y, hueOf(known.row.color));
    const away = this.#away(known.x, known.y);
    this.#sounds.blast(away);
    this.#shake.add(id === this.own.id ? 1 : Math.max(0, 0.7 - Math.hypot(away.dx, away.dy) / 900));
  }

  #gain(id, kind) {
    const known = this.#memory.get(id);
    if (!known) return;
    this.#effects.gain(known.x, known.y, PICKUPS[kind]?.hue ?? "#ffffff");
    if (id === this.own.id) this.#sounds.gain(kind);
  }
}

/** The id of the ship of one's own seat, 0 for none. */
function ownShip({ seat, state }) {
  if (seat === 0) return 0;
  for (const [id, ship] of state.tables.ships) if (ship.seat === seat) return id;
  return 0;
}
