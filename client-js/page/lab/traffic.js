/**
 * What goes over a client's socket, by what it is for. It listens at the socket, as anyone can, and needs nothing of the client.
 */

/** How long the bytes of a bar are counted, and how many bars are kept. */
export const BIN_MS = 100;
export const BINS = 300;

/** What frames are for, in the order in which bars are stacked. */
export const KINDS = [
  { name: "snapshot", label: "Snapshots", hue: "#56b4e9" },
  { name: "event", label: "Events", hue: "#1fcf9a" },
  { name: "input", label: "Inputs", hue: "#f5a623" },
  { name: "ack", label: "Acks, pings", hue: "#e59ac6" },
  { name: "other", label: "Chat, lobby, rest", hue: "#f0e442" },
];
const [SNAPSHOT, EVENT, INPUT, ACK, OTHER] = KINDS.keys();

/** By frame kind (docs/PROTOCOL.md, section 2); what is not here is the rest. */
const groups = new Map([
  [21, SNAPSHOT],
  [18, EVENT],
  [3, INPUT],
  [4, ACK], // ack
  [5, ACK], // ping
  [6, ACK], // resync
  [19, ACK], // pong
]);

/**
 * Which of KINDS a frame is: its first element is its kind, and an event's third says what it is about.
 * @param {Uint8Array} frame
 */
export function groupOf(frame) {
  const at = (frame[0] & 0xf0) === 0x90 ? 1 : 3; // behind the header of a fixarray, or of an array 16
  const group = groups.get(frame[at]) ?? OTHER;
  return group === EVENT && !isOfMatch(frame, at + 1) ? OTHER : group;
}

/** Bytes of an unsigned number, by its first byte; 1 for a small one. */
const numbers = new Map([
  [0xcc, 2],
  [0xcd, 3],
  [0xce, 5],
  [0xcf, 9],
]);
const MATCH = [0xa5, ...new TextEncoder().encode("match")];

/** @param {Uint8Array} frame @param {number} at where the event's number begins */
function isOfMatch(frame, at) {
  const from = at + (numbers.get(frame[at]) ?? 1);
  return MATCH.every((byte, i) => frame[from + i] === byte);
}

/** Bytes of one direction, by time and kind. */
class Flow {
  total = KINDS.map(() => 0);
  #bytes = new Float64Array(BINS * KINDS.length);

  /** @param {number} bin @param {number} group index in KINDS @param {number} n bytes */
  add(bin, group, n) {
    this.#bytes[(bin % BINS) * KINDS.length + group] += n;
    this.total[group] += n;
  }

  /** @param {number} bin */
  clear(bin) {
    const from = (bin % BINS) * KINDS.length;
    this.#bytes.fill(0, from, from + KINDS.length);
  }

  /**
   * Bytes of a kind within a bar; a bar from before the page's clock began has none.
   * @param {number} bin @param {number} group index in KINDS
   */
  at(bin, group) {
    return bin < 0 ? 0 : this.#bytes[(bin % BINS) * KINDS.length + group];
  }
}

export class Traffic {
  in = new Flow();
  out = new Flow();
  #now;
  #bin = 0;

  /** @param {() => number} [now] milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** The bar that is being filled. */
  get bin() {
    const bin = Math.floor(this.#now() / BIN_MS);
    for (let b = Math.max(this.#bin + 1, bin - BINS + 1); b <= bin; b++) {
      this.in.clear(b);
      this.out.clear(b);
    }
    this.#bin = Math.max(this.#bin, bin);
    return this.#bin;
  }

  /** Bytes within the last whole second. @param {"in" | "out"} way @param {number} group index in KINDS */
  perSecond(way, group) {
    const { bin } = this;
    let sum = 0;
    for (let b = bin - 1000 / BIN_MS; b < bin; b++) sum += this[way].at(b, group);
    return sum;
  }

  /** @param {"in" | "out"} way of all kinds */
  allPerSecond(way) {
    return KINDS.reduce((sum, _, group) => sum + this.perSecond(way, group), 0);
  }

  /** A WebSocket class whose sockets are listened to. @param {any} WebSocket @returns {any} */
  wrap(WebSocket) {
    const note = (/** @type {"in" | "out"} */ way, /** @type {any} */ data) => {
      if (typeof data === "string") return;
      const frame = ArrayBuffer.isView(data)
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : new Uint8Array(data);
      this[way].add(this.bin, groupOf(frame), frame.length);
    };
    return class extends WebSocket {
      /** @param {string | URL} url @param {string | string[]} [protocols] */
      constructor(url, protocols) {
        super(url, protocols);
        this.addEventListener("message", (/** @type {{data: any}} */ { data }) => note("in", data));
      }

      /** @param {any} data */
      send(data) {
        note("out", data);
        super.send(data);
      }
    };
  }
}
