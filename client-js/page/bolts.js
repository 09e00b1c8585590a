const LONG = 96; // pixels of a rendered bolt
const HIGH = 32;
const made = new Map(); // hue -> canvas

/**
 * A shot with its nose at x, y, flying along (vx, vy), `length` units long: a white-hot head in a glow, thinning out
 * backwards. Rendered once for each hue and then copied.
 */
export function drawBolt(g, x, y, vx, vy, length, thick, hue) {
  let bolt = made.get(hue);
  if (!bolt) {
    bolt = render(hue);
    made.set(hue, bolt);
  }
  const speed = Math.hypot(vx, vy) || 1;
  const cos = vx / speed;
  const sin = vy / speed;
  g.save();
  g.transform(cos, sin, -sin, cos, x, y);
  g.globalCompositeOperation = "lighter";
  g.drawImage(bolt, -length + thick, -thick, length, thick * 2);
  g.restore();
}

function render(hue) {
  const canvas = document.createElement("canvas");
  canvas.width = LONG;
  canvas.height = HIGH;
  const g = canvas.getContext("2d");
  const middle = HIGH / 2;
  const head = LONG - middle;
  const tail = g.createLinearGradient(0, 0, head, 0);
  tail.addColorStop(0, `${hue}00`);
  tail.addColorStop(1, hue);
  g.fillStyle = tail;
  g.beginPath();
  g.moveTo(0, middle);
  g.lineTo(head, middle - 7);
  g.lineTo(head, middle + 7);
  g.fill();
  const glow = g.createRadialGradient(head, middle, 0, head, middle, middle);
  glow.addColorStop(0, `${hue}ee`);
  glow.addColorStop(0.5, `${hue}66`);
  glow.addColorStop(1, `${hue}00`);
  g.fillStyle = glow;
  g.fillRect(head - middle, 0, HIGH, HIGH);
  g.fillStyle = "#ffffff";
  g.beginPath();
  g.ellipse(head - 8, middle, 15, 4, 0, 0, Math.PI * 2);
  g.fill();
  return canvas;
}
