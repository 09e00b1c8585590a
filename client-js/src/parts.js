/**
 * The parts of the client that can wait, each in a file of its own that is loaded once, for all clients of a page. Lobby, presence and
 * the reader of schemas, the reader of packed bodies and what moves things on the screen load while a connection is made; what few ever need, when it is needed.
 */

/** @type {typeof import("./social.js") | null} null: not loaded yet; so are the others */
export let social = null;

/** @type {typeof import("./packed/decoder.js") | null} */
export let packed = null;
/** @type {typeof import("./motion.js") | null} */
export let motion = null;
/** @type {typeof import("./seldom.js") | null} */
export let seldom = null;

/** Loads it. @returns {Promise<typeof import("./social.js")>} rejects when its file cannot be had; so do the others */
export async function loadSocial() {
  social = await import("./social.js");
  return social;
}

/** @returns {Promise<typeof import("./motion.js")>} */
export async function loadMotion() {
  motion = await import("./motion.js");
  return motion;
}

/** @returns {Promise<typeof import("./seldom.js")>} */
export async function loadSeldom() {
  seldom = await import("./seldom.js");
  return seldom;
}

/** Loads what a client that may be sent packed bodies has, too, before it says hello: it can read them, show and predict. */
export async function loadReader() {
  [packed] = await Promise.all([import("./packed/decoder.js"), loadMotion()]);
}

/** Whether that is there. */
export const hasReader = () => packed !== null && motion !== null;
