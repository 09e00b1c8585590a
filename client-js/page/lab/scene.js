import { hueOf, PICKUPS } from "../palette.js";
import { drawHull } from "../ship-art.js";
import { Stage } from "../stage.js";
import { drawGhost, GHOSTS } from "./ghosts.js";

export const FIELD = { width: 1600, height: 900 };
const GRID = 100; // units
const RADIUS = 14; // of a ship, units
const STREAK = 0.045; // seconds of flight that a shot's streak is long
const FONT = 'system-ui, "DejaVu Sans", sans-serif';

/**
 * One screen: a piece of the field around a place, on a plain ground, so that half a ship's length of difference can be seen. It draws
 * what it is given and knows nothing of networks.
 */
export class Scene {
  #stage;
  #units;
  camera = { scale: 1, x: 0, y: 0 };

  /** @param {HTMLCanvasElement} canvas @param {number} units of the field that it is wide; 0 for all */
  constructor(canvas, units) {
    this.#stage = new Stage(canvas);
    this.#units = units;
  }

  /** What part of the field is shown, in units. */
  get frame() {
    const { scale, x, y } = this.camera;
    const { width, height } = this.#stage;
    return { x: -x / scale, y: -y / scale, width: width / scale, height: height / scale };
  }

  /** Begins a picture. @param {{x: number, y: number}} middle in field units */
  begin(middle) {
    const stage = this.#stage;
    const { width, height, g } = stage;
    const all = Math.min(width / (FIELD.width + 60), height / (FIELD.height + 60));
    const scale = this.#units ? Math.max(all, width / this.#units) : all;
    this.camera = {
      scale,
      x: placeOf(width, FIELD.width * scale, middle.x * scale),
      y: placeOf(height, FIELD.height * scale, middle.y * scale),
    };
    stage.intoWindow();
    g.globalAlpha = 1;
    g.fillStyle = "#070b16";
    g.fillRect(0, 0, width, height);
    stage.intoField(this.camera);
    g.fillStyle = "#0b1122";
    g.fillRect(0, 0, FIELD.width, FIELD.height);
    g.strokeStyle = "rgb(132 158 222 / 9%)";
    g.lineWidth = 1 / scale;
    g.beginPath();
    for (let x = GRID; x < FIELD.width; x += GRID) lineOf(g, x, 0, x, FIELD.height);
    for (let y = GRID; y < FIELD.height; y += GRID) lineOf(g, 0, y, FIELD.width, y);
    g.stroke();
    g.strokeStyle = "rgb(132 158 222 / 55%)";
    g.lineWidth = 2 / scale;
    g.strokeRect(0, 0, FIELD.width, FIELD.height);
  }

  /** @param {any[]} rows of the table "pickups" */
  pickups(rows) {
    const { g } = this.#stage;
    g.lineWidth = 2 / this.camera.scale;
    for (const { x, y, kind } of rows) {
      g.strokeStyle = PICKUPS[kind]?.hue ?? "#ffffff";
      g.globalAlpha = 0.75;
      g.beginPath();
      g.arc(x, y, 9, 0, Math.PI * 2);
      lineOf(g, x - 4, y, x + 4, y);
      lineOf(g, x, y - 4, x, y + 4);
      g.stroke();
    }
    g.globalAlpha = 1;
  }

  /** @param {Iterable<any>} rows of the table "shots" @param {(owner: number) => number} colorOf a ship by its id */
  shots(rows, colorOf) {
    const { g } = this.#stage;
    g.lineCap = "round";
    g.lineWidth = Math.max(2.4, 1.6 / this.camera.scale);
    for (const { x, y, vx, vy, owner } of rows) {
      g.strokeStyle = hueOf(colorOf(owner));
      g.beginPath();
      lineOf(g, x - vx * STREAK, y - vy * STREAK, x, y);
      g.stroke();
    }
  }

