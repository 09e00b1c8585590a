import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const repo = fileURLToPath(new URL("../../..", import.meta.url));
const START_WITHIN = 20_000; // ms

/**
 * Builds the real server, unless the environment names one that is built (`DELTATICK_SERVER`), and runs it on a free port.
 * @param {string[]} [flags] more of its flags
 */
export const startServer = (flags = []) =>
  start("server", process.env.DELTATICK_SERVER, [
    ...["-addr", "127.0.0.1:0", "-drain", "1s"],
    ...flags,
  ]);

/**
 * Shows a recording, in the same way (`DELTATICK_REPLAY`).
 * @param {string} file
 * @param {string[]} [flags] of `replay serve`
 */
export const startReplay = (file, flags = []) =>
  start("replay", process.env.DELTATICK_REPLAY, [
    ...["serve", "-addr", "127.0.0.1:0"],
    ...flags,
    file,
  ]);

/** Serves the smallest game, in the same way (`DELTATICK_DOTS`). */
export const startDots = () => start("dots", process.env.DELTATICK_DOTS, ["-addr", "127.0.0.1:0"]);

/**
 * Serves the game that the first guide makes, as it is after one of its halves.
 * @param {"start" | "finished"} stage
 */
export const startCoins = (stage) =>
  start(stage, undefined, ["127.0.0.1:0"], `./docs/guides/coins/${stage}`);

/** A service of two nodes, one of which runs the matches, in the same way. It needs a redis-server. */
export const startFleet = () =>
  start(
    "fleet",
    undefined,
    ["-addr", "127.0.0.1:0", "-lobby-nodes", "1", "-match-servers", "1"],
    ["./cmd/fleet", "./cmd/server", "./cmd/matchserver"],
    /^deltatick is ready: open (http:\/\/127\.0\.0\.1:\d+)/,
  );

/**
 * @param {string} command
 * @param {string | undefined} built
 * @param {string[]} args
 * @param {string | string[]} [from] the folder of its code, or those of all programs that it takes, which it is then told the folder of
 * @param {RegExp} [ready] what it says, with its URL, when it can be used
 * @returns {Promise<{url: string, stop: () => Promise<void>}>}
 */
async function start(
  command,
  built,
  args,
  from = `./cmd/${command}`,
  ready = /(http:\/\/127\.0\.0\.1:\d+)/,
) {
  const folder = await mkdtemp(join(tmpdir(), "deltatick-browser-"));
  const program = built ?? join(folder, command);
  const go = promisify(execFile);
  if (Array.isArray(from)) {
    await go("go", ["build", "-o", folder, ...from], { cwd: repo });
    args = [...args, "-bin", folder];
  } else if (!built) {
    await go("go", ["build", "-o", program, from], { cwd: repo });
  }
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  /** @type {string[]} */
  const said = [];
  const url = new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        if (said.length < 200) said.push(line);
        const found = ready.exec(line);
        if (found) resolve(found[1]);
      });
    }
    child.once("exit", () => reject(new Error(`${command} ended:\n${said.join("\n")}`)));
    setTimeout(() => reject(new Error(`${command} did not start`)), START_WITHIN).unref();
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { url: await url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
