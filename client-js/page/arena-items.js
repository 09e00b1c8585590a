import { drawBolt } from "./bolts.js";
import { drawGlow } from "./glow.js";
import { reducedMotion } from "./motion-preference.js";
import { hueOf, PICKUPS } from "./palette.js";

const TURN = Math.PI * 2;
const STREAK = 0.07; // seconds of flight that a shot's streak is long

/**
 * Draws shots in field units. Others' come from the interpolated view, one's own as they are predicted, or else from the newest
 * snapshot carried `ahead` seconds forward: so they leave from one's ship's nose.
 */
export function drawShots(g, viewed, predicted, newest, ships, ownId, ahead) {
  for (const shot of viewed) {
    if (shot.owner !== ownId)
      streak(g, shot.x, shot.y, shot, hueOf(ships.get(shot.owner)?.color ?? 7));
  }
  if (!ownId) return;
  const hue = hueOf(ships.get(ownId)?.color ?? 7);
  if (predicted) {
    for (const shot of predicted) streak(g, shot.x, shot.y, shot, hue);
    return;
  }
  for (const shot of newest.values()) {
    if (shot.owner === ownId)
      streak(g, shot.x + shot.vx * ahead, shot.y + shot.vy * ahead, shot, hue);
  }
}

function streak(g, x, y, { vx, vy, kind }, hue) {
  drawBolt(g, x, y, vx, vy, Math.hypot(vx, vy) * STREAK, kind ? 6.5 : 8, hue);
}

/** Draws pickups in field units: each kind has a sign of its own, so colour is never the only tell. */
export function drawPickups(g, pickups, now) {
  for (const { id, x, y, kind } of pickups) {
    const swell = reducedMotion() ? 1 : 1 + 0.07 * Math.sin(now * 0.004 + id);
    const hue = PICKUPS[kind]?.hue ?? "#ffffff";
    g.save();
    g.translate(x, y);
    g.scale(swell, swell);
    drawGlow(g, 0, 0, 26, hue, 0.3);
    g.fillStyle = "rgb(8 14 28 / 80%)";
    g.strokeStyle = hue;
    g.lineWidth = 2;
    g.beginPath();
    g.arc(0, 0, 11, 0, TURN);
    g.fill();
    g.stroke();
    g.lineWidth = 2.8;
    g.lineCap = "round";
    g.lineJoin = "round";
    g.beginPath();
    signs[kind]?.(g);
    g.stroke();
    g.restore();
  }
}

const signs = [
  (g) => {
    g.moveTo(-5, 0);
    g.lineTo(5, 0);
    g.moveTo(0, -5);
    g.lineTo(0, 5);
  },
  (g) => {
    g.moveTo(0, 6);
    g.lineTo(-5, 1.5);
    g.lineTo(-5, -4);
    g.lineTo(0, -6);
    g.lineTo(5, -4);
    g.lineTo(5, 1.5);
    g.closePath();
  },
  (g) => {
    for (const at of [-4.5, 0.5]) {
      g.moveTo(at, -4.5);
      g.lineTo(at + 4.5, 0);
      g.lineTo(at, 4.5);
    }
  },
];
