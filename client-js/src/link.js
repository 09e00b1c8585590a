import { LOST } from "./wire.js";

/** Bytes that may wait in the socket before what can be left out is left out. */
const MAX_BUFFERED = 64 << 10;

/**
 * What happens on a link. `down` comes at most once, and nothing comes after it.
 * @typedef {object} LinkHandlers
 * @property {() => void} open
 * @property {(bytes: Uint8Array) => void} message
 * @property {() => void} text a text message came, which the protocol does not know
 * @property {(code: number) => void} down
 *
 * @typedef {new (url: string) => any} SocketClass
 */

/** One WebSocket, from dial to end. */
export class Link {
  #socket;
  #stats;
  #isOpen = false;

  /**
   * @param {SocketClass} WebSocket
   * @param {string} url
   * @param {import("./stats.js").Stats} stats
   * @param {LinkHandlers} handlers
   * @throws {Error} what the WebSocket constructor throws, for a URL that cannot be dialled
   */
  constructor(WebSocket, url, stats, handlers) {
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#stats = stats;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#isOpen = true;
      handlers.open();
    };
    socket.onmessage = (/** @type {{data: any}} */ { data }) => {
      if (typeof data === "string") handlers.text();
      else handlers.message(new Uint8Array(data));
    };
    // An error is always followed by a close, which says all there is to know.
    socket.onerror = () => {};
    socket.onclose = (/** @type {{code?: number}} */ { code }) => {
      this.#detach();
      handlers.down(code ?? LOST);
    };
  }

  /** Sends a frame. @param {Uint8Array} bytes @returns {boolean} false when the socket is not open */
  write(bytes) {
    // A socket that the peer is closing says so before its close event comes, and complains of what is sent then.
    if (!this.#isOpen || this.#socket.readyState > 1) return false;
    this.#socket.send(bytes);
    this.#stats.sent(bytes.length);
    return true;
  }

  /** Whether so much waits in the socket that frames of passing worth should not join it. */
  get congested() {
    return this.#socket.bufferedAmount > MAX_BUFFERED;
  }

  /** Ends the link without a word and without `down`; the peer sees a lost socket. */
  drop() {
    this.#detach();
    // A handshake takes as long as a dead network likes; where the socket can do without, it does.
    if (this.#socket.terminate !== undefined) this.#socket.terminate();
    else this.#socket.close();
  }

  /** Ends the link properly, once what was sent is out. */
  close() {
    this.#detach();
    this.#socket.close(1000);
  }

  #detach() {
    this.#isOpen = false;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
  }
}
