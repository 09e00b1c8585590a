/** The guns of games/arena/weapons.go, by a ship's field `weapon`: seconds between shots, and barrels side by side. */
const WEAPONS = [
  { pause: 0.26, barrels: 1 },
  { pause: 0.12, barrels: 1 },
  { pause: 0.12, barrels: 2 },
];
const NOSE = 17; // units before a ship's middle where a shot begins
const SPEED = 720; // units a second
const GAP = 12; // units between barrels
const OVER = 2; // the phase of a round in which nobody fires

/**
 * One's own shots, in the frame of the trigger. The server fires them in the past that was seen, so its shots are shown as others are, by the
 * view: there the two are in one place. What it does not fire is taken back.
 */
export class OwnShots {
  #room;
  #ownId;
  #told;
  /** @type {any} */
  #spawns = null;
  #readyAt = 0; // the tick from which on the gun may fire, as far as is known here
  #left = false;

  /**
   * @param {any} room
   * @param {() => number} ownId of one's own ship, 0 for none
   * @param {{fired: (shot: any) => void, confirmed: (shot: any) => void}} told of each shot when it is shown first, and when the server has it,
   *   too, with its `id`
   */
  constructor(room, ownId, told) {
    this.#room = room;
    this.#ownId = ownId;
    this.#told = told;
  }

  async load() {
    const mine = (/** @type {any} */ { owner }) => owner !== 0 && owner === this.#ownId();
    const { confirmed } = this.#told;
    const spawns = await this.#room.predictSpawns({
      table: "shots",
      mine,
      time: "view",
      confirmed,
      again: confirmed, // it was heard when it was fired here
    });
    if (this.#left) spawns.stop();
    else this.#spawns = spawns;
  }

  leave() {
    this.#left = true;
    this.#spawns?.stop();
    this.#spawns = null;
  }

  /** A tick of one's own ship was run: it fires, if it may. @param {any} ship after the tick @param {any} input @param {number} tick */
  ran(ship, input, tick) {
    const [round] = this.#room.state.tables.round.values();
    if (!input.fire || !ship.alive || tick < this.#readyAt || round?.phase === OVER) return;
    const { pause, barrels } = WEAPONS[ship.weapon] ?? WEAPONS[0];
    this.#readyAt = tick + Math.max(1, Math.round(pause * this.#room.tickRate));
    const [cos, sin] = [Math.cos(ship.heading), Math.sin(ship.heading)];
    for (let i = 0; i < barrels; i++) {
      const side = GAP * (i - (barrels - 1) / 2);
      const shot = {
        x: ship.x + cos * NOSE - sin * side,
        y: ship.y + sin * NOSE + cos * side,
        vx: cos * SPEED,
        vy: sin * SPEED,
        owner: this.#ownId(),
        kind: ship.weapon,
      };
      if (this.#spawns?.add(shot, tick)) this.#told.fired(shot);
    }
  }

  /** The shots to draw, or null while they are not predicted. @param {number} now ms */
  view(now) {
    return this.#spawns?.view(now) ?? null;
  }

  /** How many shots were the server's, too, and how many were not. */
  get stats() {
    const { confirmed = 0, rolledBack = 0 } = this.#spawns ?? {};
    return { confirmed, rolledBack };
  }
}
