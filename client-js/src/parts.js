/**
 * The parts of the client that can wait, each in a file of its own that is loaded once, for all clients of a page. Lobby, presence and
 * the reader of schemas, the reader of packed bodies and what moves things on the screen load while a connection is made; what few ever need, when it is needed.
 */

const files = {
  social: () => import("./social.js"),
  packed: () => import("./packed/decoder.js"),
  view: () => import("./views.js"),
  predict: () => import("./prediction.js"),
  seldom: () => import("./seldom.js"),
};

/** @typedef {keyof typeof files} Part */
/** @template {Part} P @typedef {Awaited<ReturnType<(typeof files)[P]>>} Module */

/** Those that are loaded. @type {{[P in Part]?: Module<P>}} */
export const parts = {};

/**
 * Loads one.
 * @template {Part} P
 * @param {P} part
 * @returns {Promise<Module<P>>} rejects when its file cannot be had
 */
export async function load(part) {
  const module = /** @type {Module<P>} */ (await files[part]());
  parts[part] = /** @type {any} */ (module);
  return module;
}

/** What is loaded before hello is said. @param {boolean} packed whether bodies may come packed @returns {Part[]} */
export const before = (packed) => (packed ? ["social", "packed", "view", "predict"] : ["social"]);

/** @param {Part[]} some nothing: all @returns {Promise<unknown>} when they are there */
export const loadAll = (some) =>
  Promise.all((some.length > 0 ? some : /** @type {Part[]} */ (Object.keys(files))).map(load));
