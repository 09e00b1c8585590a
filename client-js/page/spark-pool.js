const MOST = 700;

/**
 * Sparks, embers and splinters, as columns of numbers: drawing them allocates nothing, and when the pool is full the oldest
 * go. Units are those of the field, times are seconds.
 */
export class SparkPool {
  #x = new Float32Array(MOST);
  #y = new Float32Array(MOST);
  #vx = new Float32Array(MOST);
  #vy = new Float32Array(MOST);
  #left = new Float32Array(MOST);
  #life = new Float32Array(MOST);
  #size = new Float32Array(MOST);
  #hue = new Array(MOST).fill("#ffffff");
  #next = 0;

  clear() {
    this.#left.fill(0);
  }

  add(x, y, angle, speed, life, size, hue) {
    const i = this.#next;
    this.#next = (i + 1) % MOST;
    this.#x[i] = x;
    this.#y[i] = y;
    this.#vx[i] = Math.cos(angle) * speed;
    this.#vy[i] = Math.sin(angle) * speed;
    this.#left[i] = this.#life[i] = life;
    this.#size[i] = size;
    this.#hue[i] = hue;
  }

  /** Moves everything by `dt` seconds and draws it: each spark a short line along its flight, thinner as it dies. */
  draw(g, dt) {
    const drag = Math.max(0, 1 - 1.8 * dt);
    g.lineCap = "round";
    for (let i = 0; i < MOST; i++) {
      if (this.#left[i] <= 0) continue;
      this.#left[i] -= dt;
      this.#x[i] += this.#vx[i] * dt;
      this.#y[i] += this.#vy[i] * dt;
      this.#vx[i] *= drag;
      this.#vy[i] *= drag;
      const share = Math.max(0, this.#left[i] / this.#life[i]);
      g.globalAlpha = share;
      g.strokeStyle = this.#hue[i];
      g.lineWidth = this.#size[i] * (0.35 + 0.65 * share);
      g.beginPath();
      g.moveTo(this.#x[i], this.#y[i]);
      g.lineTo(this.#x[i] - this.#vx[i] * 0.035 - 0.01, this.#y[i] - this.#vy[i] * 0.035);
      g.stroke();
    }
    g.globalAlpha = 1;
  }
}
