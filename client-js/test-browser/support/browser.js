import assert from "node:assert/strict";
import { chromium } from "playwright-core";

/** Debian's Chromium, or the one named by the environment. */
export const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const launch = () => chromium.launch({ executablePath, args });

/**
 * What Chromium says of a dial that a client gives up since it is not answered in time (3 s, where a WebSocket may not get through at all). A machine that is far too
 * busy has some of these; a client that gives up dials that are answered has many.
 */
const UNANSWERED =
  /^WebSocket connection to '[^']+' failed: WebSocket is closed before the connection is established/;
const MOST_UNANSWERED = 2;

/**
 * Visitors: each is a browser profile of its own with one page, and everything that went wrong in it.
 */
export class Visitors {
  #browser;
  #base;
  /** @type {string[]} */
  #faults = [];
  /** @type {string[]} */
  #unanswered = [];

  /**
   * @param {import("playwright-core").Browser} browser
   * @param {string} base URL of the server
   */
  constructor(browser, base) {
    this.#browser = browser;
    this.#base = base;
  }

  /**
   * Opens the page.
   * @param {string} who for messages
   * @param {string} [hash] of the address, with its #
   * @param {import("playwright-core").BrowserContextOptions} [options]
   */
  async visit(who, hash = "", options = {}) {
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 720 },
      ...options,
    });
    const page = await context.newPage();
    this.watch(who, page);
    await page.goto(`${this.#base}/${hash}`);
    return page;
  }

  /**
   * Notes errors, warnings and violations of the content security policy (which are errors to the console, too).
   * @param {string} who
   * @param {import("playwright-core").Page} page
   */
  watch(who, page) {
    page.setDefaultTimeout(30_000);
    page.on("pageerror", (error) => this.#faults.push(`${who}: ${error.stack}`));
    page.on("console", (message) => {
      if (UNANSWERED.test(message.text())) this.#unanswered.push(`${who}: ${message.text()}`);
      else if (["error", "warning"].includes(message.type())) {
        this.#faults.push(`${who}: ${message.type()}: ${message.text()}`);
      }
    });
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText;
      // A page that is left takes its requests with it.
      if (why !== "net::ERR_ABORTED") this.#faults.push(`${who}: ${why}: ${request.url()}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400)
        this.#faults.push(`${who}: ${response.status()}: ${response.url()}`);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(this.#base))
        this.#faults.push(`${who}: left home: ${request.url()}`);
    });
  }

  /** Fails if anything went wrong in any page so far. */
  assertNoFaults() {
    assert.deepEqual(this.#faults, []);
    assert.ok(this.#unanswered.length <= MOST_UNANSWERED, this.#unanswered.join("\n"));
  }
}
