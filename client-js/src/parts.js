/**
 * The part of the client that can wait: the reader of packed bodies, which is needed when the server welcomes, the interpolation of
 * views, and the link over HTTP and transfers, which few ever need. It is loaded once, for all clients of a page.
 */

/** @type {typeof import("./later.js") | null} null: not loaded yet */
export let later = null;

/** Loads it. @returns {Promise<typeof import("./later.js")>} rejects when its file cannot be had */
export async function loadLater() {
  later = await import("./later.js");
  return later;
}
