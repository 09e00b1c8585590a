import { HULLS, hueOf, hullOf, PICKUPS } from "./palette.js";

const WIDTH = 132; // CSS pixels
const TURN = Math.PI * 2;

/**
 * The whole field in a corner, for windows that show only part of it: which part, who is where, and what lies about. Ships
 * have their hulls' shapes here, too; one's own is white in a ring. Drawn in CSS pixels.
 */
export function drawMinimap(g, stage, insets, field, camera, poses, pickups, ownId) {
  const k = WIDTH / field.width;
  const left = stage.width - WIDTH - 12 - insets.right;
  const top = insets.top + 10;
  frame(g, left, top, field.height * k);
  g.save();
  g.translate(left, top);
  visible(g, stage, field, camera, k);
  for (const { x, y, kind } of pickups) {
    g.fillStyle = PICKUPS[kind]?.hue ?? "#ffffff";
    g.fillRect(x * k - 1, y * k - 1, 2, 2);
  }
  for (const { x, y, heading, row } of poses) ship(g, x * k, y * k, heading, row, row.id === ownId);
  g.restore();
}

function frame(g, left, top, height) {
  g.fillStyle = "rgb(8 12 24 / 72%)";
  g.strokeStyle = "rgb(132 158 222 / 45%)";
  g.lineWidth = 1;
  g.beginPath();
  g.roundRect(left, top, WIDTH, height, 6);
  g.fill();
  g.stroke();
}

/** The part of the field that is on the screen. */
function visible(g, { width, height }, field, camera, k) {
  const left = Math.max(0, -camera.x / camera.scale);
  const top = Math.max(0, -camera.y / camera.scale);
  const right = Math.min(field.width, (width - camera.x) / camera.scale);
  const bottom = Math.min(field.height, (height - camera.y) / camera.scale);
  g.strokeStyle = "rgb(214 224 247 / 40%)";
  g.strokeRect(left * k, top * k, (right - left) * k, (bottom - top) * k);
}

function ship(g, x, y, heading, row, own) {
  const size = own ? 5 : 3.8;
  const cos = Math.cos(heading) * size;
  const sin = Math.sin(heading) * size;
  g.fillStyle = own ? "#ffffff" : hueOf(row.color);
  g.beginPath();
  for (const [px, py] of HULLS[hullOf(row.color)])
    g.lineTo(x + px * cos - py * sin, y + px * sin + py * cos);
  g.fill();
  if (!own) return;
  g.strokeStyle = "#ffb454";
  g.lineWidth = 1.4;
  g.beginPath();
  g.arc(x, y, 7, 0, TURN);
  g.stroke();
}
