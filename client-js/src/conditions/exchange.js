import { Lane } from "./lane.js";
import { sizeOf } from "./socket.js";

/** Bytes of the head of a request or an answer, roughly. */
const HEAD = 300;

/** A request over a bad line and its answer, part by part. */
export class Exchange {
  #wire;
  #up;
  #down;
  #abort = new AbortController();
  /** Those who wait for something to arrive. @type {Set<(error: unknown) => void>} */
  #waiting = new Set();

  /** @param {import("./wire.js").Wire} wire */
  constructor(wire) {
    this.#wire = wire;
    this.#up = new Lane(wire.up);
    this.#down = new Lane(wire.down);
  }

  /**
   * @param {typeof globalThis.fetch} fetch
   * @param {Parameters<typeof globalThis.fetch>[0]} input
   * @param {RequestInit} [init]
   */
  async run(fetch, input, init) {
    if (this.#wire.isCut) throw lost();
    const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
    signal?.throwIfAborted();
    const quit = () => this.#stop(signal?.reason);
    signal?.addEventListener("abort", quit);
    const over = () => {
      signal?.removeEventListener("abort", quit);
      this.#wire.delete(this);
    };
    this.#wire.add(this);
    try {
      await this.#pass(this.#up, HEAD + sizeOf(init?.body));
      const answer = await fetch(input, { ...init, signal: this.#abort.signal });
      await this.#pass(this.#down, HEAD);
      if (answer.body === null) {
        over();
        return answer;
      }
      const { status, statusText, headers } = answer;
      return new Response(this.#late(answer.body, over), { status, statusText, headers });
    } catch (error) {
      over();
      throw error;
    }
  }

  /** The network is gone. @internal */
  fail() {
    this.#stop(lost());
  }

  /** Hands over what has to have arrived by now. @internal */
  deliver() {
    this.#up.deliver();
    this.#down.deliver();
  }

  /** @param {unknown} error */
  #stop(error) {
    this.#up.clear();
    this.#down.clear();
    this.#abort.abort(error);
    for (const reject of this.#waiting) reject(error);
  }

  /** Resolves when it has arrived, rejects when that cannot be any more. @param {Lane} lane @param {number} bytes @returns {Promise<void>} */
  #pass(lane, bytes) {
    return new Promise((resolve, reject) => {
      this.#abort.signal.throwIfAborted();
      this.#waiting.add(reject);
      lane.push(bytes, () => {
        this.#waiting.delete(reject);
        resolve();
      });
    });
  }

  /**
   * What comes of a body, as it comes. More than can wait is not read before it has arrived, as TCP does.
   * @param {ReadableStream<Uint8Array>} body
   * @param {() => void} over called at its end
   * @returns {ReadableStream<Uint8Array>}
   */
  #late(body, over) {
    const reader = body.getReader();
    return new ReadableStream({
      start: (controller) => {
        const read = async () => {
          for (;;) {
            const { value, done } = await reader.read();
            this.#wire.deliver();
            if (done) break;
            const arrived = this.#pass(this.#down, value.length).then(() =>
              controller.enqueue(value),
            );
            arrived.catch(() => {}); // the reader is told below
            if (this.#wire.isFull(this.#wire.down)) await arrived;
          }
          await this.#pass(this.#down, 0);
          over();
          controller.close();
        };
        read().catch((error) => {
          over();
          controller.error(error);
        });
      },
      cancel: (reason) => this.#stop(reason),
    });
  }
}

/** What fetch rejects with when there is no network. */
const lost = () => new TypeError("the network is gone");
