/** Takes the picture of the lab anew: `npm run picture:lab` writes docs/images/lab.png; with a folder, all sizes go there. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, Visitors } from "./support/browser.js";
import { startServer } from "./support/server.js";

const DOCS = fileURLToPath(new URL("../../docs/images", import.meta.url));
const SIZES = {
  lab: { viewport: { width: 1440, height: 900 } },
  "lab-narrow": {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    deviceScaleFactor: 2,
  },
};
const SETTLED = 17_000; // ms into a match: the graph is full
const folder = process.argv[2];

await mkdir(folder ?? DOCS, { recursive: true });
const server = await startServer();
const browser = await launch();
const visitors = new Visitors(browser, server.url);
try {
  for (const [name, options] of Object.entries(SIZES)) {
    if (!folder && name !== "lab") continue;
    const page = await visitors.visit(name, "lab.html", options);
    if (folder) await page.screenshot({ path: join(folder, `${name}-start.png`) });
    await page.click("#start-button");
    await page.waitForTimeout(SETTLED);
    // On the long straight A is fast, and every ghost is by itself.
    await page.waitForFunction(
      () => {
        const { a, truth, gap } = /** @type {any} */ (window).deltatickLab;
        const row = truth.room.state.tables.ships.get(a.ownId);
        return row && Math.abs(row.vx) > 150 && row.x > 400 && row.x < 1200 && gap > 8;
      },
      undefined,
      { timeout: 60_000 },
    );
    await page.screenshot({ path: join(folder ?? DOCS, `${name}.png`) });
    if (folder) await page.screenshot({ path: join(folder, `${name}-full.png`), fullPage: true });
    await page.context().close();
  }
} finally {
  await browser.close();
  await server.stop();
}
visitors.assertNoFaults();
