import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { args, executablePath } from "./browser.js";

/**
 * A Chromium whose tabs are hidden behind one another, as those of a window are: a hidden one has no frames, and its timers fire once a
 * second. Playwright has every page believe that it is seen, so this goes over the browser's debugging port without it.
 */
export class Tabs {
  /** What pages threw. @type {string[]} */
  faults = [];

  #folder;
  #socket;
  #ended;
  #id = 0;
  /** @type {Map<number, (answer: any) => void>} */
  #asked = new Map();

  /** @param {string} folder of its profile @param {any} socket of the debugging port, open: one of the package ws @param {Promise<unknown>} ended */
  constructor(folder, socket, ended) {
    this.#folder = folder;
    this.#socket = socket;
    this.#ended = ended;
    socket.on("message", (/** @type {unknown} */ data) => {
      const said = JSON.parse(String(data));
      this.#asked.get(said.id)?.(said);
      this.#asked.delete(said.id);
      if (said.method === "Runtime.exceptionThrown") this.faults.push(JSON.stringify(said.params));
    });
  }

  /** @returns {Promise<Tabs>} */
  static async launch() {
    const folder = await mkdtemp(join(tmpdir(), "deltatick-tabs-"));
    const browser = spawn(executablePath, [
      ...args,
      "--remote-debugging-port=0",
      `--user-data-dir=${folder}`,
      "about:blank",
    ]);
    const ended = new Promise((resolve) => browser.on("exit", resolve));
    let said = "";
    /** @type {string} */
    const url = await new Promise((resolve, reject) => {
      browser.on("error", reject);
      browser.stderr.on("data", (text) => {
        said += text;
        const found = /ws:\/\/\S+/.exec(said);
        if (found) resolve(found[0]);
      });
    });
    const socket = /** @type {any} */ (new WebSocket(url));
    await new Promise((resolve) => socket.on("open", resolve));
    return new Tabs(folder, socket, ended);
  }

  /** Opens a tab in front of the others. @param {string} url */
  async open(url) {
    const { targetId } = await this.send("Target.createTarget", { url });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    await this.send("Runtime.enable", {}, sessionId);
    return new Tab(this, targetId, sessionId);
  }

  /** @param {string} method @param {any} [params] @param {string} [sessionId] of a tab @returns {Promise<any>} */
  async send(method, params = {}, sessionId = undefined) {
    const id = ++this.#id;
    const answer = await new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  }

  async close() {
    await this.send("Browser.close");
    await this.#ended;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** One of its tabs. */
export class Tab {
  #tabs;
  #targetId;
  #sessionId;

  /** @param {Tabs} tabs @param {string} targetId @param {string} sessionId */
  constructor(tabs, targetId, sessionId) {
    this.#tabs = tabs;
    this.#targetId = targetId;
    this.#sessionId = sessionId;
  }

  /** Brings it before the others. */
  async front() {
    await this.#tabs.send("Target.activateTarget", { targetId: this.#targetId });
  }

  /**
   * What a function returns, or resolves with, that is called in the page.
   * @template T
   * @template {any[]} A
   * @param {(...args: A) => T} fn
   * @param {A} args
   * @returns {Promise<Awaited<T>>}
   */
  async evaluate(fn, ...args) {
    const expression = `(${fn})(...${JSON.stringify(args)})`;
    const is = { expression, awaitPromise: true, returnByValue: true };
    const said = await this.#tabs.send("Runtime.evaluate", is, this.#sessionId);
    if (said.exceptionDetails) throw new Error(JSON.stringify(said.exceptionDetails));
    return said.result.value;
  }

  /**
   * Asks until it is so: every tenth of a second, from here, since a hidden page cannot.
   * @template {any[]} A
   * @param {(...args: A) => unknown} fn
   * @param {A} args
   */
  async until(fn, ...args) {
    const deadline = Date.now() + 30_000;
    while (!(await this.evaluate(fn, ...args))) {
      if (Date.now() > deadline) throw new Error(`not so within 30 s: ${fn}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
