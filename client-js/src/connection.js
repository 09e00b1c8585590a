import { renewed } from "./auth.js";
import { closeInfo } from "./codes.js";
import { decode } from "./decode.js";
import { Dialler } from "./dialler.js";
import { encode } from "./encode.js";
import * as frames from "./frames.js";
import { Heartbeat } from "./heartbeat.js";
import * as Kind from "./kinds.js";
import { before, load, parts } from "./parts.js";
import { Redial } from "./redial.js";
import { LOST, WireError } from "./wire.js";

/** Messages of one link that may break the rules before it is given up. */
const MAX_MALFORMED = 8;
/** A frame of this many bytes is always allowed, the first one too. */
const MIN_MAX_FRAME = 4096;

/**
 * @typedef {object} Status
 * @property {"connecting" | "open" | "waiting" | "closed"} state
 * @property {number} attempt failed dials since the last welcome
 * @property {number} inMs until the next dial, while waiting
 * @property {number} code close code of the last end, 0 before any
 * @property {string} name of that code
 * @property {import("./codes.js").Retry} retry what that code asks for
 * @property {boolean} resumed whether the open connection took up the earlier session
 * @property {boolean} recovered whether it did so with every event that was missed. If not, and `reason` is not empty, what one has
 *   derived from events is to be fetched anew
 * @property {"" | "lost" | "expired" | "refused"} reason why not: events were lost, the session had expired, or the server
 *   refused its token; empty on the first connection, where there was nothing to recover
 * @property {number} lost events the server no longer held at that
 * @property {"ws" | "http"} over what carries, or is to carry, the connection: a WebSocket, or plain HTTP where none gets through
 * @property {number} downMs how long there was no connection before this one
 *
 * @typedef {object} ConnectionHandlers
 * @property {(status: Status) => void} status
 * @property {(welcome: frames.Welcome) => void} welcome
 * @property {(taken: number) => void} taken the server has handled our events up to this number
 * @property {(frame: any[]) => void} frame any other frame than welcome and pong
 * @property {(bytes: Uint8Array | null, error: WireError) => void} malformed null for a text message
 * @property {(error: unknown) => void} failed the application's part of a dial threw
 * @property {() => void} down an open link is gone; the session is kept
 * @property {() => void} closed for good
 */

/**
 * One session's connection over as many sockets as it takes: dial, hello, welcome, pings, and after
 * a loss the next dial, until it is closed for good.
 */
export class Connection {
  /** @type {Status} */
  status = {
    state: "connecting",
    attempt: 0,
    inMs: 0,
    code: 0,
    name: "",
    retry: "resume",
    resumed: false,
    recovered: false,
    reason: "",
    lost: 0,
    downMs: 0,
    over: "ws",
  };

  #settings;
  #timers;
  #resume;
  #stats;
  #handlers;
  /** Those that the next hello offers, the best first. @type {string[]} */
  codecs;
  /** Those that the present link's hello has offered. @type {string[]} */
  #offered = [];
  #redial;
  #heartbeat;
  #dialler;
  /** @type {import("./link.js").Link | import("./http-link.js").HttpLink | null} */
  #link = null;
  /** Credentials of the newest dial. A link that takes the place of a good one has them, too. @type {import("./auth.js").Credentials} */
  #auth = [];
  /** Number of the dial that is on; one that waited for credentials looks whether it still is. */
  #dials = 0;
  /** @type {any} the dial's deadline or the wait for the next dial */
  #timer = null;
  #helloAt = 0;
  /** When the present link was welcomed, -1 before. */
  #welcomedAt = -1;
  /** When the last welcomed link was lost, -1 before any was. */
  #downAt = -1;
  #maxFrame = MIN_MAX_FRAME;
  #malformed = 0;
  /** @type {Status["reason"]} why the former session could not be had again, until there is another */
  #gone = "";
  #ping = { time: -1, at: 0 };

