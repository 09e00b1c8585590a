import { drawGlow } from "./glow.js";
import { reducedMotion } from "./motion-preference.js";
import { hueOf } from "./palette.js";
import { drawHull, drawShield } from "./ship-art.js";

const TURN = Math.PI * 2;
const OWN = "#ffb454";

/** Draws a ship in field units; one's own has a ring around it and a white cockpit. */
export function drawShip(g, { x, y, heading, thrust, row, alpha }, radius, now, own) {
  g.globalAlpha = alpha;
  drawGlow(g, x, y, radius * 2.8, hueOf(row.color), own ? 0.42 : 0.28);
  if (own) {
    g.strokeStyle = OWN;
    g.lineWidth = 1.6;
    g.setLineDash([7, 5.6]);
    g.beginPath();
    g.arc(x, y, radius * 1.95, 0, TURN);
    g.stroke();
    g.setLineDash([]);
  }
  const flicker = reducedMotion() ? 0 : 0.28 * Math.sin(now * 0.045 + row.id * 2.1);
  drawHull(g, x, y, {
    radius,
    color: row.color,
    heading,
    own,
    flame: thrust ? 0.95 + flicker : 0,
  });
  drawShield(g, x, y, radius, row.shield);
  g.globalAlpha = 1;
}

/** Name and hull bar under a ship, in CSS pixels, so that they stay readable at any scale. */
export function drawLabels(g, { x, y, row, alpha }, camera, radius, own) {
  const px = Math.round(x * camera.scale + camera.x);
  const py = Math.round((y + radius * (own ? 2.05 : 1.6)) * camera.scale + camera.y) + 3;
  g.globalAlpha = alpha;
  if (row.hp < 100) {
    g.fillStyle = "rgb(8 12 24 / 80%)";
    g.fillRect(px - 17, py, 34, 5);
    g.fillStyle = row.hp <= 30 ? "#ff7a59" : "#3ddc97";
    g.fillRect(px - 16, py + 1, Math.max(1, (32 * row.hp) / 100), 3);
  }
  g.font = `${own ? 700 : 500} 12px system-ui, "DejaVu Sans", sans-serif`;
  g.textAlign = "center";
  g.textBaseline = "top";
  g.fillStyle = own ? OWN : hueOf(row.color);
  g.globalAlpha = alpha * (own ? 1 : 0.82);
  g.fillText(row.name ?? "", px, py + (row.hp < 100 ? 7 : 1), 150);
  g.globalAlpha = 1;
}
