import { hueOf } from "./palette.js";

const WIDTH = 132;

/** The whole field in a corner, for windows that show only part of it. Drawn in CSS pixels. */
export function drawMinimap(g, stage, insets, field, poses, ownId) {
  const k = WIDTH / field.width;
  const height = field.height * k;
  const left = stage.width - WIDTH - 12;
  const top = insets.top + 10;
  g.fillStyle = "rgb(8 12 24 / 72%)";
  g.strokeStyle = "rgb(132 158 222 / 45%)";
  g.lineWidth = 1;
  g.beginPath();
  g.roundRect(left, top, WIDTH, height, 6);
  g.fill();
  g.stroke();
  for (const { x, y, row } of poses) {
    const own = row.id === ownId;
    g.fillStyle = own ? "#ffffff" : hueOf(row.color);
    g.beginPath();
    g.arc(left + x * k, top + y * k, own ? 3.4 : 2.2, 0, Math.PI * 2);
    g.fill();
  }
}
