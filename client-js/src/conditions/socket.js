import { Lane } from "./lane.js";

const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];
/** Close code of a socket whose network is gone. */
const LOST = 1006;
/** Bytes of each part of a handshake, roughly. */
const GREETING = 200;

/**
 * A WebSocket over a bad line: what is sent reaches the real socket late, and what comes from that is heard late, its end too. What the
 * socket says of itself is what one would see at this end of the line.
 */
export class ConditionedSocket extends EventTarget {
  /** @type {any} */ onopen = null;
  /** @type {any} */ onmessage = null;
  /** @type {any} */ onerror = null;
  /** @type {any} */ onclose = null;
  readyState = CONNECTING;

  /** @type {any} null until the request to open it has got there */
  #socket = null;
  #wire;
  #up;
  #down;
  #url;
  /** @type {string | undefined} */
  #binaryType;

  /**
   * @param {import("../conditions.js").SocketClass} WebSocket
   * @param {import("./wire.js").Wire} wire
   * @param {string | URL} url
   * @param {string | string[]} [protocols]
   * @throws {DOMException} for a URL that is none of a WebSocket
   */
  constructor(WebSocket, wire, url, protocols) {
    super();
    this.#url = checked(url);
    this.#wire = wire;
    this.#up = new Lane(wire.up);
    this.#down = new Lane(wire.down);
    if (wire.isCut) {
      this.fail();
      return;
    }
    wire.add(this);
    // TCP's handshake is a round trip, and then the request sets out.
    const greet = (/** @type {() => void} */ then) => this.#up.push(GREETING, then);
    greet(() => this.#down.push(GREETING, () => greet(() => this.#dial(WebSocket, protocols))));
  }

  get url() {
    return this.#url;
  }

  get protocol() {
    return this.#socket?.protocol ?? "";
  }

  get extensions() {
    return this.#socket?.extensions ?? "";
  }

  get binaryType() {
    return this.#binaryType ?? this.#socket?.binaryType ?? "blob";
  }

  set binaryType(type) {
    this.#binaryType = type;
    if (this.#socket !== null) this.#socket.binaryType = type;
  }

  /** Bytes that were sent and have not left for the line. */
  get bufferedAmount() {
    return this.#up.waiting + (this.#socket?.bufferedAmount ?? 0);
  }

  /** @param {string | ArrayBuffer | ArrayBufferView | Blob} data */
  send(data) {
    if (this.readyState === CONNECTING) throw failure("InvalidStateError", "not open yet");
    if (this.readyState !== OPEN) return;
    const copy = copyOf(data);
    this.#up.push(sizeOf(copy), () => {
      if (this.#socket.readyState === OPEN) this.#socket.send(copy);
    });
    this.#bound(this.#wire.up);
  }

  /** Ends it once what was sent is out. @param {number} [code] @param {string} [reason] */
  close(code, reason) {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw failure("InvalidAccessError", `${code} is not a code to close with`);
    }
    if (this.readyState >= CLOSING) return;
    if (this.readyState === CONNECTING) {
      this.fail();
      return;
    }
    this.readyState = CLOSING;
    this.#up.push(0, () =>
      code === undefined ? this.#socket.close() : this.#socket.close(code, reason ?? ""),
    );
  }

  /** Ends it as a lost network does. The socket of Node's package ws has this, too. */
  terminate() {
    this.fail();
  }

  /** Hands over what has to have arrived by now. @internal */
  deliver() {
    this.#up.deliver();
    this.#down.deliver();
  }

  /** The network is gone: nothing that is under way arrives. @internal */
  fail() {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSING;
    this.#wire.delete(this);
    this.#up.clear();
    this.#down.clear();
    const socket = this.#socket;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      if (socket.terminate !== undefined) socket.terminate();
      else socket.close();
    }
    this.#wire.timers.setTimeout(() => this.#end(LOST, "", false), 0);
  }

  /** @param {import("../conditions.js").SocketClass} WebSocket @param {string | string[]} [protocols] */
  #dial(WebSocket, protocols) {
    try {
      this.#socket =
        protocols === undefined ? new WebSocket(this.#url) : new WebSocket(this.#url, protocols);
    } catch {
      // A page that may not dial there hears of it as of any other dial that fails.
      this.fail();
      return;
    }
    const socket = this.#socket;
    if (this.#binaryType !== undefined) socket.binaryType = this.#binaryType;
    socket.onopen = () => this.#hear(GREETING, () => this.#open());
    socket.onmessage = (/** @type {{data: any}} */ { data }) =>
      this.#hear(sizeOf(data), () => this.#message(data));
    // Its close says all there is to know.
    socket.onerror = () => {};
    socket.onclose = (/** @type {any} */ { code, reason, wasClean }) =>
      this.#hear(0, () => this.#end(code, String(reason ?? ""), wasClean));
  }

  #open() {
    if (this.readyState !== CONNECTING) return;
    this.readyState = OPEN;
    this.#emit("open", {});
  }

  /** @param {any} data */
  #message(data) {
    if (this.readyState === OPEN) this.#emit("message", { data });
  }

  /** The real socket has said something. @param {number} bytes @param {() => void} arrive called when that is heard here */
  #hear(bytes, arrive) {
    // Timers of hidden tabs are slowed down, what comes from the network is not.
    this.#wire.deliver();
    this.#down.push(bytes, arrive);
    this.#bound(this.#wire.down);
  }

  /** A line that is told more than can wait for it is lost. @param {import("./lane.js").Direction} direction */
  #bound(direction) {
    if (!this.#wire.isFull(direction)) return;
    this.#wire.overflows++;
    this.fail();
  }

  /** @param {number} code @param {string} reason @param {boolean} wasClean */
  #end(code, reason, wasClean) {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.#wire.delete(this);
    this.#up.clear();
    if (!wasClean) this.#emit("error", {});
    this.#emit("close", { code, reason, wasClean });
  }

  /** @param {"open" | "message" | "error" | "close"} type @param {object} fields */
  #emit(type, fields) {
    const event = Object.assign(new Event(type), fields);
    this[`on${type}`]?.(event);
    this.dispatchEvent(event);
  }
}

for (const [i, name] of ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].entries()) {
  for (const on of [ConditionedSocket, ConditionedSocket.prototype]) {
    Object.defineProperty(on, name, { value: i, enumerable: true });
  }
}

/** @param {string | URL} url */
function checked(url) {
  try {
    const { protocol, href } = new URL(url, globalThis.location?.href);
    if (/^(ws|http)s?:$/.test(protocol)) return href.replace(/^http/, "ws");
  } catch {
    // It is said below.
  }
  throw failure("SyntaxError", `${url} is no URL of a WebSocket`);
}

/** @param {string} name @param {string} message */
const failure = (name, message) => new DOMException(message, name);

/** What is sent later has to be what it is now. @param {any} data */
function copyOf(data) {
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }
  return data instanceof ArrayBuffer ? data.slice(0) : data;
}

/** @param {any} data @returns {number} bytes */
export function sizeOf(data) {
  if (typeof data === "string") return new TextEncoder().encode(data).length;
  return data?.byteLength ?? data?.size ?? 0;
}
