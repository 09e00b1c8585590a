import { drawGlow } from "./glow.js";
import { reducedMotion } from "./motion-preference.js";
import { hueOf } from "./palette.js";
import { drawHull, drawShield } from "./ship-art.js";

const TURN = Math.PI * 2;
const LARGER = 1.2; // what is drawn to what is hit: a hull fills its circle only in part
const OWN = "#ffb454";
const FONT = '500 12px system-ui, "DejaVu Sans", sans-serif';
const OWN_FONT = '700 13px system-ui, "DejaVu Sans", sans-serif';
const NAME_WIDTH = 150; // CSS pixels; a longer name is squeezed into it

/** Draws a ship in field units, of `pixels` device pixels each; one's own has a ring around it and a white cockpit. */
export function drawShip(g, { x, y, heading, thrust, row, alpha }, radius, now, own, pixels) {
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
    radius: radius * LARGER,
    color: row.color,
    heading,
    own,
    flame: thrust ? 1.05 + flicker : 0,
    pixels,
  });
  drawShield(g, x, y, radius, row.shield);
  g.globalAlpha = 1;
}

/** Name and hull bar under a ship, in CSS pixels, so that they stay readable at any scale. */
export function drawLabels(g, { x, y, row, alpha }, camera, radius, own) {
  const px = Math.round(x * camera.scale + camera.x);
  const py = Math.round((y + radius * (own ? 2.05 : 1.7)) * camera.scale + camera.y) + 3;
  g.globalAlpha = alpha;
  if (row.hp < 100) drawHealth(g, px, py, row.hp);
  g.font = own ? OWN_FONT : FONT;
  g.textAlign = "center";
  g.textBaseline = "top";
  const at = py + (row.hp < 100 ? 8 : 1);
  // The dark edge keeps a name readable over shots, blasts and other ships.
  g.lineWidth = 3;
  g.lineJoin = "round";
  g.strokeStyle = "rgb(4 7 16 / 85%)";
  g.strokeText(row.name ?? "", px, at, NAME_WIDTH);
  g.fillStyle = own ? OWN : "#d6e0f7";
  g.fillText(row.name ?? "", px, at, NAME_WIDTH);
  g.globalAlpha = 1;
}

/** Four cells of 25 points each, so that what is left can be counted as well as seen. */
function drawHealth(g, px, py, hp) {
  g.fillStyle = "rgb(4 7 16 / 85%)";
  g.fillRect(px - 19, py, 38, 6);
  g.fillStyle = hp <= 30 ? "#ff7a59" : "#3ddc97";
  for (let cell = 0; cell < 4; cell++) {
    const share = Math.min(1, Math.max(0, hp / 25 - cell));
    if (share > 0) g.fillRect(px - 18 + cell * 9, py + 1, Math.max(1, 8 * share), 4);
  }
}
