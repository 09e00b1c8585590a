import { Asks } from "./asks.js";
import { renewed } from "./auth.js";
import { Connection } from "./connection.js";
import { decode } from "./decode.js";
import { Emitter } from "./emitter.js";
import { encode } from "./encode.js";
import * as frames from "./frames.js";
import * as Kind from "./kinds.js";
import { settings } from "./options.js";
import { Outbox } from "./outbox.js";
import { load, parts } from "./parts.js";
import { RequestError, Requests, sendable } from "./requests.js";
import { ResumeState } from "./resume.js";
import { Room } from "./room.js";
import { standIns } from "./stand-in.js";
import { Stats } from "./stats.js";
import { kindOf } from "./wire.js";

/** Time after coming back within which the match is entered again, or is over, in milliseconds. */
const ENTER_WITHIN = 3000;

/** The connection was closed for good; `code` and `name` are those of the close. */
export class ClosedError extends Error {
  name = "ClosedError";

  /** @param {number} code @param {string} reason */
  constructor(code, reason) {
    super(`closed: ${code} ${reason}`);
    this.code = code;
    this.reason = reason;
  }
}

/**
 * A session with a server.
 *
 * Events: `status` (Status); `room` (Room), also for the present one when the handler is added;
 * `event` ({seq, channel, name, payload, tick}), every reliable event, once; `notice` ({code,
 * message, channel, name, field}, the last three of an event of ours that was refused); `error` (what a handler threw, or a message that broke the wire's rules; printed to the
 * console when nobody listens).
 */
export class Client {
  user = "";
  name = "";
  session = "";
  /** When the credentials expire by the server's clock, Unix ms; 0 for never. */
  expires = 0;
  /** What the server calls itself; empty before the first welcome. */
  server = "";
  /** In which codec snapshots come, as agreed with the server: "packed" or "mp". */
  codec = "";
  /** @type {Room | null} the match one is in */
  room = null;
  /**
   * Resolves at the first welcome; rejects with a ClosedError when closed for good before it.
   * @type {Promise<Client>}
   */
  ready;
  /** @type {import("./lobby.js").Lobby} */
  lobby;
  /** @type {import("./presence.js").Presences} */
  presence;
  stats;

  #timers;
  #waker;
  #auth;
  #renewing = false;
  #emitter = new Emitter((error) => this.#report(error));
  #errors = new Emitter((error) => console.error(error));
  #requests;
  #outbox = new Outbox();
  /** Whether all of the outbox was sent over the present connection. */
  #flushed = false;
  #asks;
  /** @type {import("./transfers.js").Transfers | null} null until it is needed */
  #transfers = null;
  /** @type {import("./stand-in.js").Others | null} lobby and presence, null until their file is there */
  #others = null;
  #met = () => {};
  #resume;
  #connection;
  /** @type {import("./direct.js").Direct | null} what brings the room's frames from their own node, null until a server offers that */
  #direct = null;
  /** @type {(offer: any) => Promise<void>} takes the event that offers it */
  #offered;
  /** What the present room was entered with, to know whether it goes on. */
  #entered = "";
  /** @type {any} */
  #enterTimer = null;
  /** Aborted when the client is closed: ends what it listens to. */
  #over = new AbortController();
  /** @type {(client: Client) => void} */
  #isReady = () => {};
  /** @type {(e: Error) => void} */
  #isOver = () => {};

