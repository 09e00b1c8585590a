/** The night sky: the same stars on every visit, from a small seeded generator (mulberry32). */

function seeded(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const NIGHT = "#060912";
const CLOUDS = ["rgb(52 84 168 / 26%)", "rgb(98 58 150 / 20%)", "rgb(24 112 128 / 18%)"];
const TINTS = ["#ffffff", "#cfe3ff", "#ffe9cf"];

/** Paints sky over the rectangle 0..width, 0..height of the context's present units; `unit` is one CSS pixel in them. */
export function paintSky(g, width, height, unit, seed = 7) {
  const random = seeded(seed);
  g.fillStyle = NIGHT;
  g.fillRect(0, 0, width, height);
  for (const cloud of CLOUDS) {
    const x = width * random();
    const y = height * random();
    const glow = g.createRadialGradient(
      x,
      y,
      0,
      x,
      y,
      Math.max(width, height) * (0.3 + 0.3 * random()),
    );
    glow.addColorStop(0, cloud);
    glow.addColorStop(1, "rgb(0 0 0 / 0%)");
    g.fillStyle = glow;
    g.fillRect(0, 0, width, height);
  }
  const count = Math.min(900, Math.round((width * height) / (unit * unit) / 2600));
  for (let i = 0; i < count; i++) {
    const size = (random() < 0.06 ? 1.9 : 0.7 + 0.6 * random()) * unit;
    g.globalAlpha = 0.2 + 0.65 * random() ** 2;
    g.fillStyle = TINTS[Math.floor(random() * TINTS.length)];
    g.fillRect(width * random(), height * random(), size, size);
  }
  g.globalAlpha = 1;
}
