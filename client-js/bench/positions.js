// Plots what a page draws over a line of 150 ± 30 ms beside what the server has: docs/images/prediction.svg, or another file that is named.
// `node bench/positions.js` in client-js; it needs Go and Chromium.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launch, Visitors } from "../test-browser/support/browser.js";
import { duel, record, recorded, truthAt } from "../test-browser/support/recording.js";
import { startServer } from "../test-browser/support/server.js";

const NET = "150,30";
const SETTLED = 3000; // ms from the beginning of the round
const RUN = 2600; // ms that the key is held
const file =
  process.argv[2] ?? fileURLToPath(new URL("../../docs/images/prediction.svg", import.meta.url));

const server = await startServer();
const browser = await launch();
try {
  const it = await duel(new Visitors(browser, server.url), server.url, NET);
  const { page } = it;
  await page.waitForFunction(() => {
    const { room, own } = window.deltatick;
    return [...room.state.tables.round.values()][0]?.phase === 1 && own.tick > 0;
  });
  await page.waitForTimeout(SETTLED);
  await record(page, it.other);
  await page.waitForTimeout(500);
  await page.keyboard.down("KeyW");
  await page.waitForTimeout(RUN);
  await page.keyboard.up("KeyW");
  await page.waitForTimeout(500);
  const frames = await recorded(page);
  await it.judgedUpTo(frames[frames.length - 1].ownTick);
  await writeFile(file, plot(frames, it));
  it.end();
} finally {
  await browser.close();
  await server.stop();
}

/** @param {any[]} frames @param {{own: number, other: number, truth: any}} of */
function plot(frames, { own, other, truth }) {
  const began = frames[0].now;
  const from = frames[0].own;
  const to = frames[frames.length - 1].own;
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  // How far along the straight that one's own ship flew.
  const along = (p) =>
    ((p.x - from.x) * (to.x - from.x) + (p.y - from.y) * (to.y - from.y)) / length;
  const lines = { drawn: [], known: [], error: [], otherError: [], buffer: [] };
  for (const f of frames) {
    const t = f.now - began;
    lines.drawn.push([t, along(f.own)]);
    const known = truthAt(truth, own, f.newest);
    if (known) lines.known.push([t, along(known)]);
    const was = truthAt(truth, own, f.ownTick);
    if (was) lines.error.push([t, Math.hypot(was.x - f.own.x, was.y - f.own.y)]);
    const there = truthAt(truth, other, f.otherTick);
    if (there) lines.otherError.push([t, Math.hypot(there.x - f.other.x, there.y - f.other.y)]);
    lines.buffer.push([t, f.bufferMs]);
  }
  const ms = frames[frames.length - 1].now - began;
  const panels = [
    {
      title: `One's own ship over ${NET.replace(",", " ± ")} ms, along its way, in units`,
      range: [
        Math.min(0, ...lines.known.map(([, y]) => y)),
        Math.max(...lines.drawn.map(([, y]) => y)),
      ],
      curves: [
        ["newest snapshot that the page has", "#c1121f", lines.known],
        ["drawn", "#0057b8", lines.drawn],
      ],
    },
    {
      title: "Distance between what is drawn and what the server had in the tick drawn, in units",
      range: [
        0,
        Math.max(1, ...lines.error.map(([, y]) => y), ...lines.otherError.map(([, y]) => y)),
      ],
      curves: [
        ["another's ship, interpolated", "#b36b00", lines.otherError],
        ["one's own, predicted", "#0057b8", lines.error],
      ],
    },
    {
      title:
        "Snapshots in hand beyond what is drawn of others, in milliseconds: below 0 motion would stop",
      range: [
        Math.min(0, ...lines.buffer.map(([, y]) => y)),
        Math.max(...lines.buffer.map(([, y]) => y)),
      ],
      curves: [["buffer", "#2d6a4f", lines.buffer]],
    },
  ];
  const [width, height, left, gap] = [860, 170, 50, 56];
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${panels.length * (height + gap) + 24}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
  ];
  panels.forEach(({ title, range: [low, high], curves }, i) => {
    const top = i * (height + gap) + 36;
    const x = (t) => (left + (t / ms) * (width - left - 16)).toFixed(1);
    const y = (v) => (top + height - ((v - low) / (high - low)) * height).toFixed(1);
    out.push(`<text x="${left}" y="${top - 10}" font-weight="bold">${title}</text>`);
    out.push(
      `<rect x="${left}" y="${top}" width="${width - left - 16}" height="${height}" fill="none" stroke="#999"/>`,
    );
    for (const v of [low, high])
      out.push(
        `<text x="${left - 6}" y="${Number(y(v)) + 4}" text-anchor="end">${Math.round(v)}</text>`,
      );
    for (let t = 0; t <= ms; t += 1000) {
      out.push(
        `<text x="${x(t)}" y="${top + height + 14}" text-anchor="middle">${t / 1000} s</text>`,
      );
    }
    curves.forEach(([name, colour, points], n) => {
      const path = points.map(([t, v]) => `${x(t)},${y(v)}`).join(" ");
      out.push(`<polyline fill="none" stroke="${colour}" stroke-width="1.6" points="${path}"/>`);
      out.push(`<text x="${left + 8}" y="${top + 16 + 15 * n}" fill="${colour}">${name}</text>`);
    });
  });
  return `${out.join("\n")}\n</svg>\n`;
}