  /** @param {import("./options.js").Options} options */
  constructor(options) {
    const set = settings(options);
    const { timers, signal } = set;
    this.#timers = timers;
    this.#waker = set.waker;
    this.#auth = set.auth;
    this.#offered = async (offer) => {
      const { offered } = await import("./direct.js");
      this.#direct = offered(this.#direct, this, set, offer);
    };
    this.stats = new Stats(timers.now);
    const resume = new ResumeState(set.resume, set.storage, set.resumeKey);
    this.#resume = resume;
    this.#requests = new Requests(timers, resume.request, (id) => resume.requested(id));
    this.#asks = new Asks(
      (frame) => this.#connection.send(frame),
      (error) => this.#report(error),
    );
    /** @type {Promise<void>} */
    const met = new Promise((resolve) => {
      this.#met = resolve;
    });
    const { lobby, presence } = standIns(() => this.#others, met);
    this.lobby = lobby;
    this.presence = presence;
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#isOver = reject;
    });
    // Who does not wait for it must not be told of an unhandled rejection.
    this.ready.catch(() => {});
    this.#connection = new Connection(set, this.#resume, this.stats, {
      status: (status) => this.#emitter.emit("status", status),
      welcome: (welcome) => this.#welcome(welcome),
      taken: (taken) => this.#outbox.handled(taken),
      frame: (frame) => this.#frame(frame),
      malformed: (bytes, error) => {
        if (bytes !== null && kindOf(bytes) === Kind.SNAPSHOT) this.room?._undecodable();
        this.#report(error);
      },
      failed: (error) => this.#report(error),
      down: () => this.#down(),
      closed: () => this.#closed(),
    });
    this.#meet();
    if (signal?.aborted) {
      this.close();
      return;
    }
    this.#connection.dial();
    signal?.addEventListener("abort", () => this.close(), { signal: this.#over.signal });
  }

  /** Makes lobby and presence, if they are not yet and their file is there: as it is when a server welcomes, at the latest. */
  #meet() {
    const { social } = parts;
    if (this.#others !== null || social === undefined) return;
    const request =
      (/** @type {string} */ channel) => (/** @type {string} */ name, /** @type {any} */ payload) =>
        this.request(channel, name, payload);
    const report = (/** @type {unknown} */ error) => this.#report(error);
    const exited = async () => this.room && new Promise((told) => this.room?.on("exit", told));
    const lobby = new social.Lobby(request("lobby"), this.#timers, report, request("chat"), exited);
    const presence = new social.Presences(request("presence"), report);
    lobby.on("state", (state) => presence._lobby(state?.id ?? null));
    this.#others = { lobby, presence };
    this.lobby = lobby;
    this.presence = presence;
    social.onWake(this.#waker, this.#connection, this.#over.signal);
    this.#met();
  }

  get status() {
    return this.#connection.status;
  }

  /**
   * @param {"status" | "room" | "event" | "notice" | "error"} name
   * @param {(value: any) => void} handler
   * @returns {() => void} takes the handler off again
   */
  on(name, handler) {
    if (name === "error") return this.#errors.on(name, handler);
    const off = this.#emitter.on(name, handler);
    if (name === "room" && this.room !== null) this.#emitter.call(handler, this.room);
    return off;
  }

  /**
   * Asks the server for something (delivery class `request`).
   * @param {string} channel
   * @param {string} name
   * @param {any} [payload] a plain object, or null for none
   * @param {{timeout?: number, once?: boolean}} [options] `timeout` in milliseconds, 5000 by default; the server is told of one
   *   that is given. With `once` a lost connection is waited out: the request is sent again after the resume, and the server
   *   runs it once. Where the session is gone, or was made anew on another node, it fails as `dropped`: it may have run
   * @returns {Promise<any>} the reply's payload; rejects with a RequestError
   */
  async request(channel, name, payload = null, { timeout, once = false } = {}) {
    /** @param {number} id @param {number} within */
    const say = (id, within) => {
      // Whatever time was given, what is sent is a whole number from 1 on.
      const left = Math.min(Math.max(Math.ceil(within) || 1, 1), 0xffffffff);
      const more = once || timeout !== undefined ? [once, left] : [];
      return sendable(() =>
        this.#connection.send([Kind.REQUEST, id, channel, name, payload, ...more]),
      );
    };
    if (once) {
      if (this.status.state === "closed") {
        throw new RequestError("dropped", "", "the client is closed");
      }
      // A copy, for what is sent again is what was asked for.
      payload = sendable(() => decode(encode([Kind.REQUEST, payload]))[1]);
    }
    return this.#requests.add(say, timeout ?? 5000, once);
  }

  /**
   * Sends an event (delivery class `event`): in order, and handled by the server once, whatever connections it takes. While there is none it
   * waits, with at most 255 others. A refusal comes as a `notice`.
   * @param {string} channel
   * @param {string} name
   * @param {any} [payload] a plain object, or null for none
   * @throws {RequestError} `full`, `bad-payload`, `too-big` or `closed`
   */
  send(channel, name, payload = null) {
    if (this.status.state === "closed") {
      throw new RequestError("closed", "", "the client is closed");
    }
    const frame = this.#outbox.add(channel, name, payload, this.#connection.maxFrame);
    if (this.#flushed) this.#connection.write(frame);
  }

  /** Enters a match of a game; see enter.js. @param {string} game @param {import("./enter.js").Wanted & import("./enter.js").Entering} [wanted] */
  async joinOrCreate(game, wanted) {
    return (await import("./enter.js")).joinOrCreate(this, game, wanted);
  }

  /** Watches a lobby's match, in the same way. @param {string} lobby its id @param {import("./enter.js").Entering} [entering] */
  async watch(lobby, entering) {
    return (await import("./enter.js")).watch(this, lobby, entering);
  }

  /**
   * Answers what the server asks by this name. A handler may be async; what it returns is the answer, a RequestError that it throws a refusal.
   * @param {string} channel
   * @param {string} name
   * @param {(payload: any) => any} handler the only one
   * @returns {() => void} takes the handler off again
   */
  onAsk(channel, name, handler) {
    return this.#asks.on(channel, name, handler);
  }

  /**
   * Sends a file to a channel's handler, beside everything else and out of its way, over as many connections as it takes.
   * @param {string} channel
   * @param {string} name
   * @param {Blob | ArrayBuffer | Uint8Array} data not to be changed meanwhile
   * @param {import("./transfers.js").UploadOptions} [options]
   * @returns {Promise<void>} when the handler has taken it; rejects with a RequestError, or with the signal's reason
   */
  async upload(channel, name, data, options) {
    if (this.status.state === "closed") {
      throw new RequestError("closed", "", "the client is closed");
    }
    return this.#withTransfers((transfers) => transfers.upload(channel, name, data, options));
  }

  /**
   * Takes files that the server sends by this name. A handler may be async; a RequestError that it throws is a refusal.
   * @param {string} channel
   * @param {string} name
   * @param {(bytes: Uint8Array, meta: import("./transfers.js").Meta) => any} handler the only one
   * @param {import("./transfers.js").DownloadOptions} [options]
   * @returns {Promise<() => void>} takes the handler off again
   */
  async onDownload(channel, name, handler, options) {
    return this.#withTransfers((transfers) => transfers.on(channel, name, handler, options));
  }

  /**
   * Does something with what is in a file that loads later: at once, if it has.
   * @template T
   * @param {(transfers: import("./transfers.js").Transfers) => T} use
   * @returns {T | Promise<T>}
   */
  #withTransfers(use) {
    const { seldom } = parts;
    if (seldom === undefined) return load("seldom").then(() => this.#withTransfers(use));
    this.#transfers ??= new seldom.Transfers(
      { send: (frame) => this.#connection.send(frame), timers: this.#timers },
      () => this.#requests.takeId(),
      (error) => this.#report(error),
      this.#flushed,
    );
    return use(this.#transfers);
  }

  /** For tests: loses the socket as a network would. The client comes back by itself. */
  cut() {
    this.#connection.cut();
  }

  /**
   * Offers these codecs of snapshots from the next connection on, in place of those of the options; the present one goes on as it is.
   * @param {("packed" | "mp")[]} codecs as in the options; it is the server that refuses others
   */
  offerCodecs(codecs) {
    this.#connection.codecs = [...codecs];
  }

  /** Says bye and stays away: lobby and seat are free at once. */
  close() {
    this.#connection.close();
  }

  /** @param {frames.Welcome} welcome */
  #welcome({ session, user, name, resumed, lost, server, codec, taken, expires }) {
    this.#meet();
    if (this.session !== "") this.stats.reconnects++;
    this.#regain(session, resumed, taken);
    this.session = session;
    this.user = user;
    this.name = name;
    this.server = server;
    this.expires = expires;
    this.codec = codec;
    this.stats.lost += lost;
    if (!resumed || lost > 0) this.lobby._reset();
    if (!resumed) this.#exit("lost", null);
    if (this.room !== null && !this.#direct?.carries) {
      this.#enterTimer = this.#timers.setTimeout(() => this.#exit("lost", null), ENTER_WITHIN);
    }
    this.lobby._opened();
    this.presence._opened(!resumed || lost > 0);
    this.#isReady(this);
  }

  /**
   * Goes on with what the session had under way, or, where it is another one, gives that up.
   * @param {string} session @param {boolean} resumed @param {number} taken
   */
  #regain(session, resumed, taken) {
    const same = resumed && session === this.session;
    if (same) {
      this.#outbox.handled(taken);
    } else {
      if (this.session !== "") {
        this.stats.abandoned += this.#outbox.clear();
        this.#requests.drop();
      }
      this.#outbox.begin(taken);
    }
    this.#requests.again();
    for (const frame of this.#outbox.frames()) this.#connection.write(frame);
    this.#flushed = true;
    this.#transfers?.opened(same || this.session === "");
  }

  /** @param {any[]} frame */
  #frame(frame) {
    switch (frame[0]) {
      case Kind.SNAPSHOT:
        this.#snapshot(frames.snapshot(frame));
        break;
      case Kind.EVENT:
        this.#event(frames.event(frame));
        break;
      case Kind.REPLY:
        this.#requests.settle(frames.reply(frame));
        break;
      case Kind.ASK:
        this.#ask(frames.ask(frame));
        break;
      case Kind.DOWNLOAD:
      case Kind.DOWNLOAD_CHUNK:
      case Kind.UPLOAD_PROGRESS:
        // What is wrong with the frame is thrown at once; what is caught is that the file cannot be had.
        Promise.resolve(this.#withTransfers((transfers) => transfers.frame(frame))).catch((error) =>
          this.#report(error),
        );
        break;
      case Kind.ENTER:
        this.#enter(frames.enter(frame));
        break;
      default:
        this.stats.unknown++;
    }
  }

  /** @param {frames.Ask} ask */
  #ask(ask) {
    const { reconnects } = this.stats;
    this.#asks.answer(ask, () => this.#flushed && this.stats.reconnects === reconnects);
  }

  /** @param {frames.Snapshot} snapshot */
  #snapshot(snapshot) {
    if (this.room === null || snapshot.epoch !== this.room.epoch || this.#direct?.carries) {
      this.stats.stale++;
    } else this.room._snapshot(snapshot);
  }

  /** @param {frames.GameEvent} event */
  #event(event) {
    const { seq, channel, name, payload } = event;
    if (seq <= this.#resume.seq) {
      this.stats.duplicates++;
      return;
    }
    this.#resume.handled(seq);
    if (channel === "lobby") {
      this.lobby._event(event);
    } else if (channel === "chat") {
      this.lobby.chat._event(event);
    } else if (channel === "presence") {
      this.presence._event(event);
    } else if (channel === "match") {
      if (name !== "exit") this.room?._event(event);
      else if (payload?.match === this.room?.match) this.#exit(payload?.reason, payload?.result);
    } else if (channel === "session" && name === "notice") {
      this.#emitter.emit("notice", payload);
    } else if (channel === "session" && name === "renew") {
      this.#renew();
    } else if (channel === "session" && name === "direct") {
      // Without that file, the frames come as they do.
      this.#offered(payload).catch(() => {});
    } else if (channel === "session" && name === "closed") {
      // Who may not be on the channel any more is in no lobby, and hears no more of it.
      if (payload?.channel === "lobby") this.lobby._reset();
    }
    this.#emitter.emit("event", event);
  }

  /** Gives the server newer credentials, if there is a way to get some. */
  async #renew() {
    if (typeof this.#auth !== "function" || this.#renewing) return;
    this.#renewing = true;
    try {
      const auth = await renewed(this.#auth);
      const reply = await this.request("session", "renew", { auth });
      this.expires = reply?.expires ?? 0;
    } catch (error) {
      // The server will close with 4400, and each hello has new ones: a drop has already seen to that.
      if (!(error instanceof RequestError && error.code === "dropped")) this.#report(error);
    } finally {
      this.#renewing = false;
    }
  }

  /** @param {frames.Enter} enter */
  #enter(enter) {
    const entered = JSON.stringify([enter.match, enter.game, enter.tables, enter.inputs]);
    this.#timers.clearTimeout(this.#enterTimer);
    if (this.room !== null && entered === this.#entered) {
      const { downMs, lost } = this.status;
      this.#direct?.changed();
      this.room._resume(enter, this.codec, { downMs, lost });
      return;
    }
    const report = (/** @type {unknown} */ error) => this.#report(error);
    const room = new Room(enter, this.codec, this.#uplink(), this.stats, report);
    this.#exit("left", null);
    this.room = room;
    this.#entered = entered;
    this.#emitter.emit("room", room);
  }

  /** @returns {import("./inputs.js").Uplink} */
  #uplink() {
    /** @param {any[]} frame */
    const offer = (...frame) => this.#direct?.offer(frame) || this.#connection.offer(frame);
    return {
      input: (epoch, tick, ack, values, seen) => {
        offer(Kind.INPUT, epoch, tick, ack, values, seen);
      },
      ack: (epoch, ack) => offer(Kind.ACK, epoch, ack),
      resync: (epoch, reason) => offer(Kind.RESYNC, epoch, reason),
      rtt: () => this.stats.rtt,
      leave: () => this.lobby.leave(),
      timers: this.#timers,
    };
  }

  /** @param {string} reason @param {any} result */
  #exit(reason, result) {
    this.#timers.clearTimeout(this.#enterTimer);
    const room = this.room;
    this.room = null;
    this.#direct?.changed();
    room?._exit({ reason, result });
  }

  #down() {
    const { code, name } = this.status;
    this.#timers.clearTimeout(this.#enterTimer);
    this.#flushed = false;
    this.#requests.drop(false);
    this.#transfers?.down();
    this.#others?.lobby._dropped();
    if (!this.#direct?.carries) this.room?._drop({ code, name });
  }

  #closed() {
    const { code, name } = this.status;
    this.#over.abort();
    this.#flushed = false;
    this.#requests.drop();
    this.#transfers?.dropped();
    this.stats.abandoned += this.#outbox.clear();
    this.#others?.lobby._dropped();
    this.#others?.lobby._reset();
    this.#exit("closed", null);
    this.#isOver(new ClosedError(code, name));
  }

  /** @param {unknown} error */
  #report(error) {
    if (this.#errors.has("error")) this.#errors.emit("error", error);
    else console.error(error);
  }
}
