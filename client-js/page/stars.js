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
const CLOUDS = [
  "rgb(64 104 214 / 30%)",
  "rgb(134 66 190 / 26%)",
  "rgb(24 140 160 / 24%)",
  "rgb(196 84 96 / 13%)",
  "rgb(52 84 168 / 30%)",
];
const TINTS = ["#ffffff", "#cfe3ff", "#ffe9cf"];
const PUFFS = 7; // of one cloud

/** Paints sky over the rectangle 0..width, 0..height of the context's present units; `unit` is one CSS pixel in them. */
export function paintSky(g, width, height, unit, seed = 7) {
  const random = seeded(seed);
  g.fillStyle = NIGHT;
  g.fillRect(0, 0, width, height);
  const size = Math.max(width, height);
  for (const cloud of CLOUDS) {
    let x = width * random();
    let y = height * random();
    for (let i = 0; i < PUFFS; i++) {
      paintPuff(g, x, y, size * (0.08 + 0.2 * random()), cloud);
      x += size * (random() - 0.5) * 0.24;
      y += size * (random() - 0.5) * 0.16;
    }
  }
  g.globalAlpha = 1;
  const count = Math.min(900, Math.round((width * height) / (unit * unit) / 2600));
  for (let i = 0; i < count; i++) {
    const dot = (random() < 0.06 ? 1.9 : 0.7 + 0.6 * random()) * unit;
    g.globalAlpha = 0.2 + 0.65 * random() ** 2;
    g.fillStyle = TINTS[Math.floor(random() * TINTS.length)];
    g.fillRect(width * random(), height * random(), dot, dot);
  }
  for (let i = 0; i < count / 60; i++)
    paintGlint(g, width * random(), height * random(), (3 + 5 * random()) * unit, unit);
  g.globalAlpha = 1;
}

function paintPuff(g, x, y, radius, colour) {
  const glow = g.createRadialGradient(x, y, 0, x, y, radius);
  glow.addColorStop(0, colour);
  glow.addColorStop(1, "rgb(0 0 0 / 0%)");
  g.globalAlpha = 0.5;
  g.fillStyle = glow;
  g.fillRect(x - radius, y - radius, radius * 2, radius * 2);
}

/** One of the few bright stars: a point with four rays. */
function paintGlint(g, x, y, reach, unit) {
  g.globalAlpha = 0.55;
  g.fillStyle = "#dcebff";
  g.fillRect(x - reach, y - unit * 0.35, reach * 2, unit * 0.7);
  g.fillRect(x - unit * 0.35, y - reach, unit * 0.7, reach * 2);
  g.globalAlpha = 1;
  g.beginPath();
  g.arc(x, y, unit * 1.3, 0, Math.PI * 2);
  g.fill();
}
