/**
 * Who steers when no hand does: flies round a ring of places, or hunts a ship. It reads what its own screen shows, as a player would,
 * and answers with inputs.
 */

const NEAR = 110; // units from a place at which the next one counts
const SHOT_SPEED = 720; // units a second
const RANGE = 230; // units from which a hunter fires
const CLOSE = 9; // units by which it may aim past the middle of its target
const TURN = Math.PI * 2;

const positive = (angle) => ((angle % TURN) + TURN) % TURN;

/** Rings that keep clear of each other and of the walls. */
export const RINGS = {
  outer: [
    [230, 200],
    [800, 140],
    [1370, 200],
    [1370, 700],
    [800, 760],
    [230, 700],
  ],
  inner: [
    [1120, 340],
    [800, 300],
    [480, 340],
    [480, 560],
    [800, 600],
    [1120, 560],
  ],
};

export class Pilot {
  #ring;
  #next = 0;

  /** @param {number[][]} ring places in field units, in order */
  constructor(ring) {
    this.#ring = ring;
  }

  /** The input to fly on round the ring. @param {{x: number, y: number, vx: number, vy: number}} own as shown */
  round(own) {
    for (let i = 0; i < this.#ring.length; i++) {
      const [x, y] = this.#ring[this.#next];
      if (Math.hypot(x - own.x, y - own.y) > NEAR) break;
      this.#next = (this.#next + 1) % this.#ring.length;
    }
    const [x, y] = this.#ring[this.#next];
    return towards(own, x, y, true, false);
  }

  /** The input to hunt a target, aiming at where a shot meets it. @param {any} own @param {any} target both as shown */
  hunt(own, target) {
    const away = Math.hypot(target.x - own.x, target.y - own.y);
    const flight = away / SHOT_SPEED;
    const x = target.x + target.vx * flight;
    const y = target.y + target.vy * flight;
    const off = Math.atan2(y - own.y, x - own.x) - own.heading;
    const lined = Math.abs(Math.atan2(Math.sin(off), Math.cos(off))) < CLOSE / away;
    return {
      turn: 0,
      thrust: away > 120,
      fire: lined && away < RANGE,
      aimed: true,
      aim: positive(Math.atan2(y - own.y, x - own.x)),
    };
  }
}

/** Steers the way that one flies, not the nose alone: a ship drifts. */
function towards(own, x, y, thrust, fire) {
  const dx = x - own.x;
  const dy = y - own.y;
  const away = Math.hypot(dx, dy) || 1;
  const wantedX = (dx / away) * 285 - own.vx;
  const wantedY = (dy / away) * 285 - own.vy;
  return {
    turn: 0,
    thrust: thrust && Math.hypot(wantedX, wantedY) > 30,
    fire,
    aimed: true,
    aim: positive(Math.atan2(wantedY, wantedX)),
  };
}
