import { crc32 } from "./crc32.js";
import * as Kind from "./kinds.js";
import { MIN_CHUNK } from "./pace.js";
import { RequestError } from "./requests.js";
import * as frames from "./transfer-frames.js";
import { Upload } from "./upload.js";
import { WireError } from "./wire.js";

/** Bytes that the server may be ahead of what was taken. */
const WINDOW = 64 << 10;
/** Downloads at a time. */
const MAX_DOWNLOADS = 16;
/** Outcomes that are kept for a server that did not hear of them. */
const KEPT = 32;

/**
 * @typedef {{type: string, size: number}} Meta what the server says of a file
 * @typedef {object} DownloadOptions
 * @property {number} [limit] most bytes of one; default 16 MiB
 * @property {(taken: number, size: number, meta: Meta) => void} [onProgress]
 * @typedef {{fn: (bytes: Uint8Array, meta: Meta) => any, limit: number, onProgress: (taken: number, size: number, meta: Meta) => void}} Taker
 * @typedef {{taker: Taker, meta: Meta, bytes: Uint8Array, taken: number, sum: number, limit: number}} Download
 * @typedef {object} UploadOptions
 * @property {string} [type] what the bytes are; default that of a Blob
 * @property {(taken: number, size: number) => void} [onProgress] bytes that the server has taken
 * @property {AbortSignal} [signal] gives the upload up
 */

/** Uploads and downloads of a client, protocol section 4.8. */
export class Transfers {
  #uplink;
  #report;
  #nextId;
  #open = false;
  /** @type {Map<number, {upload: Upload, end: (error: Error | null) => void}>} by id */
  #uploads = new Map();
  /** @type {Map<string, Taker>} by channel and name */
  #takers = new Map();
  /** @type {Map<number, Download>} by id */
  #downloads = new Map();
  /** Frames that say how downloads ended, the oldest first, by id. @type {Map<number, any[]>} */
  #ended = new Map();
  /** Highest id of those that ended and are in there no more. */
  #forgotten = 0;

  /**
   * @param {import("./upload.js").Uplink} uplink
   * @param {() => number} nextId gives ids for uploads, rising over the session
   * @param {(error: unknown) => void} report
   * @param {boolean} open whether there is a connection
   */
  constructor(uplink, nextId, report, open) {
    this.#uplink = uplink;
    this.#nextId = nextId;
    this.#report = report;
    this.#open = open;
  }

