import { closeRecord, joined, Record, RecordReader, record } from "./records.js";
import { LOST } from "./wire.js";

/** An answer that streams shows it within so many milliseconds, or is taken for one that is held back on the way. */
const STREAM_WITHIN = 1500;
/** Bytes that may wait for a request before what can be left out is left out. */
const MAX_WAITING = 4 << 10;
/** Bytes of one request's body, at most; the server takes 64 KiB. */
const MAX_BODY = 60 << 10;

/**
 * One link over plain HTTP, for where no WebSocket gets through (protocol section 12), with the surface of `Link`. It streams what
 * comes down; where answers are held back until they are whole, it polls.
 */
export class HttpLink {
  #fetch;
  #url;
  #timers;
  #stats;
  #handlers;
  #abort = new AbortController();
  #reader = new RecordReader();
  #id = "";
  #isOpen = false;
  #isOver = false;
  /** @type {Uint8Array[]} records for the next request */
  #waiting = [];
  #waitingBytes = 0;
  #posting = false;
  #closing = false;

  /**
   * @param {{fetch: typeof globalThis.fetch, url: string, timers: import("./options.js").Timers}} settings
   * @param {import("./stats.js").Stats} stats
   * @param {import("./link.js").LinkHandlers} handlers
   */
  constructor({ fetch, url, timers }, stats, handlers) {
    this.#fetch = fetch;
    this.#url = url.replace(/^ws/, "http");
    this.#timers = timers;
    this.#stats = stats;
    this.#handlers = handlers;
    this.#run().catch((error) => this.#fail(error));
  }

  /** Sends a frame. @param {Uint8Array} bytes @returns {boolean} false when the link is not open */
  write(bytes) {
    if (!this.#isOpen) return false;
    this.#queue(record(Record.FRAME, bytes));
    this.#stats.sent(bytes.length);
    return true;
  }

  /** Whether so much waits for a request that frames of passing worth should not join it. */
  get congested() {
    return this.#waitingBytes > MAX_WAITING;
  }

  /** Ends the link without a word and without `down`. */
  drop() {
    this.#over();
    this.#abort.abort();
  }

  /** Ends the link properly, once what was sent is out. */
  close() {
    if (!this.#isOpen) return this.drop();
    this.#over();
    this.#closing = true;
    this.#queue(closeRecord(1000));
  }

  #over() {
    this.#isOpen = false;
    this.#isOver = true;
  }

  /** @param {number} code */
  #down(code) {
    if (this.#isOver) return;
    this.drop();
    this.#handlers.down(code);
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#down(LOST);
    // What a handler threw is not the network's.
    if (
      !(error instanceof TypeError || error instanceof DOMException || error instanceof LinkError)
    )
      throw error;
  }

  async #run() {
    this.#id = await this.#open();
    const stream = await this.#stream();
    if (stream === null) {
      // What an answer that was broken off had is lost, and the link with it.
      this.#id = await this.#open();
    }
    if (this.#isOver) return;
    this.#isOpen = true;
    this.#handlers.open();
    if (stream === null) await this.#pollOn();
    else await this.#readOn(stream.reader, stream.first);
  }

  async #open() {
    const answer = await this.#post(new Uint8Array(0), {});
    return answer.text();
  }

  /**
   * Asks for an answer that streams.
   * @returns {Promise<{reader: ReadableStreamDefaultReader<Uint8Array>, first: Uint8Array} | null>} null when nothing of it came in time
   */
  async #stream() {
    const patience = new AbortController();
    const quit = () => patience.abort();
    this.#abort.signal.addEventListener("abort", quit);
    let late = false;
    const timer = this.#timers.setTimeout(() => {
      late = true;
      quit();
    }, STREAM_WITHIN);
    try {
      const answer = await this.#get("stream", patience.signal);
      const reader = answer.body?.getReader();
      if (reader === undefined) return null;
      const { value, done } = await reader.read();
      if (done) throw new LinkError("the stream ended at once");
      return { reader, first: value };
    } catch (error) {
      if (late) return null;
      throw error;
    } finally {
      this.#timers.clearTimeout(timer);
    }
  }

  /** @param {ReadableStreamDefaultReader<Uint8Array>} reader @param {Uint8Array} first */
  async #readOn(reader, first) {
    for (let bytes = first; ; ) {
      this.#take(bytes);
      const { value, done } = await reader.read();
      if (done) throw new LinkError("the stream ended");
      bytes = value;
    }
  }

  async #pollOn() {
    while (!this.#isOver) {
      const answer = await this.#get("poll", this.#abort.signal);
      this.#take(new Uint8Array(await answer.arrayBuffer()));
    }
  }

  /** @param {Uint8Array} bytes */
  #take(bytes) {
    this.#reader.push(bytes, (kind, payload) => {
      if (this.#isOver) return;
      if (kind === Record.FRAME) this.#handlers.message(payload);
      else if (kind === Record.PING) this.#queue(record(Record.PONG, payload));
      else if (kind === Record.CLOSE) this.#down((payload[0] << 8) | payload[1]);
    });
  }

  /** @param {"stream" | "poll"} mode @param {AbortSignal} signal */
  async #get(mode, signal) {
    const headers = { "Deltatick-Link": this.#id, "Deltatick-Down": mode };
    return this.#answered(await this.#fetch(this.#url, { headers, cache: "no-store", signal }));
  }

  /** @param {Uint8Array<ArrayBuffer>} body @param {Record<string, string>} of names the link that it is for; one without opens a link */
  async #post(body, of) {
    const headers = { "Content-Type": "application/octet-stream", ...of };
    const signal = this.#abort.signal;
    const keepalive = this.#closing;
    return this.#answered(
      await this.#fetch(this.#url, { method: "POST", headers, body, signal, keepalive }),
    );
  }

  /** @param {Response} answer */
  #answered(answer) {
    if (!answer.ok) throw new LinkError(`the server answered ${answer.status}`);
    return answer;
  }

  /** @param {Uint8Array} bytes */
  #queue(bytes) {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (!this.#posting) this.#postAll().catch((error) => this.#fail(error));
  }

  async #postAll() {
    this.#posting = true;
    // What is sent in the same turn travels together.
    await null;
    while (this.#waiting.length > 0) {
      let n = 1;
      let bytes = this.#waiting[0].length;
      for (; n < this.#waiting.length && bytes + this.#waiting[n].length <= MAX_BODY; n++)
        bytes += this.#waiting[n].length;
      this.#waitingBytes -= bytes;
      await this.#post(joined(this.#waiting.splice(0, n)), { "Deltatick-Link": this.#id });
    }
    this.#posting = false;
    if (this.#closing) this.#abort.abort();
  }
}

/** A request of a link was not answered as it should be. */
class LinkError extends Error {}
