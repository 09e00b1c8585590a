import { HUES, HULLS, hueOf, hullOf } from "./palette.js";

const TURN = Math.PI * 2;
const hulls = HULLS.map((points) => {
  const path = new Path2D();
  for (const [x, y] of points) path.lineTo(x, y); // the first one only moves there
  path.closePath();
  return path;
});
const fills = HUES.map((hue) => {
  const part = (at) => Math.round(parseInt(hue.slice(at, at + 2), 16) * 0.34 + 8);
  return `rgb(${part(1)} ${part(3)} ${part(5)})`;
});

/**
 * Draws a hull at x, y in the context's present units.
 * @param look `{radius, color, heading, own, flame}`; `flame` is the length of the thruster's flame in radii, 0 for none
 */
export function drawHull(g, x, y, { radius, color, heading, own = false, flame = 0 }) {
  g.save();
  g.translate(x, y);
  g.rotate(heading);
  g.scale(radius, radius);
  if (flame > 0) drawFlame(g, flame);
  const path = hulls[hullOf(color)];
  g.lineJoin = "round";
  g.fillStyle = fills[color & 7];
  g.fill(path);
  g.lineWidth = own ? 0.24 : 0.17;
  g.strokeStyle = hueOf(color);
  g.stroke(path);
  g.fillStyle = own ? "#ffffff" : hueOf(color);
  g.beginPath();
  g.arc(0.22, 0, own ? 0.24 : 0.19, 0, TURN);
  g.fill();
  g.restore();
}

function drawFlame(g, length) {
  g.fillStyle = "rgb(255 150 60 / 80%)";
  g.beginPath();
  g.moveTo(-0.55, 0.32);
  g.lineTo(-0.6 - length, 0);
  g.lineTo(-0.55, -0.32);
  g.fill();
  g.fillStyle = "rgb(255 240 190 / 95%)";
  g.beginPath();
  g.moveTo(-0.5, 0.17);
  g.lineTo(-0.55 - length * 0.55, 0);
  g.lineTo(-0.5, -0.17);
  g.fill();
}

/** The shield as a ring whose strength shows in its brightness and its arc: full circle at 100. */
export function drawShield(g, x, y, radius, shield) {
  if (shield <= 0) return;
  const share = Math.min(1, shield / 100);
  g.strokeStyle = `rgb(116 202 255 / ${25 + 55 * share}%)`;
  g.lineWidth = radius * 0.15;
  g.beginPath();
  g.arc(x, y, radius * 1.5, -Math.PI / 2, -Math.PI / 2 + TURN * share);
  g.stroke();
}

/** A hull as an SVG element, for lists in the page. */
export function hullIcon(color) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "-1.4 -1.4 2.8 2.8");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(space, "polygon");
  shape.setAttribute("points", HULLS[hullOf(color)].map(([x, y]) => `${y},${-x}`).join(" "));
  shape.setAttribute("fill", hueOf(color));
  svg.append(shape);
  return svg;
}