  /** @param {any} row of the table "ships" @param {{x: number, y: number, heading: number, thrust: boolean}} pose @param {string} label */
  ship(row, pose, label, own) {
    const { g } = this.#stage;
    const radius = Math.max(RADIUS, 7 / this.camera.scale);
    drawHull(g, pose.x, pose.y, {
      radius,
      color: row.color,
      heading: pose.heading,
      own,
      flame: pose.thrust ? 0.9 : 0,
    });
    if (row.shield > 0 || row.hp < 100) {
      g.strokeStyle = row.shield > 0 ? "rgb(116 202 255 / 60%)" : "rgb(255 122 89 / 75%)";
      g.lineWidth = 1.5 / this.camera.scale;
      const share = (row.shield > 0 ? row.shield : row.hp) / 100;
      g.beginPath();
      g.arc(pose.x, pose.y, radius * 1.55, -Math.PI / 2, -Math.PI / 2 + share * Math.PI * 2);
      g.stroke();
    }
    const at = this.#onScreen(pose);
    this.#text(
      label,
      at.x,
      at.y + radius * 1.75 * this.camera.scale + 3,
      hueOf(row.color),
      own ? 700 : 500,
    );
  }

  /** @param {Record<string, any>} poses of one ship by ghost's name @param {Record<string, boolean>} shown */
  ghosts(poses, shown) {
    const { g } = this.#stage;
    this.#stage.intoWindow();
    const radius = Math.max(9, RADIUS * 1.15 * this.camera.scale);
    for (const ghost of GHOSTS) {
      const pose = poses[ghost.name];
      if (shown[ghost.name] && pose)
        drawGhost(g, ghost, { ...this.#onScreen(pose), heading: pose.heading }, radius);
    }
    this.#stage.intoField(this.camera);
  }

  /** A line between two places of one ship, with what it says. */
  gap(from, to, text) {
    const { g } = this.#stage;
    const a = this.#onScreen(from);
    const b = this.#onScreen(to);
    if (Math.hypot(b.x - a.x, b.y - a.y) < 14) return;
    this.#stage.intoWindow();
    g.strokeStyle = "rgb(233 238 251 / 70%)";
    g.lineWidth = 1;
    g.beginPath();
    lineOf(g, a.x, a.y, b.x, b.y);
    g.stroke();
    this.#stage.intoField(this.camera);
    const top = Math.min(a.y, b.y);
    this.#text(text, (a.x + b.x) / 2, top - 40, "#f4f6fb", 650);
  }

  /** The outline of what another screen shows; its label is in its upper left corner, or in its lower right one. */
  window({ x, y, width, height }, hue, label, below = false) {
    const { g } = this.#stage;
    g.strokeStyle = hue;
    g.globalAlpha = 0.6;
    g.lineWidth = 1.2 / this.camera.scale;
    g.setLineDash([6 / this.camera.scale, 5 / this.camera.scale]);
    g.strokeRect(x, y, width, height);
    g.setLineDash([]);
    g.globalAlpha = 1;
    const edge = below ? Math.min(y + height, FIELD.height) : Math.max(y, 0);
    const side = below ? Math.min(x + width, FIELD.width) : Math.max(x, 0);
    const at = this.#onScreen({ x: side, y: edge });
    this.#text(label, at.x + (below ? -24 : 24), at.y + (below ? -17 : 5), hue, 600);
  }

  #onScreen({ x, y }) {
    const { scale, x: left, y: top } = this.camera;
    return { x: x * scale + left, y: y * scale + top };
  }

  /** Text in CSS pixels, readable at any scale. */
  #text(text, x, y, hue, weight) {
    const { g } = this.#stage;
    this.#stage.intoWindow();
    g.font = `${weight} 12px ${FONT}`;
    g.textAlign = "center";
    g.textBaseline = "top";
    g.lineJoin = "round";
    g.lineWidth = 4;
    g.strokeStyle = "rgb(7 11 22 / 85%)";
    g.strokeText(text, Math.round(x), Math.round(y));
    g.fillStyle = hue;
    g.fillText(text, Math.round(x), Math.round(y));
    this.#stage.intoField(this.camera);
  }
}

/** Where a length begins that is seen through a window, `focus` of it in the middle; the window leaves it by a margin at most. */
function placeOf(window, length, focus) {
  const margin = 16;
  if (length + 2 * margin <= window) return (window - length) / 2;
  return Math.min(margin, Math.max(window - length - margin, window / 2 - focus));
}

function lineOf(g, x1, y1, x2, y2) {
  g.moveTo(x1, y1);
  g.lineTo(x2, y2);
}
