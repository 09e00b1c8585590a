import { HULLS, hueOf, hullOf, striped } from "./palette.js";
import { drawSprite } from "./ship-sprites.js";

const TURN = Math.PI * 2;
const SVG = "http://www.w3.org/2000/svg";

/**
 * Draws a hull at x, y in the context's present units.
 * @param look `{radius, color, heading, own, flame, pixels}`; `flame` is the length of the thruster's flame in radii, 0 for
 *   none; `pixels` are the device pixels of one unit
 */
export function drawHull(g, x, y, { radius, color, heading, own = false, flame = 0, pixels = 1 }) {
  g.save();
  g.translate(x, y);
  g.rotate(heading);
  g.scale(radius, radius);
  if (flame > 0) drawFlame(g, flame);
  drawSprite(g, color, own, radius * pixels);
  g.restore();
}

/** A blue-white core in an orange sheath, from both nozzles. */
function drawFlame(g, length) {
  g.fillStyle = "rgb(255 128 48 / 55%)";
  g.beginPath();
  g.moveTo(-0.6, 0.42);
  g.quadraticCurveTo(-0.8 - length * 0.5, 0.3, -0.8 - length, 0);
  g.quadraticCurveTo(-0.8 - length * 0.5, -0.3, -0.6, -0.42);
  g.fill();
  g.fillStyle = "rgb(255 240 200 / 95%)";
  g.beginPath();
  g.moveTo(-0.7, 0.24);
  g.quadraticCurveTo(-0.8 - length * 0.25, 0.14, -0.8 - length * 0.6, 0);
  g.quadraticCurveTo(-0.8 - length * 0.25, -0.14, -0.7, -0.24);
  g.fill();
}

/** The shield as a ring whose strength shows in its brightness and its arc: full circle at 100. */
export function drawShield(g, x, y, radius, shield) {
  if (shield <= 0) return;
  const share = Math.min(1, shield / 100);
  const before = g.globalAlpha;
  g.strokeStyle = "#8fd8ff";
  g.globalAlpha = before * (0.07 + 0.11 * share);
  g.lineWidth = radius * 0.5;
  g.beginPath();
  g.arc(x, y, radius * 1.4, -Math.PI / 2, -Math.PI / 2 + TURN * share);
  g.stroke();
  g.globalAlpha = before * (0.4 + 0.5 * share);
  g.lineWidth = radius * 0.13;
  g.beginPath();
  g.arc(x, y, radius * 1.6, -Math.PI / 2, -Math.PI / 2 + TURN * share);
  g.stroke();
  g.globalAlpha = before;
}

/** A hull as an SVG element, for lists in the page. */
export function hullIcon(color) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "-1.4 -1.4 2.8 2.8");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "polygon");
  shape.setAttribute("points", HULLS[hullOf(color)].map(([x, y]) => `${y},${-x}`).join(" "));
  shape.setAttribute("fill", hueOf(color));
  svg.append(shape);
  if (striped(color)) {
    const band = document.createElementNS(SVG, "path");
    band.setAttribute("d", "M-1 .25H1");
    band.setAttribute("stroke", "#0b1020");
    band.setAttribute("stroke-width", ".3");
    svg.append(band);
  }
  return svg;
}
