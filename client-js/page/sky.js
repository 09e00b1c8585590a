import { reducedMotion } from "./motion-preference.js";
import { drawHull } from "./ship-art.js";
import { Stage } from "./stage.js";
import { paintSky } from "./stars.js";

const SHIPS = [0, 1, 2, 4, 7];

/** The sky behind the start page and the lobby, with a few ships on long quiet curves. Still when less motion is asked for. */
export class Sky {
  #stage;
  #layer = document.createElement("canvas");
  #painted = -1;
  #frame = 0;
  #running = false;

  constructor(canvas) {
    this.#stage = new Stage(canvas, () => this.#draw(performance.now()));
  }

  run(on) {
    this.#running = on;
    cancelAnimationFrame(this.#frame);
    if (on) this.#loop(performance.now());
  }

  #loop(now) {
    if (!this.#running) return;
    this.#draw(now);
    if (!reducedMotion()) this.#frame = requestAnimationFrame((next) => this.#loop(next));
  }

  #draw(now) {
    const { g, canvas, width, height, version } = this.#stage;
    if (version !== this.#painted) this.#paint(version);
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.drawImage(this.#layer, 0, 0);
    if (canvas.width <= 1) return;
    this.#stage.intoWindow();
    g.globalAlpha = 0.5;
    SHIPS.forEach((color, i) => {
      const t = now / (21000 + 2600 * i) + i * 1.9;
      const x = width * (0.5 + 0.56 * Math.cos(t));
      const y = height * (0.5 + 0.5 * Math.sin(t * 1.31 + i));
      const heading = Math.atan2(
        height * 0.5 * 1.31 * Math.cos(t * 1.31 + i),
        -width * 0.56 * Math.sin(t),
      );
      drawHull(g, x, y, { radius: 17, color, heading, flame: 1, pixels: this.#stage.ratio });
    });
    g.globalAlpha = 1;
  }

  #paint(version) {
    this.#painted = version;
    const { canvas, ratio } = this.#stage;
    this.#layer.width = canvas.width;
    this.#layer.height = canvas.height;
    paintSky(
      this.#layer.getContext("2d", { alpha: false }),
      canvas.width,
      canvas.height,
      ratio,
      11,
    );
  }
}
