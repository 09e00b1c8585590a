/** The connection in one line, for the top of the page and for the strip over a match. */

/** @typedef {{state: string, attempt?: number, inMs?: number, over?: string}} Status of the client */

/** Words for a client status. @param {Status} status */
export function linkWords({ state, attempt = 0, inMs = 0 }) {
  if (state === "open") return "Online";
  if (state === "closed") return "Offline";
  if (state === "waiting")
    return `Reconnecting in ${(inMs / 1000).toFixed(1)} s (attempt ${attempt})`;
  return attempt > 0 ? `Reconnecting (attempt ${attempt})` : "Connecting";
}

/**
 * Words for a player whose connection is lost. The page cannot know more of the seat than what the server promised: until
 * it answers again it may be gone, and the seat with it.
 * @param {Status} status
 */
export const lostWords = (status) =>
  `Connection lost. ${linkWords(status)}. Your seat is kept for a while if the server is still there.`;

export class LinkState {
  #node;

  /** @param {HTMLElement} node */
  constructor(node) {
    this.#node = node;
  }

  /** @param {Status} status @param {{name: string}} net */
  show(status, net) {
    this.#node.dataset.state = status.state;
    const over = status.over === "http" ? " over HTTP" : "";
    this.#node.textContent =
      status.state === "open" && net.name ? `Online as ${net.name}${over}` : linkWords(status);
  }
}