  /**
   * @param {string} channel
   * @param {string} name
   * @param {Blob | ArrayBuffer | Uint8Array} what
   * @param {UploadOptions} options
   */
  async upload(channel, name, what, { type, onProgress, signal } = {}) {
    const data = await bytesOf(what);
    signal?.throwIfAborted();
    if (data.length === 0) throw new RequestError("bad-payload", "", "nothing to upload");
    const kind = type ?? (what instanceof Blob ? what.type : "");
    const id = this.#nextId();
    const progress = (/** @type {number} */ taken) => this.#call(onProgress, taken, data.length);
    const upload = new Upload({ id, channel, name, type: kind }, data, this.#uplink, progress);
    /** @type {Promise<void>} */
    const over = new Promise((resolve, reject) => {
      const abort = () => {
        upload.giveUp();
        end(signal?.reason);
      };
      const end = (/** @type {Error | null} */ error) => {
        signal?.removeEventListener("abort", abort);
        this.#uploads.delete(id);
        upload.pause();
        if (error === null) resolve();
        else reject(error);
      };
      this.#uploads.set(id, { upload, end });
      signal?.addEventListener("abort", abort);
    });
    if (this.#open) upload.open();
    return over;
  }

  /**
   * @param {string} channel
   * @param {string} name
   * @param {(bytes: Uint8Array, meta: Meta) => any} fn
   * @param {DownloadOptions} options
   */
  on(channel, name, fn, { limit = 16 << 20, onProgress = () => {} } = {}) {
    if (typeof fn !== "function") throw new TypeError("a handler must be a function");
    const key = `${channel} ${name}`;
    if (this.#takers.has(key)) throw new TypeError(`${key} has a handler already`);
    const taker = { fn, limit, onProgress };
    this.#takers.set(key, taker);
    return () => {
      if (this.#takers.get(key) === taker) this.#takers.delete(key);
    };
  }

  /** There is a connection. @param {boolean} same whether of the same session as before */
  opened(same) {
    if (!same) this.dropped();
    this.#open = true;
    for (const { upload } of this.#uploads.values()) upload.open();
  }

  /** The connection is gone. */
  down() {
    this.#open = false;
    for (const { upload } of this.#uploads.values()) upload.pause();
  }

  /** The session is gone. */
  dropped() {
    this.down();
    this.#downloads.clear();
    this.#ended.clear();
    this.#forgotten = 0;
    for (const { end } of [...this.#uploads.values()]) {
      end(new RequestError("dropped", "", "the session ended before the upload"));
    }
  }

  /** @param {any[]} frame */
  frame(frame) {
    if (frame[0] === Kind.DOWNLOAD) this.#offered(frames.offer(frame));
    else if (frame[0] === Kind.DOWNLOAD_CHUNK) this.#chunk(frames.chunk(frame));
    else this.#progress(frames.progress(frame));
  }

  /** @param {frames.Progress} progress */
  #progress(progress) {
    const it = this.#uploads.get(progress.id);
    if (it === undefined) return;
    if (progress.done && progress.error !== null) it.end(new RequestError(...progress.error));
    else {
      it.upload.heard(progress);
      if (progress.done) it.end(null);
    }
  }

  /** @param {frames.Offer} offer */
  #offered({ id, channel, name, size, type }) {
    const outcome = this.#ended.get(id);
    if (outcome !== undefined) {
      this.#uplink.send(outcome);
      return;
    }
    if (!this.#downloads.has(id)) {
      const taker = this.#takers.get(`${channel} ${name}`);
      if (id <= this.#forgotten) this.#end(id, 0, "too-late", "nothing is known of it any more");
      else if (taker === undefined) this.#end(id, 0, "not-found", "nobody takes that here");
      else if (size > taker.limit) this.#end(id, 0, "too-big", `at most ${taker.limit} bytes`);
      else if (this.#downloads.size >= MAX_DOWNLOADS) this.#end(id, 0, "full", "too many");
      else {
        const bytes = new Uint8Array(size);
        this.#downloads.set(id, { taker, meta: { type, size }, bytes, taken: 0, sum: 0, limit: 0 });
      }
    }
    this.#tell(id);
  }

  /** Says how far a download has got, if it is on. @param {number} id */
  #tell(id) {
    const d = this.#downloads.get(id);
    if (d === undefined) return;
    d.limit = Math.min(d.taken + WINDOW, d.meta.size);
    this.#uplink.send([Kind.DOWNLOAD_PROGRESS, id, d.taken, d.limit, false, null]);
  }

  /** @param {frames.Chunk} chunk */
  #chunk({ id, offset, sum, data }) {
    const d = this.#downloads.get(id);
    if (data === null) {
      if (!this.#ended.has(id)) this.#end(id, 0, "cancelled", "as the server said");
      else this.#uplink.send(/** @type {any[]} */ (this.#ended.get(id)));
      return;
    }
    if (d === undefined) return;
    const end = offset + data.length;
    const short = data.length < MIN_CHUNK && end !== d.meta.size;
    if (offset !== d.taken || end > d.limit || short) throw new WireError("a chunk out of place");
    d.sum = crc32(data, d.sum);
    if (d.sum !== sum) {
      this.#end(id, d.taken, "corrupt", "the sum is not that of the bytes");
      return;
    }
    d.bytes.set(data, offset);
    d.taken = end;
    this.#call(d.taker.onProgress, end, d.meta.size, d.meta);
    this.#tell(id);
    if (end === d.meta.size) this.#hand(id, d);
  }

  /** Gives a handler what is whole. @param {number} id @param {Download} d */
  async #hand(id, d) {
    /** @type {[string, string]} */
    let refusal = ["", ""];
    try {
      await d.taker.fn(d.bytes, d.meta);
    } catch (thrown) {
      if (thrown instanceof RequestError) refusal = [thrown.code, thrown.message];
      else {
        this.#report(thrown);
        refusal = ["internal", "a fault of the client"];
      }
    }
    if (this.#downloads.get(id) === d) this.#end(id, d.taken, ...refusal);
  }

  /** @param {number} id @param {number} taken @param {string} code "": the file was taken @param {string} message */
  #end(id, taken, code, message) {
    this.#downloads.delete(id);
    const error = code === "" ? null : [code, "", message];
    const frame = [Kind.DOWNLOAD_PROGRESS, id, taken, taken, true, error];
    this.#ended.set(id, frame);
    if (this.#ended.size > KEPT) {
      const [oldest] = this.#ended.keys();
      this.#ended.delete(oldest);
      this.#forgotten = Math.max(this.#forgotten, oldest);
    }
    this.#uplink.send(frame);
  }

  /** Calls a handler whose errors are its own. @param {((...args: any[]) => void) | undefined} fn @param {any[]} args */
  #call(fn, ...args) {
    try {
      fn?.(...args);
    } catch (error) {
      this.#report(error);
    }
  }
}

/** @param {Blob | ArrayBuffer | Uint8Array} what @returns {Promise<Uint8Array>} */
async function bytesOf(what) {
  if (what instanceof Uint8Array) return what;
  return new Uint8Array(what instanceof ArrayBuffer ? what : await what.arrayBuffer());
}
