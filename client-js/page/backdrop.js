import { paintSky } from "./stars.js";

const EDGE = "#3f8fc4";
const SLACK = 12; // CSS pixels beyond the window, for a picture that is shaken
const STILL = { x: 0, y: 0 };

/**
 * Everything behind the ships, rendered once for a size and then copied each frame: sky, faint grid, edge of the field.
 * It reaches past the field by whatever the window shows around it, so one copy covers the whole window.
 */
export class Backdrop {
  #layer = document.createElement("canvas");
  #made = "";
  #pad = { left: 0, top: 0 };

  /** `shake` is how far the picture is pushed, in CSS pixels. */
  draw(stage, camera, field, shake = STILL) {
    const { scale, x, y } = camera;
    const k = scale * stage.ratio;
    const slack = SLACK / scale;
    const pad = {
      left: Math.max(0, x) / scale + slack,
      top: Math.max(0, y) / scale + slack,
      right: Math.max(0, (stage.width - x) / scale - field.width) + slack,
      bottom: Math.max(0, (stage.height - y) / scale - field.height) + slack,
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
      Math.round((x + shake.x) * stage.ratio - this.#pad.left * k),
      Math.round((y + shake.y) * stage.ratio - this.#pad.top * k),
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

/** Grid, marks and edge; `unit` is one CSS pixel in field units. */
function paintField(g, { width, height }, unit) {
  g.fillStyle = "rgb(40 80 150 / 5%)";
  g.fillRect(0, 0, width, height);
  paintGrid(g, width, height, unit);
  paintMiddle(g, width / 2, height / 2, unit);
  g.strokeStyle = EDGE;
  for (const [thick, alpha] of [
    [26, 0.035],
    [14, 0.06],
    [8, 0.1],
    [4, 0.2],
    [1.8, 0.95],
  ]) {
    g.globalAlpha = alpha;
    g.lineWidth = thick * unit;
    g.strokeRect(0, 0, width, height);
  }
  g.globalAlpha = 1;
  paintCorners(g, width, height, unit);
}

/** Faint lines, and small crosses where they meet. */
function paintGrid(g, width, height, unit) {
  g.strokeStyle = "rgb(132 158 222 / 6%)";
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
  g.strokeStyle = "rgb(160 190 255 / 22%)";
  g.beginPath();
  for (let x = 200; x < width; x += 200) {
    for (let y = 100; y < height; y += 200) {
      g.moveTo(x - 5, y);
      g.lineTo(x + 5, y);
      g.moveTo(x, y - 5);
      g.lineTo(x, y + 5);
    }
  }
  g.stroke();
}

function paintMiddle(g, x, y, unit) {
  g.strokeStyle = "rgb(132 158 222 / 14%)";
  g.lineWidth = 1.5 * unit;
  for (const radius of [60, 180]) {
    g.beginPath();
    g.arc(x, y, radius, 0, Math.PI * 2);
    g.stroke();
  }
}

/** Brackets in the four corners, bright: the walls are read at once. */
function paintCorners(g, width, height, unit) {
  g.strokeStyle = "#bfe6ff";
  g.lineWidth = 3 * unit;
  g.lineCap = "square";
  g.beginPath();
  for (const [x, along] of [
    [0, 46],
    [width, -46],
  ]) {
    for (const [y, down] of [
      [0, 46],
      [height, -46],
    ]) {
      g.moveTo(x + along, y);
      g.lineTo(x, y);
      g.lineTo(x, y + down);
    }
  }
  g.stroke();
}
