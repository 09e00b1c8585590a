import { paintSky } from "./stars.js";

const EDGE = "#3f8fc4";

/**
 * Everything behind the ships, rendered once for a size and then copied each frame: sky, faint grid, edge of the field.
 * It reaches past the field by whatever the window shows around it, so one copy covers the whole window.
 */
export class Backdrop {
  #layer = document.createElement("canvas");
  #made = "";
  #pad = { left: 0, top: 0 };

  draw(stage, camera, field) {
    const { scale, x, y } = camera;
    const k = scale * stage.ratio;
    const pad = {
      left: Math.max(0, x) / scale + 1,
      top: Math.max(0, y) / scale + 1,
      right: Math.max(0, (stage.width - x) / scale - field.width) + 1,
      bottom: Math.max(0, (stage.height - y) / scale - field.height) + 1,
    };
    if (camera.follows) {
      // The camera moves: the padding has to hold at every position it can take.
      pad.left = pad.right = Math.max(pad.left, pad.right, stage.width / scale / 2);
      pad.top = pad.bottom = Math.max(pad.top, pad.bottom, 260 / scale);
    }
    const key = `${stage.version} ${k} ${field.width} ${field.height} ${camera.follows ? "" : x + y}`;
    if (key !== this.#made) this.#render(key, k, scale, field, pad);
    const { g } = stage;
    g.setTransform(1, 0, 0, 1, 0, 0);
    if (camera.follows) {
      g.fillStyle = "#060912";
      g.fillRect(0, 0, stage.canvas.width, stage.canvas.height);
    }
    g.drawImage(
      this.#layer,
      Math.round(x * stage.ratio - this.#pad.left * k),
      Math.round(y * stage.ratio - this.#pad.top * k),
    );
  }

  #render(key, k, scale, field, pad) {
    this.#made = key;
    this.#pad = pad;
    const width = field.width + pad.left + pad.right;
    const height = field.height + pad.top + pad.bottom;
    this.#layer.width = Math.ceil(width * k);
    this.#layer.height = Math.ceil(height * k);
    const g = this.#layer.getContext("2d", { alpha: false });
    g.setTransform(k, 0, 0, k, 0, 0);
    paintSky(g, width, height, 1 / scale);
    g.translate(pad.left, pad.top);
    paintField(g, field, 1 / scale);
  }
}

/** Grid and edge; `unit` is one CSS pixel in field units. */
function paintField(g, { width, height }, unit) {
  g.strokeStyle = "rgb(132 158 222 / 7%)";
  g.lineWidth = unit;
  g.beginPath();
  for (let x = 100; x < width; x += 100) {
    g.moveTo(x, 0);
    g.lineTo(x, height);
  }
  for (let y = 100; y < height; y += 100) {
    g.moveTo(0, y);
    g.lineTo(width, y);
  }
  g.stroke();
  for (const [thick, alpha] of [
    [14, 0.05],
    [8, 0.09],
    [4, 0.18],
    [1.6, 0.95],
  ]) {
    g.globalAlpha = alpha;
    g.strokeStyle = EDGE;
    g.lineWidth = thick * unit;
    g.strokeRect(0, 0, width, height);
  }
  g.globalAlpha = 1;
}
