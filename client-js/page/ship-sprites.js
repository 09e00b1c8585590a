import { HUES, HULLS, hullOf, striped } from "./palette.js";

const REACH = 1.35; // half the side of a sprite, in radii
const TURN = Math.PI * 2;
const hulls = HULLS.map((points) => {
  const path = new Path2D();
  for (const [x, y] of points) path.lineTo(x, y); // the first one only moves there
  path.closePath();
  return path;
});
const made = new Map(); // what is drawn and how large -> canvas

/**
 * Draws a hull, nose along +x, in a context whose unit is the hull's radius. It is rendered once for each colour and size
 * and then copied: shading costs nothing per frame, and nothing is allocated.
 * @param {CanvasRenderingContext2D} g
 * @param {number} color 0 to 15
 * @param {boolean} own with a white cockpit
 * @param {number} pixels device pixels per radius
 */
export function drawSprite(g, color, own, pixels) {
  const size = Math.min(256, Math.max(8, Math.ceil(pixels / 4) * 4)); // few sizes, however a window is dragged
  const key = (size * 16 + color) * 2 + Number(own);
  let sprite = made.get(key);
  if (!sprite) {
    if (made.size > 128) made.clear(); // of sizes past
    sprite = render(color, own, size);
    made.set(key, sprite);
  }
  g.drawImage(sprite, -REACH, -REACH, REACH * 2, REACH * 2);
}

function render(color, own, size) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.ceil(size * REACH * 2);
  const g = canvas.getContext("2d");
  const k = canvas.width / (REACH * 2);
  g.setTransform(k, 0, 0, k, canvas.width / 2, canvas.height / 2);
  g.lineJoin = "round";
  const hue = HUES[color & 7];
  const path = hulls[hullOf(color)];
  engines(g);
  // A dark rim first, so that a hull stands out from shots and other hulls under it.
  g.lineWidth = 0.34;
  g.strokeStyle = "rgb(4 7 16 / 85%)";
  g.stroke(path);
  const body = g.createLinearGradient(1.1, 0, -0.9, 0);
  body.addColorStop(0, shade(hue, 1));
  body.addColorStop(0.45, shade(hue, 0.78));
  body.addColorStop(1, shade(hue, 0.42));
  g.fillStyle = body;
  g.fill(path);
  g.save();
  g.clip(path);
  plates(g);
  if (striped(color)) stripe(g);
  g.restore();
  g.lineWidth = own ? 0.16 : 0.12;
  g.strokeStyle = own ? "#ffffff" : hue;
  g.stroke(path);
  cockpit(g, own);
  return canvas;
}

/** Two nozzles that show behind the hull. */
function engines(g) {
  g.fillStyle = "#39435e";
  for (const y of [-0.34, 0.1]) g.fillRect(-0.86, y, 0.34, 0.24);
}

/** The half away from the light, and the seams between plates. */
function plates(g) {
  g.fillStyle = "rgb(4 7 16 / 20%)";
  g.fillRect(-1.2, 0, 2.6, 1.2);
  g.strokeStyle = "rgb(4 7 16 / 55%)";
  g.lineWidth = 0.06;
  g.beginPath();
  g.moveTo(1.1, 0);
  g.lineTo(-0.9, 0);
  g.moveTo(-0.1, -1);
  g.lineTo(-0.35, 0);
  g.lineTo(-0.1, 1);
  g.stroke();
}

function stripe(g) {
  g.fillStyle = "#0b1020";
  g.fillRect(-0.42, -1.2, 0.3, 2.4);
  g.fillStyle = "#ffffff";
  g.fillRect(-0.35, -1.2, 0.16, 2.4);
}

function cockpit(g, own) {
  g.beginPath();
  g.ellipse(0.36, 0, 0.3, 0.17, 0, 0, TURN);
  g.fillStyle = own ? "#ffffff" : "#0b1226";
  g.fill();
  g.lineWidth = 0.06;
  g.strokeStyle = own ? "#0b1226" : "rgb(255 255 255 / 70%)";
  g.stroke();
}

/** A hue at a share of its brightness, over the night. */
function shade(hue, share) {
  const part = (at) => Math.round(parseInt(hue.slice(at, at + 2), 16) * share + 10 * (1 - share));
  return `rgb(${part(1)} ${part(3)} ${part(5)})`;
}
