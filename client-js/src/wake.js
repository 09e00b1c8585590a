import { LOST } from "./wire.js";

/**
 * What tells a client that it may be worth its while to dial: a page's or a worker's global object, or one that has some of it.
 * @typedef {object} Waker
 * @property {EventTarget["addEventListener"]} [addEventListener] for `online`
 * @property {Pick<Document, "addEventListener" | "visibilityState">} [document] for `visibilitychange`
 */

/**
 * Dials at once instead of waiting whenever the network is there again, or somebody looks: what failed may not fail now, and somebody waits.
 * @param {Waker} waker
 * @param {Pick<import("./connection.js").Connection, "status" | "dial">} connection
 * @param {AbortSignal} signal ends it
 */
export function onWake(waker, connection, signal) {
  const { document } = waker;
  const wake = () => {
    const { state, code } = connection.status;
    // A wait that a server has asked for is waited out.
    if (state === "waiting" && code === LOST) connection.dial();
  };
  const looked = () => {
    if (document?.visibilityState === "visible") wake();
  };
  waker.addEventListener?.("online", wake, { signal });
  document?.addEventListener("visibilitychange", looked, { signal });
}