  /**
   * @param {import("./options.js").Settings} settings
   * @param {import("./resume.js").ResumeState} resume
   * @param {import("./stats.js").Stats} stats
   * @param {ConnectionHandlers} handlers
   */
  constructor(settings, resume, stats, handlers) {
    this.#settings = settings;
    this.#timers = settings.timers;
    this.#resume = resume;
    this.#stats = stats;
    this.#handlers = handlers;
    this.codecs = settings.codecs;
    this.#redial = new Redial(settings.random);
    this.#dialler = new Dialler(
      settings,
      stats,
      {
        open: () => this.#opened(),
        message: (bytes) => this.#message(bytes),
        text: () => this.#broken(null, new WireError("text message")),
        down: (code) => this.#down(code),
      },
      (link) => this.#upgrade(link),
    );
    this.#heartbeat = new Heartbeat(
      settings.timers,
      (now) => this.#sendPing(now),
      () => this.#down(LOST),
    );
  }

  /** Dials, as soon as there are credentials. @throws {Error} for a URL that cannot be dialled, if it need not wait */
  dial() {
    // Meanwhile; what becomes of it is seen when the link has opened.
    Promise.allSettled(this.#loading());
    const { auth } = this.#settings;
    if (typeof auth !== "function") {
      this.#dialAs(auth);
      return;
    }
    this.#begin(false);
    const dial = ++this.#dials;
    const ifWaitedFor = (/** @type {() => void} */ fn) => {
      if (dial === this.#dials) fn();
    };
    renewed(auth)
      .then((auth) => ifWaitedFor(() => this.#dialAs(auth)))
      .catch((error) =>
        ifWaitedFor(() => {
          this.#handlers.failed(error);
          this.#lost(LOST);
        }),
      );
  }

  /** @param {import("./auth.js").Credentials} auth */
  #dialAs(auth) {
    this.#auth = auth;
    this.#dialler.dial((link) => {
      this.#link = link;
    });
    this.#begin(true);
  }

  /** @param {boolean} dialled whether it is dialled already, and so is answered in time or not at all */
  #begin(dialled) {
    this.#timers.clearTimeout(this.#timer);
    this.#welcomedAt = -1;
    this.#malformed = 0;
    const { over, patience } = this.#dialler;
    if (dialled) this.#timer = this.#timers.setTimeout(() => this.#down(LOST), patience);
    this.#set({ state: "connecting", attempt: this.#redial.attempt, inMs: 0, over });
  }

  /** Goes on with another link, which is open already. @param {import("./link.js").Link} link */
  #upgrade(link) {
    this.#hangUp(false);
    this.#downAt = this.#timers.now();
    this.#link = link;
    this.#begin(true);
    this.#handlers.down();
    // Whoever was just told may have closed us.
    if (this.#link === link) this.#opened();
  }

  /**
   * Sends a frame that matters.
   * @param {any[]} frame
   * @returns {boolean} false when there is no connection
   * @throws {Error} when it cannot be encoded or is too big
   */
  send(frame) {
    return this.status.state === "open" && this.#say(frame);
  }

  /** Sends a frame, be it before the welcome. @param {any[]} frame @returns {boolean} @throws {Error} as `send` */
  #say(frame) {
    const bytes = encode(frame);
    if (bytes.length > this.#maxFrame) {
      throw new WireError(`a frame may have ${this.#maxFrame} bytes`);
    }
    return this.#link?.write(bytes) ?? false;
  }

  /** Sends a frame that is encoded already. @param {Uint8Array} bytes @returns {boolean} false when there is no connection */
  write(bytes) {
    return this.status.state === "open" && this.#link !== null && this.#link.write(bytes);
  }

  /** Most bytes that a frame of ours may have. */
  get maxFrame() {
    return this.#maxFrame;
  }

  /** Sends a frame that a later one replaces, unless the socket is backed up. @param {any[]} frame */
  offer(frame) {
    if (this.#link?.congested || !this.send(frame)) this.#stats.unsent++;
  }

  /** Loses the socket, as a network would. */
  cut() {
    if (this.#link !== null) this.#down(LOST);
  }

  /** Says bye and stays away. */
  close() {
    if (this.status.state === "closed") return;
    this.send([Kind.BYE]);
    this.#finish(1000, true);
  }

  /** Says hello, once there is what it takes to go on from there. */
  #opened() {
    const loading = this.#loading();
    if (loading.length === 0) {
      this.#hello();
      return;
    }
    const link = this.#link;
    Promise.allSettled(loading).then(() => {
      if (this.#link !== link) return;
      // Only this cannot be done without.
      if (parts.social === undefined) this.#lost(LOST);
      else this.#hello();
    });
  }

  /** Begins to load what is not there yet. */
  #loading() {
    return before(this.codecs.includes("packed"))
      .filter((part) => parts[part] === undefined)
      .map(load);
  }

  /** Those that are offered, the best first: bodies in `mp` need no file. */
  get #codecs() {
    return parts.packed === undefined ? ["mp"] : this.codecs;
  }

  #hello() {
    const { client } = this.#settings;
    this.#offered = this.#codecs;
    const { token, seq } = this.#resume;
    this.#helloAt = this.#timers.now();
    const resume = token === null ? null : [token, seq];
    this.#say([Kind.HELLO, frames.VERSION, client, this.#offered, this.#auth, resume]);
  }

  /** @param {Uint8Array} bytes */
  #message(bytes) {
    const now = this.#timers.now();
    this.#stats.received(bytes.length);
    this.#heartbeat.heard(now);
    try {
      this.#frame(decode(bytes), now);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#broken(bytes, error);
    }
  }

  /** @param {any[]} frame @param {number} now */
  #frame(frame, now) {
    const kind = frame[0];
    if (kind === Kind.WELCOME) this.#welcome(frame, now);
    else if (this.#welcomedAt < 0) throw new WireError("a frame before the welcome");
    else if (kind === Kind.PONG) this.#pong(frames.pong(frame), now);
    else this.#handlers.frame(frame);
  }

  /** @param {Uint8Array | null} bytes @param {WireError} error */
  #broken(bytes, error) {
    this.#stats.malformed++;
    this.#handlers.malformed(bytes, error);
    if (++this.#malformed >= MAX_MALFORMED && this.#link !== null) this.#down(LOST);
  }

  /** @param {any[]} frame @param {number} now */
  #welcome(frame, now) {
    if (this.#welcomedAt >= 0) throw new WireError("a second welcome");
    if (frames.welcomeVersion(frame) !== frames.VERSION) {
      this.#finish(4507, true);
      return;
    }
    const welcome = frames.welcome(frame);
    if (!this.#offered.includes(/** @type {any} */ (welcome.codec)))
      throw new WireError("a codec that was not offered");
    this.#timers.clearTimeout(this.#timer);
    this.#welcomedAt = now;
    this.#dialler.welcomed();
    this.#maxFrame = Math.max(MIN_MAX_FRAME, welcome.maxFrame);
    if (!welcome.resumed) this.#resume.handled(0);
    this.#resume.keep(welcome.token);
    this.#stats.roundTrip(now - this.#helloAt);
    const downMs = this.#downAt < 0 ? 0 : now - this.#downAt;
    const { resumed, lost } = welcome;
    const reason = this.#reason(resumed, lost);
    const recovered = resumed && reason === "";
    this.#gone = "";
    this.#set({ state: "open", attempt: 0, inMs: 0, resumed, recovered, reason, lost, downMs });
    // The ping confirms the new token at once; until then the server keeps the old one too.
    this.#heartbeat.start(welcome.pingEvery);
    this.#handlers.welcome(welcome);
  }

  /** Why not all is as it was, if it is not. @param {boolean} resumed @param {number} lost @returns {Status["reason"]} */
  #reason(resumed, lost) {
    if (resumed) return lost > 0 ? "lost" : "";
    return this.#gone === "" && this.#downAt >= 0 ? "lost" : this.#gone;
  }

  /** @param {number} now */
  #sendPing(now) {
    this.#ping = { time: Math.floor(now), at: now };
    this.offer([Kind.PING, this.#ping.time, this.#resume.seq]);
  }

  /** @param {{time: number, taken: number}} pong @param {number} now */
  #pong({ time, taken }, now) {
    this.#handlers.taken(taken);
    // An older ping's pong would need that ping's exact time; the next one is soon enough.
    if (time === this.#ping.time) this.#stats.roundTrip(now - this.#ping.at);
  }

  /** @param {number} code */
  #down(code) {
    if (this.#welcomedAt < 0 && code === LOST && this.#dialler.failed()) {
      this.#hangUp(false);
      this.dial();
      return;
    }
    this.#lost(code);
  }

  /** The dial or the link is over, by no fault of what it goes over. @param {number} code */
  #lost(code) {
    const now = this.#timers.now();
    const upMs = this.#welcomedAt < 0 ? -1 : now - this.#welcomedAt;
    if (upMs >= 0) this.#downAt = now;
    let { retry, waitMs } = this.#redial.after(code, upMs);
    if (retry === "renew" && typeof this.#settings.auth === "function") retry = "resume";
    if (retry === "fresh") this.#gone = code === 4502 ? "expired" : "refused";
    if (retry === "fresh" && this.#beginsAfresh) {
      this.#resume.forget();
      retry = "resume";
      waitMs = 0;
    }
    if (retry !== "resume") {
      this.#finish(code, false);
      return;
    }
    this.#hangUp(false);
    const { attempt } = this.#redial;
    this.status = { ...this.status, state: "waiting", attempt, inMs: waitMs, ...explain(code) };
    if (upMs >= 0) this.#handlers.down();
    // Whoever was just told may have closed us.
    if (this.status.state !== "waiting") return;
    if (waitMs === 0) {
      this.dial();
      return;
    }
    this.#timer = this.#timers.setTimeout(() => this.dial(), waitMs);
    this.#handlers.status(this.status);
  }

  /** Whether a session that is gone is followed by another without asking. */
  get #beginsAfresh() {
    // A token left by an earlier page is good no more: nobody misses that session here. One without a token cannot be gone.
    return this.#resume.stored || (this.#settings.afresh && this.#resume.token !== null);
  }

  /**
   * @param {number} code
   * @param {boolean} orderly whether the socket is closed properly by us
   */
  #finish(code, orderly) {
    this.#hangUp(orderly);
    this.#resume.forget();
    this.#set({ state: "closed", inMs: 0, recovered: false, reason: this.#gone, ...explain(code) });
    this.#handlers.closed();
  }

  /** @param {boolean} orderly */
  #hangUp(orderly) {
    this.#dials++;
    this.#timers.clearTimeout(this.#timer);
    this.#heartbeat.stop();
    this.#dialler.stop();
    if (orderly) this.#link?.close();
    else this.#link?.drop();
    this.#link = null;
  }

  /** @param {Partial<Status>} change */
  #set(change) {
    this.status = { ...this.status, ...change };
    this.#handlers.status(this.status);
  }
}

/** @param {number} code */
function explain(code) {
  const { name, retry } = closeInfo(code);
  return { code, name, retry };
}
