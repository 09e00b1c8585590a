/**
 * The deltatick client: one session with a server, its lobby, and the match it is in, over as many
 * sockets as it takes. Runs in browsers and, with a WebSocket class passed in, in Node.
 */
import { Client } from "./client.js";
import { loadAll } from "./parts.js";

export { Client, ClosedError } from "./client.js";
export { CloseCodes } from "./codes.js";
export { RequestError } from "./requests.js";
export { Room } from "./room.js";

/**
 * Connects, and stays connected. Returns at once; `await client.ready` for the welcome.
 *
 * @param {import("./options.js").Options} [options]
 * @returns {Client}
 * @throws {TypeError} for options that cannot work here
 */
export function connect(options = {}) {
  return new Client(options);
}

/**
 * Loads at once what the client else loads while it connects, or when it is needed, from the files beside its own.
 * @param {...("view" | "predict")} parts only what `room.view` needs, or `room.predict`; by default everything
 * @returns {Promise<void>} rejects when it cannot be had
 */
export async function preload(...parts) {
  await loadAll(parts);
}

/**
 * Loads a game's own step, compiled to WebAssembly, for `room.predict`; see step.js, which is loaded for it.
 * @param {string | URL | BufferSource} source the module's address, or its bytes
 * @returns {Promise<import("./step.js").Step>} rejects when it cannot be had, or is no such module
 */
export async function loadStep(source) {
  return (await import("./step.js")).loadStep(source);
}
