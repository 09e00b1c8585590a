import { jittered } from "./backoff.js";
import { decode } from "./decode.js";
import { encode } from "./encode.js";
import * as frames from "./frames.js";
import { Heartbeat } from "./heartbeat.js";
import * as Kind from "./kinds.js";
import { Link } from "./link.js";
import { RequestError } from "./requests.js";
import { LOST, WireError } from "./wire.js";

/** Upper end of the random wait before another try, in milliseconds; it doubles with each that fails or is lost young, up to a limit. */
const WAIT = 1000;
const WAIT_MOST = 60_000;
/** So long a connection has to last to be a good one. */
const GOOD = 5000;
/** What a server refuses with when there is no such way, until it offers one again. */
const NO_WAY = ["not-found", "already", "unavailable"];

/**
 * Takes the event that offers a way.
 * @param {Direct | null} direct made for an earlier one
 * @param {import("./client.js").Client} client @param {import("./options.js").Settings} settings
 * @param {any} offer its payload
 */
export function offered(direct, client, settings, offer) {
  direct ??= new Direct(client, settings);
  direct.offered(offer);
  return direct;
}

/**
 * A connection to the node of the match, beside that of the session, which stays: lobby, requests and all events are its own. This one brings the
 * frames of the match, while it can; without it they come as before. See docs/PROTOCOL.md, section 13.
 */
export class Direct {
  /** Whether the room's frames come over this connection. */
  carries = false;

  #client;
  #settings;
  #heartbeat;
  /** The match that was offered. */
  #match = "";
  /** @type {Link | null} dialled, or more */
  #link = null;
  /** Whether a ticket is asked for. */
  #asking = false;
  /** @type {any} the dial's deadline, or the wait before the next */
  #timer = null;
  /** Of the snapshots that come. */
  #codec = "mp";
  #wait = WAIT;
  #waiting = false;
  #since = 0;
  #ping = { time: -1, at: 0 };

  /** @param {import("./client.js").Client} client @param {import("./options.js").Settings} settings */
  constructor(client, settings) {
    this.#client = client;
    this.#settings = settings;
    this.#heartbeat = new Heartbeat(
      settings.timers,
      (now) => {
        this.#ping = { time: Math.floor(now), at: now };
        this.#write([Kind.PING, this.#ping.time, 0]);
      },
      () => this.#lost(),
    );
  }

  /** @param {any} offer payload of the event */
  offered(offer) {
    if (this.#settings.direct) this.#match = String(offer?.match);
    this.#wait = WAIT;
    this.#try();
  }

  /** The room is over, or its frames come over the connection of the session. */
  changed() {
    if (this.carries) {
      this.#end();
      this.#later();
    }
    Promise.resolve().then(() => {
      if (!this.#waiting) this.#try();
    });
  }

  /** Sends a frame, or drops it as the socket is backed up. @param {any[]} frame @returns {boolean} whether it is this connection's */
  offer(frame) {
    if (!this.carries) return false;
    if (this.#link?.congested || !this.#write(frame)) this.#client.stats.unsent++;
    return true;
  }

  /** @param {any[]} frame */
  #write(frame) {
    return this.#link?.write(encode(frame)) ?? false;
  }

  /** Whether there is something to come to that one is not at. */
  #wanted() {
    return this.#client.room?.match === this.#match && this.#link === null && !this.#asking;
  }

  async #try() {
    const client = this.#client;
    if (!this.#wanted() || client.status.over !== "ws") return;
    this.#settings.timers.clearTimeout(this.#timer);
    this.#waiting = false;
    this.#asking = true;
    const offered = this.#match;
    try {
      const { url, ticket } = await client.request("match", "direct");
      this.#asking = false;
      if (this.#wanted()) this.#dial(url, ticket);
    } catch (error) {
      this.#asking = false;
      const { code = "" } = error instanceof RequestError ? error : {};
      if (!NO_WAY.includes(code)) this.#later();
      else if (this.#match === offered) this.#match = "";
    }
  }

  /** @param {string} url @param {string} ticket @throws {Error} where a page may not go, such as from https to ws */
  #dial(url, ticket) {
    const { WebSocket, client, timers, dialTimeout } = this.#settings;
    this.#since = timers.now();
    this.#timer = timers.setTimeout(() => this.#lost(), dialTimeout);
    const codecs = this.#client.codec === "packed" ? ["packed", "mp"] : ["mp"];
    this.#link = new Link(WebSocket, url, this.#client.stats, {
      open: () => this.#write([Kind.HELLO, frames.VERSION, client, codecs, ["seat", ticket], null]),
      message: (bytes) => this.#message(bytes),
      text: () => this.#lost(),
      down: () => this.#lost(),
    });
  }

  /** @param {Uint8Array} bytes */
  #message(bytes) {
    const { stats, room } = this.#client;
    const now = this.#settings.timers.now();
    stats.received(bytes.length);
    this.#heartbeat.heard(now);
    try {
      this.#frame(decode(bytes), now);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      stats.malformed++;
      if (this.carries) room?._undecodable();
      else this.#lost();
    }
  }

  /** @param {any[]} frame @param {number} now */
  #frame(frame, now) {
    const { room, stats } = this.#client;
    switch (frame[0]) {
      case Kind.WELCOME:
        this.#codec = frames.welcome(frame).codec;
        this.#heartbeat.start(frames.welcome(frame).pingEvery);
        break;
      case Kind.ENTER:
        this.#enter(frames.enter(frame));
        break;
      case Kind.SNAPSHOT:
        if (!this.carries || room === null) break;
        stats.direct++;
        room._snapshot(frames.snapshot(frame));
        break;
      case Kind.PONG:
        if (this.carries && frames.pong(frame).time === this.#ping.time) {
          stats.roundTrip(now - this.#ping.at);
        }
    }
  }

  /** @param {frames.Enter} enter */
  #enter(enter) {
    const { room } = this.#client;
    if (room === null || enter.match !== room.match || enter.epoch !== room.epoch) {
      this.#lost(); // it has moved on, or the room has
      return;
    }
    this.#settings.timers.clearTimeout(this.#timer);
    this.carries = true;
    room._resume(enter, this.#codec, { downMs: 0, lost: 0 });
  }

  /** The connection is of no use any more. */
  #lost() {
    const had = this.carries;
    const client = this.#client;
    this.#end();
    this.#later();
    if (!had) return;
    if (client.status.state === "open") client.request("match", "relay").catch(() => {});
    else client.room?._drop({ code: LOST, name: "lost" });
  }

  #end() {
    const { timers } = this.#settings;
    timers.clearTimeout(this.#timer);
    this.#heartbeat.stop();
    this.#link?.drop();
    this.#link = null;
    if (this.carries && timers.now() - this.#since >= GOOD) this.#wait = WAIT;
    this.carries = false;
  }

  #later() {
    const { timers, random } = this.#settings;
    timers.clearTimeout(this.#timer);
    this.#waiting = true;
    this.#timer = timers.setTimeout(
      () => {
        this.#waiting = false;
        this.#try();
      },
      jittered(this.#wait, random),
    );
    this.#wait = Math.min(2 * this.#wait, WAIT_MOST);
  }
}
