import { reducedMotion } from "./motion-preference.js";

const MOST = 500;
const TURN = Math.PI * 2;

/**
 * Sparks, smoke and blast rings: decoration that no rule depends on. A fixed pool: when it is full the oldest go. With
 * less motion asked for, only a ring that fades tells of a blast.
 */
export class Effects {
  #sparks = Array.from({ length: MOST }, () => ({
    x: 0,
    y: 0,
    vx: 0,
    vy: 0,
    left: 0,
    life: 1,
    size: 1,
    hue: "",
  }));
  #next = 0;
  #rings = [];

  clear() {
    for (const spark of this.#sparks) spark.left = 0;
    this.#rings.length = 0;
  }

  /** The trail of a thruster: one puff behind a ship of `radius`. */
  puff(x, y, heading, radius) {
    if (reducedMotion()) return;
    const angle = heading + Math.PI + (Math.random() - 0.5) * 0.5;
    const speed = 40 + 60 * Math.random();
    this.#spark(
      x - Math.cos(heading) * radius,
      y - Math.sin(heading) * radius,
      angle,
      speed,
      0.32,
      2.4,
      "#ff9c4a",
    );
  }

  /** Something struck a ship. */
  hit(x, y, hue) {
    if (reducedMotion()) return;
    for (let i = 0; i < 7; i++)
      this.#spark(x, y, Math.random() * TURN, 60 + 130 * Math.random(), 0.28, 2, hue);
  }

  /** A ship is gone. */
  blast(x, y, hue) {
    if (this.#rings.length >= 24) this.#rings.shift();
    this.#rings.push({ x, y, hue, left: 0.55, life: 0.55, reach: 78 });
    if (reducedMotion()) return;
    for (let i = 0; i < 44; i++) {
      this.#spark(
        x,
        y,
        Math.random() * TURN,
        30 + 260 * Math.random() ** 2,
        0.5 + 0.5 * Math.random(),
        3,
        i % 3 ? hue : "#fff3d6",
      );
    }
  }

  /** A pickup was taken. */
  gain(x, y, hue) {
    if (this.#rings.length < 24) this.#rings.push({ x, y, hue, left: 0.35, life: 0.35, reach: 30 });
  }

  #spark(x, y, angle, speed, life, size, hue) {
    const spark = this.#sparks[this.#next];
    this.#next = (this.#next + 1) % MOST;
    Object.assign(spark, {
      x,
      y,
      vx: Math.cos(angle) * speed,
      vy: Math.sin(angle) * speed,
      left: life,
      life,
      size,
      hue,
    });
  }

  /** Moves everything by `dt` seconds and draws it in field units. */
  draw(g, dt) {
    g.globalCompositeOperation = "lighter";
    for (const spark of this.#sparks) {
      if (spark.left <= 0) continue;
      spark.left -= dt;
      spark.x += spark.vx * dt;
      spark.y += spark.vy * dt;
      spark.vx *= 1 - 1.6 * dt;
      spark.vy *= 1 - 1.6 * dt;
      const share = Math.max(0, spark.left / spark.life);
      g.globalAlpha = share;
      g.fillStyle = spark.hue;
      const size = spark.size * (0.5 + share);
      g.fillRect(spark.x - size / 2, spark.y - size / 2, size, size);
    }
    for (const ring of this.#rings) {
      ring.left -= dt;
      const share = Math.max(0, ring.left / ring.life);
      const reach = reducedMotion() ? ring.reach * 0.5 : ring.reach * (1 - share * share);
      g.globalAlpha = share * 0.8;
      g.strokeStyle = ring.hue;
      g.lineWidth = 1 + 6 * share;
      g.beginPath();
      g.arc(ring.x, ring.y, reach, 0, TURN);
      g.stroke();
    }
    this.#rings = this.#rings.filter((ring) => ring.left > 0);
    g.globalAlpha = 1;
    g.globalCompositeOperation = "source-over";
  }
}
