import { drawGlow } from "./glow.js";
import { reducedMotion } from "./motion-preference.js";
import { SparkPool } from "./spark-pool.js";

const RINGS = 32;
const TURN = Math.PI * 2;

/**
 * Sparks, smoke and blast rings: decoration that no rule depends on. A fixed pool: when it is full the oldest go. With
 * less motion asked for, only a ring that fades tells of a blast.
 */
export class Effects {
  #sparks = new SparkPool();
  #rings = Array.from({ length: RINGS }, () => ({
    x: 0,
    y: 0,
    hue: "",
    left: 0,
    life: 1,
    reach: 0,
    flash: 0, // width of the light in its middle
  }));
  #nextRing = 0;

  clear() {
    this.#sparks.clear();
    for (const ring of this.#rings) ring.left = 0;
  }

  /** The trail of a thruster: one puff behind a ship of `radius`. */
  puff(x, y, heading, radius) {
    if (reducedMotion()) return;
    const back = radius * (1.1 + 0.3 * Math.random());
    this.#sparks.add(
      x - Math.cos(heading) * back,
      y - Math.sin(heading) * back,
      heading + Math.PI + (Math.random() - 0.5) * 0.6,
      40 + 70 * Math.random(),
      0.38,
      2.6,
      Math.random() < 0.3 ? "#ffd79a" : "#ff8a3c",
    );
  }

  /** Something struck a ship. */
  hit(x, y, hue) {
    this.#ring(x, y, hue, 0.16, 20, 26);
    if (reducedMotion()) return;
    for (let i = 0; i < 10; i++)
      this.#sparks.add(x, y, Math.random() * TURN, 70 + 190 * Math.random(), 0.32, 1.8, hue);
  }

  /** A ship is gone. */
  blast(x, y, hue) {
    this.#ring(x, y, "#ffffff", 0.18, 34, 90);
    this.#ring(x, y, "#ff8a3c", 0.45, 46, 64);
    this.#ring(x, y, hue, 0.6, 92, 70);
    if (reducedMotion()) return;
    for (let i = 0; i < 40; i++)
      this.#sparks.add(
        x,
        y,
        Math.random() * TURN,
        40 + 330 * Math.random() ** 2,
        0.5 + 0.6 * Math.random(),
        2.2,
        i % 3 ? hue : "#fff3d6",
      );
    for (let i = 0; i < 14; i++)
      this.#sparks.add(
        x,
        y,
        Math.random() * TURN,
        15 + 70 * Math.random(),
        0.9 + 0.5 * Math.random(),
        4.5,
        i % 2 ? "#ff7a2e" : "#8a4a2c",
      );
  }

  /** A pickup was taken. */
  gain(x, y, hue) {
    this.#ring(x, y, hue, 0.4, 38, 46);
    if (reducedMotion()) return;
    for (let i = 0; i < 12; i++) this.#sparks.add(x, y, (i / 12) * TURN, 90, 0.4, 2, hue);
  }

  #ring(x, y, hue, life, reach, flash) {
    const ring = this.#rings[this.#nextRing];
    this.#nextRing = (this.#nextRing + 1) % RINGS;
    ring.x = x;
    ring.y = y;
    ring.hue = hue;
    ring.left = ring.life = life;
    ring.reach = reach;
    ring.flash = flash;
  }

  /** Moves everything by `dt` seconds and draws it in field units. */
  draw(g, dt) {
    g.globalCompositeOperation = "lighter";
    this.#sparks.draw(g, dt);
    const still = reducedMotion();
    for (const ring of this.#rings) {
      if (ring.left <= 0) continue;
      ring.left -= dt;
      const share = Math.max(0, ring.left / ring.life);
      // A flash that fades in place is no motion, but many a second would flicker: left out with the rest.
      if (!still) drawGlow(g, ring.x, ring.y, ring.flash, ring.hue, share * share);
      g.globalAlpha = share * 0.8;
      g.strokeStyle = ring.hue;
      g.lineWidth = 0.6 + 5 * share * share;
      g.beginPath();
      g.arc(ring.x, ring.y, still ? ring.reach * 0.5 : ring.reach * (1 - share ** 3), 0, TURN);
      g.stroke();
    }
    g.globalAlpha = 1;
    g.globalCompositeOperation = "source-over";
  }
}
