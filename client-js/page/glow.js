const SIZE = 64;
const made = new Map(); // hue -> canvas

/**
 * A soft light of `hue` around x, y, `radius` wide, in the context's present units. Rendered once for each hue and then
 * copied: shadows and gradients would cost a software renderer its frame rate.
 */
export function drawGlow(g, x, y, radius, hue, strength) {
  let light = made.get(hue);
  if (!light) {
    light = render(hue);
    made.set(hue, light);
  }
  const before = g.globalAlpha;
  g.globalAlpha = before * strength;
  g.drawImage(light, x - radius, y - radius, radius * 2, radius * 2);
  g.globalAlpha = before;
}

function render(hue) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const g = canvas.getContext("2d");
  const light = g.createRadialGradient(SIZE / 2, SIZE / 2, 0, SIZE / 2, SIZE / 2, SIZE / 2);
  light.addColorStop(0, hue);
  light.addColorStop(0.35, `${hue}66`);
  light.addColorStop(1, `${hue}00`);
  g.fillStyle = light;
  g.fillRect(0, 0, SIZE, SIZE);
  return canvas;
}
