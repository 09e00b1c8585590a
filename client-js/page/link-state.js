/** The connection in one line, for the top of the page and for the strip over a match. */

/** Words for a client status. */
export function linkWords({ state, attempt = 0, inMs = 0 }) {
  if (state === "open") return "Online";
  if (state === "closed") return "Offline";
  if (state === "waiting")
    return `Reconnecting in ${(inMs / 1000).toFixed(1)} s (attempt ${attempt})`;
  return attempt > 0 ? `Reconnecting (attempt ${attempt})` : "Connecting";
}

export class LinkState {
  #node;

  constructor(node) {
    this.#node = node;
  }

  show(status, net) {
    this.#node.dataset.state = status.state;
    this.#node.textContent =
      status.state === "open" && net.name ? `Online as ${net.name}` : linkWords(status);
  }
}
