/*! deltatick client, Apache-2.0. */
var __defProp = Object.defineProperty;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __esm = (fn, res, err) => function __init() {
  if (err) throw err[0];
  try {
    return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;
  } catch (e) {
    throw err = [e], e;
  }
};
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};

// src/emitter.js
var Emitter;
var init_emitter = __esm({
  "src/emitter.js"() {
    "use strict";
    Emitter = class {
      /** @type {Map<string, readonly Handler[]>} lists are replaced, never changed, so emitting is safe */
      #handlers = /* @__PURE__ */ new Map();
      #report;
      /** @param {(error: unknown) => void} report */
      constructor(report) {
        this.#report = report;
      }
      /**
       * @param {string} name
       * @param {Handler} handler
       * @returns {() => void} takes the handler off again
       */
      on(name, handler) {
        if (typeof handler !== "function") throw new TypeError("a handler must be a function");
        const entry = (
          /** @type {Handler} */
          ((a, b, c, d) => handler(a, b, c, d))
        );
        this.#handlers.set(name, [...this.#handlers.get(name) ?? [], entry]);
        return () => {
          const rest2 = (this.#handlers.get(name) ?? []).filter((h) => h !== entry);
          if (rest2.length > 0) this.#handlers.set(name, rest2);
          else this.#handlers.delete(name);
        };
      }
      /** @param {string} name */
      has(name) {
        return this.#handlers.has(name);
      }
      /**
       * @param {string} name
       * @param {any} [a]
       * @param {any} [b]
       * @param {any} [c]
       * @param {any} [d]
       */
      emit(name, a, b, c, d) {
        const handlers = this.#handlers.get(name);
        if (handlers === void 0) return;
        for (let i = 0; i < handlers.length; i++) this.call(handlers[i], a, b, c, d);
      }
      /**
       * Calls one handler with the same care, for what is replayed to a newcomer.
       * @param {Handler} handler
       * @param {any} [a]
       * @param {any} [b]
       * @param {any} [c]
       * @param {any} [d]
       */
      call(handler, a, b, c, d) {
        try {
          handler(a, b, c, d);
        } catch (error) {
          this.#report(error);
        }
      }
    };
  }
});

// src/payload.js
var listOf;
var init_payload = __esm({
  "src/payload.js"() {
    "use strict";
    listOf = (v) => Array.isArray(v) ? v : [];
  }
});

// src/chat.js
var KEPT, TYPING_EVERY, LOAD_AGAIN, Chat, isMessage;
var init_chat = __esm({
  "src/chat.js"() {
    "use strict";
    init_emitter();
    init_payload();
    KEPT = 100;
    TYPING_EVERY = 2500;
    LOAD_AGAIN = 2e3;
    Chat = class {
      /** @type {readonly Message[]} the newest, the oldest of them first; replaced, never changed */
      messages = [];
      /** @type {Set<string>} users other than oneself who type */
      typists = /* @__PURE__ */ new Set();
      #request;
      #timers;
      #emitter;
      /** @type {string | null} */
      #lobby = null;
      #loaded = false;
      #open = false;
      /** When it was last told that one types; 0: one does not. */
      #typing = 0;
      /** @type {any} */
      #timer = null;
      /**
       * @param {(name: string, payload: any) => Promise<any>} request on the channel
       * @param {import("./options.js").Timers} timers
       * @param {(error: unknown) => void} report
       */
      constructor(request, timers, report) {
        this.#request = request;
        this.#timers = timers;
        this.#emitter = new Emitter(report);
      }
      /**
       * @param {"message" | "typing" | "joined" | "left" | "history"} name
       * @param {(value: any) => void} handler
       * @returns {() => void} takes the handler off again
       */
      on(name, handler) {
        const off = this.#emitter.on(name, handler);
        if (name === "history") {
          if (this.#loaded) this.#emitter.call(handler, this.messages);
          else this.#load();
        }
        return off;
      }
      /** @param {string} text @returns {Promise<Message>} what everyone is told, cleaned */
      async say(text4) {
        this.#typing = 0;
        return this.#request("say", { text: text4 });
      }
      /**
       * Says that one types, or does not any more. It may be called at every key: the server is told when it needs to be, and
       * a refusal is passed over, since typing ends by itself.
       * @param {boolean} [on]
       */
      typing(on = true) {
        const now = this.#timers.now();
        if (on ? this.#typing > 0 && now - this.#typing < TYPING_EVERY : this.#typing === 0) return;
        this.#typing = on ? now || 1 : 0;
        this.#request("typing", { on }).catch(() => {
        });
      }
      /**
       * @param {number} [after] id of the last message that is known
       * @returns {Promise<{messages: Message[], last: number, typing: string[]}>}
       */
      history(after = 0) {
        return this.#request("history", { after });
      }
      /** @param {string} user @param {boolean} on whether the user may not speak; for the host */
      async mute(user, on) {
        await this.#request("mute", { user, on });
      }
      /** The connection is there (again). @internal */
      _opened() {
        this.#open = true;
        if (!this.#loaded) this.#load();
      }
      /** The connection is gone. @internal */
      _dropped() {
        this.#open = false;
        this.#typing = 0;
        this.#timers.clearTimeout(this.#timer);
      }
      /** @param {string | null} id of the lobby one is in @internal */
      _lobby(id) {
        if (id === this.#lobby) return;
        if (this.#lobby !== null) {
          this.messages = [];
          this.typists.clear();
        }
        this.#lobby = id;
        this.#loaded = false;
        this.#typing = 0;
        if (id !== null) this.#load();
      }
      /** @param {import("./frames.js").GameEvent} event @internal */
      _event({ name, payload }) {
        if (name === "message") {
          if (!isMessage(payload) || this.#knows(payload.id)) return;
          this.#merge([payload]);
        } else if (name === "typing") {
          this.#type(payload?.user, payload?.on === true);
        } else if (name !== "joined" && name !== "left") return;
        this.#emitter.emit(name, payload);
      }
      /** @param {number} id */
      #knows(id) {
        return this.messages.some((m) => m.id === id);
      }
      /** @param {Message[]} more */
      #merge(more) {
        const all = [...this.messages, ...more.filter((m) => !this.#knows(m.id))];
        this.messages = all.sort((a, b) => a.id - b.id).slice(-KEPT);
      }
      /** @param {any} user @param {boolean} on */
      #type(user, on) {
        if (typeof user !== "string") return;
        if (on) this.typists.add(user);
        else this.typists.delete(user);
      }
      async #load() {
        this.#timers.clearTimeout(this.#timer);
        const lobby = this.#lobby;
        if (lobby === null || !this.#open || !this.#emitter.has("history")) return;
        try {
          const { messages, typing } = await this.history();
          if (lobby !== this.#lobby) return;
          this.#loaded = true;
          this.#merge(listOf(messages).filter(isMessage));
          this.typists.clear();
          for (const user of listOf(typing)) this.#type(user, true);
          this.#emitter.emit("history", this.messages);
        } catch (error) {
          const none = (
            /** @type {any} */
            error.code === "unknown-request"
          );
          if (none || !this.#open || lobby !== this.#lobby) return;
          this.#timer = this.#timers.setTimeout(() => this.#load(), LOAD_AGAIN);
        }
      }
    };
    isMessage = (m) => [m?.id, m?.at].every(Number.isInteger) && [m.user, m.name, m.text].every((v) => typeof v === "string");
  }
});

// src/watchlist.js
var MAX_LISTED, Watchlist;
var init_watchlist = __esm({
  "src/watchlist.js"() {
    "use strict";
    init_payload();
    MAX_LISTED = 1e4;
    Watchlist = class {
      /** @type {Map<string, Summary>} */
      #byId = /* @__PURE__ */ new Map();
      /** @type {Map<string, {rev: number, summary: Summary | null}>} newest early change of each lobby */
      #early = /* @__PURE__ */ new Map();
      #rev = 0;
      /** The whole list is being asked for. */
      expect() {
        this.#early.clear();
      }
      /** @param {any} payload of the reply to `watch`: the whole list */
      replace(payload) {
        this.#rev = Number(payload?.rev);
        this.#byId.clear();
        for (const summary of listOf(payload?.lobbies)) this.#put(summary?.id, summary);
        for (const [id, { rev, summary }] of this.#early) {
          if (rev > this.#rev) this.#put(id, summary);
        }
        this.#early.clear();
      }
      /**
       * @param {any} payload of a `list` event: what changed
       * @param {boolean} whole whether the whole list is there to be changed
       */
      merge(payload, whole) {
        const rev = Number(payload?.rev);
        if (whole && rev <= this.#rev) return;
        const put3 = whole ? (id, summary) => this.#put(id, summary) : (id, summary) => {
          if (this.#early.size < MAX_LISTED) this.#early.set(id, { rev, summary });
        };
        for (const id of listOf(payload?.removed)) put3(id, null);
        for (const summary of listOf(payload?.upsert)) put3(summary?.id, summary);
      }
      /** @returns {Summary[]} an array of its own; lobbies keep their places in it */
      list() {
        return [...this.#byId.values()];
      }
      /** @param {any} id @param {Summary | null} summary null for a lobby that is gone */
      #put(id, summary) {
        if (summary === null) this.#byId.delete(id);
        else if (typeof id === "string" && (this.#byId.size < MAX_LISTED || this.#byId.has(id))) {
          this.#byId.set(id, summary);
        }
      }
    };
  }
});

// src/lobby.js
var WATCH_AGAIN, Lobby;
var init_lobby = __esm({
  "src/lobby.js"() {
    "use strict";
    init_chat();
    init_emitter();
    init_watchlist();
    WATCH_AGAIN = 2e3;
    Lobby = class {
      /** @type {State | null} the lobby one is in */
      state = null;
      chat;
      #request;
      #exited;
      #timers;
      #emitter;
      #watchers;
      #list = new Watchlist();
      /** Whether the list is whole, and not being asked for. */
      #listed = false;
      #open = false;
      /** @type {any} */
      #timer = null;
      /**
       * @param {(name: string, payload: any) => Promise<any>} request on the channel
       * @param {import("./options.js").Timers} timers
       * @param {(error: unknown) => void} report
       * @param {(name: string, payload: any) => Promise<any>} chat is a request on the channel `chat`
       * @param {() => Promise<unknown>} exited resolves when the end of the present room, if there is one, has been told
       */
      constructor(request, timers, report, chat, exited) {
        this.chat = new Chat(chat, timers, report);
        this.#request = request;
        this.#exited = exited;
        this.#timers = timers;
        this.#emitter = new Emitter(report);
        this.#watchers = new Emitter(report);
      }
      /**
       * @param {"state" | "closed"} name
       * @param {(value: any) => void} handler
       * @returns {() => void} takes the handler off again
       */
      on(name, handler) {
        return this.#emitter.on(name, handler);
      }
      /** @returns {Promise<Summary[]>} the public lobbies */
      async list() {
        return (await this.#request("list", null)).lobbies;
      }
      /** @returns {Promise<any[]>} the games to be had */
      async games() {
        return (await this.#request("games", null)).games;
      }
      /**
       * @param {{game: string, name?: string, private?: boolean, max_players?: number, start?: string,
       *   settings?: Record<string, number>}} what
       * @returns {Promise<State>}
       */
      async create(what) {
        return this.#entered(await this.#request("create", what));
      }
      /**
       * @param {{id?: string, code?: string, spectate?: boolean}} which by id or by join code
       * @returns {Promise<State>}
       */
      async join(which) {
        return this.#entered(await this.#request("join", which));
      }
      /** @returns {Promise<void>} when the room, if there was one, has told its `exit`, which comes from its match, a tick after the reply */
      async leave() {
        await this.#request("leave", null);
        this._reset();
        await this.#exited();
      }
      /** @param {boolean} ready */
      async ready(ready) {
        await this.#request("ready", { ready });
      }
      /** @param {boolean} spectate whether to watch, or to take a place; in a running match, too */
      async spectate(spectate) {
        await this.#request("spectate", { spectate });
      }
      /** @param {Record<string, any>} changes `name`, `private`, `max_players`, `start`, `settings`; for the host */
      async settings(changes) {
        await this.#request("settings", changes);
      }
      /** @param {string} user for the host */
      async kick(user) {
        await this.#request("kick", { user });
      }
      /** @param {string} user becomes the host */
      async host(user) {
        await this.#request("host", { user });
      }
      async start() {
        await this.#request("start", null);
      }
      async rematch() {
        await this.#request("rematch", null);
      }
      /**
       * The live list of lobbies: `handler` gets all of it at once, when it is there, and again on each
       * change, over lost connections too.
       * @param {(list: Summary[]) => void} handler
       * @returns {() => void} stops it
       */
      watch(handler) {
        const first = !this.#watchers.has("list");
        const off = this.#watchers.on("list", handler);
        if (first) this.#subscribe();
        else if (this.#listed) this.#watchers.call(handler, this.#list.list());
        return () => {
          const had = this.#watchers.has("list");
          off();
          if (had && !this.#watchers.has("list")) this.#unsubscribe();
        };
      }
      /** The connection is there (again). @internal */
      _opened() {
        this.#open = true;
        this.chat._opened();
        if (this.#watchers.has("list")) this.#subscribe();
      }
      /** The connection is gone. @internal */
      _dropped() {
        this.#open = false;
        this.chat._dropped();
        this.#timers.clearTimeout(this.#timer);
      }
      /** One is in no lobby, or not known to be in one. @internal */
      _reset() {
        if (this.state !== null) this.#set(null);
      }
      /** @param {import("./frames.js").GameEvent} event @internal */
      _event({ name, payload }) {
        if (name === "state") {
          if (typeof payload?.id === "string") this.#set(payload);
        } else if (name === "closed") {
          if (payload?.id !== this.state?.id) return;
          this.#emitter.emit("closed", payload);
          this._reset();
        } else if (name === "list" && this.#watchers.has("list")) {
          this.#list.merge(payload, this.#listed);
          if (this.#listed) this.#watchers.emit("list", this.#list.list());
        }
      }
      /** @param {State | null} state one older than what is known is passed over */
      #set(state) {
        if (state !== null && state.id === this.state?.id && state.rev < this.state.rev) return;
        this.state = state;
        this.chat._lobby(state?.id ?? null);
        this.#emitter.emit("state", state);
      }
      /** @param {{lobby: State}} reply */
      #entered({ lobby }) {
        if (lobby.id !== this.state?.id || lobby.rev > this.state.rev) this.#set(lobby);
        return this.state ?? lobby;
      }
      async #subscribe() {
        this.#timers.clearTimeout(this.#timer);
        if (!this.#open) return;
        this.#listed = false;
        this.#list.expect();
        try {
          const whole = await this.#request("watch", { on: true });
          if (!this.#watchers.has("list")) return;
          this.#list.replace(whole);
          this.#listed = true;
          this.#watchers.emit("list", this.#list.list());
        } catch {
          if (!this.#open || !this.#watchers.has("list")) return;
          this.#timer = this.#timers.setTimeout(() => this.#subscribe(), WATCH_AGAIN);
        }
      }
      #unsubscribe() {
        this.#timers.clearTimeout(this.#timer);
        this.#listed = false;
        if (this.#open) this.#request("watch", { on: false }).catch(() => {
        });
      }
    };
  }
});

// src/presence.js
var MAX_KNOWN, Presences;
var init_presence = __esm({
  "src/presence.js"() {
    "use strict";
    init_emitter();
    init_payload();
    MAX_KNOWN = 1e3;
    Presences = class {
      /** @type {Map<string, Presence>} what is known of those who are watched, by user */
      states = /* @__PURE__ */ new Map();
      #request;
      #emitter;
      /** @type {Set<string>} */
      #users = /* @__PURE__ */ new Set();
      #follows = false;
      #away = false;
      /** Whether the server may not know what is wanted, or the states may be old. */
      #stale = false;
      /**
       * @param {(name: string, payload: any) => Promise<any>} request on the channel
       * @param {(error: unknown) => void} report
       */
      constructor(request, report) {
        this.#request = request;
        this.#emitter = new Emitter(report);
      }
      /**
       * @param {"presence"} name
       * @param {(presence: Presence) => void} handler
       * @returns {() => void} takes the handler off again
       */
      on(name, handler) {
        return this.#emitter.on(name, handler);
      }
      /** @param {string[]} users by id @returns {Promise<Presence[]>} what they are now */
      async watch(users) {
        const all = this.#took(await this.#request("watch", { users }));
        for (const user of users) this.#users.add(user);
        return all;
      }
      /** @param {string[]} users */
      async unwatch(users) {
        for (const user of users) {
          this.#users.delete(user);
          this.states.delete(user);
        }
        await this.#request("unwatch", { users });
      }
      /**
       * Watches everyone else in one's own lobby, whichever that is.
       * @param {boolean} [on]
       * @returns {Promise<Presence[]>} what they are now
       */
      async follow(on = true) {
        const all = this.#took(await this.#request(on ? "watch" : "unwatch", { lobby: true }));
        this.#follows = on;
        if (!on) this.#onlyWatched();
        return all;
      }
      /** @param {boolean} away @returns {Promise<Presence>} what one is now, all of one's sessions considered */
      async setAway(away) {
        const { users } = await this.#request("set", { away });
        this.#away = away;
        return users[0];
      }
      /** @param {boolean} fresh whether the session is new, or missed events @internal */
      _opened(fresh) {
        this.#stale ||= fresh;
        if (this.#stale) this.#restore();
      }
      /** @param {string | null} id of the lobby one is in @internal */
      _lobby(id) {
        if (id === null) this.#onlyWatched();
      }
      /** @param {import("./frames.js").GameEvent} event @internal */
      _event({ name, payload }) {
        if (name === "presence" && this.#newer(payload)) this.#emitter.emit("presence", payload);
      }
      async #restore() {
        this.states.clear();
        try {
          if (this.#users.size > 0 || this.#follows) {
            const all = await this.#request("watch", { users: [...this.#users], lobby: this.#follows });
            for (const presence of this.#took(all)) this.#emitter.emit("presence", presence);
          }
          if (this.#away) await this.#request("set", { away: true });
          this.#stale = false;
        } catch {
        }
      }
      /** A state of a user that is no news can come when a reply is overtaken by an event. @param {any} p */
      #newer(p) {
        if (typeof p?.user !== "string" || typeof p.state !== "string") return false;
        const known = this.states.get(p.user);
        if (known ? !(p.since > known.since) : this.states.size >= MAX_KNOWN) return false;
        this.states.set(p.user, p);
        return true;
      }
      /** @param {any} reply @returns {Presence[]} the newest that is known of its users */
      #took(reply2) {
        const users = listOf(reply2?.users);
        return users.map(
          (p) => this.#newer(p) ? p : this.states.get(p?.user) ?? p
        );
      }
      #onlyWatched() {
        for (const user of this.states.keys()) if (!this.#users.has(user)) this.states.delete(user);
      }
    };
  }
});

// src/fieldkinds.js
var BOOL, INT, FIXED, ANGLE, FLOAT, STRING, QUAT, UNIT, isVector;
var init_fieldkinds = __esm({
  "src/fieldkinds.js"() {
    "use strict";
    BOOL = 0;
    INT = 1;
    FIXED = 2;
    ANGLE = 3;
    FLOAT = 4;
    STRING = 5;
    QUAT = 6;
    UNIT = 7;
    isVector = (kind) => kind === QUAT || kind === UNIT;
  }
});

// src/quantize.js
function quantize(field, value2) {
  const v = Number.isNaN(Number(value2 ?? 0)) ? 0 : Number(value2 ?? 0);
  if (field.kind === BOOL) return v !== 0 ? 1 : 0;
  if (field.kind === ANGLE) {
    const turns = field.max + 1;
    const q2 = Number.isFinite(v) ? Math.round(v / field.step) % turns : 0;
    return (q2 + turns) % turns;
  }
  const q = Math.round((v - field.offset) / field.step);
  return Math.min(field.max, Math.max(field.min, q)) + 0;
}
function zeroOf({ offset, step }) {
  return Math.min(2147483647, Math.max(-2147483648, Math.floor(-offset / step + 0.5))) + 0;
}
var init_quantize = __esm({
  "src/quantize.js"() {
    "use strict";
    init_fieldkinds();
  }
});

// src/wire.js
function kindOf(b) {
  const at3 = (b[0] & 240) === 144 ? 1 : 3;
  return (at3 === 1 || b[0] === 220) && b[at3] < 128 ? b[at3] : -1;
}
var MAX_INCOMING, MAX_DEPTH, LOST, refusedKeys, WireError;
var init_wire = __esm({
  "src/wire.js"() {
    "use strict";
    MAX_INCOMING = 4 << 20;
    MAX_DEPTH = 8;
    LOST = 1006;
    refusedKeys = /* @__PURE__ */ new Set(["__proto__", "constructor", "prototype"]);
    WireError = class extends Error {
      name = "WireError";
    };
  }
});

// src/rates.js
function checkRates(fields) {
  for (const field of fields) {
    if (field.rate < 0) continue;
    const rate = fields[field.rate];
    if (rate?.kind !== INT && rate?.kind !== FIXED) {
      throw new WireError("rate of no number");
    }
    const zero = zeroOf(rate);
    const farthest = Math.max(Math.abs(rate.min - zero), Math.abs(rate.max - zero));
    if (farthest * Math.abs(field.perTick) > 2 ** 53) throw new WireError("rate out of range");
    let steps = 0;
    for (let at3 = field.rate; at3 >= 0; at3 = fields[at3]?.rate ?? -1) {
      if (++steps > fields.length) throw new WireError("rates go round");
    }
  }
}
var init_rates = __esm({
  "src/rates.js"() {
    "use strict";
    init_fieldkinds();
    init_quantize();
    init_wire();
  }
});

// src/schema.js
function parseSchema(tables, inputs) {
  if (tables.length > MAX_TABLES) throw new WireError("too many tables");
  const parsed = tables.map((t) => {
    if (!Array.isArray(t) || t.length < 2) throw new WireError("table is not [name, fields]");
    return { name: checkName(t[0]), fields: parseFields(t[1], MAX_FIELDS, UNIT) };
  });
  distinct(parsed);
  const fields = parseFields(inputs, MAX_INPUTS, ANGLE);
  if (fields.some((f) => f.rate >= 0)) throw new WireError("input with a rate");
  return { tables: parsed, inputs: fields };
}
function parseFields(list2, max, lastKind) {
  if (!Array.isArray(list2) || list2.length > max) throw new WireError("bad list of fields");
  const fields = list2.map((f) => parseField(f, lastKind));
  distinct(fields);
  checkRates(fields);
  const rates = new Set(fields.map((f) => f.rate));
  fields.forEach((f, i) => {
    f.smooth = f.moving && !rates.has(i);
  });
  return fields;
}
function parseField(f, lastKind) {
  if (!Array.isArray(f) || f.length < 2) throw new WireError("field is not [name, kind, ...]");
  const [name, kind, a, b, c, d] = f;
  if (!Number.isInteger(kind) || kind < 0 || kind > lastKind) throw new WireError("field kind");
  const field = {
    name: checkName(name),
    kind,
    min: 0,
    max: 1,
    offset: 0,
    step: 1,
    maxBytes: 0,
    bits: 0,
    rate: -1,
    perTick: 0,
    moving: kind >= FIXED && kind !== STRING,
    smooth: false,
    snap: Number.POSITIVE_INFINITY
  };
  switch (kind) {
    case INT:
      setRange(field, a, b);
      setRate(field, f, 4);
      break;
    case FIXED:
      if (!Number.isFinite(a) || !Number.isFinite(b) || b <= 0) throw new WireError("fixed step");
      field.offset = a;
      field.step = b;
      setRange(field, c, d);
      if (d - c <= INT32) field.snap = (d - c) * b * SNAP;
      setRate(field, f, 6);
      break;
    case ANGLE:
      setBits(field, a, 1, 24);
      field.max = 2 ** a - 1;
      field.step = 2 * Math.PI / 2 ** a;
      setRate(field, f, 3);
      break;
    case FLOAT:
      field.min = -INT32 - 1;
      field.max = INT32;
      break;
    case QUAT:
      setBits(field, a, 2, 10);
      field.min = a === 10 ? -INT32 - 1 : 0;
      field.max = a === 10 ? INT32 : 2 ** (2 + 3 * a) - 1;
      break;
    case UNIT:
      setBits(field, a, 2, 15);
      field.max = 2 ** (2 * a) - 1;
      break;
    case STRING:
      if (!Number.isInteger(a) || a < 1 || a > 255) throw new WireError("string length");
      field.maxBytes = a;
      break;
  }
  return field;
}
function setRange(field, min, max) {
  if (!Number.isInteger(min) || !Number.isInteger(max) || min > max) {
    throw new WireError("field range");
  }
  if (min < -INT32 - 1 || max > INT32) throw new WireError("field range beyond 32 bits");
  field.min = min;
  field.max = max;
}
function setBits(field, bits2, least, most) {
  if (!Number.isInteger(bits2) || bits2 < least || bits2 > most) throw new WireError("field bits");
  field.bits = bits2;
}
function setRate(field, list2, at3) {
  if (list2.length <= at3) return;
  const [rate, perTick] = list2.slice(at3, at3 + 2);
  if (!Number.isInteger(rate) || rate < 0 || rate > MAX_FIELDS) throw new WireError("field rate");
  if ((perTick | 0) !== perTick || perTick !== 0 !== rate > 0)
    throw new WireError("rate per tick");
  field.rate = rate - 1;
  field.perTick = perTick;
}
function checkName(name) {
  if (typeof name !== "string" || name === "" || utf8.encode(name).length > MAX_NAME) {
    throw new WireError("bad name in the schema");
  }
  if (refusedKeys.has(name)) throw new WireError("refused name in the schema");
  return name;
}
function distinct(list2) {
  if (new Set(list2.map((e) => e.name)).size !== list2.length) {
    throw new WireError("name twice in the schema");
  }
}
var MAX_TABLES, MAX_FIELDS, MAX_INPUTS, MAX_NAME, INT32, SNAP, utf8;
var init_schema = __esm({
  "src/schema.js"() {
    "use strict";
    init_fieldkinds();
    init_rates();
    init_wire();
    MAX_TABLES = 32;
    MAX_FIELDS = 32;
    MAX_INPUTS = 16;
    MAX_NAME = 64;
    INT32 = 2147483647;
    SNAP = 1 / 8;
    utf8 = new TextEncoder();
  }
});

// src/wake.js
function onWake(waker, connection, signal) {
  const { document } = waker;
  const wake = () => {
    const { state, code } = connection.status;
    if (state === "waiting" && code === LOST) connection.dial();
  };
  const looked = () => {
    if (document?.visibilityState === "visible") wake();
  };
  waker.addEventListener?.("online", wake, { signal });
  document?.addEventListener("visibilitychange", looked, { signal });
}
var init_wake = __esm({
  "src/wake.js"() {
    "use strict";
    init_wire();
  }
});

// src/social.js
var social_exports = {};
__export(social_exports, {
  Lobby: () => Lobby,
  Presences: () => Presences,
  onWake: () => onWake,
  parseSchema: () => parseSchema
});
var init_social = __esm({
  "src/social.js"() {
    "use strict";
    init_lobby();
    init_presence();
    init_schema();
    init_wake();
  }
});

// src/rows.js
function replaceRows(table2, fresh, changes) {
  const before2 = new Map(table2.entities.map((e) => [e.id, e]));
  table2.rows.clear();
  table2.entities = fresh.map((entity) => {
    const old = before2.get(entity.id);
    before2.delete(entity.id);
    const kept = old === void 0 ? entity : overwrite(table2.fields, old, entity);
    table2.rows.set(kept.id, kept.row);
    if (old === void 0) changes?.added.push(table2, kept);
    else changes?.changed.push(table2, kept);
    return kept;
  });
  for (const entity of before2.values()) changes?.removed.push(table2, entity);
}
function overwrite(fields, old, fresh) {
  old.q = fresh.q;
  for (const { name } of fields) old.row[name] = fresh.row[name];
  return old;
}
var MAX_ROWS;
var init_rows = __esm({
  "src/rows.js"() {
    "use strict";
    MAX_ROWS = 1 << 18;
  }
});

// src/float32.js
function bitsOf(v) {
  floats[0] = v;
  return Number.isNaN(v) ? NAN : bits[0];
}
function floatOf(q) {
  bits[0] = q;
  return floats[0];
}
var floats, bits, NAN;
var init_float32 = __esm({
  "src/float32.js"() {
    "use strict";
    floats = new Float32Array(1);
    bits = new Int32Array(floats.buffer);
    NAN = 2143289344;
  }
});

// src/rotation.js
function part(packed, bits2) {
  const half = 1 << bits2 - 1;
  return ((packed & (1 << bits2) - 1) - half) / (half - 1);
}
function rotation(q, bits2) {
  const v = [0, 0, 0, 0];
  const most = q >>> 3 * bits2 & 3;
  let sum = 0;
  let shift = 2 * bits2;
  for (let i = 0; i < 4; i++) {
    if (i === most) continue;
    v[i] = part(q >>> shift, bits2) * Math.SQRT1_2;
    sum += v[i] * v[i];
    shift -= bits2;
  }
  v[most] = Math.sqrt(Math.max(0, 1 - sum));
  return normalize(v);
}
function direction(q, bits2) {
  const x = part(q >>> bits2, bits2);
  const y = part(q, bits2);
  const z = 1 - Math.abs(x) - Math.abs(y);
  if (z >= 0) return normalize([x, y, z]);
  return normalize([signed(1 - Math.abs(y), x), signed(1 - Math.abs(x), y), z]);
}
function normalize(v) {
  let sum = 0;
  for (const c of v) sum += c * c;
  const length = Math.sqrt(sum);
  if (length > 0) for (let i = 0; i < v.length; i++) v[i] /= length;
  return v;
}
var signed;
var init_rotation = __esm({
  "src/rotation.js"() {
    "use strict";
    signed = (v, sign) => sign < 0 ? -v : v;
  }
});

// src/dequantize.js
function dequantize(field, q) {
  switch (field.kind) {
    case BOOL:
      return q !== 0;
    case INT:
      return q;
    case ANGLE:
      return q * 2 * Math.PI / (field.max + 1);
    case FLOAT:
      return floatOf(q);
    case QUAT:
      return rotation(q, field.bits);
    case UNIT:
      return direction(q, field.bits);
    default:
      return field.offset + q * field.step;
  }
}
var init_dequantize = __esm({
  "src/dequantize.js"() {
    "use strict";
    init_fieldkinds();
    init_float32();
    init_rotation();
  }
});

// src/packed/adaptivebit.js
function startProbs(probs) {
  probs.fill(HALF);
}
function startMixers(weights, from, to) {
  weights.fill(START_WEIGHT, from, to);
}
function adapted(p, bit, limit) {
  const n = p & COUNT;
  let q = p >>> 10;
  if (bit !== 0) q += Math.imul(4194303 - q >>> 6, RATES[n]) >>> 10;
  else q -= Math.imul(q >>> 6, RATES[n]) >>> 10;
  return q << 10 | (n < limit ? n + 1 : n);
}
function plain(coder, probs, at3) {
  const p = probs[at3];
  const bit = coder.bit(Math.max(32, Math.min(65504, p >>> 16)));
  probs[at3] = adapted(p, bit, SLOW);
  return bit;
}
function dear(coder, probs, at3) {
  const p = probs[at3];
  const bit = coder.bit(Math.max(4096, Math.min(61440, p >>> 16)));
  probs[at3] = adapted(p, bit, SLOW);
  return bit;
}
function mixed(coder, probs, a, b, weights, at3) {
  const pa = probs[a];
  const pb = probs[b];
  const la = LOGIT[pa >>> 20];
  const lb = LOGIT[pb >>> 20];
  const wa = weights[at3];
  const wb = weights[at3 + 1];
  const x = Math.imul(wa, la) + Math.imul(wb, lb) >> 16;
  const p = LOGISTIC[Math.max(-2047, Math.min(2047, x)) + 2048];
  const bit = coder.bit(p);
  const error = (bit << 16) - p >> 2;
  weights[at3] = corrected(wa, Math.imul(la, error));
  weights[at3 + 1] = corrected(wb, Math.imul(lb, error));
  probs[a] = adapted(pa, bit, SLOW);
  probs[b] = adapted(pb, bit, FAST);
  return bit;
}
function corrected(weight, by) {
  return Math.max(-MAX_WEIGHT, Math.min(MAX_WEIGHT, weight + (by + 32768 >> 16)));
}
function number(coder, probs, at3) {
  let k = 0;
  while (k < 31 && dear(coder, probs, at3 + k) !== 0) k++;
  return 2 ** k - 1 + coder.raw(k);
}
function symbol(coder, probs) {
  let x = 1;
  while (x < 256) x = x << 1 | dear(coder, probs, x);
  return x & 255;
}
var HALF, COUNT, SLOW, FAST, RATES, POINTS, LOGISTIC, LOGIT, START_WEIGHT, MAX_WEIGHT, NUMBER_MODELS;
var init_adaptivebit = __esm({
  "src/packed/adaptivebit.js"() {
    "use strict";
    HALF = 2147483648;
    COUNT = 1023;
    SLOW = 150;
    FAST = 30;
    RATES = Uint32Array.from({ length: SLOW + 1 }, (_, n) => (1 << 17) / (2 * n + 3));
    POINTS = [
      22,
      36,
      60,
      98,
      162,
      267,
      439,
      720,
      1179,
      1921,
      3108,
      4971,
      7812,
      11955,
      17625,
      24743,
      32768,
      40793,
      47911,
      53581,
      57724,
      60565,
      62428,
      63615,
      64357,
      64816,
      65097,
      65269,
      65374,
      65438,
      65476,
      65500,
      65514
    ];
    LOGISTIC = Int32Array.from({ length: 4096 }, (_, x) => {
      const [i, w] = [x >> 7, x & 127];
      return POINTS[i] * (128 - w) + POINTS[i + 1] * w + 64 >> 7;
    });
    LOGIT = new Int16Array(4096);
    for (let p = 0, x = -2048; p < 4096; p++) {
      while (x < 2047 && LOGISTIC[x + 2048] < 16 * p + 8) x++;
      LOGIT[p] = x;
    }
    START_WEIGHT = 36e3;
    MAX_WEIGHT = 1 << 18;
    NUMBER_MODELS = 32;
  }
});

// src/packed/order.js
var ordered;
var init_order = __esm({
  "src/packed/order.js"() {
    "use strict";
    ordered = (q) => q ^ q >> 31 & 2147483647;
  }
});

// src/packed/arrivals.js
var MAX_ID, ANOTHER, GROWN, AFTER, GAP, ROW_MODELS, DIFFERS, NEGATIVE, DISTANCE, FIELD_MODELS, Arrivals;
var init_arrivals = __esm({
  "src/packed/arrivals.js"() {
    "use strict";
    init_dequantize();
    init_fieldkinds();
    init_rows();
    init_wire();
    init_adaptivebit();
    init_order();
    MAX_ID = 4294967295;
    ANOTHER = 15 << 12;
    GROWN = 0;
    AFTER = 1;
    GAP = 2;
    ROW_MODELS = GAP + NUMBER_MODELS;
    DIFFERS = 0;
    NEGATIVE = 1;
    DISTANCE = 2;
    FIELD_MODELS = DISTANCE + NUMBER_MODELS;
    Arrivals = class {
      #fields;
      #texts;
      #models = new Uint32Array(ROW_MODELS);
      #fieldModels;
      /** By field: the value in the row that came last. */
      #latest;
      /** @param {PackedField[]} fields @param {import("./text.js").Texts} texts */
      constructor(fields, texts) {
        this.#fields = fields;
        this.#texts = texts;
        this.#fieldModels = new Uint32Array(FIELD_MODELS * fields.length);
        this.#latest = new Int32Array(fields.length);
      }
      reset() {
        startProbs(this.#models);
        startProbs(this.#fieldModels);
        this.#latest.fill(0);
      }
      /**
       * Reads the new rows.
       * @param {RangeDecoder} coder
       * @param {Entity[]} before the rows of the baseline, by rising id
       * @param {Map<number, any>} present the same by id
       * @returns {Entity[]} by rising id
       * @throws {WireError}
       */
      read(coder, before2, present) {
        const rows = [];
        if (plain(coder, this.#models, GROWN) === 0) return rows;
        let id = 0;
        if (before2.length > 0 && plain(coder, this.#models, AFTER) !== 0)
          id = before2[before2.length - 1].id;
        do {
          id += 1 + number(coder, this.#models, GAP);
          if (id > MAX_ID) throw new WireError("id gap");
          if (present.has(id)) throw new WireError("added row is present");
          if (coder.overrun) throw new WireError("added rows are cut short");
          if (before2.length + rows.length >= MAX_ROWS) throw new WireError("too many rows");
          rows.push(this.#row(coder, id));
        } while (coder.bit(ANOTHER) !== 0);
        return rows;
      }
      /** @param {RangeDecoder} coder @param {number} id @returns {Entity} */
      #row(coder, id) {
        const entity = { id, q: new Array(this.#fields.length).fill(0), row: {} };
        for (const { index, field } of this.#fields) {
          const at3 = FIELD_MODELS * index;
          if (field.kind === STRING) {
            const differs = at3 + DIFFERS;
            entity.row[field.name] = this.#texts.read(
              coder,
              this.#fieldModels,
              differs,
              "",
              field.maxBytes
            );
            continue;
          }
          const q = this.#value(coder, at3, this.#latest[index], field.kind);
          if (q < field.min || q > field.max) throw new WireError("quantum outside its range");
          this.#latest[index] = entity.q[index] = q;
          entity.row[field.name] = dequantize(field, q);
        }
        return entity;
      }
      /**
       * Reads a quantum that is likely to be what it was in the row that came before.
       * @param {RangeDecoder} coder
       * @param {number} at of the field's models
       * @param {number} likely
       * @param {number} kind
       */
      #value(coder, at3, likely, kind) {
        const models = this.#fieldModels;
        if (dear(coder, models, at3 + DIFFERS) === 0) return likely;
        const sign = dear(coder, models, at3 + NEGATIVE) !== 0 ? -1 : 1;
        const distance = sign * (number(coder, models, at3 + DISTANCE) + 1);
        if (kind === FLOAT) return ordered(ordered(likely) + distance | 0);
        return likely + distance | 0;
      }
    };
  }
});

// src/packed/fates.js
var KEPT2, CHANGED, GONE, LEFT, BLOCK, MAX_RECENT, ANY, FIRST_GONE, MORE_GONE, OUT_OF_VIEW, GONE_GAP, IN_BLOCK, IN_ROW, NEAR, MODELS, Fates;
var init_fates = __esm({
  "src/packed/fates.js"() {
    "use strict";
    init_wire();
    init_adaptivebit();
    KEPT2 = 0;
    CHANGED = 1;
    GONE = 2;
    LEFT = 3;
    BLOCK = 16;
    MAX_RECENT = 5;
    ANY = 0;
    FIRST_GONE = ANY + 1;
    MORE_GONE = FIRST_GONE + 1;
    OUT_OF_VIEW = MORE_GONE + 1;
    GONE_GAP = OUT_OF_VIEW + 1;
    IN_BLOCK = GONE_GAP + NUMBER_MODELS;
    IN_ROW = IN_BLOCK + 2 * (MAX_RECENT + 1);
    NEAR = IN_ROW + 256;
    MODELS = NEAR + 32;
    Fates = class {
      #models = new Uint32Array(MODELS);
      #weights = new Int32Array(4);
      reset() {
        startProbs(this.#models);
        startMixers(this.#weights);
      }
      /** Whether anything changed in the table. @param {RangeDecoder} coder */
      any(coder) {
        return plain(coder, this.#models, ANY) !== 0;
      }
      /**
       * Reads what becomes of rows.
       * @param {RangeDecoder} coder
       * @param {Uint8Array} fates filled
       * @param {Uint8Array} history of each row: bit i tells whether it changed i bodies ago, 0 being the last one
       * @param {import("../world.js").Entity[]} rows as they are in the baseline
       * @param {number} marker the first boolean field, -1 for none
       * @returns {number} rows that do not stay
       * @throws {WireError}
       */
      read(coder, fates, history, rows, marker) {
        const n = rows.length;
        fates.fill(KEPT2, 0, n);
        const gone = this.#readGone(coder, fates, n);
        let block = 0;
        for (let start = 0; start < n; start += BLOCK) {
          const end = Math.min(n, start + BLOCK);
          let recent = 0;
          for (let row2 = start; row2 < end; row2++) if ((history[row2] & 3) !== 0) recent++;
          block = plain(coder, this.#models, IN_BLOCK + 2 * Math.min(recent, MAX_RECENT) + block);
          if (block !== 0) this.#readBlock(coder, fates, start, end, history, rows, marker);
        }
        return gone;
      }
      /**
       * Reads which rows are there no more: how many that stay lie between each and the one before.
       * @param {RangeDecoder} coder
       * @param {Uint8Array} fates
       * @param {number} n
       */
      #readGone(coder, fates, n) {
        const models = this.#models;
        let count = 0;
        let row2 = 0;
        for (let more = plain(coder, models, FIRST_GONE); more; more = plain(coder, models, MORE_GONE)) {
          row2 += number(coder, models, GONE_GAP);
          if (row2 >= n) throw new WireError("removed row beyond the last");
          fates[row2++] = GONE + plain(coder, models, OUT_OF_VIEW);
          count++;
        }
        return count;
      }
      /**
       * Reads which rows of a block change: by a row's history, and by that of the rows beside it.
       * @param {RangeDecoder} coder
       * @param {Uint8Array} fates
       * @param {number} start
       * @param {number} end
       * @param {Uint8Array} history
       * @param {import("../world.js").Entity[]} rows
       * @param {number} marker
       */
      #readBlock(coder, fates, start, end, history, rows, marker) {
        let before2 = 0;
        for (let row2 = start; row2 < end; row2++) {
          if (fates[row2] >= GONE) continue;
          const own = history[row2];
          let near = before2 | (own & 1) << 1;
          if (marker >= 0) near |= rows[row2].q[marker] << 4;
          if (row2 > 0) near |= (history[row2 - 1] & 1) << 2;
          if (row2 + 1 < rows.length) near |= (history[row2 + 1] & 1) << 3;
          const weights = 2 * (own & 1);
          before2 = mixed(coder, this.#models, IN_ROW + own, NEAR + near, this.#weights, weights);
          fates[row2] = before2;
        }
      }
    };
  }
});

// src/packed/layout.js
function layoutOf(fields) {
  const layout = { fields: [], components: 0, marker: -1 };
  const first = [];
  const place = (index) => {
    const field = fields[index];
    if (first[index] !== void 0) return;
    if (field.rate >= 0) place(field.rate);
    first[index] = layout.components;
    const zero = field.rate < 0 ? 0 : zeroOf(fields[field.rate]);
    const components = componentsOf(field, field.rate < 0 ? -1 : first[field.rate], zero);
    layout.fields.push({ index, field, first: first[index], components });
    layout.components += components.length;
    if (layout.marker < 0 && field.kind === BOOL) layout.marker = index;
  };
  fields.forEach((_, index) => {
    place(index);
  });
  return layout;
}
function componentsOf({ kind, min, max, bits: bits2, perTick }, rate, zero) {
  const lane = { low: 0, high: 2 ** bits2 - 1, wrap: 0, rate, perTick, zero };
  switch (kind) {
    case STRING:
      return [];
    case QUAT:
      return [lane, lane, lane, lane];
    case UNIT:
      return [lane, lane].map((c) => ({ ...c, wrap: bits2 }));
    case ANGLE:
      return [{ ...lane, wrap: bits2 }];
    case FLOAT:
      return [{ ...lane, low: -2147483648, high: 2147483647 }];
    default:
      return [{ ...lane, low: min, high: max }];
  }
}
var init_layout = __esm({
  "src/packed/layout.js"() {
    "use strict";
    init_fieldkinds();
    init_quantize();
  }
});

// src/packed/motion.js
function clampGuess(v) {
  return Math.max(-MAX_GUESS, Math.min(MAX_GUESS, v)) | 0;
}
function startMotion(m, at3, tick) {
  m.fill(0, at3, at3 + MOTION);
  m[at3 + SEEN] = m[at3 + CHANGED2] = tick;
}
function trackerGuess(m, at3, ticks) {
  const curve = Math.imul(Math.imul(m[at3 + 2], ticks) / 2 | 0, ticks);
  return clampGuess(m[at3] + Math.imul(m[at3 + 1], ticks) + curve);
}
function observe(m, at3, step, ticks, wrongFast, wrongSlow) {
  let fast = FAST_GAINS;
  let slow = SLOW_GAINS;
  const steps = m[at3 + STEPS];
  if (steps < FIRST_GAINS.length) {
    const first = FIRST_GAINS[steps];
    if (first[1] > fast[1]) fast = first;
    if (first[1] > slow[1]) slow = first;
    m[at3 + STEPS]++;
  }
  observeTracker(m, at3 + FAST2, step, ticks, wrongFast, fast);
  observeTracker(m, at3 + SLOW2, step, ticks, wrongSlow, slow);
}
function observeTracker(m, at3, step, ticks, wrong, gains) {
  if (wrong > MAX_ERROR || wrong < -MAX_ERROR) {
    m[at3] = m[at3 + 2] = 0;
    m[at3 + 1] = step * 256 / ticks;
    return;
  }
  const perTick = wrong / ticks | 0;
  const accel = m[at3 + 2];
  const turn2 = Math.imul(perTick / ticks | 0, gains[2]) >> 8;
  const velocity = m[at3 + 1] + Math.imul(accel, ticks) + (Math.imul(perTick, gains[1]) >> 8);
  m[at3] = -(Math.imul(wrong, gains[0]) >> 8);
  m[at3 + 1] = clampGuess(velocity);
  m[at3 + 2] = Math.max(-MAX_ACCEL, Math.min(MAX_ACCEL, accel + turn2));
}
function resetTrackers(m, at3) {
  m.fill(0, at3 + FAST2, at3 + MOTION);
  m[at3 + STEPS] = m[at3 + STEP] = m[at3 + LAG] = 0;
  m[at3 + TICKS] = 1;
}
function rest(m, at3, baseTick) {
  const ticks = baseTick - m[at3 + SEEN] >>> 0;
  m[at3 + SEEN] = baseTick;
  if (ticks > MAX_REST) {
    resetTrackers(m, at3);
    return;
  }
  m[at3 + STEP] = m[at3 + LAG] = 0;
  m[at3 + TICKS] = 1;
  observe(m, at3, 0, ticks, -trackerGuess(m, at3 + FAST2, ticks), -trackerGuess(m, at3 + SLOW2, ticks));
}
function reverse(m, at3) {
  m[at3 + STEP] = -m[at3 + STEP];
  m[at3 + SIGN] = -m[at3 + SIGN];
  for (let i = at3 + FAST2; i < at3 + MOTION; i++) m[i] = -m[i];
}
function due(m, at3, baseTick, tick) {
  const pause = m[at3 + PAUSE];
  if (pause === 0 || tick - m[at3 + CHANGED2] >>> 0 < pause) return 0;
  return baseTick - m[at3 + CHANGED2] >>> 0 < pause ? 1 : 2;
}
var SEEN, CHANGED2, STEP, TICKS, LAG, PAUSE, STEPS, CLASS, SIGN, COST, FAST2, SLOW2, MOTION, MAX_TICKS, MAX_GUESS, MAX_ERROR, MAX_ACCEL, MAX_REST, FAST_GAINS, SLOW_GAINS, FIRST_GAINS;
var init_motion = __esm({
  "src/packed/motion.js"() {
    "use strict";
    SEEN = 0;
    CHANGED2 = 1;
    STEP = 2;
    TICKS = 3;
    LAG = 4;
    PAUSE = 5;
    STEPS = 6;
    CLASS = 7;
    SIGN = 8;
    COST = 9;
    FAST2 = 13;
    SLOW2 = 16;
    MOTION = 19;
    MAX_TICKS = 16;
    MAX_GUESS = 1 << 26;
    MAX_ERROR = 1 << 22;
    MAX_ACCEL = 1 << 22;
    MAX_REST = 6;
    FAST_GAINS = [7, 245, 88];
    SLOW_GAINS = [70, 78, 11];
    FIRST_GAINS = [
      [0, 256, 0],
      [0, 384, 256],
      [4, 270, 108],
      [11, 219, 70],
      [23, 168, 43],
      [32, 144, 32],
      [43, 121, 23],
      [55, 98, 16]
    ];
  }
});

// src/packed/quaternion.js
function splitQuaternion(q, bits2, lanes) {
  const top = (1 << bits2) - 1;
  const omitted = q >>> 3 * bits2 & 3;
  let shift = 3 * bits2;
  for (let i = 0; i < 4; i++) {
    if (i === omitted) continue;
    shift -= bits2;
    lanes[i] = q >> shift & top;
  }
  lanes[omitted] = omittedLane(lanes, omitted, bits2);
  return omitted;
}
function omittedLane(lanes, omitted, bits2) {
  const half = 1 << bits2 - 1;
  let left = 2 * (half - 1) ** 2;
  for (let i = 0; i < 4; i++) if (i !== omitted) left -= (lanes[i] - half) ** 2;
  return half + Math.floor(Math.sqrt(Math.max(0, left)));
}
var init_quaternion = __esm({
  "src/packed/quaternion.js"() {
    "use strict";
  }
});

// src/packed/residual.js
function moodOf({ waking, surprise }) {
  if (waking) return 3;
  return surprise > 700 ? 2 : surprise > 64 ? 1 : 0;
}
function costOf(v) {
  const u = Math.abs(v) + 16;
  const n = 27 - Math.clz32(u);
  return (n << 4) + (u >>> n) - 16 << 4;
}
var TRACK, BLEND, RATE, PREDICTORS, SCALES, LEANS, MOODS, TEMPERS, TURNS, LENGTHS, MAX_LENGTH, ZERO, ZERO_MOOD, NEGATIVE2, NEGATIVE_TURN, LONGER, LONGER_MOOD, LONG, HIGH, MODELS2, ZERO_MIX, NEGATIVE_MIX, LONGER_MIX, WEIGHTS, START_COST, ADVANTAGE, MAX_STEP, START_BLEND, MAX_BLEND, BLEND_RATE, Residuals, clampBlend, signBeyond;
var init_residual = __esm({
  "src/packed/residual.js"() {
    "use strict";
    init_adaptivebit();
    init_motion();
    TRACK = 1;
    BLEND = 2;
    RATE = 3;
    PREDICTORS = 4;
    SCALES = 12;
    LEANS = 3;
    MOODS = 4;
    TEMPERS = 4;
    TURNS = 3;
    LENGTHS = 8;
    MAX_LENGTH = 32;
    ZERO = 0;
    ZERO_MOOD = ZERO + SCALES * LEANS;
    NEGATIVE2 = ZERO_MOOD + MOODS * TEMPERS * TURNS;
    NEGATIVE_TURN = NEGATIVE2 + SCALES * LEANS;
    LONGER = NEGATIVE_TURN + 3 * TURNS;
    LONGER_MOOD = LONGER + SCALES * LENGTHS;
    LONG = LONGER_MOOD + MOODS * TEMPERS * LENGTHS;
    HIGH = LONG + MAX_LENGTH;
    MODELS2 = HIGH + 3 * MAX_LENGTH;
    ZERO_MIX = 0;
    NEGATIVE_MIX = ZERO_MIX + 2 * 3;
    LONGER_MIX = NEGATIVE_MIX + 2;
    WEIGHTS = LONGER_MIX + 2 * LENGTHS;
    START_COST = 4 << 8;
    ADVANTAGE = 192;
    MAX_STEP = 1 << 17;
    START_BLEND = [6e4, 6e4, 32e3];
    MAX_BLEND = 1 << 18;
    BLEND_RATE = 40;
    Residuals = class {
      #models = new Uint32Array(MODELS2);
      #weights = new Int32Array(WEIGHTS);
      /** What predictors cost in all rows. */
      #cost = new Int32Array(PREDICTORS);
      /** Of the last step l, the fast tracker f and the slow one s: weights of l, f - l and s - f, in 65536ths. */
      #blend = new Int32Array(3);
      /** The change that each predictor expects, in 1/256 quantum. */
      #guesses = new Int32Array(PREDICTORS);
      #choices;
      /** The change if the last step goes on, and by the slow tracker. */
      #line = 0;
      #slow = 0;
      #component;
      /** @param {import("./layout.js").Component} component */
      constructor(component) {
        this.#component = component;
        this.#choices = component.rate < 0 ? RATE : PREDICTORS;
      }
      reset() {
        startProbs(this.#models);
        startMixers(this.#weights);
        this.#cost.fill(START_COST);
        this.#blend.set(START_BLEND);
      }
      /**
       * Begins a motion of this component.
       * @param {Int32Array} m
       * @param {number} at
       * @param {number} tick
       */
      start(m, at3, tick) {
        startMotion(m, at3, tick);
        m.set(this.#cost, at3 + COST);
      }
      /**
       * Reads what a component has become.
       * @param {Walk} walk
       * @param {Int32Array} m motions
       * @param {number} at of this component's
       * @param {number} base value in the baseline
       * @param {number} rate change by the declared rate, 0 if there is none
       * @returns {number} 32 bits, not held to the component's range
       */
      read(walk, m, at3, base, rate) {
        const { low, high, wrap } = this.#component;
        const choice = this.#ask(walk, m, at3, rate);
        const guess = this.#guesses[choice];
        const whole = guess + 128 >> 8;
        let lean = guess - (whole << 8);
        let expected = base + whole;
        if (wrap === 0 && (expected < low || expected > high)) {
          expected = expected < low ? low : high;
          lean = 0;
        }
        const turn2 = (this.#guesses[TRACK] + this.#line >> 1) - guess;
        const r = this.#residual(walk, m, at3, m[at3 + COST + choice], lean, turn2);
        let now = expected + r | 0;
        let step = now - base | 0;
        if (wrap !== 0) {
          now &= (1 << wrap) - 1;
          step = now - base << 32 - wrap >> 32 - wrap;
        }
        this.#learn(walk, m, at3, choice, step);
        return now;
      }
      /**
       * Takes in a value that follows from others.
       * @param {Walk} walk
       * @param {Int32Array} m motions
       * @param {number} at of this component's
       * @param {number} base
       * @param {number} now
       */
      follow(walk, m, at3, base, now) {
        this.#learn(walk, m, at3, this.#ask(walk, m, at3, 0), now - base);
      }
      /**
       * Asks the predictors.
       * @param {Walk} walk
       * @param {Int32Array} m
       * @param {number} at
       * @param {number} rate
       * @returns {number} the one that is followed
       */
      #ask({ baseTick, ticks }, m, at3, rate) {
        if (m[at3 + SEEN] !== (baseTick | 0)) rest(m, at3, baseTick);
        const guesses = this.#guesses;
        const over = m[at3 + TICKS];
        const step = m[at3 + STEP] * 256;
        const line = over === 0 ? 0 : clampGuess(Math.imul(step / over | 0, ticks));
        const fast = trackerGuess(m, at3 + FAST2, ticks);
        const slow = trackerGuess(m, at3 + SLOW2, ticks);
        this.#line = line;
        this.#slow = slow;
        guesses[TRACK] = fast;
        const blend = this.#blend;
        const sum = blend[0] * line + blend[1] * (fast - line) + blend[2] * (slow - fast);
        guesses[BLEND] = clampGuess(Math.floor(sum / 65536));
        let choice = BLEND;
        if (this.#choices === PREDICTORS) {
          guesses[RATE] = clampGuess(m[at3 + LAG] + rate);
          choice = RATE;
        }
        let lowest = m[at3 + COST + choice] - ADVANTAGE;
        for (let k = 0; k < this.#choices; k++) {
          if (m[at3 + COST + k] < lowest) {
            lowest = m[at3 + COST + k];
            choice = k;
          }
        }
        return choice;
      }
      /**
       * Reads what a prediction was wrong by. One that leans to the lower quantum is mirrored, so that there are half
       * as many contexts.
       * @param {Walk} walk
       * @param {Int32Array} m
       * @param {number} at
       * @param {number} cost
       * @param {number} lean
       * @param {number} turn
       */
      #residual(walk, m, at3, cost, lean, turn2) {
        const { coder } = walk;
        const mirror = lean < 0 ? -1 : 1;
        const last = m[at3 + SIGN] * mirror;
        const scale = Math.max(0, Math.min(SCALES - 1, (cost - 256) / 192 | 0));
        const leaning = lean * mirror;
        const context = scale * LEANS + (leaning > 90 ? 2 : leaning > 40 ? 1 : 0);
        const turning = turn2 * mirror;
        const way = turning > 100 ? 1 : turning < -100 ? 2 : 0;
        const mood = moodOf(walk) * TEMPERS + Math.min(m[at3 + CLASS], TEMPERS - 1);
        const third = scale === 0 ? due(m, at3, walk.baseTick, walk.tick) : way;
        const zeroMood = ZERO_MOOD + mood * TURNS + third;
        const models = this.#models;
        const weights = this.#weights;
        m[at3 + CLASS] = 0;
        const zeroMix = ZERO_MIX + 2 * Math.min(scale, 2);
        if (mixed(coder, models, ZERO + context, zeroMood, weights, zeroMix) === 0) return 0;
        const negativeTurn = NEGATIVE_TURN + (last + 1) * TURNS + way;
        const negative = mixed(coder, models, NEGATIVE2 + context, negativeTurn, weights, NEGATIVE_MIX);
        const length = this.#length(coder, scale, mood);
        m[at3 + CLASS] = length + 1;
        const magnitude = this.#magnitude(coder, length);
        return negative !== 0 === mirror > 0 ? -magnitude : magnitude;
      }
      /**
       * Reads how many bits a magnitude has below its highest.
       * @param {import("./rangecoder.js").RangeDecoder} coder
       * @param {number} scale
       * @param {number} mood
       */
      #length(coder, scale, mood) {
        const models = this.#models;
        const narrow = LONGER + scale * LENGTHS;
        const wide2 = LONGER_MOOD + mood * LENGTHS;
        let k = 0;
        while (k < LENGTHS) {
          if (mixed(coder, models, narrow + k, wide2 + k, this.#weights, LONGER_MIX + 2 * k) === 0)
            return k;
          k++;
        }
        while (k < MAX_LENGTH - 1 && plain(coder, models, LONG + k) !== 0) k++;
        return k;
      }
      /**
       * Reads the bits of a magnitude below its highest, the two upper ones by models.
       * @param {import("./rangecoder.js").RangeDecoder} coder
       * @param {number} length
       */
      #magnitude(coder, length) {
        const high = HIGH + 3 * length;
        let got = 1;
        let left = length;
        if (left > 0) {
          left--;
          got = 2 | plain(coder, this.#models, high);
        }
        if (left > 0) {
          left--;
          got = got << 1 | plain(coder, this.#models, high + 1 + (got & 1));
        }
        return got << left | coder.raw(left);
      }
      /**
       * Takes in what became of a prediction.
       * @param {Walk} walk
       * @param {Int32Array} m
       * @param {number} at
       * @param {number} choice the predictor that was followed
       * @param {number} step
       */
      #learn(walk, m, at3, choice, step) {
        const { tick, ticks } = walk;
        if (step > MAX_STEP || step < -MAX_STEP) {
          resetTrackers(m, at3);
        } else {
          const guesses = this.#guesses;
          const costs = this.#cost;
          const change = step << 8;
          for (let k = 0; k < this.#choices; k++) {
            const cost = costOf(change - guesses[k]);
            const kept = m[at3 + COST + k];
            const now = kept + (cost - kept >> 2);
            m[at3 + COST + k] = now;
            costs[k] += cost - costs[k] >> 6;
            if (k === choice) walk.surprise += cost - now;
          }
          this.#learnBlend(change);
          observe(m, at3, step, ticks, change - guesses[TRACK], change - this.#slow);
          if (this.#choices === PREDICTORS) {
            const lag = (guesses[RATE] - change) * 3 / 4 | 0;
            m[at3 + LAG] = Math.max(-256, Math.min(256, lag));
          }
          m[at3 + STEP] = step;
          m[at3 + TICKS] = ticks;
        }
        m[at3 + SEEN] = tick;
        if (step === 0) return;
        m[at3 + PAUSE] = Math.min(tick - m[at3 + CHANGED2] >>> 0, 65535);
        m[at3 + CHANGED2] = tick;
        m[at3 + SIGN] = step < 0 ? -1 : 1;
      }
      /**
       * Moves every weight of the blend by a constant, in the direction in which the guess would have been less
       * wrong.
       * @param {number} change
       */
      #learnBlend(change) {
        const e = BLEND_RATE * signBeyond(change - this.#guesses[BLEND], 64);
        if (e === 0) return;
        const blend = this.#blend;
        const line = this.#line;
        const fast = this.#guesses[TRACK];
        blend[0] = clampBlend(blend[0] + e * signBeyond(line, 128));
        blend[1] = clampBlend(blend[1] + e * signBeyond(fast - line, 128));
        blend[2] = clampBlend(blend[2] + e * signBeyond(this.#slow - fast, 128));
      }
    };
    clampBlend = (weight) => Math.max(-MAX_BLEND, Math.min(MAX_BLEND, weight));
    signBeyond = (v, limit) => v > limit ? 1 : v < -limit ? -1 : 0;
  }
});

// src/packed/values.js
function byRate({ perTick, zero }, before2, now, ticks) {
  const factor = Math.max(-MAX_PER_TICK, Math.min(MAX_PER_TICK, perTick));
  const a = Math.max(-MAX_RATE, Math.min(MAX_RATE, before2 - zero));
  const b = Math.max(-MAX_RATE, Math.min(MAX_RATE, now - zero));
  return clampGuess(Math.floor((b * (ticks + 1) + a * (ticks - 1)) * factor / 512));
}
var ACTIVE, TEXT, TURNED, FIELD_MODELS2, MAX_RATE, MAX_PER_TICK, Values;
var init_values = __esm({
  "src/packed/values.js"() {
    "use strict";
    init_dequantize();
    init_fieldkinds();
    init_wire();
    init_adaptivebit();
    init_motion();
    init_order();
    init_quaternion();
    init_residual();
    ACTIVE = 0;
    TEXT = ACTIVE + 8;
    TURNED = TEXT + 1;
    FIELD_MODELS2 = TURNED + 3;
    MAX_RATE = 1 << 23;
    MAX_PER_TICK = 1 << 24;
    Values = class {
      #layout;
      #texts;
      /** @type {Residuals[]} by component */
      #residuals;
      #models;
      /** By field: bit i tells whether it changed i bodies ago. */
      #changed;
      /** By field: whether it changes in some row. */
      #active;
      /** By component: the row's values in the baseline and now, for fields whose rate they are. */
      #before;
      #now;
      #was = new Int32Array(4);
      #is = new Int32Array(4);
      /** @param {import("./layout.js").Layout} layout @param {import("./text.js").Texts} texts */
      constructor(layout, texts) {
        const n = layout.fields.length;
        this.#layout = layout;
        this.#texts = texts;
        this.#residuals = layout.fields.flatMap((f) => f.components.map((c) => new Residuals(c)));
        this.#models = new Uint32Array(n * FIELD_MODELS2);
        this.#changed = new Uint8Array(n);
        this.#active = new Uint8Array(n);
        this.#before = new Int32Array(layout.components);
        this.#now = new Int32Array(layout.components);
      }
      reset() {
        startProbs(this.#models);
        this.#changed.fill(0);
        for (const residuals of this.#residuals) residuals.reset();
      }
      /**
       * Begins the motions of a row.
       * @param {Int32Array} m
       * @param {number} at of the first
       * @param {number} tick
       */
      start(m, at3, tick) {
        this.#residuals.forEach((residuals, c) => {
          residuals.start(m, at3 + c * MOTION, tick);
        });
      }
      /** Reads which fields change in any row. @param {Walk} walk */
      readActive({ coder }) {
        for (let f = 0; f < this.#active.length; f++) {
          const history = this.#changed[f];
          const active = plain(coder, this.#models, f * FIELD_MODELS2 + ACTIVE + (history & 7));
          this.#active[f] = active;
          this.#changed[f] = history << 1 | active;
        }
      }
      /**
       * Reads what a row that changes has become.
       * @param {Walk} walk its surprise and whether the row is waking are set
       * @param {Entity} entity changed
       * @param {Int32Array} m motions
       * @param {number} at of the row's first
       * @throws {WireError}
       */
      read(walk, entity, m, at3) {
        const { q, row: row2 } = entity;
        for (const packed of this.#layout.fields) {
          const { index, field, first } = packed;
          const active = this.#active[index] !== 0;
          if (field.kind === STRING) {
            if (!active) continue;
            const was = (
              /** @type {string} */
              row2[field.name]
            );
            const changes = index * FIELD_MODELS2 + TEXT;
            row2[field.name] = this.#texts.read(walk.coder, this.#models, changes, was, field.maxBytes);
          } else if (!active) {
            this.#before[first] = this.#now[first] = q[index];
          } else {
            const now = this.#field(walk, packed, m, at3 + first * MOTION, q[index]);
            if (now === q[index]) continue;
            q[index] = now;
            row2[field.name] = dequantize(field, now);
          }
        }
      }
      /**
       * @param {Walk} walk
       * @param {PackedField} packed
       * @param {Int32Array} m
       * @param {number} at
       * @param {number} base
       * @returns {number} the quantum, checked
       */
      #field(walk, packed, m, at3, base) {
        const { field, first, components } = packed;
        const residuals = this.#residuals[first];
        switch (field.kind) {
          case QUAT:
            return this.#quaternion(walk, packed, m, at3, base);
          case UNIT: {
            const mask = (1 << field.bits) - 1;
            const u = residuals.read(walk, m, at3, base >> field.bits & mask, 0);
            const v = this.#residuals[first + 1].read(walk, m, at3 + MOTION, base & mask, 0);
            return u << field.bits | v;
          }
          case FLOAT:
            return ordered(residuals.read(walk, m, at3, ordered(base), 0));
        }
        const { rate, low, high } = components[0];
        const change = rate < 0 ? 0 : byRate(components[0], this.#before[rate], this.#now[rate], walk.ticks);
        const now = residuals.read(walk, m, at3, base, change);
        if (now < low || now > high) throw new WireError("quantum outside its range");
        this.#before[first] = base;
        this.#now[first] = now;
        return now;
      }
      /**
       * A rotation. All four lanes are followed; when another one becomes the omitted one, and was negative, all are
       * turned around, since a quaternion and its negative are the same rotation.
       * @param {Walk} walk
       * @param {PackedField} packed
       * @param {Int32Array} m
       * @param {number} at
       * @param {number} base
       */
      #quaternion(walk, { index, field, first }, m, at3, base) {
        const { bits: bits2 } = field;
        const was = this.#was;
        const is = this.#is;
        const omitted = splitQuaternion(base, bits2, was);
        const next = this.#omission(walk, index, omitted);
        const half = 1 << bits2 - 1;
        if (next !== omitted && was[next] < half) {
          for (let i = 0; i < 4; i++) {
            was[i] = 2 * half - was[i];
            reverse(m, at3 + i * MOTION);
          }
        }
        let q = next;
        for (let i = 0; i < 4; i++) {
          if (i === next) continue;
          is[i] = this.#residuals[first + i].read(walk, m, at3 + i * MOTION, was[i], 0);
          if (is[i] < 0 || is[i] >= 2 * half) throw new WireError("quaternion outside its range");
          q = q << bits2 | is[i];
        }
        is[next] = omittedLane(is, next, bits2);
        this.#residuals[first + next].follow(walk, m, at3 + next * MOTION, was[next], is[next]);
        return q;
      }
      /** Reads which lane is omitted. @param {Walk} walk @param {number} index @param {number} was */
      #omission({ coder }, index, was) {
        const at3 = index * FIELD_MODELS2 + TURNED;
        if (plain(coder, this.#models, at3) === 0) return was;
        if (plain(coder, this.#models, at3 + 1) === 0) return was + 1 & 3;
        return was + 2 + plain(coder, this.#models, at3 + 2) & 3;
      }
    };
  }
});

// src/packed/tablestate.js
function grown(array3, least) {
  const larger = new /** @type {any} */
  array3.constructor(least + (least >> 1));
  larger.set(array3);
  return larger;
}
var TableState;
var init_tablestate = __esm({
  "src/packed/tablestate.js"() {
    "use strict";
    init_rows();
    init_wire();
    init_arrivals();
    init_fates();
    init_layout();
    init_motion();
    init_values();
    TableState = class {
      #table;
      #layout;
      #fates = new Fates();
      #arrivals;
      #values;
      /** Integers of a row's motions. */
      #stride;
      /** By slot. */
      #motions = new Int32Array(0);
      /** @type {number[]} slots that no row has, beside those from #slots on */
      #free = [];
      #slots = 0;
      /** Rows of the baseline, and by row: its slot; bit i tells whether it changed i bodies ago; its fate. */
      #count = 0;
      #slotOf = new Int32Array(0);
      #history = new Uint8Array(0);
      #fate = new Uint8Array(0);
      /** What takes their place when rows come or go. */
      #nextSlotOf = new Int32Array(0);
      #nextHistory = new Uint8Array(0);
      /** @param {Table} table @param {import("./text.js").Texts} texts */
      constructor(table2, texts) {
        this.#table = table2;
        this.#layout = layoutOf(table2.fields);
        this.#arrivals = new Arrivals(this.#layout.fields, texts);
        this.#values = new Values(this.#layout, texts);
        this.#stride = this.#layout.components * MOTION;
      }
      /**
       * Forgets everything but that some rows came at a tick.
       * @param {number} rows
       * @param {number} tick
       */
      reset(rows, tick) {
        this.#fates.reset();
        this.#arrivals.reset();
        this.#values.reset();
        this.#free.length = this.#slots = 0;
        this.#count = rows;
        this.#makeRoom(rows);
        this.#history.fill(0, 0, rows);
        for (let row2 = 0; row2 < rows; row2++) this.#slotOf[row2] = this.#begin(tick);
      }
      /**
       * Reads the rows of a keyframe.
       * @param {Walk} walk
       * @param {Changes | null} changes collects what changed, when given
       * @returns {() => void} puts them into the table, once the whole body is known to be good
       * @throws {WireError}
       */
      readKeyframe(walk, changes) {
        const fresh = this.#fates.any(walk.coder) ? this.#readKeyframeRows(walk) : [];
        return () => replaceRows(this.#table, fresh, changes);
      }
      /** @param {Walk} walk @returns {Entity[]} */
      #readKeyframeRows({ coder, tick }) {
        this.#fates.read(coder, this.#fate, this.#history, [], -1);
        const fresh = this.#arrivals.read(coder, [], /* @__PURE__ */ new Map());
        this.#merge(
          [],
          fresh,
          fresh.map(() => this.#begin(tick))
        );
        return fresh;
      }
      /**
       * Reads the table's part of a delta and changes the table.
       * @param {Walk} walk
       * @param {Changes | null} changes collects what changed, when given
       * @throws {WireError}
       */
      readDelta(walk, changes) {
        const { coder, tick } = walk;
        const before2 = this.#table.entities;
        const n = before2.length;
        if (n !== this.#count) throw new WireError("state of another baseline");
        if (!this.#fates.any(coder)) {
          for (let row2 = 0; row2 < n; row2++) this.#history[row2] <<= 1;
          return;
        }
        const { marker } = this.#layout;
        const gone = this.#fates.read(coder, this.#fate, this.#history, before2, marker);
        const fresh = this.#arrivals.read(coder, before2, this.#table.rows);
        const slots = fresh.map(() => this.#begin(tick));
        this.#readValues(walk, before2, changes);
        if (gone + fresh.length === 0) return;
        this.#leave(before2, changes);
        this.#table.entities = this.#merge(before2, fresh, slots);
        for (const entity of fresh) {
          this.#table.rows.set(entity.id, entity.row);
          changes?.added.push(this.#table, entity);
        }
      }
      /** @param {Walk} walk @param {Entity[]} before @param {Changes | null} changes */
      #readValues(walk, before2, changes) {
        const fate = this.#fate;
        const n = before2.length;
        let first = 0;
        while (first < n && fate[first] !== CHANGED) first++;
        if (first < n) this.#values.readActive(walk);
        for (let row2 = 0; row2 < n; row2++) {
          const own = this.#history[row2];
          if (fate[row2] >= GONE) continue;
          this.#history[row2] = own << 1 | fate[row2];
          if (fate[row2] !== CHANGED) continue;
          walk.surprise = 0;
          walk.waking = (own & 1) === 0;
          this.#values.read(walk, before2[row2], this.#motions, this.#slotOf[row2] * this.#stride);
          changes?.changed.push(this.#table, before2[row2]);
        }
      }
      /** @param {Entity[]} before @param {Changes | null} changes */
      #leave(before2, changes) {
        before2.forEach((entity, row2) => {
          const fate = this.#fate[row2];
          if (fate < GONE) return;
          this.#table.rows.delete(entity.id);
          if (changes !== null)
            (fate === LEFT ? changes.left : changes.removed).push(this.#table, entity);
        });
      }
      /**
       * Brings rows that stay and new ones into order, with what is remembered of them.
       * @param {Entity[]} before
       * @param {Entity[]} fresh by rising id
       * @param {number[]} slots of the fresh ones
       * @returns {Entity[]} by rising id
       */
      #merge(before2, fresh, slots) {
        const merged = [];
        this.#makeRoom(before2.length + fresh.length);
        const put3 = (entity, slot, history) => {
          this.#nextSlotOf[merged.length] = slot;
          this.#nextHistory[merged.length] = history;
          merged.push(entity);
        };
        let k = 0;
        before2.forEach((entity, row2) => {
          while (k < fresh.length && fresh[k].id < entity.id) put3(fresh[k], slots[k++], 1);
          if (this.#fate[row2] >= GONE) this.#free.push(this.#slotOf[row2]);
          else put3(entity, this.#slotOf[row2], this.#history[row2]);
        });
        while (k < fresh.length) put3(fresh[k], slots[k++], 1);
        [this.#slotOf, this.#nextSlotOf] = [this.#nextSlotOf, this.#slotOf];
        [this.#history, this.#nextHistory] = [this.#nextHistory, this.#history];
        this.#count = merged.length;
        return merged;
      }
      /** Gives a new row a slot and begins its motions. @param {number} tick @returns {number} */
      #begin(tick) {
        const slot = this.#free.pop() ?? this.#slots++;
        const end = this.#slots * this.#stride;
        if (this.#motions.length < end) this.#motions = grown(this.#motions, end);
        this.#values.start(this.#motions, slot * this.#stride, tick);
        return slot;
      }
      /** @param {number} rows */
      #makeRoom(rows) {
        if (this.#fate.length >= rows) return;
        this.#fate = grown(this.#fate, rows);
        this.#history = grown(this.#history, rows);
        this.#slotOf = grown(this.#slotOf, rows);
        this.#nextHistory = new Uint8Array(this.#history.length);
        this.#nextSlotOf = new Int32Array(this.#slotOf.length);
      }
    };
  }
});

// src/packed/text.js
function decodeText(bytes2) {
  let text4 = "";
  try {
    text4 = utf82.decode(bytes2);
  } catch {
    throw new WireError("string is not UTF-8");
  }
  if (text4.startsWith("\uFEFF")) throw new WireError("string begins with U+FEFF");
  return text4;
}
var utf82, Texts;
var init_text = __esm({
  "src/packed/text.js"() {
    "use strict";
    init_wire();
    init_adaptivebit();
    utf82 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    Texts = class {
      #lengths = new Uint32Array(256);
      #bytes = new Uint32Array(256);
      #buffer = new Uint8Array(255);
      reset() {
        startProbs(this.#lengths);
        startProbs(this.#bytes);
      }
      /**
       * Reads a string that is likely to be what it was.
       * @param {RangeDecoder} coder
       * @param {Uint32Array} probs
       * @param {number} at of the model that tells whether it changed
       * @param {string} was
       * @param {number} maxBytes
       * @returns {string}
       * @throws {WireError}
       */
      read(coder, probs, at3, was, maxBytes) {
        if (dear(coder, probs, at3) === 0) return was;
        const length = symbol(coder, this.#lengths);
        if (length > maxBytes) throw new WireError("string too long");
        for (let i = 0; i < length; i++) this.#buffer[i] = symbol(coder, this.#bytes);
        return decodeText(this.#buffer.subarray(0, length));
      }
    };
  }
});

// src/packed/rangecoder.js
var MIN_WIDTH, TAIL, WIDTH, CODE, RangeDecoder;
var init_rangecoder = __esm({
  "src/packed/rangecoder.js"() {
    "use strict";
    MIN_WIDTH = 1 << 24;
    TAIL = 4;
    WIDTH = 0;
    CODE = 1;
    RangeDecoder = class {
      /** The interval's width, and the number minus its lower end: unsigned, which only a typed array holds unboxed. */
      #state = new Uint32Array(2);
      /** @type {Uint8Array} */
      #bytes = new Uint8Array(0);
      /** Bytes taken, those after the end too. */
      #position = 0;
      /** @param {Uint8Array} bytes read in place */
      start(bytes2) {
        this.#bytes = bytes2;
        this.#position = 0;
        this.#state[WIDTH] = 4294967295;
        for (let i = 0; i < 4; i++) this.#state[CODE] = this.#state[CODE] << 8 | this.#next();
      }
      /** Whether more was asked for than there is; what is read then means nothing. */
      get overrun() {
        return this.#position > this.#bytes.length + TAIL;
      }
      /** Whether reading came to the end of the bytes and not further. */
      get finished() {
        return !this.overrun && this.#position >= this.#bytes.length;
      }
      /**
       * @param {number} p probability of 1, in 65536ths: 1 to 65535
       * @returns {number} 0 or 1
       */
      bit(p) {
        const state = this.#state;
        const width = state[WIDTH];
        const code = state[CODE];
        const bound = Math.imul(width >>> 16, p) >>> 0;
        if (code < bound) {
          state[WIDTH] = bound;
          if (bound < MIN_WIDTH) this.#widen();
          return 1;
        }
        state[CODE] = code - bound;
        state[WIDTH] = width - bound;
        if (width - bound < MIN_WIDTH) this.#widen();
        return 0;
      }
      /**
       * @param {number} n bits, 0 to 31, all equally likely
       * @returns {number}
       */
      raw(n) {
        const state = this.#state;
        let got = 0;
        for (let left = n; left > 0; ) {
          const step = Math.min(left, 8);
          left -= step;
          const width = state[WIDTH] >>> step;
          const part2 = Math.min(state[CODE] / width >>> 0, (1 << step) - 1);
          state[CODE] -= Math.imul(part2, width);
          state[WIDTH] = width;
          got = got << step | part2;
          if (width < MIN_WIDTH) this.#widen();
        }
        return got;
      }
      #widen() {
        const state = this.#state;
        while (state[WIDTH] < MIN_WIDTH) {
          state[WIDTH] <<= 8;
          state[CODE] = state[CODE] << 8 | this.#next();
        }
      }
      /** The next byte; after the end there are zeros. */
      #next() {
        const at3 = this.#position++;
        return at3 < this.#bytes.length ? this.#bytes[at3] : 0;
      }
    };
  }
});

// src/packed/walk.js
var Walk;
var init_walk = __esm({
  "src/packed/walk.js"() {
    "use strict";
    init_motion();
    init_rangecoder();
    Walk = class {
      coder = new RangeDecoder();
      baseTick = 0;
      tick = 0;
      /** Between the two, 1 to 16. */
      ticks = 1;
      /** By how much the row's values so far cost more than expected, in 1/256 bit. */
      surprise = 0;
      /** Whether the row did not change in the body before. */
      waking = false;
      /**
       * @param {Uint8Array} bytes of the body
       * @param {number} baseTick 0 for a keyframe
       * @param {number} tick
       */
      start(bytes2, baseTick, tick) {
        this.coder.start(bytes2);
        this.baseTick = baseTick;
        this.tick = tick;
        const ticks = baseTick === 0 ? 1 : tick - baseTick >>> 0;
        this.ticks = Math.max(1, Math.min(MAX_TICKS, ticks));
      }
    };
  }
});

// src/packed/decoder.js
var decoder_exports = {};
__export(decoder_exports, {
  PackedDecoder: () => PackedDecoder
});
var FRESH, PackedDecoder;
var init_decoder = __esm({
  "src/packed/decoder.js"() {
    "use strict";
    init_wire();
    init_tablestate();
    init_text();
    init_walk();
    FRESH = 1 << 10;
    PackedDecoder = class {
      #walk = new Walk();
      #texts = new Texts();
      #world;
      #tables;
      /** A body could not be read, or none was: good for a keyframe only. */
      #broken = true;
      /** @param {import("../world.js").World} world */
      constructor(world) {
        this.#world = world;
        this.#tables = world.tables.map((table2) => new TableState(table2, this.#texts));
      }
      /**
       * Applies the body of a snapshot. Rows that stay keep their identity. An error leaves the world as it was where
       * the body is a keyframe's; else it is then between two snapshots: whole enough for a keyframe to be applied,
       * and for nothing else.
       * @param {number} tick
       * @param {number} base tick of the baseline, 0 for a keyframe
       * @param {any} body
       * @param {Changes | null} changes collects what changed, when given
       * @throws {WireError}
       */
      apply(tick, base, body, changes) {
        if (base !== 0 && this.#broken) throw new WireError("a keyframe is missing");
        if (!(body instanceof Uint8Array)) throw new WireError("body is not binary");
        this.#broken = true;
        this.#walk.start(body, base, tick);
        const fresh = this.#walk.coder.bit(FRESH) !== 0;
        if (base === 0) this.#keyframe(fresh, changes);
        else this.#delta(fresh, changes);
        this.#broken = false;
      }
      /** @param {boolean} fresh @param {Changes | null} changes */
      #keyframe(fresh, changes) {
        if (!fresh) throw new WireError("a keyframe that needs others");
        this.#texts.reset();
        for (const table2 of this.#tables) table2.reset(0, 0);
        const puts = this.#tables.map((table2) => table2.readKeyframe(this.#walk, changes));
        this.#expectEnd();
        for (const put3 of puts) put3();
      }
      /** @param {boolean} fresh @param {Changes | null} changes */
      #delta(fresh, changes) {
        if (fresh) {
          this.#texts.reset();
          this.#tables.forEach((table2, i) => {
            table2.reset(this.#world.tables[i].entities.length, this.#walk.baseTick);
          });
        }
        for (const table2 of this.#tables) table2.readDelta(this.#walk, changes);
        this.#expectEnd();
      }
      #expectEnd() {
        if (!this.#walk.coder.finished) throw new WireError("body does not end where it should");
      }
    };
  }
});

// src/delays.js
var START, MOST_FIXED;
var init_delays = __esm({
  "src/delays.js"() {
    "use strict";
    START = 100;
    MOST_FIXED = 500;
  }
});

// src/delay.js
var LEAST, MOST, MEMORY, DEVIATIONS, MARGIN, RECALL, ASLEEP, GROWS, SHRINKS, Delay;
var init_delay = __esm({
  "src/delay.js"() {
    "use strict";
    init_delays();
    LEAST = 50;
    MOST = 400;
    MEMORY = 3e3;
    DEVIATIONS = 3;
    MARGIN = 17;
    RECALL = 5e3;
    ASLEEP = 1e3;
    GROWS = 0.1;
    SHRINKS = 0.05;
    Delay = class {
      /** @type {number | null} */
      #fixed = null;
      // Together START, until there is more to go by.
      #mean = 41;
      #deviation = 14;
      /** The two greatest ages, the greater first, since a time and in as long before it. */
      #peaks = [0, 0];
      #peaksBefore = [0, 0];
      #recalled = 0;
      #present = START;
      #lastNow = Number.POSITIVE_INFINITY;
      /** In milliseconds. */
      get ms() {
        return this.#fixed ?? this.#present;
      }
      /** @param {number} ms 0 to 500; more counts as 500. From now on it is this, at once. */
      fix(ms) {
        if (!(ms >= 0)) throw new RangeError("delayMs must be 0 or more");
        this.#fixed = Math.min(ms, MOST_FIXED);
      }
      /**
       * A snapshot arrived.
       * @param {number} age how old the one before it was by then, on the clock that the view goes by, in milliseconds
       * @param {number} elapsed milliseconds since that one arrived
       */
      observe(age, elapsed) {
        if (elapsed > ASLEEP) return;
        const passed = Math.max(0, elapsed);
        const weight = 1 - Math.exp(-passed / MEMORY);
        const aged = Math.min(Math.max(age, 0), MOST);
        this.#recall(passed > aged / 2 ? aged : 0, passed);
        const off = aged - this.#mean;
        this.#deviation += weight * (Math.abs(off) - this.#deviation);
        this.#mean += weight * off;
      }
      /** @param {number} age @param {number} passed */
      #recall(age, passed) {
        this.#recalled += passed;
        if (this.#recalled >= RECALL) {
          this.#peaksBefore = this.#recalled < 2 * RECALL ? this.#peaks : [0, 0];
          this.#peaks = [0, 0];
          this.#recalled = 0;
        }
        const peaks = this.#peaks;
        if (age > peaks[0]) this.#peaks = [age, peaks[0]];
        else if (age > peaks[1]) peaks[1] = age;
      }
      /** The second greatest age of the last seconds. */
      get #again() {
        const [a, b] = [this.#peaks, this.#peaksBefore];
        return Math.max(a[1], b[1], Math.min(a[0], b[0]));
      }
      /**
       * Moves towards what was measured.
       * @param {number} now in milliseconds
       * @returns {number} the delay in milliseconds
       */
      at(now) {
        const usual = this.#mean + DEVIATIONS * this.#deviation;
        const wanted = Math.max(usual, this.#again) + MARGIN;
        const off = Math.min(MOST, Math.max(LEAST, wanted)) - this.#present;
        const elapsed = Math.max(0, now - this.#lastNow);
        this.#lastNow = now;
        this.#present += Math.min(GROWS * elapsed, Math.max(-SHRINKS * elapsed, off));
        return this.ms;
      }
    };
  }
});

// src/between.js
function between(kind, from, delta, part2) {
  if (part2 === 0 || delta === 0) return from;
  if (kind !== ANGLE) return from + delta * part2;
  const angle2 = from + shortWay(delta) * part2;
  return angle2 < 0 ? angle2 + TURN : angle2 >= TURN ? angle2 - TURN : angle2;
}
var TURN, shortWay, snapOf;
var init_between = __esm({
  "src/between.js"() {
    "use strict";
    init_fieldkinds();
    TURN = 2 * Math.PI;
    shortWay = (by) => by - TURN * Math.round(by / TURN);
    snapOf = ({ kind, snap: own }, snap = own) => kind === FIXED || kind === FLOAT ? snap : own;
  }
});

// src/playback.js
var JUMP, SLEW, SILENCE, WINDOW, Playback;
var init_playback = __esm({
  "src/playback.js"() {
    "use strict";
    JUMP = 250;
    SLEW = 0.05;
    SILENCE = 1e3;
    WINDOW = 1e3;
    Playback = class {
      #tickMs;
      /** Our time of the server's tick 0, if every snapshot came as quickly as the quickest. */
      #offset = Number.NaN;
      #best = Number.POSITIVE_INFINITY;
      #bestBefore = Number.POSITIVE_INFINITY;
      #windowEnd = 0;
      #observedAt = 0;
      #lastNow = 0;
      #asked = 0;
      #newest = 0;
      #beyond;
      /** @param {number} tickMs length of a tick, in milliseconds @param {number} beyond most ticks beyond the newest snapshot that are shown */
      constructor(tickMs, beyond) {
        this.#tickMs = tickMs;
        this.#beyond = beyond;
      }
      /** The tick that was asked for last, with its fraction; 0 before the first. */
      get asked() {
        return this.#asked;
      }
      /** What of it can be shown: it never goes back. */
      get shown() {
        return Math.min(this.#asked, this.#newest + this.#beyond);
      }
      reset() {
        this.#offset = Number.NaN;
        this.#best = Number.POSITIVE_INFINITY;
        this.#bestBefore = Number.POSITIVE_INFINITY;
        this.#asked = this.#newest = 0;
      }
      /**
       * @param {number} tick of a snapshot
       * @param {number} now when it arrived, in milliseconds
       */
      observe(tick, now) {
        const isAfresh = now - this.#observedAt > SILENCE;
        this.#observedAt = now;
        if (now >= this.#windowEnd) {
          this.#bestBefore = isAfresh ? Number.POSITIVE_INFINITY : this.#best;
          this.#best = Number.POSITIVE_INFINITY;
          this.#windowEnd = now + WINDOW;
        }
        this.#best = Math.min(this.#best, now - tick * this.#tickMs);
        if (!(Math.abs(this.#aim - this.#offset) <= JUMP)) {
          this.#offset = this.#aim;
          this.#asked = this.shown;
        }
        this.#newest = tick;
      }
      /** What the offset moves to. */
      get #aim() {
        return Math.min(this.#best, this.#bestBefore);
      }
      /**
       * @param {number} tick of a snapshot that came
       * @param {number} now in milliseconds
       * @returns {number} how long ago it would have come as quickly as the quickest, in milliseconds: with a delay of as much
       *   it is the tick to show
       */
      ageOf(tick, now) {
        return now - this.#offset - tick * this.#tickMs;
      }
      /** @param {number} now in milliseconds @param {number} way of a snapshot that comes quickly @returns {number} with its fraction */
      serverTick(now, way) {
        return (this.ageOf(0, now) + way) / this.#tickMs;
      }
      /**
       * @param {number} now in milliseconds
       * @param {number} delayMs how far in the past to be
       * @returns {number} a tick with its fraction
       */
      tickAt(now, delayMs) {
        const most = SLEW * Math.max(0, now - this.#lastNow);
        this.#offset += Math.min(most, Math.max(-most, this.#aim - this.#offset));
        this.#lastNow = now;
        this.#asked = Math.max(this.#asked, (now - delayMs - this.#offset) / this.#tickMs);
        return this.#asked;
      }
    };
  }
});

// src/arc.js
function turn(into, kind, a, from, b, to, part2) {
  let dot = 0;
  for (let i = 0; i < into.length; i++) dot += a[from + i] * b[to + i];
  const sign = kind === QUAT && dot < 0 ? -1 : 1;
  const share = part2 < 1 && sign * dot < -0.999999 ? 0 : part2;
  for (let i = 0; i < into.length; i++) {
    into[i] = a[from + i] * (1 - share) + sign * b[to + i] * share;
  }
  if (share > 0) normalize(into);
}
var init_arc = __esm({
  "src/arc.js"() {
    "use strict";
    init_fieldkinds();
    init_rotation();
  }
});

// src/track.js
function read(row2, { moving }, into) {
  let at3 = 0;
  for (const { name, size } of moving) {
    const value2 = row2[name];
    if (size === 1) into[at3++] = /** @type {number} */
    value2;
    else for (
      const c of
      /** @type {number[]} */
      value2
    ) into[at3++] = c;
  }
}
function put(from, to, at3) {
  for (let i = 0; i < from.length; i++) to[at3 + i] = from[i];
}
var FIRST_ROOM, MOST_ROOM, FORGETS, HEAD, Track, four, three;
var init_track = __esm({
  "src/track.js"() {
    "use strict";
    init_arc();
    init_between();
    init_fieldkinds();
    FIRST_ROOM = 8;
    MOST_ROOM = 64;
    FORGETS = 0.75;
    HEAD = 2;
    Track = class {
      /** The tick from which on the row is there, and the one from which on it is not. */
      from;
      gone = Number.POSITIVE_INFINITY;
      id;
      /** What is shown of it: reused. @type {Row} */
      shown;
      /** The row as of the newest snapshot that had it, changed in place by the next. @type {Row} */
      newest;
      #layout;
      #stride;
      /** Points by rising tick. */
      #points;
      #count = 0;
      /** Values and tick of the newest change, and by how much it changes in a tick: what is gone on by where snapshots are wanting. */
      #last;
      /** Quanta of the same: by these it is told quickly whether there is a change. */
      #quanta;
      #lastTick;
      #speed;
      /** Ticks over which the newest change came about. */
      #gap = 0;
      /** Ticks between changes of late. */
      #pace = 0;
      /**
       * @param {import("./world.js").Entity} entity
       * @param {Layout} layout
       * @param {number} tick of the snapshot that it is first in
       */
      constructor({ id, q, row: row2 }, layout, tick) {
        this.id = id;
        this.newest = row2;
        this.shown = { id };
        this.from = tick;
        this.#layout = layout;
        this.#stride = HEAD + layout.width;
        this.#points = new Float64Array(FIRST_ROOM * this.#stride);
        this.#last = new Float64Array(layout.width);
        this.#speed = new Float64Array(layout.width);
        this.#lastTick = tick;
        this.#quanta = new Int32Array(layout.moving.length);
        this.#isNews(q);
        read(row2, layout, this.#last);
        this.#add(tick, 0, this.#last, tick);
      }
      /**
       * A snapshot that has the row came.
       * @param {number[]} q the row's quanta
       * @param {number} tick of the snapshot
       * @param {number} before of the snapshot before
       * @param {number} seen the tick, with its fraction, that was shown last
       * @param {number} blend ticks over which what is shown is led back to the way that it has left
       * @param {number} beyond most ticks beyond a snapshot that it is carried on
       */
      extend(q, tick, before2, seen, blend, beyond) {
        const { now, here } = this.#layout;
        const end = this.#tickOf(this.#count - 1);
        const change = this.#isNews(q);
        const carried = seen > Math.max(before2, end) && this.#moves(before2);
        if (!change && !carried && end <= tick) return;
        read(this.newest, this.#layout, now);
        const jump = change && this.#isElsewhere(now);
        const begins = Math.max(seen, tick - Math.max(this.#pace, tick - before2));
        if (carried || jump && tick <= end && seen < end) {
          this.#end(seen, this.#at(seen, before2, beyond, here));
        } else if (!jump && begins > end && change) {
          this.#add(begins, 0, this.#last, seen);
        }
        if (change) this.#note(tick, before2, now, jump);
        const late = carried || tick <= seen;
        const until = jump ? tick : Math.max(tick, late ? seen + blend : end);
        if (until > tick && this.#moves(tick)) this.#carry(now, Math.min(until - tick, beyond));
        this.#add(until, jump ? 1 : 0, now, seen);
      }
      /**
       * Fills what is shown.
       * @param {number} tick with its fraction
       * @param {number} newest tick of the newest snapshot
       * @param {number} beyond most ticks beyond a snapshot that it is carried on
       */
      show(tick, newest, beyond) {
        const { moving, steady } = this.#layout;
        const values = this.#at(tick, newest, beyond, this.#layout.now);
        let at3 = 0;
        for (const { name, size } of moving) {
          if (size === 1) {
            this.shown[name] = values[at3++];
            continue;
          }
          this.shown[name] ??= new Array(size).fill(0);
          const into = (
            /** @type {number[]} */
            this.shown[name]
          );
          for (let i = 0; i < size; i++) into[i] = values[at3++];
        }
        for (const name of steady) this.shown[name] = this.newest[name];
      }
      /**
       * Where it is in a tick.
       * @param {number} tick @param {number} newest @param {number} beyond @param {Float64Array} into
       */
      #at(tick, newest, beyond, into) {
        let n = this.#count - 1;
        while (n > 0 && this.#tickOf(n) > tick) n--;
        const a = n * this.#stride;
        const points = this.#points;
        const { moving, width } = this.#layout;
        if (n === this.#count - 1) {
          for (let i = 0; i < width; i++) into[i] = points[a + HEAD + i];
          const by = Math.min(tick, newest + beyond) - Math.max(newest, points[a]);
          if (by > 0 && this.#moves(newest)) this.#carry(into, by);
          return into;
        }
        const b = a + this.#stride;
        const span = points[b] - points[a];
        const part2 = points[b + 1] === 1 ? 0 : Math.max(0, (tick - points[a]) / span);
        let at3 = 0;
        for (const { kind, size } of moving) {
          const from = points[a + HEAD + at3];
          if (size === 1) into[at3] = between(kind, from, points[b + HEAD + at3] - from, part2);
          else {
            const turned = size === 4 ? four : three;
            turn(turned, kind, points, a + HEAD + at3, points, b + HEAD + at3, part2);
            for (let i = 0; i < size; i++) into[at3 + i] = turned[i];
          }
          at3 += size;
        }
        return into;
      }
      /** Takes the quanta of what moves. @param {number[]} q @returns {boolean} whether they are others than before */
      #isNews(q) {
        const { moving } = this.#layout;
        const quanta = this.#quanta;
        let isNews = false;
        for (let i = 0; i < quanta.length; i++) {
          const is = q[moving[i].at];
          if (is === quanta[i]) continue;
          quanta[i] = is;
          isNews = true;
        }
        return isNews;
      }
      /** Whether the row was under way when snapshots ended: it changed as lately as it does. @param {number} newest tick of the last one */
      #moves(newest) {
        return newest - this.#lastTick < this.#gap;
      }
      /** Carries numbers and angles on. @param {Float64Array} values changed @param {number} by ticks */
      #carry(values, by) {
        let at3 = 0;
        for (const { kind, size, low, high } of this.#layout.moving) {
          if (size === 1 && this.#speed[at3] !== 0) {
            const value2 = between(kind, values[at3], this.#speed[at3] * by, 1);
            values[at3] = Math.min(high, Math.max(low, value2));
          }
          at3 += size;
        }
      }
      /** Whether the row is at another place rather than on its way. @param {Float64Array} now */
      #isElsewhere(now) {
        let at3 = 0;
        for (const { size, snap } of this.#layout.moving) {
          if (size === 1 && Math.abs(now[at3] - this.#last[at3]) > snap) return true;
          at3 += size;
        }
        return false;
      }
      /**
       * Keeps what a change says of how the row moves.
       * @param {number} tick @param {number} before @param {Float64Array} now @param {boolean} jump
       */
      #note(tick, before2, now, jump) {
        const gap = tick - this.#lastTick;
        this.#gap = jump ? 0 : Math.min(gap, Math.max(this.#pace, tick - before2));
        this.#pace = Math.max(gap, this.#pace * FORGETS);
        let at3 = 0;
        for (const { kind, size, rate, perTick } of this.#layout.moving) {
          if (size === 1) {
            const by = now[at3] - this.#last[at3];
            const way = kind === ANGLE ? shortWay(by) : by;
            this.#speed[at3] = jump ? 0 : rate >= 0 ? now[rate] * perTick : way / this.#gap;
          }
          at3 += size;
        }
        put(now, this.#last, 0);
        this.#lastTick = tick;
      }
      /** @param {number} n */
      #tickOf(n) {
        return this.#points[n * this.#stride];
      }
      /**
       * Adds a point; at or before the last one it takes that one's place, at its tick.
       * @param {number} tick @param {number} jump 1 if it is jumped to @param {Float64Array} values @param {number} seen nothing before it is
       *   shown again
       */
      #add(tick, jump, values, seen) {
        const last = this.#count - 1;
        if (last >= 0 && tick <= this.#tickOf(last)) {
          put(values, this.#points, last * this.#stride + HEAD);
          return;
        }
        if (this.#count * this.#stride === this.#points.length) this.#makeRoom(seen);
        const at3 = this.#count * this.#stride;
        this.#points[at3] = tick;
        this.#points[at3 + 1] = jump;
        put(values, this.#points, at3 + HEAD);
        this.#count++;
      }
      /** Has the way end at a tick before its last point. @param {number} tick @param {Float64Array} values */
      #end(tick, values) {
        while (this.#count > 1 && this.#tickOf(this.#count - 1) >= tick) this.#count--;
        this.#add(tick, 0, values, tick);
      }
      /** @param {number} seen */
      #makeRoom(seen) {
        let past = 0;
        while (past + 1 < this.#count && this.#tickOf(past + 1) <= seen) past++;
        if (2 * past < this.#count && this.#count < MOST_ROOM) {
          const points = this.#points;
          this.#points = new Float64Array(2 * points.length);
          this.#points.set(points);
          return;
        }
        past = Math.max(past, 1);
        this.#points.copyWithin(0, past * this.#stride);
        this.#count -= past;
      }
    };
    four = [0, 0, 0, 0];
    three = [0, 0, 0];
  }
});

// src/interpolate.js
function layoutOf2(fields, snap) {
  const shown = fields.filter(({ name }) => name !== "id");
  const moving = shown.filter((f) => f.moving);
  const sizes = moving.map(
    ({ kind }) => kind === QUAT ? 4 : kind === UNIT ? 3 : 1
  );
  let width = 0;
  const starts = sizes.map((size) => {
    width += size;
    return width - size;
  });
  return {
    moving: moving.map((field, i) => {
      const { name, kind, min, max, offset, step, perTick } = field;
      const bounded = kind === FIXED;
      const rate = field.rate < 0 ? -1 : moving.indexOf(fields[field.rate]);
      return {
        name,
        at: fields.indexOf(field),
        kind,
        size: sizes[i],
        low: bounded ? offset + min * step : Number.NEGATIVE_INFINITY,
        high: bounded ? offset + max * step : Number.POSITIVE_INFINITY,
        snap: field.smooth ? snapOf(field, snap) : Number.POSITIVE_INFINITY,
        rate: rate < 0 ? -1 : starts[rate],
        perTick: rate < 0 ? 0 : perTick / 65536 * step / moving[rate].step
      };
    }),
    width,
    steady: shown.filter((f) => !f.moving).map(({ name }) => name),
    now: new Float64Array(width),
    here: new Float64Array(width)
  };
}
var BEYOND, BLEND2, Interpolator;
var init_interpolate = __esm({
  "src/interpolate.js"() {
    "use strict";
    init_between();
    init_fieldkinds();
    init_playback();
    init_track();
    BEYOND = 100;
    BLEND2 = 50;
    Interpolator = class {
      #playback;
      #world;
      #tables;
      /** @type {Record<string, Row[]>} */
      #result;
      #delay;
      #blend;
      #beyond;
      #capturedAt = 0;
      /** Ticks of the first and the newest snapshot, 0 for none. */
      #oldest = 0;
      #newest = 0;
      #tick = 0;
      #underruns = 0;
      #isDry = false;
      /**
       * @param {World} world
       * @param {number} tickRate Hz
       * @param {import("./delay.js").Delay} delay of the view, told of every snapshot
       * @param {Record<string, number>} [snap] by table: a change above this, in units, in a field, is another place, which is jumped to when its
       *   tick comes; an eighth of the field's range where it is not given
       */
      constructor(world, tickRate, delay, snap = {}) {
        this.#world = world;
        this.#delay = delay;
        this.#playback = new Playback(1e3 / tickRate, BEYOND * tickRate / 1e3);
        this.#beyond = BEYOND * tickRate / 1e3;
        this.#blend = BLEND2 * tickRate / 1e3;
        this.#tables = world.tables.map(({ fields, name }) => ({
          layout: layoutOf2(fields, snap[name]),
          /** By rising id; of two with one id, the one that is gone is first. @type {Track[]} */
          tracks: [],
          /** @type {Row[]} */
          rows: []
        }));
        this.#result = Object.fromEntries(world.tables.map((t, i) => [t.name, this.#tables[i].rows]));
      }
      /** The tick that was shown last, to the nearest whole one; 0 before the first. */
      get tick() {
        return this.#tick;
      }
      /** The same with its fraction, and up to 100 ms beyond the newest snapshot. It never goes back but by `reset`. */
      get shown() {
        return this.#playback.shown;
      }
      /**
       * What a net graph shows.
       * @param {number} now in milliseconds
       * @param {number} rtt of pings, in milliseconds
       * @param {number} inputTick newest tick that an input was sent for, 0 for none
       */
      stats(now, rtt, inputTick) {
        const isEmpty = this.#newest === 0;
        const { asked, shown } = this.#playback;
        const serverTick = isEmpty ? 0 : this.#playback.serverTick(now, rtt / 2);
        return {
          /** The tick that the server is at, with its fraction, by how quickly snapshots come at best, and half a round trip. */
          serverTick,
          /** How many ticks the inputs that are sent are ahead of it. */
          lead: isEmpty || inputTick === 0 ? 0 : inputTick - serverTick,
          /** Since the newest snapshot came, in milliseconds. */
          snapshotAge: isEmpty ? 0 : now - this.#capturedAt,
          /** The tick that is shown, with its fraction, and how far before the newest snapshot is what should be: below 0 there is nothing to show. */
          viewTick: shown,
          bufferMs: asked && this.#playback.ageOf(asked, now) - this.#playback.ageOf(this.#newest, now),
          /** How often the view came to be beyond the newest snapshot. */
          underruns: this.#underruns
        };
      }
      /** Forgets every snapshot, as after coming back: what lies between was not seen. */
      reset() {
        for (const table2 of this.#tables) table2.tracks = [];
        this.#oldest = this.#newest = this.#tick = 0;
        this.#isDry = false;
        this.#playback.reset();
      }
      /**
       * Takes in the world as it is now.
       * @param {number} tick rising
       * @param {number} now when it arrived, in milliseconds
       */
      capture(tick, now) {
        if (this.#newest > 0) {
          this.#delay.observe(this.#playback.ageOf(this.#newest, now), now - this.#capturedAt);
        }
        this.#capturedAt = now;
        this.#playback.observe(tick, now);
        this.#world.tables.forEach(({ entities }, i) => {
          this.#follow(this.#tables[i], entities, tick);
        });
        this.#newest = tick;
        this.#oldest ||= tick;
      }
      /**
       * @param {number} now in milliseconds
       * @returns {Record<string, Row[]>} the rows of every table, each with its entity's `id` (which hides
       *   a field of that name)
       */
      view(now) {
        if (this.#newest === 0) {
          for (const { rows } of this.#tables) rows.length = 0;
          return this.#result;
        }
        const tick = this.#playback.tickAt(now, this.#delay.at(now));
        const isDry = tick > this.#newest;
        if (isDry && !this.#isDry) this.#underruns++;
        this.#isDry = isDry;
        this.#tick = Math.round(Math.min(this.#newest, Math.max(this.#oldest, tick)));
        for (const table2 of this.#tables) this.#show(table2, Math.max(this.#oldest, tick));
        return this.#result;
      }
      /**
       * Brings tracks up to what a snapshot says.
       * @param {{layout: import("./track.js").Layout, tracks: Track[]}} table
       * @param {import("./world.js").Entity[]} entities of it, by rising id
       * @param {number} tick
       */
      #follow(table2, entities, tick) {
        const { layout, tracks } = table2;
        const { asked } = this.#playback;
        let next = null;
        let i = 0;
        const pass = () => {
          const track = tracks[i];
          track.gone = Math.min(track.gone, tick);
          if (track.gone > asked) next?.push(track);
          else next ??= tracks.slice(0, i);
          i++;
        };
        for (const entity of entities) {
          const { id } = entity;
          while (i < tracks.length && (tracks[i].id < id || this.#isOver(tracks[i], id))) pass();
          const track = tracks[i];
          if (track?.id === id) {
            track.extend(entity.q, tick, this.#newest, asked, this.#blend, this.#beyond);
            next?.push(track);
            i++;
          } else {
            next ??= tracks.slice(0, i);
            next.push(new Track(entity, layout, tick));
          }
        }
        while (i < tracks.length) pass();
        if (next !== null) table2.tracks = next;
      }
      /** Whether this is a row that was gone before one with its id came. @param {Track} track @param {number} id */
      #isOver(track, id) {
        return track.id === id && track.gone < Number.POSITIVE_INFINITY;
      }
      /**
       * Fills what a table shows with its rows in a tick.
       * @param {{tracks: Track[], rows: Row[]}} table
       * @param {number} tick with its fraction
       */
      #show({ tracks, rows }, tick) {
        let n = 0;
        for (const track of tracks) {
          if (tick < track.from || tick >= track.gone) continue;
          track.show(tick, this.#newest, this.#beyond);
          rows[n++] = track.shown;
        }
        rows.length = n;
      }
    };
  }
});

// src/views.js
var views_exports = {};
__export(views_exports, {
  Delay: () => Delay,
  Interpolator: () => Interpolator
});
var init_views = __esm({
  "src/views.js"() {
    "use strict";
    init_delay();
    init_interpolate();
  }
});

// src/rounding.js
function quantumOf(field, value2) {
  switch (field.kind) {
    case BOOL:
      return value2 ? 1 : 0;
    case ANGLE:
      return angle(Number(value2), field.max + 1);
    case FLOAT:
      return bitsOf(Number(value2));
    case QUAT:
      return rotation2(value2, field.bits);
    case UNIT:
      return direction2(value2, field.bits);
    default: {
      const q = round((Number(value2) - field.offset) / field.step);
      return q >= field.min ? Math.min(q, field.max) + 0 : field.min;
    }
  }
}
function angle(v, turns) {
  if (!Number.isFinite(v)) return 0;
  let part2 = v / (2 * Math.PI);
  part2 -= Math.floor(part2);
  return Math.round(part2 * turns) % turns;
}
function rotation2(v, bits2) {
  const is = measurable(v, 4);
  const most = is ? largest(v, 4) : 3;
  const rest2 = [];
  let sum = 1;
  for (let i = 0; i < 4; i++) {
    if (i === most) continue;
    const part2 = is ? v[i] / v[most] : 0;
    rest2.push(part2);
    sum += part2 * part2;
  }
  const length = Math.sqrt(sum);
  let packed = most;
  for (const part2 of rest2) packed = packed << bits2 | level(part2 / length * Math.SQRT2, bits2);
  return packed;
}
function direction2(v, bits2) {
  if (!measurable(v, 3)) return level(0, bits2) << bits2 | level(0, bits2);
  const scale = Math.abs(v[largest(v, 3)]);
  let [x, y, z] = [v[0] / scale, v[1] / scale, v[2] / scale];
  const sum = Math.abs(x) + Math.abs(y) + Math.abs(z);
  x /= sum;
  y /= sum;
  if (z < 0) [x, y] = [signed2(1 - Math.abs(y), x), signed2(1 - Math.abs(x), y)];
  return level(x, bits2) << bits2 | level(y, bits2);
}
function level(v, bits2) {
  const half = 1 << bits2 - 1;
  return half + round(v * (half - 1));
}
function largest(v, size) {
  let most = 0;
  for (let i = 1; i < size; i++) if (Math.abs(v[i]) > Math.abs(v[most])) most = i;
  return most;
}
function measurable(v, size) {
  let any2 = false;
  for (let i = 0; i < size; i++) {
    if (!Number.isFinite(v[i])) return false;
    any2 ||= v[i] !== 0;
  }
  return any2;
}
var round, signed2;
var init_rounding = __esm({
  "src/rounding.js"() {
    "use strict";
    init_fieldkinds();
    init_float32();
    round = (v) => v < 0 ? -Math.round(-v) : Math.round(v);
    signed2 = (v, sign) => sign < 0 ? -v : v;
  }
});

// src/turning.js
function turnBetween(kind, from, to) {
  if (kind === QUAT) {
    const [x, y, z, w] = product(to, [-from[0], -from[1], -from[2], from[3]]);
    const sin2 = Math.hypot(x, y, z);
    const angle3 = 2 * Math.atan2(sin2, Math.abs(w));
    const scale = sin2 > 0 ? (w < 0 ? -angle3 : angle3) / sin2 : 0;
    return [x * scale, y * scale, z * scale];
  }
  const axis = cross(from, to);
  const sin = Math.hypot(...axis);
  const angle2 = Math.atan2(sin, from[0] * to[0] + from[1] * to[1] + from[2] * to[2]);
  if (sin > 0) return axis.map((c) => c * angle2 / sin);
  if (angle2 === 0) return [0, 0, 0];
  const least = Math.abs(from[0]) < 0.6 ? [1, 0, 0] : [0, 1, 0];
  return normalize(cross(from, least)).map((c) => c * Math.PI);
}
function turnedBy(kind, value2, turn2, share) {
  const angle2 = Math.hypot(...turn2);
  const scale = angle2 > 0 ? Math.sin(angle2 * share / 2) / angle2 : 0;
  const by = [...turn2.map((c) => c * scale), Math.cos(angle2 * share / 2)];
  if (kind === QUAT) return normalize(product(by, value2));
  const back = [-by[0], -by[1], -by[2], by[3]];
  return normalize(product(product(by, [...value2, 0]), back).slice(0, 3));
}
function product([ax, ay, az, aw], [bx, by, bz, bw]) {
  return [
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
    aw * bw - ax * bx - ay * by - az * bz
  ];
}
function cross(a, b) {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
var init_turning = __esm({
  "src/turning.js"() {
    "use strict";
    init_fieldkinds();
    init_rotation();
  }
});

// src/rowvalues.js
function fill(into, fields, quanta, texts) {
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i];
    into[field.name] = field.kind === STRING ? texts[field.name] : dequantize(field, quanta[i]);
  }
}
function mixed2(field, a, b, part2) {
  const from = dequantize(field, a);
  if (typeof from === "number") {
    const to2 = (
      /** @type {number} */
      dequantize(field, b)
    );
    return between(field.kind, from, to2 - from, part2);
  }
  const is = (
    /** @type {number[]} */
    from
  );
  if (a === b || part2 === 0) return is;
  const to = (
    /** @type {number[]} */
    dequantize(field, b)
  );
  return turnedBy(field.kind, is, turnBetween(field.kind, is, to), part2);
}
var init_rowvalues = __esm({
  "src/rowvalues.js"() {
    "use strict";
    init_between();
    init_dequantize();
    init_fieldkinds();
    init_turning();
  }
});

// src/smoothing.js
function same(a, b) {
  return a === b || typeof a !== "number" && typeof b !== "number" && a.every((c, i) => c === b[i]);
}
var Smoothing;
var init_smoothing = __esm({
  "src/smoothing.js"() {
    "use strict";
    init_between();
    init_fieldkinds();
    init_turning();
    Smoothing = class {
      /** Indices of the fields that are smoothed. */
      fields;
      #kinds;
      #snaps;
      #ms;
      /** @type {(number | number[])[]} differences, for each of the fields, as they were at a time: of a rotation or direction, a turn */
      #off;
      #since = 0;
      /** @type {(number | number[])[]} what was shown when held */
      #held;
      /**
       * @param {Field[]} fields of the table
       * @param {number} ms over which a difference goes away; 0 for at once
       * @param {number | undefined} snap a difference above this, in units, in any field but angles, rotations and directions, is not
       *   smoothed; by default the field's own
       */
      constructor(fields, ms, snap) {
        this.fields = fields.flatMap((f, i) => f.smooth ? [i] : []);
        const those = this.fields.map((i) => fields[i]);
        this.#kinds = those.map((f) => f.kind);
        this.#snaps = those.map((f) => snapOf(f, snap));
        this.#ms = ms;
        this.#off = those.map(() => 0);
        this.#held = those.map(() => 0);
      }
      /** @param {(number | number[])[]} raw of each of the fields, as it is before a change; arrays are kept, and not to be written to */
      hold(raw) {
        for (let i = 0; i < raw.length; i++) this.#held[i] = raw[i];
      }
      /**
       * @param {(number | number[])[]} raw as it is after the change
       * @param {number} now in milliseconds
       * @param {number} [over] milliseconds over which the difference goes away from now on: it is no other place, however great it is
       */
      settle(raw, now, over) {
        let changed = false;
        for (let i = 0; i < raw.length; i++) changed ||= !same(raw[i], this.#held[i]);
        if (!changed) return;
        const left = this.#left(now);
        this.#ms = over ?? this.#ms;
        for (let i = 0; i < raw.length; i++) {
          const [kind, is, was, off] = [this.#kinds[i], raw[i], this.#held[i], this.#off[i]];
          if (typeof is !== "number") {
            const before2 = typeof was === "number" ? is : was;
            const shown = typeof off === "number" ? before2 : turnedBy(kind, before2, off, left);
            this.#off[i] = turnBetween(kind, is, shown);
            continue;
          }
          const change = Number(was) - is;
          if (kind !== ANGLE && over === void 0 && Math.abs(change) > this.#snaps[i]) {
            this.clear();
            return;
          }
          const by = Number(off) * left + change;
          this.#off[i] = kind === ANGLE ? shortWay(by) : by;
        }
        this.#since = now;
      }
      clear() {
        this.#off.fill(0);
      }
      /**
       * A field as it is to be shown.
       * @param {number} i index in `fields`
       * @param {number | number[]} raw as it is
       * @param {number} now in milliseconds
       */
      shown(i, raw, now) {
        const left = this.#left(now);
        const off = this.#off[i];
        if (left === 0 || off === 0) return raw;
        if (typeof raw === "number") return between(this.#kinds[i], raw, Number(off) * left, 1);
        return typeof off === "number" ? raw : turnedBy(this.#kinds[i], raw, off, left);
      }
      /** How far what is shown is off, in units, over all fields that are measured in units. @param {number} now in milliseconds */
      distance(now) {
        let sum = 0;
        this.#off.forEach((off, i) => {
          if (typeof off === "number" && this.#kinds[i] !== ANGLE) sum += off * off;
        });
        return Math.sqrt(sum) * this.#left(now);
      }
      /** Part of the differences that is left. @param {number} now */
      #left(now) {
        const passed = Math.max(0, now - this.#since);
        return passed < this.#ms ? 1 - passed / this.#ms : 0;
      }
    };
  }
});

// src/timeline.js
function copy(from, to) {
  for (let i = 0; i < from.length; i++) to[i] = from[i];
}
var Timeline;
var init_timeline = __esm({
  "src/timeline.js"() {
    "use strict";
    Timeline = class {
      /** @type {Moment[]} */
      #moments;
      /**
       * @param {number} length ticks that are kept
       * @param {number} inputs fields of an input
       * @param {number} fields of a row
       */
      constructor(length, inputs, fields) {
        this.#moments = Array.from({ length }, () => ({
          tick: 0,
          input: new Array(inputs).fill(0),
          row: new Array(fields).fill(0)
        }));
      }
      get length() {
        return this.#moments.length;
      }
      /**
       * The place of a tick. It holds another's, or none, where `tick` says so.
       * @param {number} tick
       */
      at(tick) {
        return this.#moments[tick % this.#moments.length];
      }
      /**
       * Makes the place of a tick that tick's, unless it is already.
       * @param {number} tick
       * @param {number[]} input in force where none is known
       */
      claim(tick, input) {
        const moment = this.at(tick);
        if (moment.tick !== tick) {
          moment.tick = tick;
          copy(input, moment.input);
        }
        return moment;
      }
      clear() {
        for (const moment of this.#moments) moment.tick = 0;
      }
    };
  }
});

// src/predictor.js
var SMOOTH_MS, KEPT_SECONDS, Predictor;
var init_predictor = __esm({
  "src/predictor.js"() {
    "use strict";
    init_dequantize();
    init_fieldkinds();
    init_quantize();
    init_rounding();
    init_rowvalues();
    init_smoothing();
    init_timeline();
    SMOOTH_MS = 80;
    KEPT_SECONDS = 2;
    Predictor = class {
      /** How often a snapshot showed that the step was wrong, in a field that it has ever changed. */
      mispredictions = 0;
      /** How often the row was set to a snapshot's and later inputs were run again, for that or because another field had changed. */
      resims = 0;
      #place;
      #fields;
      #rowOf;
      #step;
      #ran;
      #dt;
      #timeline;
      #smoothing;
      /** @type {(() => Record<string, unknown>) | null} */
      #sample = null;
      /** Quanta of the newest input sent: what the server repeats. */
      #last;
      /** Newest tick that an input was sent for. */
      #sent = 0;
      /** Newest tick of the timeline, and the oldest whose row goes on to it without a break; the latter is 0 while there is no row to go on from. */
      #newest = 0;
      #first = 0;
      /** @type {Entity | null} the row, as of the newest snapshot */
      #entity = null;
      #id = 0;
      /** The tick that was shown last, with its fraction. */
      #viewed = 0;
      #restarting = false;
      #stopped = false;
      /** For each field whether the step has ever changed it. */
      #moved;
      /** Reused: the row and the input for the step, the row that is shown, and the smoothed fields without smoothing. */
      #state = (
        /** @type {Row} */
        {}
      );
      #given = (
        /** @type {Row} */
        {}
      );
      #shown = (
        /** @type {Row} */
        {}
      );
      #raw;
      /**
       * @param {Prediction} prediction
       * @param {Place} place
       * @throws {TypeError | RangeError} for what cannot work
       */
      constructor({ row: row2, step, ran, smoothMs = SMOOTH_MS, snap }, place) {
        if (typeof row2 !== "function") throw new TypeError("row must be a function");
        if (typeof step !== "function") throw new TypeError("step must be a function");
        if (!(smoothMs >= 0)) throw new RangeError("smoothMs must be 0 or more");
        if (snap !== void 0 && !(snap >= 0)) throw new RangeError("snap must be 0 or more");
        const { table: table2, inputFields, inputs, tickRate } = place;
        this.#place = place;
        this.#fields = table2.fields;
        this.#rowOf = row2;
        this.#step = step;
        this.#ran = ran;
        this.#dt = 1 / tickRate;
        const kept = Math.max(16, Math.ceil(KEPT_SECONDS * tickRate));
        this.#timeline = new Timeline(kept, inputFields.length, table2.fields.length);
        this.#smoothing = new Smoothing(table2.fields, smoothMs, snap);
        this.#raw = /** @type {(number | number[])[]} */
        this.#smoothing.fields.map(() => 0);
        this.#last = inputs.values?.slice() ?? inputFields.map((f) => quantize(f, 0));
        this.#moved = table2.fields.map(() => false);
      }
      /** Id of the row that is predicted, 0 while there is none. */
      get id() {
        return this.#entity?.id ?? 0;
      }
      /** Newest tick that was run here, 0 before the first snapshot. */
      get tick() {
        return this.#newest;
      }
      /**
       * What a net graph shows.
       * @param {number} now in milliseconds
       * @internal
       */
      _stats(now) {
        return {
          mispredictions: this.mispredictions,
          resims: this.resims,
          /** The tick of one's own row that was shown last, with its fraction. */
          predictedTick: this.#viewed,
          /** How far, in units, that is shown from where it is predicted, while an error of before is smoothed away. */
          predictionError: this.#smoothing.distance(now)
        };
      }
      /**
       * Runs the ticks that are due: samples an input for each, sends it, and moves the row on by it. For a game's frame hook. Ticks that
       * come due between frames, or while there are none, ask the same function.
       * @param {number} now milliseconds on the clock of `performance.now`, as animation frames have it
       * @param {() => Record<string, unknown>} sample the input of a tick, as for `room.input`
       */
      advance(now, sample) {
        const { inputs, playing } = this.#place;
        this.#sample = sample;
        if (!playing()) return;
        const present = this.#place.now();
        const at3 = Math.min(now, present) || present;
        if (inputs.running) {
          inputs.drive(this, at3);
          return;
        }
        this.#hold(at3);
        inputs.drive(this, at3);
        this.#settle(at3);
      }
      /**
       * The own row as it is to be shown, with its `id`, or null while there is none. The object is reused by the next call.
       * @param {number} [now] as for `advance`
       * @returns {import("./world.js").RowWithId | null}
       */
      view(now = this.#place.now()) {
        const entity = this.#entity;
        if (entity === null) return null;
        const [a, b, part2] = this.#around(now);
        this.#viewed = this.#first === 0 ? 0 : this.#shownAt(now);
        const newest = this.#first === 0 ? entity.q : this.#timeline.at(this.#newest).row;
        for (let i = 0; i < this.#fields.length; i++) {
          const field = this.#fields[i];
          if (field.kind === STRING) this.#shown[field.name] = entity.row[field.name];
          else if (!field.moving) this.#shown[field.name] = dequantize(field, newest[i]);
          else this.#shown[field.name] = mixed2(field, a[i], b[i], part2);
        }
        this.#smoothing.fields.forEach((at3, i) => {
          const { name } = this.#fields[at3];
          const raw = (
            /** @type {number | number[]} */
            this.#shown[name]
          );
          this.#shown[name] = this.#smoothing.shown(i, raw, now);
        });
        this.#shown.id = entity.id;
        return (
          /** @type {import("./world.js").RowWithId} */
          this.#shown
        );
      }
      /** Predicts no longer; inputs are those of `room.input` again. */
      stop() {
        if (this.#stopped) return;
        this.#stopped = true;
        this.#place.stopped();
        this.#place.inputs.release(this);
        this.#sample = null;
        this.#first = 0;
        this.#entity = null;
      }
      /**
       * The input of a tick that is being sent.
       * @param {number} tick
       * @returns {number[]} its quanta
       * @internal
       */
      input(tick) {
        if (this.#sent - tick >= this.#timeline.length) this.#forget();
        if (tick <= this.#sent) return this.#timeline.claim(tick, this.#last).input;
        if (tick - this.#newest >= this.#timeline.length) this.#first = 0;
        else for (let t = this.#newest + 1; t < tick; t++) this.#run(t);
        this.#take();
        this.#sent = tick;
        if (tick > this.#newest) {
          this.#newest = tick;
          if (this.#run(tick)) this.#tell(tick);
        }
        return this.#last;
      }
      /** A snapshot is about to be looked at. @param {number} now @internal */
      _before(now) {
        this.#place.inputs.pump(now);
        this.#hold(now);
      }
      /**
       * A snapshot was looked at.
       * @param {number} now
       * @param {number} tick of the world, 0 if it was left as it was
       * @internal
       */
      _after(now, tick) {
        const goesOn = tick === 0 || this.#reconcile(tick);
        this.#place.inputs.pump(now);
        if (goesOn) this.#settle(now);
        else this.#smoothing.clear();
      }
      /** Another stream of snapshots begins: nothing that was sent or predicted counts any more. @internal */
      _restart() {
        this.#restarting = true;
      }
      /**
       * Compares what was predicted for a tick with what came of it.
       * @param {number} tick of the snapshot, whose world is applied
       * @returns {boolean} whether the row goes on: it is not another one, nor one that was away
       */
      #reconcile(tick) {
        if (this.#restarting) this.#forget();
        const entity = this.#find();
        const goesOn = this.#first !== 0 && entity?.id === this.#id;
        this.#entity = entity;
        this.#id = entity?.id ?? 0;
        const ran = tick <= this.#newest;
        this.#newest = Math.max(this.#newest, tick);
        if (entity === null || this.#newest - tick >= this.#timeline.length) {
          this.#first = 0;
          return false;
        }
        const moment = this.#timeline.at(tick);
        const known = goesOn && ran && tick >= this.#first && moment.tick === tick;
        if (known && this.#agrees(moment.row, entity.q)) return true;
        if (known) this.resims++;
        else this.#first = tick;
        copy(entity.q, this.#timeline.claim(tick, this.#last).row);
        for (let t = tick + 1; t <= this.#newest; t++) this.#run(t);
        return goesOn;
      }
      /**
       * Whether a predicted row is the one that came. If the step was wrong that is counted.
       * @param {number[]} predicted @param {number[]} came
       */
      #agrees(predicted, came) {
        let agrees = true;
        let wrong = false;
        for (let i = 0; i < came.length; i++) {
          if (predicted[i] === came[i]) continue;
          agrees = false;
          wrong ||= this.#moved[i];
        }
        if (wrong) this.mispredictions++;
        return agrees;
      }
      /** The row that the game says is its own. @returns {Entity | null} */
      #find() {
        let id;
        try {
          id = this.#rowOf();
        } catch (error) {
          this.#place.report(error);
        }
        const { entities } = this.#place.table;
        let low = 0;
        for (let high = entities.length; low < high; ) {
          const middle = low + high >> 1;
          if (entities[middle].id < Number(id)) low = middle + 1;
          else high = middle;
        }
        return low < entities.length && entities[low].id === id ? entities[low] : null;
      }
      /** Takes the input of now. One that cannot be had is the one before again. */
      #take() {
        try {
          const values = this.#sample?.();
          const { inputFields } = this.#place;
          for (let i = 0; i < inputFields.length; i++) {
            this.#last[i] = quantize(inputFields[i], values?.[inputFields[i].name]);
          }
        } catch (error) {
          this.#place.report(error);
        }
      }
      /** Tells the game of a tick that was run first. @param {number} tick */
      #tell(tick) {
        try {
          this.#ran?.(this.#state, this.#given, tick);
        } catch (error) {
          this.#place.report(error);
        }
      }
      /**
       * Runs a tick with its input, from the row of the tick before, if there is one.
       * @param {number} tick
       * @returns {boolean} whether there was
       */
      #run(tick) {
        const moment = this.#timeline.claim(tick, this.#last);
        if (this.#first === 0 || this.#entity === null) return false;
        const before2 = this.#timeline.at(tick - 1).row;
        fill(this.#state, this.#fields, before2, this.#entity.row);
        fill(this.#given, this.#place.inputFields, moment.input, this.#given);
        copy(before2, moment.row);
        try {
          this.#step(this.#state, this.#given, this.#dt);
          this.#fields.forEach((field, i) => {
            if (field.kind === STRING) return;
            moment.row[i] = quantumOf(field, this.#state[field.name]);
            this.#moved[i] ||= moment.row[i] !== before2[i];
          });
        } catch (error) {
          this.#place.report(error);
        }
        return true;
      }
      #forget() {
        this.#restarting = false;
        this.#timeline.clear();
        this.#newest = this.#sent = this.#first = 0;
      }
      /** The tick that `view` shows, with its fraction; that of the newest snapshot while there is nothing to predict. @param {number} now @internal */
      _shownAt(now) {
        return this.#first === 0 ? this.#newest : this.#shownAt(now);
      }
      /** The tick to be shown, with its fraction. @param {number} now */
      #shownAt(now) {
        const oldest = Math.max(this.#first, this.#newest - this.#timeline.length + 1);
        const due2 = this.#place.inputs.tickAt(now) - 1;
        return Math.min(this.#newest, Math.max(oldest, due2));
      }
      /**
       * The rows around what is to be shown: one tick behind the one whose input is due, so that both are there.
       * @param {number} now
       * @returns {[number[], number[], number]} quanta before and after, and how far it is from one to the other, 0 to 1
       */
      #around(now) {
        if (this.#first === 0) {
          const { q } = (
            /** @type {Entity} */
            this.#entity
          );
          return [q, q, 0];
        }
        const tick = this.#shownAt(now);
        const whole = Math.floor(tick);
        const a = this.#timeline.at(whole).row;
        const b = tick > whole ? this.#timeline.at(whole + 1).row : a;
        return [a, b, tick - whole];
      }
      /** @param {number} now */
      #rawAt(now) {
        const [a, b, part2] = this.#around(now);
        this.#smoothing.fields.forEach((at3, i) => {
          this.#raw[i] = mixed2(this.#fields[at3], a[at3], b[at3], part2);
        });
        return this.#raw;
      }
      /** @param {number} now */
      #hold(now) {
        if (this.#entity !== null) this.#smoothing.hold(this.#rawAt(now));
      }
      /** @param {number} now */
      #settle(now) {
        if (this.#entity !== null) this.#smoothing.settle(this.#rawAt(now), now);
      }
    };
  }
});

// src/prediction.js
var prediction_exports = {};
__export(prediction_exports, {
  Predictor: () => Predictor,
  Smoothing: () => Smoothing
});
var init_prediction = __esm({
  "src/prediction.js"() {
    "use strict";
    init_predictor();
    init_smoothing();
  }
});

// src/kinds.js
var HELLO, REQUEST, INPUT, ACK, PING, RESYNC, BYE, SEND, ANSWER, UPLOAD, UPLOAD_CHUNK, DOWNLOAD_PROGRESS, WELCOME, REPLY, EVENT, PONG, ENTER, SNAPSHOT, ASK, DOWNLOAD, DOWNLOAD_CHUNK, UPLOAD_PROGRESS;
var init_kinds = __esm({
  "src/kinds.js"() {
    "use strict";
    HELLO = 1;
    REQUEST = 2;
    INPUT = 3;
    ACK = 4;
    PING = 5;
    RESYNC = 6;
    BYE = 7;
    SEND = 8;
    ANSWER = 9;
    UPLOAD = 10;
    UPLOAD_CHUNK = 11;
    DOWNLOAD_PROGRESS = 12;
    WELCOME = 16;
    REPLY = 17;
    EVENT = 18;
    PONG = 19;
    ENTER = 20;
    SNAPSHOT = 21;
    ASK = 22;
    DOWNLOAD = 23;
    DOWNLOAD_CHUNK = 24;
    UPLOAD_PROGRESS = 25;
  }
});

// src/requests.js
function sendable(encoded) {
  try {
    return encoded();
  } catch (error) {
    throw new RequestError(
      "bad-payload",
      "",
      /** @type {Error} */
      error.message
    );
  }
}
var MAX_PENDING, RequestError, Requests;
var init_requests = __esm({
  "src/requests.js"() {
    "use strict";
    MAX_PENDING = 256;
    RequestError = class extends Error {
      name = "RequestError";
      /**
       * @param {string} code
       * @param {string} field the payload's field that is wrong, or ""
       * @param {string} message
       */
      constructor(code, field, message) {
        super(message || code);
        this.code = code;
        this.field = field;
      }
    };
    Requests = class {
      /** @type {Map<number, Pending>} by id, in the order of their ids */
      #pending = /* @__PURE__ */ new Map();
      #lastId;
      #timers;
      #keep;
      /**
       * @param {import("./options.js").Timers} timers
       * @param {number} [lastId] the highest id that was used in this session for a request that runs once
       * @param {(id: number) => void} [keep] is told of every such id
       */
      constructor(timers, lastId = 0, keep = () => {
      }) {
        this.#timers = timers;
        this.#lastId = lastId;
        this.#keep = keep;
      }
      /** Uses up an id, for something else that must not have one twice in a session. */
      takeId() {
        this.#lastId = this.#lastId % 2147483647 + 1;
        this.#keep(this.#lastId);
        return this.#lastId;
      }
      /**
       * @param {Say} say
       * @param {number} timeout in milliseconds
       * @param {boolean} [once] whether it survives its connection
       * @returns {Promise<any>} the reply's payload
       */
      add(say, timeout, once = false) {
        return new Promise((resolve, reject) => {
          if (this.#pending.size >= MAX_PENDING) {
            throw new RequestError("too-many", "", "too many wait for a reply");
          }
          this.#lastId = this.#lastId % 2147483647 + 1;
          const id = this.#lastId;
          if (once) this.#keep(id);
          if (!say(id, timeout) && !once) throw new RequestError("dropped", "", "not connected");
          const timer = this.#timers.setTimeout(() => {
            this.#pending.delete(id);
            reject(new RequestError("timeout", "", `no reply within ${timeout} ms`));
          }, timeout);
          const until = this.#timers.now() + timeout;
          this.#pending.set(id, { resolve, reject, timer, until, again: once ? say : null });
        });
      }
      /** @param {import("./frames.js").Reply} reply one that came too late is of no use to anyone */
      settle({ id, error, payload }) {
        const pending = this.#pending.get(id);
        if (pending === void 0) return;
        this.#pending.delete(id);
        this.#timers.clearTimeout(pending.timer);
        if (error === null) pending.resolve(payload);
        else pending.reject(new RequestError(...error));
      }
      /** Says again what may be said again: the session is back. */
      again() {
        const now = this.#timers.now();
        for (const [id, { again, until, timer, reject }] of [...this.#pending]) {
          try {
            again?.(id, Math.max(1, until - now));
          } catch (error) {
            this.#pending.delete(id);
            this.#timers.clearTimeout(timer);
            reject(
              /** @type {RequestError} */
              error
            );
          }
        }
      }
      /** Rejects all that wait. @param {boolean} [all] also those that may be said again, since their session is gone */
      drop(all = true) {
        for (const [id, { reject, timer, again }] of [...this.#pending]) {
          if (again !== null && !all) continue;
          this.#pending.delete(id);
          this.#timers.clearTimeout(timer);
          reject(new RequestError("dropped", "", "the connection ended"));
        }
      }
    };
  }
});

// src/answer.js
async function answer({ id, payload }, handler, current, send, report) {
  const refusal = (thrown) => {
    if (thrown instanceof RequestError) return [thrown.code, thrown.field, thrown.message];
    report(thrown);
    return ["internal", "", "a fault of the client"];
  };
  let error = null;
  let said = null;
  try {
    if (handler === void 0)
      throw new RequestError("unknown-request", "", "nobody answers that here");
    said = await handler(payload) ?? null;
  } catch (thrown) {
    error = refusal(thrown);
  }
  if (!current()) return;
  try {
    send([ANSWER, id, error, said]);
  } catch (unsendable) {
    send([ANSWER, id, refusal(unsendable), null]);
  }
}
var init_answer = __esm({
  "src/answer.js"() {
    "use strict";
    init_kinds();
    init_requests();
  }
});

// src/records.js
function record(kind, payload) {
  const bytes2 = new Uint8Array(HEAD2 + payload.length);
  new DataView(bytes2.buffer).setUint32(0, payload.length);
  bytes2[0] = kind;
  bytes2.set(payload, HEAD2);
  return bytes2;
}
function joined(parts2) {
  const all = new Uint8Array(parts2.reduce((n, part2) => n + part2.length, 0));
  let at3 = 0;
  for (const part2 of parts2) {
    all.set(part2, at3);
    at3 += part2.length;
  }
  return all;
}
var Record, HEAD2, MAX_PAYLOAD, closeRecord, RecordReader;
var init_records = __esm({
  "src/records.js"() {
    "use strict";
    init_wire();
    Record = Object.freeze({ FRAME: 0, PING: 1, PONG: 2, CLOSE: 3, NOTHING: 4 });
    HEAD2 = 4;
    MAX_PAYLOAD = 4 << 20;
    closeRecord = (code) => record(Record.CLOSE, new Uint8Array([code >> 8 & 255, code & 255]));
    RecordReader = class {
      #rest = new Uint8Array(0);
      /**
       * @param {Uint8Array} bytes that came next
       * @param {(kind: number, payload: Uint8Array) => void} each called for every record that is whole now
       * @throws {WireError} for a record that is larger than any may be
       */
      push(bytes2, each) {
        const all = this.#rest.length === 0 ? bytes2 : joined([this.#rest, bytes2]);
        const view2 = new DataView(all.buffer, all.byteOffset, all.length);
        let at3 = 0;
        while (all.length - at3 >= HEAD2) {
          const length = view2.getUint32(at3) & 16777215;
          if (length > MAX_PAYLOAD) throw new WireError(`a record of ${length} bytes`);
          if (all.length - at3 - HEAD2 < length) break;
          const payload = all.slice(at3 + HEAD2, at3 + HEAD2 + length);
          at3 += HEAD2 + length;
          each(all[at3 - length - HEAD2], payload);
        }
        this.#rest = all.slice(at3);
      }
    };
  }
});

// src/http-link.js
var STREAM_WITHIN, MAX_WAITING, MAX_BODY, HttpLink, LinkError;
var init_http_link = __esm({
  "src/http-link.js"() {
    "use strict";
    init_records();
    init_wire();
    STREAM_WITHIN = 1500;
    MAX_WAITING = 4 << 10;
    MAX_BODY = 60 << 10;
    HttpLink = class {
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
      constructor({ fetch: fetch2, url, timers }, stats, handlers) {
        this.#fetch = fetch2;
        this.#url = url.replace(/^ws/, "http");
        this.#timers = timers;
        this.#stats = stats;
        this.#handlers = handlers;
        this.#run().catch((error) => this.#fail(error));
      }
      /** Sends a frame. @param {Uint8Array} bytes @returns {boolean} false when the link is not open */
      write(bytes2) {
        if (!this.#isOpen) return false;
        this.#queue(record(Record.FRAME, bytes2));
        this.#stats.sent(bytes2.length);
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
        this.#queue(closeRecord(1e3));
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
        if (!(error instanceof TypeError || error instanceof DOMException || error instanceof LinkError))
          throw error;
      }
      async #run() {
        this.#id = await this.#open();
        const stream = await this.#stream();
        if (stream === null) {
          this.#id = await this.#open();
        }
        if (this.#isOver) return;
        this.#isOpen = true;
        this.#handlers.open();
        if (stream === null) await this.#pollOn();
        else await this.#readOn(stream.reader, stream.first);
      }
      async #open() {
        const answer2 = await this.#post(new Uint8Array(0), {});
        return answer2.text();
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
          const answer2 = await this.#get("stream", patience.signal);
          const reader = answer2.body?.getReader();
          if (reader === void 0) return null;
          const { value: value2, done } = await reader.read();
          if (done) throw new LinkError("the stream ended at once");
          return { reader, first: value2 };
        } catch (error) {
          if (late) return null;
          throw error;
        } finally {
          this.#timers.clearTimeout(timer);
        }
      }
      /** @param {ReadableStreamDefaultReader<Uint8Array>} reader @param {Uint8Array} first */
      async #readOn(reader, first) {
        for (let bytes2 = first; ; ) {
          this.#take(bytes2);
          const { value: value2, done } = await reader.read();
          if (done) throw new LinkError("the stream ended");
          bytes2 = value2;
        }
      }
      async #pollOn() {
        while (!this.#isOver) {
          const answer2 = await this.#get("poll", this.#abort.signal);
          this.#take(new Uint8Array(await answer2.arrayBuffer()));
        }
      }
      /** @param {Uint8Array} bytes */
      #take(bytes2) {
        this.#reader.push(bytes2, (kind, payload) => {
          if (this.#isOver) return;
          if (kind === Record.FRAME) this.#handlers.message(payload);
          else if (kind === Record.PING) this.#queue(record(Record.PONG, payload));
          else if (kind === Record.CLOSE) this.#down(payload[0] << 8 | payload[1]);
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
          await this.#fetch(this.#url, { method: "POST", headers, body, signal, keepalive })
        );
      }
      /** @param {Response} answer */
      #answered(answer2) {
        if (!answer2.ok) throw new LinkError(`the server answered ${answer2.status}`);
        return answer2;
      }
      /** @param {Uint8Array} bytes */
      #queue(bytes2) {
        this.#waiting.push(bytes2);
        this.#waitingBytes += bytes2.length;
        if (!this.#posting) this.#postAll().catch((error) => this.#fail(error));
      }
      async #postAll() {
        this.#posting = true;
        await null;
        while (this.#waiting.length > 0) {
          let n = 1;
          let bytes2 = this.#waiting[0].length;
          for (; n < this.#waiting.length && bytes2 + this.#waiting[n].length <= MAX_BODY; n++)
            bytes2 += this.#waiting[n].length;
          this.#waitingBytes -= bytes2;
          await this.#post(joined(this.#waiting.splice(0, n)), { "Deltatick-Link": this.#id });
        }
        this.#posting = false;
        if (this.#closing) this.#abort.abort();
      }
    };
    LinkError = class extends Error {
    };
  }
});

// src/crc32.js
function crc32(bytes2, sum = 0) {
  let c = ~sum;
  for (const byte of bytes2) c = table[(c ^ byte) & 255] ^ c >>> 8;
  return ~c >>> 0;
}
var POLYNOMIAL, table;
var init_crc32 = __esm({
  "src/crc32.js"() {
    "use strict";
    POLYNOMIAL = 3988292384;
    table = Uint32Array.from({ length: 256 }, (_, byte) => {
      let c = byte;
      for (let bit = 0; bit < 8; bit++) c = c & 1 ? c >>> 1 ^ POLYNOMIAL : c >>> 1;
      return c;
    });
  }
});

// src/pace.js
var TARGET, GROWTH, MAX_GROWTH, MAX_CUT, MIN_CHUNK, MAX_CHUNK, FIRST_WINDOW, MAX_WINDOW, CHUNK_MS, STUCK, Pace;
var init_pace = __esm({
  "src/pace.js"() {
    "use strict";
    TARGET = 3;
    GROWTH = 0.5;
    MAX_GROWTH = 0.25;
    MAX_CUT = 0.5;
    MIN_CHUNK = 256;
    MAX_CHUNK = 8 << 10;
    FIRST_WINDOW = 8 * MIN_CHUNK;
    MAX_WINDOW = 64 << 10;
    CHUNK_MS = 2;
    STUCK = 8;
    Pace = class {
      /** How long until another chunk may leave, when `room` was 0 for that; 0: until the next progress. */
      wait = 0;
      #window = FIRST_WINDOW;
      /** Milliseconds of the way; 0: not known yet. */
      #way = 0;
      #next = 0;
      #filled = false;
      /** When the round began, which lasts until the progress of a chunk that was sent in it. */
      #round = -Infinity;
      /** The least that a chunk took in it. */
      #least = Infinity;
      #stuck = 0;
      #lately = Infinity;
      /** @param {number} inFlight bytes @param {number} now @returns {number} bytes that the next chunk may have */
      room(inFlight, now) {
        const fits2 = this.#way > 0 ? Math.floor(this.#window * CHUNK_MS / this.#way) : 0;
        const chunk2 = Math.min(Math.max(fits2, MIN_CHUNK), MAX_CHUNK);
        this.wait = Math.max(0, this.#next - now);
        const full = inFlight > 0 && (inFlight + chunk2 > this.#window || this.#way === 0);
        if (this.wait === 0 && !full) return chunk2;
        this.#filled = true;
        return 0;
      }
      /** @param {number} bytes of a chunk that leaves @param {number} now */
      left(bytes2, now) {
        this.#next = now + this.#way * bytes2 / this.#window;
      }
      /** @param {number} sent when the chunk left whose progress has come @param {number} now */
      took(sent, now) {
        const took = Math.max(now - sent, 1e-3);
        if (this.#way === 0 || took < this.#way) this.#way = took;
        this.#least = Math.min(this.#least, took);
        if (sent < this.#round) return;
        this.#adjust(this.#least);
        this.#round = now;
        this.#least = Infinity;
        this.#filled = false;
      }
      /** @param {number} least */
      #adjust(least) {
        if (least - this.#way <= TARGET) {
          this.#stuck = 0;
          if (!this.#filled) return;
          const growth = Math.min(MAX_GROWTH, GROWTH * TARGET / least);
          this.#window = Math.min(this.#window * (1 + growth), MAX_WINDOW);
        } else if (this.#window > MIN_CHUNK) {
          const holds = this.#way / least;
          this.#window = Math.max(this.#window * Math.max(MAX_CUT, holds * holds), MIN_CHUNK);
        } else {
          this.#lately = this.#stuck === 0 ? least : Math.min(this.#lately, least);
          if (++this.#stuck < STUCK) return;
          this.#way = this.#lately;
          this.#stuck = 0;
        }
      }
    };
  }
});

// src/frames.js
function str(f, i) {
  if (typeof f[i] !== "string") throw new WireError(`element ${i} is no string`);
  return f[i];
}
function ident(f, i) {
  if (str(f, i).length > MAX_IDENT) throw new WireError(`element ${i} is too long`);
  return f[i];
}
function uint(f, i, max = UINT32) {
  const v = f[i];
  if (!Number.isInteger(v) || v < 0 || v > max) {
    throw new WireError(`element ${i} is no such integer`);
  }
  return v;
}
function list(f, i) {
  if (!Array.isArray(f[i])) throw new WireError(`element ${i} is no array`);
  return f[i];
}
function any(f, i) {
  if (i >= f.length) throw new WireError(`element ${i} is missing`);
  return f[i];
}
function welcomeVersion(f) {
  return uint(f, 1);
}
function welcome(f) {
  if (typeof f[6] !== "boolean") throw new WireError("element 6 is no boolean");
  if (str(f, 5).length > MAX_TOKEN) throw new WireError("token too long");
  return {
    session: str(f, 2),
    user: str(f, 3),
    name: str(f, 4),
    token: str(f, 5),
    resumed: f[6],
    codec: str(f, 7),
    pingEvery: uint(f, 8),
    grace: uint(f, 9),
    maxFrame: uint(f, 10),
    lost: uint(f, 11),
    server: str(f, 12),
    // Earlier servers do not say these.
    taken: f.length > 13 ? uint(f, 13) : 0,
    expires: f.length > 14 ? uint(f, 14, FAR) : 0
  };
}
function reply(f) {
  const error = f[2] === null ? null : list(f, 2);
  return {
    id: uint(f, 1),
    error: error === null ? null : [str(error, 0), str(error, 1), str(error, 2)],
    payload: any(f, 3)
  };
}
function event(f) {
  return {
    seq: uint(f, 1),
    channel: str(f, 2),
    name: str(f, 3),
    payload: any(f, 4),
    tick: uint(f, 5)
  };
}
function pong(f) {
  uint(f, 2, FAR);
  return { time: uint(f, 1, FAR), taken: f.length > 3 ? uint(f, 3) : 0 };
}
function ask(f) {
  uint(f, 5);
  return { id: uint(f, 1), channel: ident(f, 2), name: ident(f, 3), payload: any(f, 4) };
}
function enter(f) {
  const tickRate = uint(f, 5, 1e3);
  if (tickRate === 0) throw new WireError("tick rate of 0");
  return {
    epoch: uint(f, 1),
    match: str(f, 2),
    game: str(f, 3),
    seat: uint(f, 4, UINT16),
    tickRate,
    tick: uint(f, 6),
    hashEvery: uint(f, 7),
    tables: list(f, 8),
    inputs: list(f, 9)
  };
}
function snapshot(f) {
  const slack = f[5];
  if ((slack | 0) !== slack) throw new WireError("element 5 is no such integer");
  return {
    epoch: uint(f, 1),
    tick: uint(f, 2),
    base: uint(f, 3),
    input: uint(f, 4),
    slack,
    hash: f[6] === null ? null : uint(f, 6),
    body: any(f, 7)
  };
}
var VERSION, UINT16, UINT32, FAR, MAX_TOKEN, MAX_IDENT;
var init_frames = __esm({
  "src/frames.js"() {
    "use strict";
    init_wire();
    VERSION = 1;
    UINT16 = 65535;
    UINT32 = 4294967295;
    FAR = 2 ** 53;
    MAX_TOKEN = 512;
    MAX_IDENT = 64;
  }
});

// src/transfer-frames.js
function offer(f) {
  const size = uint(f, 4, FAR2);
  if (size === 0) throw new WireError("a transfer of nothing");
  if (str(f, 5).length > MAX_TYPE) throw new WireError("element 5 is too long");
  return { id: uint(f, 1), channel: ident(f, 2), name: ident(f, 3), size, type: f[5] };
}
function chunk(f) {
  const data = f[4];
  if (data !== null) {
    if (!(data instanceof Uint8Array)) throw new WireError("element 4 is no bin");
    if (data.length === 0 || data.length > MAX_CHUNK)
      throw new WireError("a chunk of no good size");
  }
  return { id: uint(f, 1), offset: uint(f, 2, FAR2), sum: uint(f, 3), data };
}
function progress(f) {
  if (typeof f[4] !== "boolean") throw new WireError("element 4 is no boolean");
  const error = f[5] === null ? null : list(f, 5);
  return {
    id: uint(f, 1),
    offset: uint(f, 2, FAR2),
    limit: uint(f, 3, FAR2),
    done: f[4],
    error: error === null ? null : [str(error, 0), str(error, 1), str(error, 2)]
  };
}
var FAR2, MAX_TYPE;
var init_transfer_frames = __esm({
  "src/transfer-frames.js"() {
    "use strict";
    init_frames();
    init_pace();
    init_wire();
    FAR2 = 2 ** 53;
    MAX_TYPE = 64;
  }
});

// src/upload.js
var MAX_MARKS, Upload;
var init_upload = __esm({
  "src/upload.js"() {
    "use strict";
    init_crc32();
    init_kinds();
    init_pace();
    init_wire();
    MAX_MARKS = 256;
    Upload = class {
      #offer;
      #data;
      #uplink;
      #onProgress;
      #pace = new Pace();
      /** What the server has taken, and the ends of the chunks on their way. */
      #base = { end: 0, sum: 0, at: 0 };
      /** @type {{end: number, sum: number, at: number}[]} */
      #marks = [];
      #limit = 0;
      /** Whether the server has told its progress over the present connection. */
      #heard = false;
      /** @type {any} */
      #timer = null;
      /**
       * @param {{id: number, channel: string, name: string, type: string}} what
       * @param {Uint8Array} data
       * @param {Uplink} uplink
       * @param {(taken: number) => void} onProgress
       */
      constructor({ id, channel, name, type }, data, uplink, onProgress) {
        this.id = id;
        this.#offer = [UPLOAD, id, channel, name, data.length, type];
        this.#data = data;
        this.#uplink = uplink;
        this.#onProgress = onProgress;
      }
      /** Begins, or goes on, over a connection. */
      open() {
        this.pause();
        this.#pace = new Pace();
        this.#uplink.send(this.#offer);
      }
      /** There is no connection, or nothing more to do. */
      pause() {
        this.#heard = false;
        this.#uplink.timers.clearTimeout(this.#timer);
      }
      giveUp() {
        this.pause();
        this.#uplink.send([UPLOAD_CHUNK, this.id, 0, 0, null]);
      }
      /** @param {import("./transfer-frames.js").Progress} progress that is not the last @throws {WireError} */
      heard({ offset, limit }) {
        const now = this.#uplink.timers.now();
        const had = this.#base.end;
        let i = this.#marks.length - 1;
        while (i >= 0 && this.#marks[i].end > offset) i--;
        const at3 = i < 0 ? this.#base : this.#marks[i];
        if (at3.end !== offset || limit < offset) throw new WireError("progress that cannot be");
        if (this.#heard && i >= 0) this.#pace.took(at3.at, now);
        this.#marks = this.#heard ? this.#marks.slice(i + 1) : [];
        this.#base = at3;
        this.#limit = limit;
        this.#heard = true;
        if (offset > had) this.#onProgress(offset);
        this.#pump();
      }
      /** Sends what may leave now. */
      #pump() {
        const { timers, send } = this.#uplink;
        timers.clearTimeout(this.#timer);
        while (this.#heard) {
          const last = this.#marks.at(-1) ?? this.#base;
          const most = Math.min(this.#limit, this.#data.length) - last.end;
          const least = Math.min(MIN_CHUNK, this.#data.length - last.end);
          if (most < least || least === 0 || this.#marks.length === MAX_MARKS) return;
          const now = timers.now();
          const room2 = this.#pace.room(last.end - this.#base.end, now);
          if (room2 === 0) {
            const { wait } = this.#pace;
            if (wait > 0) this.#timer = timers.setTimeout(() => this.#pump(), wait);
            return;
          }
          const bytes2 = this.#data.subarray(last.end, last.end + Math.min(room2, most, MAX_CHUNK));
          const mark = { end: last.end + bytes2.length, sum: crc32(bytes2, last.sum), at: now };
          if (!send([UPLOAD_CHUNK, this.id, last.end, mark.sum, bytes2])) return;
          this.#marks.push(mark);
          this.#pace.left(bytes2.length, now);
        }
      }
    };
  }
});

// src/transfers.js
async function bytesOf(what) {
  if (what instanceof Uint8Array) return what;
  return new Uint8Array(what instanceof ArrayBuffer ? what : await what.arrayBuffer());
}
var WINDOW2, MAX_DOWNLOADS, KEPT3, Transfers;
var init_transfers = __esm({
  "src/transfers.js"() {
    "use strict";
    init_crc32();
    init_kinds();
    init_pace();
    init_requests();
    init_transfer_frames();
    init_upload();
    init_wire();
    WINDOW2 = 64 << 10;
    MAX_DOWNLOADS = 16;
    KEPT3 = 32;
    Transfers = class {
      #uplink;
      #report;
      #nextId;
      #open = false;
      /** @type {Map<number, {upload: Upload, end: (error: Error | null) => void}>} by id */
      #uploads = /* @__PURE__ */ new Map();
      /** @type {Map<string, Taker>} by channel and name */
      #takers = /* @__PURE__ */ new Map();
      /** @type {Map<number, Download>} by id */
      #downloads = /* @__PURE__ */ new Map();
      /** Frames that say how downloads ended, the oldest first, by id. @type {Map<number, any[]>} */
      #ended = /* @__PURE__ */ new Map();
      /** Highest id of those that ended and are in there no more. */
      #forgotten = 0;
      /**
       * @param {import("./upload.js").Uplink} uplink
       * @param {() => number} nextId gives ids for uploads, rising over the session
       * @param {(error: unknown) => void} report
       * @param {boolean} open whether there is a connection
       */
      constructor(uplink, nextId2, report, open3) {
        this.#uplink = uplink;
        this.#nextId = nextId2;
        this.#report = report;
        this.#open = open3;
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
        const progress2 = (taken) => this.#call(onProgress, taken, data.length);
        const upload = new Upload({ id, channel, name, type: kind }, data, this.#uplink, progress2);
        const over = new Promise((resolve, reject) => {
          const abort = () => {
            upload.giveUp();
            end(signal?.reason);
          };
          const end = (error) => {
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
      on(channel, name, fn, { limit = 16 << 20, onProgress = () => {
      } } = {}) {
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
      opened(same2) {
        if (!same2) this.dropped();
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
        if (frame[0] === DOWNLOAD) this.#offered(offer(frame));
        else if (frame[0] === DOWNLOAD_CHUNK) this.#chunk(chunk(frame));
        else this.#progress(progress(frame));
      }
      /** @param {frames.Progress} progress */
      #progress(progress2) {
        const it = this.#uploads.get(progress2.id);
        if (it === void 0) return;
        if (progress2.done && progress2.error !== null) it.end(new RequestError(...progress2.error));
        else {
          it.upload.heard(progress2);
          if (progress2.done) it.end(null);
        }
      }
      /** @param {frames.Offer} offer */
      #offered({ id, channel, name, size, type }) {
        const outcome = this.#ended.get(id);
        if (outcome !== void 0) {
          this.#uplink.send(outcome);
          return;
        }
        if (!this.#downloads.has(id)) {
          const taker = this.#takers.get(`${channel} ${name}`);
          if (id <= this.#forgotten) this.#end(id, 0, "too-late", "nothing is known of it any more");
          else if (taker === void 0) this.#end(id, 0, "not-found", "nobody takes that here");
          else if (size > taker.limit) this.#end(id, 0, "too-big", `at most ${taker.limit} bytes`);
          else if (this.#downloads.size >= MAX_DOWNLOADS) this.#end(id, 0, "full", "too many");
          else {
            const bytes2 = new Uint8Array(size);
            this.#downloads.set(id, { taker, meta: { type, size }, bytes: bytes2, taken: 0, sum: 0, limit: 0 });
          }
        }
        this.#tell(id);
      }
      /** Says how far a download has got, if it is on. @param {number} id */
      #tell(id) {
        const d = this.#downloads.get(id);
        if (d === void 0) return;
        d.limit = Math.min(d.taken + WINDOW2, d.meta.size);
        this.#uplink.send([DOWNLOAD_PROGRESS, id, d.taken, d.limit, false, null]);
      }
      /** @param {frames.Chunk} chunk */
      #chunk({ id, offset, sum, data }) {
        const d = this.#downloads.get(id);
        if (data === null) {
          if (!this.#ended.has(id)) this.#end(id, 0, "cancelled", "as the server said");
          else this.#uplink.send(
            /** @type {any[]} */
            this.#ended.get(id)
          );
          return;
        }
        if (d === void 0) return;
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
        const frame = [DOWNLOAD_PROGRESS, id, taken, taken, true, error];
        this.#ended.set(id, frame);
        if (this.#ended.size > KEPT3) {
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
    };
  }
});

// src/link.js
var MAX_BUFFERED, Link;
var init_link = __esm({
  "src/link.js"() {
    "use strict";
    init_wire();
    MAX_BUFFERED = 64 << 10;
    Link = class {
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
        socket.onmessage = ({ data }) => {
          if (typeof data === "string") handlers.text();
          else handlers.message(new Uint8Array(data));
        };
        socket.onerror = () => {
        };
        socket.onclose = ({ code }) => {
          this.#detach();
          handlers.down(code ?? LOST);
        };
      }
      /** Sends a frame. @param {Uint8Array} bytes @returns {boolean} false when the socket is not open */
      write(bytes2) {
        if (!this.#isOpen || this.#socket.readyState > 1) return false;
        this.#socket.send(bytes2);
        this.#stats.sent(bytes2.length);
        return true;
      }
      /** Whether so much waits in the socket that frames of passing worth should not join it. */
      get congested() {
        return this.#socket.bufferedAmount > MAX_BUFFERED;
      }
      /** Ends the link without a word and without `down`; the peer sees a lost socket. */
      drop() {
        this.#detach();
        if (this.#socket.terminate !== void 0) this.#socket.terminate();
        else this.#socket.close();
      }
      /** Ends the link properly, once what was sent is out. */
      close() {
        this.#detach();
        this.#socket.close(1e3);
      }
      #detach() {
        this.#isOpen = false;
        this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
      }
    };
  }
});

// src/upgrade.js
var TRY_FOR, AFTER2, AFTER_MOST, Upgrade;
var init_upgrade = __esm({
  "src/upgrade.js"() {
    "use strict";
    init_link();
    TRY_FOR = 5e3;
    AFTER2 = 1e4;
    AFTER_MOST = 3e5;
    Upgrade = class {
      #settings;
      #timers;
      #stats;
      #handlers;
      #upgraded;
      #after = AFTER2;
      /** @type {any} until the next try, or until it is given up */
      #timer = null;
      /** @type {Link | null} what is tried */
      #trial = null;
      /**
       * @param {import("./options.js").Settings} settings
       * @param {import("./stats.js").Stats} stats
       * @param {import("./link.js").LinkHandlers} handlers of a link that has opened
       * @param {(link: Link) => void} upgraded takes it
       */
      constructor(settings2, stats, handlers, upgraded) {
        this.#settings = settings2;
        this.#timers = settings2.timers;
        this.#stats = stats;
        this.#handlers = handlers;
        this.#upgraded = upgraded;
      }
      /** Tries after a while. */
      later() {
        this.stop();
        this.#timer = this.#timers.setTimeout(() => this.#try(), this.#after);
        this.#after = Math.min(2 * this.#after, AFTER_MOST);
      }
      /** Tries nothing any more, until it is told to again. */
      stop() {
        this.#timers.clearTimeout(this.#timer);
        this.#trial?.drop();
        this.#trial = null;
      }
      #try() {
        const { WebSocket, url } = this.#settings;
        const handlers = {
          ...this.#handlers,
          open: () => {
            Object.assign(handlers, this.#handlers);
            this.#trial = null;
            this.stop();
            this.#upgraded(link);
          },
          down: (_code) => this.later()
        };
        const link = new Link(WebSocket, url, this.#stats, handlers);
        this.#trial = link;
        this.#timer = this.#timers.setTimeout(() => this.later(), TRY_FOR);
      }
    };
  }
});

// src/seldom.js
var seldom_exports = {};
__export(seldom_exports, {
  HttpLink: () => HttpLink,
  Transfers: () => Transfers,
  Upgrade: () => Upgrade,
  answer: () => answer
});
var init_seldom = __esm({
  "src/seldom.js"() {
    "use strict";
    init_answer();
    init_http_link();
    init_transfers();
    init_upgrade();
  }
});

// src/parts.js
async function load(part2) {
  const module = (
    /** @type {Module<P>} */
    await files[part2]()
  );
  parts[part2] = /** @type {any} */
  module;
  return module;
}
var files, parts, before, loadAll;
var init_parts = __esm({
  "src/parts.js"() {
    "use strict";
    files = {
      social: () => Promise.resolve().then(() => (init_social(), social_exports)),
      packed: () => Promise.resolve().then(() => (init_decoder(), decoder_exports)),
      view: () => Promise.resolve().then(() => (init_views(), views_exports)),
      predict: () => Promise.resolve().then(() => (init_prediction(), prediction_exports)),
      seldom: () => Promise.resolve().then(() => (init_seldom(), seldom_exports))
    };
    parts = {};
    before = (packed) => packed ? ["social", "packed", "view", "predict"] : ["social"];
    loadAll = (some2) => Promise.all((some2.length > 0 ? some2 : (
      /** @type {Part[]} */
      Object.keys(files)
    )).map(load));
  }
});

// src/asks.js
var Asks;
var init_asks = __esm({
  "src/asks.js"() {
    "use strict";
    init_parts();
    Asks = class {
      /** @type {Map<string, AskHandler>} by channel and name */
      #handlers = /* @__PURE__ */ new Map();
      #send;
      #report;
      /**
       * @param {(frame: any[]) => boolean} send
       * @param {(error: unknown) => void} report is told of what a handler threw that is no RequestError
       */
      constructor(send, report) {
        this.#send = send;
        this.#report = report;
      }
      /**
       * @param {string} channel
       * @param {string} name
       * @param {AskHandler} handler the only one for this ask
       * @returns {() => void} takes the handler off again
       */
      on(channel, name, handler) {
        if (typeof handler !== "function") throw new TypeError("a handler must be a function");
        const key = `${channel} ${name}`;
        if (this.#handlers.has(key)) throw new TypeError(`${key} has a handler already`);
        this.#handlers.set(key, handler);
        return () => {
          if (this.#handlers.get(key) === handler) this.#handlers.delete(key);
        };
      }
      /**
       * @param {import("./frames.js").Ask} ask
       * @param {() => boolean} current whether the connection is still the one that asked
       */
      async answer(ask2, current) {
        const handler = this.#handlers.get(`${ask2.channel} ${ask2.name}`);
        try {
          const { answer: answer2 } = parts.seldom ?? await load("seldom");
          await answer2(ask2, handler, current, this.#send, this.#report);
        } catch (error) {
          this.#report(error);
        }
      }
    };
  }
});

// src/auth.js
function checked(auth) {
  const good = Array.isArray(auth) && auth.length >= 1 && auth.length <= MAX_STRINGS;
  if (!good || auth.some((s) => typeof s !== "string")) {
    throw new TypeError("auth must be one to four strings, or a function that gives them");
  }
  return [...auth];
}
async function renewed(auth) {
  return checked(await auth());
}
var MAX_STRINGS;
var init_auth = __esm({
  "src/auth.js"() {
    "use strict";
    MAX_STRINGS = 4;
  }
});

// src/codes.js
function closeInfo(code) {
  const known = CloseCodes[code];
  if (known !== void 0) return known;
  const stay = code >= 4500 && code <= 4999;
  return row(code, stay ? "refused" : "lost", stay ? "" : "resume");
}
var row, CloseCodes;
var init_codes = __esm({
  "src/codes.js"() {
    "use strict";
    row = (code, name, retry = "", waitMs = 0) => Object.freeze({ code, name, retry, waitMs });
    CloseCodes = Object.freeze(
      Object.fromEntries(
        [
          row(1e3, "normal"),
          row(4e3, "going-away", "resume", 1e3),
          row(4001, "slow", "resume"),
          row(4002, "silent", "resume"),
          row(4003, "busy", "resume", 5e3),
          row(4004, "internal", "resume", 1e3),
          row(4005, "moved", "resume"),
          row(4006, "ticket-late", "resume"),
          row(4007, "handed-over", "resume"),
          row(4008, "missed", "resume"),
          row(4400, "auth-expired", "renew"),
          row(4500, "displaced"),
          row(4501, "resume-refused", "fresh"),
          row(4502, "resume-expired", "fresh"),
          row(4503, "no-hello"),
          row(4504, "malformed"),
          row(4505, "too-big"),
          row(4506, "flooding"),
          row(4507, "version"),
          row(4508, "unauthorized"),
          row(4509, "kicked"),
          row(4510, "ticket-refused")
        ].map((info) => [info.code, info])
      )
    );
  }
});

// src/decode.js
function decode(message) {
  if (message.length > MAX_INCOMING) throw new WireError("message too big");
  if (kindOf(message) < 0) throw new WireError("not an array with a kind");
  bytes = message;
  view = new DataView(message.buffer, message.byteOffset, message.length);
  at = 0;
  owed = 1;
  const frame = value(1);
  if (at < message.length) throw new WireError("bytes after the end");
  return frame;
}
function truncated() {
  throw new WireError("truncated");
}
function value(depth) {
  if (at >= bytes.length) truncated();
  owed--;
  const head = bytes[at++];
  if (head < 128) return head;
  if (head >= 224) return head - 256;
  if (head < 144) return map(head & 15, depth);
  if (head < 160) return array(head & 15, depth);
  if (head < 192) return text(head & 31);
  switch (head) {
    case 192:
      return null;
    case 194:
      return false;
    case 195:
      return true;
    case 196:
      return binary(u8());
    case 197:
      return binary(u16());
    case 198:
      return binary(u32());
    case 202:
      return view.getFloat32(skip(4));
    case 203:
      return view.getFloat64(skip(8));
    case 204:
      return u8();
    case 205:
      return u16();
    case 206:
      return u32();
    case 207:
      return wide(u32());
    case 208:
      return view.getInt8(skip(1));
    case 209:
      return view.getInt16(skip(2));
    case 210:
      return i32();
    case 211:
      return wide(i32());
    case 217:
      return text(u8());
    case 218:
      return text(u16());
    case 219:
      return text(u32());
    case 220:
      return array(u16(), depth);
    case 221:
      return array(u32(), depth);
    case 222:
      return map(u16(), depth);
    case 223:
      return map(u32(), depth);
    default:
      throw new WireError(`type byte 0x${head.toString(16)}`);
  }
}
function skip(n) {
  at += n;
  if (at > bytes.length) truncated();
  return at - n;
}
function wide(high) {
  const low = u32();
  if (high > 2097152 || high === 2097152 && low > 0 || high < -2097152) {
    throw new WireError("integer beyond 2^53");
  }
  return high * 2 ** 32 + low;
}
function open(values, depth) {
  owed += values;
  if (owed > bytes.length - at) truncated();
  if (depth > MAX_DEPTH) throw new WireError("nested too deep");
}
function array(count, depth) {
  open(count, depth);
  const list2 = new Array(count);
  for (let i = 0; i < count; i++) list2[i] = value(depth + 1);
  return list2;
}
function map(count, depth) {
  open(count * 2, depth);
  const object = {};
  for (let i = 0; i < count; i++) {
    const key = value(depth + 1);
    if (typeof key !== "string") throw new WireError("map key is not a string");
    if (refusedKeys.has(key)) throw new WireError("refused map key");
    object[key] = value(depth + 1);
  }
  return object;
}
function binary(length) {
  const start = at;
  at += length;
  if (at > bytes.length) truncated();
  return bytes.subarray(start, at);
}
function text(length) {
  const end = at + length;
  if (end > bytes.length) truncated();
  if (length <= SHORT) {
    let s = "";
    let i = at;
    for (; i < end && bytes[i] < 128; i++) s += String.fromCharCode(bytes[i]);
    if (i === end) {
      at = end;
      return s;
    }
  }
  try {
    return utf83.decode(binary(length));
  } catch {
    throw new WireError("string is not UTF-8");
  }
}
var SHORT, utf83, bytes, view, at, owed, u8, u16, u32, i32;
var init_decode = __esm({
  "src/decode.js"() {
    "use strict";
    init_wire();
    SHORT = 32;
    utf83 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    bytes = new Uint8Array(0);
    view = new DataView(bytes.buffer);
    at = 0;
    owed = 0;
    u8 = () => bytes[skip(1)];
    u16 = () => view.getUint16(skip(2));
    u32 = () => view.getUint32(skip(4));
    i32 = () => view.getInt32(skip(4));
  }
});

// src/transports.js
var FALLBACK_AFTER, Transports;
var init_transports = __esm({
  "src/transports.js"() {
    "use strict";
    FALLBACK_AFTER = 3e3;
    Transports = class {
      #allowed;
      /** @type {Transport} */
      #now;
      /** Whether the present transport has ever carried a welcome. */
      #proven = { ws: false, http: false };
      /** @param {Transport[]} allowed at least one */
      constructor(allowed) {
        this.#allowed = allowed;
        this.#now = allowed[0];
      }
      /** Over what to dial next, or what is dialled. */
      get now() {
        return this.#now;
      }
      /** How long a dial may take. @param {number} dialTimeout */
      patience(dialTimeout) {
        const isGuess = this.#now === "ws" && this.#allowed.length > 1 && !this.#proven.ws;
        return isGuess ? Math.min(FALLBACK_AFTER, dialTimeout) : dialTimeout;
      }
      /**
       * A dial got no answer.
       * @returns {boolean} whether another transport is to be tried at once
       */
      failed() {
        if (this.#allowed.length < 2) return false;
        const wasFirst = this.#now === this.#allowed[0];
        const proven = this.#proven[this.#now];
        this.#now = this.#now === "ws" ? "http" : "ws";
        return wasFirst && !proven;
      }
      /** The present transport carried a welcome. @returns {boolean} whether a WebSocket is to be tried beside it */
      welcomed() {
        this.#proven[this.#now] = true;
        return this.#now === "http" && this.#allowed.includes("ws");
      }
      /** A WebSocket has opened after all. */
      upgraded() {
        this.#now = "ws";
      }
    };
  }
});

// src/dialler.js
var Dialler;
var init_dialler = __esm({
  "src/dialler.js"() {
    "use strict";
    init_link();
    init_parts();
    init_transports();
    init_wire();
    Dialler = class {
      #settings;
      #stats;
      #handlers;
      #upgraded;
      #transports;
      /** Tells a dial that waits for a file from the one that has taken its place. */
      #dials = 0;
      /** @type {import("./upgrade.js").Upgrade | null} what tries WebSockets, null while one carries */
      #upgrade = null;
      /**
       * @param {import("./options.js").Settings} settings
       * @param {import("./stats.js").Stats} stats
       * @param {import("./link.js").LinkHandlers} handlers of every link
       * @param {(link: Link) => void} upgraded takes an open link that is better than the present one
       */
      constructor(settings2, stats, handlers, upgraded) {
        this.#settings = settings2;
        this.#stats = stats;
        this.#handlers = handlers;
        this.#upgraded = upgraded;
        this.#transports = new Transports(settings2.transports);
      }
      /** Over what the present link goes. */
      get over() {
        return this.#transports.now;
      }
      /** How long the present dial may take until the welcome. */
      get patience() {
        return this.#transports.patience(this.#settings.dialTimeout);
      }
      /**
       * @param {(link: Link | import("./http-link.js").HttpLink) => void} dialled called with the link, before anything happens on it
       * @throws {Error} for a URL that cannot be dialled
       */
      dial(dialled) {
        this.stop();
        const { WebSocket, url } = this.#settings;
        if (this.#transports.now === "ws") {
          dialled(new Link(WebSocket, url, this.#stats, this.#handlers));
          return;
        }
        const dial = ++this.#dials;
        load("seldom").then(
          ({ HttpLink: HttpLink2 }) => {
            if (dial === this.#dials)
              dialled(new HttpLink2(this.#settings, this.#stats, this.#handlers));
          },
          () => {
            if (dial === this.#dials) this.#handlers.down(LOST);
          }
        );
      }
      /** The dial got no answer. @returns {boolean} whether to dial again at once */
      failed() {
        return this.#transports.failed();
      }
      /** The dial was answered. */
      welcomed() {
        this.stop();
        if (!this.#transports.welcomed()) this.#upgrade = null;
        else if (parts.seldom !== void 0) {
          this.#upgrade ??= new parts.seldom.Upgrade(
            this.#settings,
            this.#stats,
            this.#handlers,
            (link) => {
              this.#transports.upgraded();
              this.#upgraded(link);
            }
          );
          this.#upgrade.later();
        }
      }
      /** Dials and tries nothing any more, until it is told to again. */
      stop() {
        this.#dials++;
        this.#upgrade?.stop();
      }
    };
  }
});

// src/encode.js
function encode(frame) {
  const start = at2;
  try {
    write(frame, 1);
    return out.slice(start, at2);
  } finally {
    at2 = start;
  }
}
function write(v, depth) {
  room(9);
  if (typeof v === "number") number2(v);
  else if (typeof v === "string") text2(v);
  else if (v == null) out[at2++] = 192;
  else if (typeof v === "boolean") out[at2++] = v ? 195 : 194;
  else if (Array.isArray(v)) array2(v, depth);
  else if (ArrayBuffer.isView(v)) binary2(v);
  else if (typeof v === "object") map2(v, depth);
  else throw new Error(`a ${typeof v} cannot be sent`);
}
function room(n) {
  if (at2 + n <= out.length) return;
  const larger = new Uint8Array((at2 + n) * 2);
  larger.set(out);
  out = larger;
}
function put2(n, bits2) {
  for (let shift = bits2 - 8; shift >= 0; shift -= 8) out[at2++] = n >>> shift;
}
function sized(n, head) {
  const form = n < 256 ? 0 : n < 65536 ? 1 : 2;
  out[at2++] = head + form;
  put2(n, 8 << form);
}
function number2(n) {
  if (!Number.isSafeInteger(n)) {
    out[at2++] = 203;
    float.setFloat64(0, n);
    for (let i = 0; i < 8; i++) out[at2++] = float.getUint8(i);
  } else if (n >= -32 && n < 128) out[at2++] = n;
  else if (n >= 4294967296 || n < -2147483648) {
    out[at2++] = n < 0 ? 211 : 207;
    put2(Math.floor(n / 4294967296), 32);
    put2(n, 32);
  } else if (n > 0) sized(n, 204);
  else {
    const form = n >= -128 ? 0 : n >= -32768 ? 1 : 2;
    out[at2++] = 208 + form;
    put2(n, 8 << form);
  }
}
function text2(s) {
  room(5 + s.length * 3);
  const from = at2 + 5;
  const { written } = utf84.encodeInto(s, out.subarray(from));
  if (written < 32) out[at2++] = 160 + written;
  else sized(written, 217);
  out.copyWithin(at2, from, from + written);
  at2 += written;
}
function binary2({ buffer, byteOffset, byteLength }) {
  sized(byteLength, 196);
  room(byteLength);
  out.set(new Uint8Array(buffer, byteOffset, byteLength), at2);
  at2 += byteLength;
}
function open2(count, fixed, head, depth) {
  if (depth > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH} levels`);
  if (count < 16) {
    out[at2++] = fixed + count;
    return;
  }
  const form = count < 65536 ? 0 : 1;
  out[at2++] = head + form;
  put2(count, 16 << form);
}
function array2(list2, depth) {
  open2(list2.length, 144, 220, depth);
  for (const v of list2) write(v, depth + 1);
}
function map2(object, depth) {
  const keys = Object.keys(object).filter((key) => object[key] !== void 0);
  open2(keys.length, 128, 222, depth);
  for (const key of keys) {
    if (refusedKeys.has(key)) throw new Error(`the key ${key} cannot be sent`);
    text2(key);
    write(object[key], depth + 1);
  }
}
var utf84, float, out, at2;
var init_encode = __esm({
  "src/encode.js"() {
    "use strict";
    init_wire();
    utf84 = new TextEncoder();
    float = new DataView(new ArrayBuffer(8));
    out = new Uint8Array(2048);
    at2 = 0;
  }
});

// src/heartbeat.js
var LOOK_EVERY, LATE_LOOK, SILENCE2, Heartbeat;
var init_heartbeat = __esm({
  "src/heartbeat.js"() {
    "use strict";
    LOOK_EVERY = 250;
    LATE_LOOK = 1500;
    SILENCE2 = 2e3;
    Heartbeat = class {
      #timers;
      #ping;
      #dead;
      #pingEvery = 1e3;
      #heardAt = 0;
      #pingedAt = 0;
      #lookedAt = 0;
      /** @type {any} */
      #timer = null;
      /**
       * @param {import("./options.js").Timers} timers
       * @param {(now: number) => void} ping
       * @param {() => void} dead
       */
      constructor(timers, ping, dead) {
        this.#timers = timers;
        this.#ping = ping;
        this.#dead = dead;
      }
      /** @param {number} pingEvery in milliseconds; at least 100 is kept to */
      start(pingEvery) {
        this.stop();
        this.#pingEvery = Math.max(100, pingEvery);
        this.#lookedAt = this.#heardAt = this.#timers.now();
        this.#pingNow(this.#heardAt);
        this.#arm();
      }
      stop() {
        this.#timers.clearTimeout(this.#timer);
        this.#timer = null;
      }
      /** @param {number} now a message came */
      heard(now) {
        this.#heardAt = now;
        if (this.#timer !== null && now - this.#pingedAt >= this.#pingEvery) this.#pingNow(now);
      }
      #arm() {
        this.#timer = this.#timers.setTimeout(() => this.#look(), LOOK_EVERY);
      }
      #look() {
        const now = this.#timers.now();
        this.#arm();
        if (now - this.#lookedAt > LATE_LOOK) {
          this.#heardAt = now;
          this.#pingNow(now);
        } else if (now - this.#heardAt > Math.max(SILENCE2, 2.5 * this.#pingEvery)) {
          this.stop();
          this.#dead();
        } else if (now - this.#pingedAt >= this.#pingEvery) {
          this.#pingNow(now);
        }
        this.#lookedAt = now;
      }
      /** @param {number} now */
      #pingNow(now) {
        this.#pingedAt = now;
        this.#ping(now);
      }
    };
  }
});

// src/backoff.js
function backoffCap(n) {
  return Math.min(MAX_WAIT, 250 * 2 ** n);
}
function jittered(cap, random) {
  return cap * random();
}
var MAX_WAIT;
var init_backoff = __esm({
  "src/backoff.js"() {
    "use strict";
    MAX_WAIT = 5e3;
  }
});

// src/redial.js
var GOOD_LINK, SHORT_LINKS, Redial;
var init_redial = __esm({
  "src/redial.js"() {
    "use strict";
    init_backoff();
    init_codes();
    GOOD_LINK = 5e3;
    SHORT_LINKS = 3;
    Redial = class {
      /** Failed attempts since the last welcome; 0 means the next dial is immediate. */
      attempt = 0;
      #short = 0;
      #random;
      /** @param {() => number} random uniform in [0, 1) */
      constructor(random) {
        this.#random = random;
      }
      /**
       * @param {number} code the close code; 1006 for a link that was lost without one
       * @param {number} upMs how long the link was welcomed for, -1 if it never was
       * @returns {{retry: import("./codes.js").Retry, waitMs: number}}
       */
      after(code, upMs) {
        const { retry, waitMs } = closeInfo(code);
        if (upMs < 0) {
          this.attempt++;
        } else {
          this.#short = upMs < GOOD_LINK ? this.#short + 1 : 0;
          this.attempt = Math.max(0, this.#short - SHORT_LINKS);
        }
        const cap = Math.max(waitMs, this.attempt > 0 ? backoffCap(this.attempt) : 0);
        return { retry, waitMs: jittered(cap, this.#random) };
      }
    };
  }
});

// src/connection.js
function explain(code) {
  const { name, retry } = closeInfo(code);
  return { code, name, retry };
}
var MAX_MALFORMED, MIN_MAX_FRAME, Connection;
var init_connection = __esm({
  "src/connection.js"() {
    "use strict";
    init_auth();
    init_codes();
    init_decode();
    init_dialler();
    init_encode();
    init_frames();
    init_heartbeat();
    init_kinds();
    init_parts();
    init_redial();
    init_wire();
    MAX_MALFORMED = 8;
    MIN_MAX_FRAME = 4096;
    Connection = class {
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
        over: "ws"
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
      constructor(settings2, resume, stats, handlers) {
        this.#settings = settings2;
        this.#timers = settings2.timers;
        this.#resume = resume;
        this.#stats = stats;
        this.#handlers = handlers;
        this.codecs = settings2.codecs;
        this.#redial = new Redial(settings2.random);
        this.#dialler = new Dialler(
          settings2,
          stats,
          {
            open: () => this.#opened(),
            message: (bytes2) => this.#message(bytes2),
            text: () => this.#broken(null, new WireError("text message")),
            down: (code) => this.#down(code)
          },
          (link) => this.#upgrade(link)
        );
        this.#heartbeat = new Heartbeat(
          settings2.timers,
          (now) => this.#sendPing(now),
          () => this.#down(LOST)
        );
      }
      /** Dials, as soon as there are credentials. @throws {Error} for a URL that cannot be dialled, if it need not wait */
      dial() {
        Promise.allSettled(this.#loading());
        const { auth } = this.#settings;
        if (typeof auth !== "function") {
          this.#dialAs(auth);
          return;
        }
        this.#begin(false);
        const dial = ++this.#dials;
        const ifWaitedFor = (fn) => {
          if (dial === this.#dials) fn();
        };
        renewed(auth).then((auth2) => ifWaitedFor(() => this.#dialAs(auth2))).catch(
          (error) => ifWaitedFor(() => {
            this.#handlers.failed(error);
            this.#lost(LOST);
          })
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
        const bytes2 = encode(frame);
        if (bytes2.length > this.#maxFrame) {
          throw new WireError(`a frame may have ${this.#maxFrame} bytes`);
        }
        return this.#link?.write(bytes2) ?? false;
      }
      /** Sends a frame that is encoded already. @param {Uint8Array} bytes @returns {boolean} false when there is no connection */
      write(bytes2) {
        return this.status.state === "open" && this.#link !== null && this.#link.write(bytes2);
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
        this.send([BYE]);
        this.#finish(1e3, true);
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
          if (parts.social === void 0) this.#lost(LOST);
          else this.#hello();
        });
      }
      /** Begins to load what is not there yet. */
      #loading() {
        return before(this.codecs.includes("packed")).filter((part2) => parts[part2] === void 0).map(load);
      }
      /** Those that are offered, the best first: bodies in `mp` need no file. */
      get #codecs() {
        return parts.packed === void 0 ? ["mp"] : this.codecs;
      }
      #hello() {
        const { client } = this.#settings;
        this.#offered = this.#codecs;
        const { token, seq } = this.#resume;
        this.#helloAt = this.#timers.now();
        const resume = token === null ? null : [token, seq];
        this.#say([HELLO, VERSION, client, this.#offered, this.#auth, resume]);
      }
      /** @param {Uint8Array} bytes */
      #message(bytes2) {
        const now = this.#timers.now();
        this.#stats.received(bytes2.length);
        this.#heartbeat.heard(now);
        try {
          this.#frame(decode(bytes2), now);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
          this.#broken(bytes2, error);
        }
      }
      /** @param {any[]} frame @param {number} now */
      #frame(frame, now) {
        const kind = frame[0];
        if (kind === WELCOME) this.#welcome(frame, now);
        else if (this.#welcomedAt < 0) throw new WireError("a frame before the welcome");
        else if (kind === PONG) this.#pong(pong(frame), now);
        else this.#handlers.frame(frame);
      }
      /** @param {Uint8Array | null} bytes @param {WireError} error */
      #broken(bytes2, error) {
        this.#stats.malformed++;
        this.#handlers.malformed(bytes2, error);
        if (++this.#malformed >= MAX_MALFORMED && this.#link !== null) this.#down(LOST);
      }
      /** @param {any[]} frame @param {number} now */
      #welcome(frame, now) {
        if (this.#welcomedAt >= 0) throw new WireError("a second welcome");
        if (welcomeVersion(frame) !== VERSION) {
          this.#finish(4507, true);
          return;
        }
        const welcome2 = welcome(frame);
        if (!this.#offered.includes(
          /** @type {any} */
          welcome2.codec
        ))
          throw new WireError("a codec that was not offered");
        this.#timers.clearTimeout(this.#timer);
        this.#welcomedAt = now;
        this.#dialler.welcomed();
        this.#maxFrame = Math.max(MIN_MAX_FRAME, welcome2.maxFrame);
        if (!welcome2.resumed) this.#resume.handled(0);
        this.#resume.keep(welcome2.token);
        this.#stats.roundTrip(now - this.#helloAt);
        const downMs = this.#downAt < 0 ? 0 : now - this.#downAt;
        const { resumed, lost } = welcome2;
        const reason = this.#reason(resumed, lost);
        const recovered = resumed && reason === "";
        this.#gone = "";
        this.#set({ state: "open", attempt: 0, inMs: 0, resumed, recovered, reason, lost, downMs });
        this.#heartbeat.start(welcome2.pingEvery);
        this.#handlers.welcome(welcome2);
      }
      /** Why not all is as it was, if it is not. @param {boolean} resumed @param {number} lost @returns {Status["reason"]} */
      #reason(resumed, lost) {
        if (resumed) return lost > 0 ? "lost" : "";
        return this.#gone === "" && this.#downAt >= 0 ? "lost" : this.#gone;
      }
      /** @param {number} now */
      #sendPing(now) {
        this.#ping = { time: Math.floor(now), at: now };
        this.offer([PING, this.#ping.time, this.#resume.seq]);
      }
      /** @param {{time: number, taken: number}} pong @param {number} now */
      #pong({ time, taken }, now) {
        this.#handlers.taken(taken);
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
        return this.#resume.stored || this.#settings.afresh && this.#resume.token !== null;
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
    };
  }
});

// src/options.js
function settings(options) {
  const transports = some("transports", options.transports, ["ws", "http"]);
  const WebSocket = options.WebSocket ?? globalThis.WebSocket;
  if (transports.includes("ws") && typeof WebSocket !== "function") {
    throw new TypeError(
      "Node before 22 needs WebSocket from the package ws: connect({ url, WebSocket })"
    );
  }
  const [resume] = some("resume", [options.resume ?? "memory"], ["memory", "tab", "off"]);
  const codecs = some("codecs", options.codecs, ["packed", "mp"]);
  if (!codecs.includes("mp")) throw new TypeError("mp must be among codecs");
  const url = options.url ?? ownOrigin();
  const name = (options.name ?? "").slice(0, MAX_NAME2);
  const auth = options.auth ?? ["guest", name];
  return {
    url,
    name,
    auth: typeof auth === "function" ? auth : checked(auth),
    resume,
    resumeKey: options.resumeKey ?? `deltatick.resume ${url}`,
    afresh: options.afresh ?? false,
    client: options.client ?? "deltatick-js",
    codecs,
    dialTimeout: options.dialTimeout ?? 5e3,
    transports,
    direct: options.direct ?? true,
    WebSocket: (
      /** @type {any} */
      WebSocket
    ),
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    storage: options.storage ?? (resume === "tab" ? sessionStorageIfAny() : void 0),
    waker: options.waker ?? globalThis,
    random: options.random ?? Math.random,
    signal: options.signal,
    timers: {
      setTimeout: options.setTimeout ?? ((fn, ms) => globalThis.setTimeout(fn, ms)),
      clearTimeout: options.clearTimeout ?? ((id) => globalThis.clearTimeout(id)),
      now: options.now ?? (() => performance.now())
    }
  };
}
function some(name, given, all) {
  const list2 = [...given ?? all];
  if (list2.length > 0 && list2.every((one) => all.includes(one))) return list2;
  throw new TypeError(`${name} must be of ${all.join(", ")}`);
}
function ownOrigin() {
  if (typeof location === "undefined") throw new TypeError("url is needed outside a page");
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws`;
}
function sessionStorageIfAny() {
  try {
    return globalThis.sessionStorage;
  } catch {
    return void 0;
  }
}
var MAX_NAME2;
var init_options = __esm({
  "src/options.js"() {
    "use strict";
    init_auth();
    MAX_NAME2 = 64;
  }
});

// src/outbox.js
function framed(seq, tail) {
  const number3 = encode([seq]).subarray(1);
  const frame = new Uint8Array(HEAD3.length + number3.length + tail.length);
  frame.set(HEAD3);
  frame.set(number3, HEAD3.length);
  frame.set(tail, HEAD3.length + number3.length);
  return frame;
}
var MAX_EVENTS, MAX_BYTES, HEAD3, Outbox;
var init_outbox = __esm({
  "src/outbox.js"() {
    "use strict";
    init_encode();
    init_kinds();
    init_requests();
    MAX_EVENTS = 256;
    MAX_BYTES = 64 << 10;
    HEAD3 = [149, SEND];
    Outbox = class {
      /** @type {Uint8Array[]} the frames from the channel on, the oldest first */
      #kept = [];
      #bytes = 0;
      /** Number of the newest event that the server has handled. */
      #taken = 0;
      /** How many events wait. */
      get size() {
        return this.#kept.length;
      }
      /**
       * Takes an event in. What is encoded now is what is sent, and sent again.
       * @param {string} channel
       * @param {string} name
       * @param {any} payload
       * @param {number} maxFrame bytes
       * @returns {Uint8Array} its frame
       * @throws {RequestError} `full`, `bad-payload` or `too-big`
       */
      add(channel, name, payload, maxFrame) {
        const tail = sendable(
          () => encode([SEND, 0, channel, name, payload]).subarray(HEAD3.length + 1)
        );
        const frame = framed(this.#taken + this.#kept.length + 1, tail);
        if (frame.length > maxFrame) {
          throw new RequestError("too-big", "", `a frame may have ${maxFrame} bytes`);
        }
        if (this.#kept.length >= MAX_EVENTS || this.#bytes + tail.length > MAX_BYTES) {
          throw new RequestError("full", "", "too many wait for the server");
        }
        this.#kept.push(tail);
        this.#bytes += tail.length;
        return frame;
      }
      /** @param {number} taken number up to which the server has handled them */
      handled(taken) {
        while (this.#kept.length > 0 && this.#taken < taken) {
          this.#bytes -= /** @type {Uint8Array} */
          this.#kept.shift().length;
          this.#taken++;
        }
      }
      /** A session was given to us that these events were never sent in. @param {number} taken by its server */
      begin(taken) {
        this.#taken = taken;
      }
      /** Forgets all of them. @returns {number} how many those are */
      clear() {
        const { size } = this;
        this.#kept = [];
        this.#bytes = 0;
        return size;
      }
      /** @returns {Uint8Array[]} the frames of all that wait, in order */
      frames() {
        return this.#kept.map((tail, i) => framed(this.#taken + i + 1, tail));
      }
    };
  }
});

// src/resume.js
var ResumeState;
var init_resume = __esm({
  "src/resume.js"() {
    "use strict";
    ResumeState = class {
      /** @type {string | null} */
      token = null;
      /** Highest event sequence number handled. */
      seq = 0;
      /** Highest id of a request that the server was to run once; in the tab's storage too, since a reloaded page goes on after it. */
      request = 0;
      /** Whether the token was found in the storage and no welcome has followed yet. */
      stored = false;
      #keeps;
      #storage;
      #key;
      /**
       * @param {"memory" | "tab" | "off"} mode
       * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined} storage
       * @param {string} key of the entry in the storage
       */
      constructor(mode, storage, key) {
        this.#keeps = mode !== "off";
        this.#storage = mode === "tab" ? storage : void 0;
        this.#key = key;
        const token = this.#try((s) => s.getItem(key)) ?? null;
        if (token === null) return;
        this.token = token;
        this.seq = Number(this.#try((s) => s.getItem(`${key}.seq`))) || 0;
        this.request = Number(this.#try((s) => s.getItem(`${key}.request`))) || 0;
        this.stored = true;
      }
      /** @param {string} token */
      keep(token) {
        this.stored = false;
        if (!this.#keeps) return;
        this.token = token;
        this.#try((s) => s.setItem(this.#key, token));
      }
      /** @param {number} seq */
      handled(seq) {
        this.seq = seq;
        this.#try((s) => s.setItem(`${this.#key}.seq`, String(seq)));
      }
      /** @param {number} id */
      requested(id) {
        this.request = id;
        this.#try((s) => s.setItem(`${this.#key}.request`, String(id)));
      }
      /** Forgets the token; in the storage only if it is ours and not a newer client's. */
      forget() {
        if (this.#try((s) => s.getItem(this.#key)) === this.token) {
          this.#try((s) => s.removeItem(this.#key));
          this.#try((s) => s.removeItem(`${this.#key}.seq`));
          this.#try((s) => s.removeItem(`${this.#key}.request`));
        }
        this.token = null;
        this.seq = 0;
        this.stored = false;
      }
      /**
       * @template T
       * @param {(s: Pick<Storage, "getItem" | "setItem" | "removeItem">) => T} use
       * @returns {T | undefined}
       */
      #try(use) {
        if (this.#storage === void 0) return void 0;
        try {
          return use(this.#storage);
        } catch {
          this.#storage = void 0;
          return void 0;
        }
      }
    };
  }
});

// src/pacer.js
var TARGET2, WINDOW3, OUTLIERS, JUMP2, HURRY, LINGER, SETTLE, KEPT4, CATCH_UP, Pacer;
var init_pacer = __esm({
  "src/pacer.js"() {
    "use strict";
    TARGET2 = 15;
    WINDOW3 = 2e3;
    OUTLIERS = 0.02;
    JUMP2 = 250;
    HURRY = 0.1;
    LINGER = 0.05;
    SETTLE = 1e3;
    KEPT4 = 256;
    CATCH_UP = 4;
    Pacer = class {
      /** Tick of the next input. */
      next = 0;
      #tickMs;
      #origin = 0;
      /** The origin that each of the last ticks was sent by; the start's for one that was not: a ring. */
      #origins = new Float64Array(KEPT4);
      /** Origins with which the inputs of the last reports would have had no slack: a ring of what was reported since the start. */
      #limits;
      #reports = 0;
      /** The origin with which nearly all inputs have the slack that is aimed at. */
      #wanted = 0;
      /** Slack says nothing of the present origin before an input of this tick is consumed, or until then. */
      #deafTick = 0;
      #deafUntil = 0;
      /** When inputs were last not too far ahead, and when a snapshot came last. */
      #nearAt = 0;
      #seenAt = 0;
      /** @param {number} tickMs length of a tick, in milliseconds */
      constructor(tickMs) {
        this.#tickMs = tickMs;
        this.#limits = new Float64Array(Math.ceil(WINDOW3 / tickMs));
      }
      /**
       * @param {number} now in milliseconds
       * @param {number} tick the server's, as its newest snapshot has just told (with a fraction for the
       *   time since)
       * @param {number} rtt in milliseconds
       */
      start(now, tick, rtt) {
        const lead = this.#leadOver(tick, rtt);
        this.#origin = this.#wanted = now - lead * this.#tickMs;
        this.#origins.fill(this.#origin);
        this.next = Math.ceil(lead);
        this.#nearAt = now;
        this.#reports = 0;
        this.#deafTick = this.next;
        this.#deafUntil = now + rtt + SETTLE;
      }
      /** The tick to send an input for when a snapshot comes. @param {number} tick of the snapshot @param {number} rtt */
      #leadOver(tick, rtt) {
        return tick + (rtt + TARGET2) / this.#tickMs;
      }
      /** When the next input is to be sent, in milliseconds. */
      get nextAt() {
        return this.#origin + this.next * this.#tickMs;
      }
      /**
       * @param {number} now in milliseconds
       * @returns {number} the tick whose input is due now, with a fraction
       */
      tickAt(now) {
        return (now - this.#origin) / this.#tickMs;
      }
      /**
       * @param {number} now in milliseconds
       * @returns {number} the tick to send an input for, or 0 when none is due
       */
      take(now) {
        const late = now - this.nextAt;
        if (late < -0.5) return 0;
        if (late > CATCH_UP * this.#tickMs) this.next += Math.floor(late / this.#tickMs);
        const off = this.#wanted - this.#origin;
        this.#origin += Math.min(LINGER * this.#tickMs, Math.max(-HURRY * this.#tickMs, off));
        this.#origins[this.next % KEPT4] = this.#origin;
        return this.next++;
      }
      /**
       * @param {number} now in milliseconds
       * @param {{tick: number, slack: number, input: number}} snapshot its tick, the slack it reports in
       *   milliseconds, and the newest input consumed
       * @param {number} rtt in milliseconds
       * @param {number} reach ticks ahead for which the server takes inputs
       */
      observe(now, { tick, slack, input }, rtt, reach) {
        if (this.next <= tick + reach || now - this.#seenAt > SETTLE) this.#nearAt = now;
        this.#seenAt = now;
        const isDeaf = this.#reports === 0 && input < this.#deafTick && now < this.#deafUntil;
        const isLate = isDeaf && this.tickAt(now) < this.#leadOver(tick, rtt) - 1;
        if (this.next < tick || now - this.#nearAt > SETTLE || isLate) {
          this.start(now, tick, rtt);
          return;
        }
        if (isDeaf) return;
        const newest = Math.min(tick + Math.max(0, Math.floor(slack / this.#tickMs)), this.next - 1);
        this.#limits[this.#reports++ % this.#limits.length] = this.#origins[newest % KEPT4] + slack;
        this.#wanted = this.#latest() - TARGET2;
        if (this.#reports === 1 || Math.abs(this.#wanted - this.#origin) > JUMP2) {
          this.#origin = this.#wanted;
        }
      }
      /** The latest origin with which nearly all inputs would be in time. */
      #latest() {
        const sorted = this.#limits.slice(0, this.#reports).sort();
        return sorted[Math.floor(sorted.length * OUTLIERS)];
      }
    };
  }
});

// src/inputs.js
var ACK_EVERY, InputSender;
var init_inputs = __esm({
  "src/inputs.js"() {
    "use strict";
    init_pacer();
    init_quantize();
    ACK_EVERY = 50;
    InputSender = class {
      #fields;
      #uplink;
      #pacer;
      #tickRate;
      #seen;
      #epoch = 0;
      /** @type {number[] | null} quanta of the current input; none is sent before there is one */
      #values = null;
      /** @type {Driver | null} */
      #driver = null;
      /** @type {any} */
      #timer = null;
      #running = false;
      #ackedAt = 0;
      /** Tick of the newest snapshot and when it came: one that could not be applied, too. Else a server that waits for its acknowledgement would never send a keyframe. */
      #tick = 0;
      #tickAt = 0;
      /**
       * @param {import("./schema.js").Field[]} fields of the input
       * @param {number} tickRate Hz
       * @param {Uplink} uplink
       * @param {() => number} seen tick of what the player is shown
       */
      constructor(fields, tickRate, uplink, seen) {
        this.#fields = fields;
        this.#tickRate = tickRate;
        this.#uplink = uplink;
        this.#seen = seen;
        this.#pacer = new Pacer(1e3 / tickRate);
      }
      /** Quanta of the input that was set last, null before the first. */
      get values() {
        return this.#values;
      }
      /** Tick of the newest input sent, 0 before the first. */
      get tick() {
        return this.#running ? this.#pacer.next - 1 : 0;
      }
      /** @param {number} epoch a snapshot stream begins; inputs follow its first snapshot */
      start(epoch) {
        this.stop();
        this.#epoch = epoch;
      }
      stop() {
        this.#uplink.timers.clearTimeout(this.#timer);
        this.#running = false;
        this.#tick = 0;
      }
      /** @param {Record<string, unknown>} values the input from now on; missing fields are neutral */
      set(values) {
        this.#values = this.#fields.map((f) => quantize(f, values[f.name]));
        this.#begin(this.#uplink.timers.now());
      }
      /**
       * Has every input from now on come from a driver, and sends what is due.
       * @param {Driver} driver
       * @param {number} now in milliseconds
       */
      drive(driver, now) {
        this.#driver = driver;
        this.#begin(now);
        this.pump(now);
      }
      /** @param {Driver} driver no longer asked, if it is the one; the input that was set last is sent again */
      release(driver) {
        if (this.#driver !== driver) return;
        this.#driver = null;
        if (this.#values === null) this.set({});
      }
      /** Whether inputs are being sent. */
      get running() {
        return this.#running;
      }
      /**
       * @param {number} now in milliseconds
       * @returns {number} the tick whose input is due now, with a fraction; far ahead of any while none are sent
       */
      tickAt(now) {
        return this.#running ? this.#pacer.tickAt(now) : Number.POSITIVE_INFINITY;
      }
      /** @param {{tick: number, slack: number, input: number}} snapshot that came, applied or not */
      observe(snapshot2) {
        const now = this.#uplink.timers.now();
        const { tick } = snapshot2;
        this.#tick = tick;
        this.#tickAt = now;
        if (this.#running) {
          this.pump(now);
          this.#pacer.observe(now, snapshot2, this.#uplink.rtt(), this.#tickRate);
        } else {
          this.#begin(now);
        }
        const { timers } = this.#uplink;
        if (!this.#running) timers.clearTimeout(this.#timer);
        if (now - this.#ackedAt >= ACK_EVERY) this.#acknowledge();
        else if (!this.#running) this.#timer = timers.setTimeout(() => this.#acknowledge(), ACK_EVERY);
      }
      #acknowledge() {
        this.#ackedAt = this.#uplink.timers.now();
        this.#uplink.ack(this.#epoch, this.#tick);
      }
      /** @param {number} now */
      #begin(now) {
        if (this.#running || this.#tick === 0) return;
        if (this.#values === null && this.#driver === null) return;
        this.#running = true;
        const elapsed = (now - this.#tickAt) * this.#tickRate / 1e3;
        this.#pacer.start(now, this.#tick + elapsed, this.#uplink.rtt());
        this.#wait(now);
      }
      /** @param {number} now */
      #wait(now) {
        const { timers } = this.#uplink;
        timers.clearTimeout(this.#timer);
        this.#timer = timers.setTimeout(
          () => {
            const woken = timers.now();
            this.pump(woken);
            this.#wait(woken);
          },
          Math.max(1, this.#pacer.nextAt - now)
        );
      }
      /** Sends what is due. @param {number} now in milliseconds */
      pump(now) {
        if (!this.#running) return;
        for (let tick = this.#pacer.take(now); tick !== 0; tick = this.#pacer.take(now)) {
          this.#ackedAt = now;
          const values = this.#driver?.input(tick) ?? /** @type {number[]} */
          this.#values;
          this.#uplink.input(this.#epoch, tick, this.#tick, values, this.#seen());
        }
      }
    };
  }
});

// src/mp.js
function applyKeyframe(world, body, changes) {
  const contents = world.tables.map(() => []);
  let rows = 0;
  for (const [index, removed, changed, added, left] of entries(world, body)) {
    if (removed.length + changed.length + left.length > 0)
      throw new WireError("a keyframe only adds");
    contents[index] = readRows(world.tables[index], added);
    rows += contents[index].length;
  }
  if (rows > MAX_ROWS) throw new WireError("too many rows");
  contents.forEach((entities, i) => {
    replaceRows(world.tables[i], entities, changes);
  });
}
function applyDelta(world, body, changes) {
  for (const [index, removed, changed, added, left] of entries(world, body)) {
    const table2 = world.tables[index];
    const gone = readIds(removed);
    const away = readIds(left);
    const fresh = readRows(table2, added);
    for (const { id } of fresh) {
      if (table2.rows.has(id)) throw new WireError("added row is present");
    }
    if (world.size - gone.length - away.length + fresh.length > MAX_ROWS)
      throw new WireError("too many rows");
    removeRows(table2, gone, changes?.removed);
    changeRows(table2, changed, changes);
    removeRows(table2, away, changes?.left);
    insertRows(table2, fresh, changes);
  }
}
function entries(world, body) {
  if (!Array.isArray(body)) throw new WireError("body is not an array");
  let last = -1;
  return body.map((entry) => {
    if (!Array.isArray(entry) || entry.length !== 4 && entry.length !== 5) {
      throw new WireError("bad table entry");
    }
    const [index, removed, changed, added, left = []] = entry;
    if (!Number.isInteger(index) || index <= last || index >= world.tables.length) {
      throw new WireError("table index");
    }
    if (![removed, changed, added, left].every(Array.isArray))
      throw new WireError("bad table entry");
    last = index;
    return [index, removed, changed, added, left];
  });
}
function nextId(id, gap) {
  if (!Number.isInteger(gap) || gap < 1 || id + gap > MAX_ID2) throw new WireError("id gap");
  return id + gap;
}
function readIds(gaps) {
  let id = 0;
  return gaps.map((gap) => {
    id = nextId(id, gap);
    return id;
  });
}
function readRows({ fields }, list2) {
  const rows = [];
  const width = fields.length + 1;
  if (list2.length % width !== 0) throw new WireError("row is not complete");
  let id = 0;
  for (let at3 = 0; at3 < list2.length; at3 += width) {
    id = nextId(id, list2[at3]);
    const entity = { id, q: [], row: {} };
    for (let i = 0; i < fields.length; i++) {
      const v = list2[at3 + 1 + i];
      entity.q.push(quantumOf2(fields[i], 0, v));
      entity.row[fields[i].name] = decodedValue(fields[i], entity.q[i], v);
    }
    rows.push(entity);
  }
  return rows;
}
function changeRows(table2, list2, changes) {
  const { entities, fields } = table2;
  let id = 0;
  let next = 0;
  let at3 = 0;
  while (at3 < list2.length) {
    id = nextId(id, list2[at3]);
    while (next < entities.length && entities[next].id < id) next++;
    const entity = entities[next];
    if (entity === void 0 || entity.id !== id) throw new WireError("changed row is absent");
    at3 = changeRow(entity, fields, list2, at3 + 1);
    changes?.changed.push(table2, entity);
  }
}
function changeRow({ q, row: row2 }, fields, list2, at3) {
  const mask = list2[at3++];
  if (mask >>> 0 !== mask || mask === 0 || mask >= 2 ** fields.length) {
    throw new WireError("field mask");
  }
  for (let rest2 = mask | 0; rest2 !== 0; rest2 &= rest2 - 1) {
    const i = 31 - Math.clz32(rest2 & -rest2);
    const field = fields[i];
    const v = list2[at3++];
    q[i] = quantumOf2(field, q[i], v);
    row2[field.name] = decodedValue(field, q[i], v);
  }
  return at3;
}
function quantumOf2(field, base, v) {
  if (field.kind === STRING) return 0;
  if (field.kind === FLOAT) {
    if (typeof v !== "number" || Math.fround(v) !== v && !Number.isNaN(v)) {
      throw new WireError("not a float32");
    }
    return bitsOf(v);
  }
  if (!Number.isInteger(v)) throw new WireError("quantum is not an integer");
  const q = isVector(field.kind) ? v : base + v;
  if (q < field.min || q > field.max) throw new WireError("quantum outside its range");
  return q | 0;
}
function decodedValue(field, q, v) {
  if (field.kind !== STRING) return dequantize(field, q);
  if (typeof v !== "string" || !fits(v, field.maxBytes)) throw new WireError("bad string");
  return v;
}
function fits(s, max) {
  return s.length * 3 <= max || s.length <= max && utf85.encode(s).length <= max;
}
function removeRows(table2, ids, list2) {
  if (ids.length === 0) return;
  for (const id of ids) if (!table2.rows.has(id)) throw new WireError("removed row is absent");
  let next = 0;
  table2.entities = table2.entities.filter((entity) => {
    if (entity.id !== ids[next]) return true;
    next++;
    table2.rows.delete(entity.id);
    list2?.push(table2, entity);
    return false;
  });
}
function insertRows(table2, fresh, changes) {
  if (fresh.length === 0) return;
  const { entities } = table2;
  const inOrder = entities.length === 0 || entities[entities.length - 1].id < fresh[0].id;
  for (const entity of fresh) {
    entities.push(entity);
    table2.rows.set(entity.id, entity.row);
    changes?.added.push(table2, entity);
  }
  if (!inOrder) entities.sort((a, b) => a.id - b.id);
}
var MAX_ID2, utf85;
var init_mp = __esm({
  "src/mp.js"() {
    "use strict";
    init_dequantize();
    init_fieldkinds();
    init_float32();
    init_rows();
    init_wire();
    MAX_ID2 = 4294967295;
    utf85 = new TextEncoder();
  }
});

// src/reasons.js
var HASH, BASELINE, BODY;
var init_reasons = __esm({
  "src/reasons.js"() {
    "use strict";
    HASH = 1;
    BASELINE = 2;
    BODY = 3;
  }
});

// src/hash.js
function mix(h, word) {
  let k = Math.imul(word, 3432918353);
  k = k << 15 | k >>> 17;
  let x = h ^ Math.imul(k, 461845907);
  x = x << 13 | x >>> 19;
  return Math.imul(x, 5) + 3864292196 | 0;
}
function finish(h, words) {
  let x = h ^ words * 4;
  x = Math.imul(x ^ x >>> 16, 2246822507);
  x = Math.imul(x ^ x >>> 13, 3266489909);
  return (x ^ x >>> 16) >>> 0;
}
var init_hash = __esm({
  "src/hash.js"() {
    "use strict";
  }
});

// src/world.js
function fillText(s) {
  const { written } = utf86.encodeInto(s, text3);
  text3.fill(0, written, written + 3);
  return written;
}
var Table, World, utf86, text3, textView;
var init_world = __esm({
  "src/world.js"() {
    "use strict";
    init_fieldkinds();
    init_hash();
    Table = class {
      /** @type {Entity[]} by rising id */
      entities = [];
      /** @type {Map<number, Row>} the same rows, as the game sees them */
      rows = /* @__PURE__ */ new Map();
      /** @param {TableSchema} schema */
      constructor(schema) {
        this.name = schema.name;
        this.fields = schema.fields;
      }
    };
    World = class {
      /** @param {Schema} schema */
      constructor(schema) {
        this.tables = schema.tables.map((t) => new Table(t));
        this.state = {
          tables: (
            /** @type {Record<string, Map<number, Row>>} */
            Object.fromEntries(this.tables.map((t) => [t.name, t.rows]))
          )
        };
      }
      /** @returns {number} rows in all tables */
      get size() {
        let n = 0;
        for (const t of this.tables) n += t.entities.length;
        return n;
      }
      /** @returns {Record<string, RowWithId[]>} copies of the rows of each table, by rising id, which each has as its `id` */
      newest() {
        return Object.fromEntries(
          this.tables.map((t) => [t.name, t.entities.map(({ id, row: row2 }) => ({ ...row2, id }))])
        );
      }
      /** The hash of protocol section 7. */
      hash() {
        let h = 0;
        let words = 0;
        for (const { entities, fields } of this.tables) {
          h = mix(h, entities.length);
          words += 1 + entities.length;
          for (const { id, q, row: row2 } of entities) {
            h = mix(h, id);
            for (let i = 0; i < fields.length; i++) {
              words++;
              if (fields[i].kind !== STRING) {
                h = mix(h, q[i]);
                continue;
              }
              const used = fillText(
                /** @type {string} */
                row2[fields[i].name]
              );
              h = mix(h, used);
              words += used + 3 >> 2;
              for (let at3 = 0; at3 < used; at3 += 4) h = mix(h, textView.getInt32(at3, true));
            }
          }
        }
        return finish(h, words);
      }
    };
    utf86 = new TextEncoder();
    text3 = new Uint8Array(260);
    textView = new DataView(text3.buffer);
  }
});

// src/replica.js
var ASK_EVERY, Replica;
var init_replica = __esm({
  "src/replica.js"() {
    "use strict";
    init_mp();
    init_parts();
    init_reasons();
    init_wire();
    init_world();
    ASK_EVERY = 500;
    Replica = class {
      epoch = 0;
      /** Tick of the newest snapshot applied, 0 for none. */
      tick = 0;
      /** Baseline of that snapshot, 0 for a keyframe. */
      base = 0;
      #valid = false;
      /** @type {import("./packed/decoder.js").PackedDecoder | null} of codec `packed`; null: bodies are in codec `mp` */
      #packed = null;
      #askedAt = Number.NEGATIVE_INFINITY;
      #stats;
      #uplink;
      /**
       * @param {import("./schema.js").Schema} schema
       * @param {import("./stats.js").Stats} stats
       * @param {import("./inputs.js").Uplink} uplink
       */
      constructor(schema, stats, uplink) {
        this.world = new World(schema);
        this.#stats = stats;
        this.#uplink = uplink;
      }
      /**
       * A new stream begins, with a keyframe.
       * @param {number} epoch
       * @param {string} codec of its bodies: "packed", whose reader is loaded, or "mp"
       */
      restart(epoch, codec) {
        this.#packed = codec === "packed" && parts.packed !== void 0 ? this.#packed ?? new parts.packed.PackedDecoder(this.world) : null;
        this.epoch = epoch;
        this.tick = this.base = 0;
        this.#valid = false;
        this.#askedAt = Number.NEGATIVE_INFINITY;
      }
      /**
       * @param {import("./frames.js").Snapshot} snapshot of this epoch
       * @param {import("./rows.js").Changes | null} changes collects what changed, when given
       * @returns {boolean} whether the world is now the snapshot's
       */
      accept(snapshot2, changes) {
        const reason = this.#apply(snapshot2, changes);
        this.#valid = reason === 0;
        if (reason !== 0) {
          this.#stats.unapplied++;
          this.ask(reason);
          return false;
        }
        this.tick = snapshot2.tick;
        this.base = snapshot2.base;
        this.#stats.applied(snapshot2.base === 0);
        return true;
      }
      /** A snapshot came that could not even be decoded: what follows has no baseline. */
      spoil() {
        this.#valid = false;
        this.ask(BODY);
      }
      /** @param {number} reason why a keyframe is needed; not sent again within half a second */
      ask(reason) {
        const now = this.#uplink.timers.now();
        if (now - this.#askedAt < ASK_EVERY) return;
        this.#askedAt = now;
        this.#stats.resyncs++;
        this.#uplink.resync(this.epoch, reason);
      }
      /**
       * @param {import("./frames.js").Snapshot} snapshot
       * @param {import("./rows.js").Changes | null} changes
       * @returns {number} 0, or why it could not be applied
       */
      #apply({ tick, base, hash, body }, changes) {
        if (base !== 0 && (!this.#valid || base !== this.tick)) return BASELINE;
        if (tick <= this.tick) return BODY;
        try {
          if (this.#packed !== null) this.#packed.apply(tick, base, body, changes);
          else if (base === 0) applyKeyframe(this.world, body, changes);
          else applyDelta(this.world, body, changes);
        } catch (error) {
          if (error instanceof WireError) return BODY;
          throw error;
        }
        if (hash === null || hash === this.world.hash()) return 0;
        this.#stats.desyncs++;
        return HASH;
      }
    };
  }
});

// src/spawns.js
var spawns_exports = {};
__export(spawns_exports, {
  Spawns: () => Spawns
});
function drift(row2, fields, ticks) {
  for (const { name, rate, perTick, step } of fields) {
    if (rate < 0) continue;
    const by = fields[rate];
    const quanta = Number(row2[by.name]) / by.step * (perTick / 65536);
    row2[name] = Number(row2[name]) + quanta * step * ticks;
  }
}
var MOST_WAITING, GRACE_MS, BLEND_MS, LIFE_MS, AGAIN_MS, MOST_BLEND_MS, Spawns;
var init_spawns = __esm({
  "src/spawns.js"() {
    "use strict";
    init_fieldkinds();
    MOST_WAITING = 64;
    GRACE_MS = 100;
    BLEND_MS = 100;
    LIFE_MS = 1e3;
    AGAIN_MS = 500;
    MOST_BLEND_MS = 1e3;
    Spawns = class {
      /** How many the server confirmed, and how many were taken back. */
      confirmed = 0;
      rolledBack = 0;
      #is;
      #place;
      #tickRate;
      #grace;
      #life;
      /** @type {Spawn[]} in the order in which they were made */
      #spawns = [];
      /** Of those that were taken back, until they are forgotten: their keys, and the ticks in which they were. @type {{key: unknown, tick: number}[]} */
      #back = [];
      /** @type {[number, Row][]} one's own rows that came with the present snapshot */
      #came = [];
      /** @type {Row[]} reused */
      #rows = [];
      #offs;
      #nextId = -1;
      /** Whether the next snapshot is the first after a lost connection. */
      #isBack = false;
      /** Reused. */
      #scratch = (
        /** @type {Row} */
        {}
      );
      /** @param {Spawning} spawning @param {Place} place */
      constructor(spawning, place) {
        const { mine, graceMs = GRACE_MS, lifeMs = LIFE_MS } = spawning;
        if (typeof mine !== "function") throw new TypeError("mine must be a function");
        this.#is = spawning;
        this.#place = place;
        const { room: room2 } = place;
        this.#tickRate = room2.tickRate;
        this.#grace = graceMs * room2.tickRate / 1e3;
        this.#life = lifeMs * room2.tickRate / 1e3;
        const { name } = place.table;
        this.#offs = [
          room2.on("add", (table2, id, row2) => {
            if (table2 === name && mine(row2)) this.#came.push([id, row2]);
          }),
          room2.on("remove", (table2, id) => {
            if (table2 === name) this.#removed(id);
          }),
          room2.on("snapshot", () => this.#snapshot(room2.tick)),
          room2.on("resume", () => {
            this.#isBack = true;
          }),
          room2.on("exit", () => this.stop())
        ];
        if (room2.tick > 0) this.#snapshot(room2.tick);
      }
      /**
       * Shows a row from now on that one's own input of a tick makes.
       * @param {Row} row all of its fields, as they are after that tick
       * @param {number} tick as `ran` of the prediction is told it
       * @returns {number} its id while it has none of the server's, below 0; 0: too many wait, it is not shown
       */
      add(row2, tick) {
        if (this.#spawns.filter((s) => s.is === "waits").length >= MOST_WAITING) return 0;
        return this.#push(this.#nextId--, { ...row2 }, tick, "waits").id;
      }
      /** The server has it, as an event tells: it is not taken back, and lives as long as it was said to. @param {number} id */
      confirm(id) {
        const spawn = this.#spawns.find((s) => s.id === id && s.is === "waits");
        if (spawn !== void 0) this.#confirm(spawn, "rowless");
      }
      /** Shows one no longer, as it has hit something; nor its row. @param {number} id */
      hide(id) {
        const spawn = this.#spawns.find((s) => s.id === id);
        if (spawn !== void 0) spawn.hidden = true;
      }
      /**
       * All that are one's own, with their ids. Array and rows are reused by the next call.
       * @param {number} [now] milliseconds on the clock of `performance.now`
       * @returns {any[]}
       */
      view(now = this.#place.now()) {
        const predicted = this.#predictedAt(now);
        this.#spawns = this.#spawns.filter(
          (s) => this.#tickOf(s, now) < s.gone && (s.is !== "rowless" || predicted - s.tick < this.#life)
        );
        this.#rows.length = 0;
        for (const spawn of this.#spawns) {
          if (spawn.hidden) continue;
          const { shown, smoothing } = spawn;
          Object.assign(shown, this.#at(spawn, this.#tickOf(spawn, now)));
          smoothing.fields.forEach((at3, i) => {
            const { name } = this.#place.table.fields[at3];
            shown[name] = smoothing.shown(
              i,
              /** @type {number | number[]} */
              shown[name],
              now
            );
          });
          shown.id = spawn.id;
          this.#rows.push(shown);
        }
        return this.#rows;
      }
      /** Shows none any more. */
      stop() {
        for (const off of this.#offs) off();
        this.#spawns = [];
        this.#came = [];
        this.#back = [];
      }
      /** @param {number} id @param {Row} base @param {number} tick @param {Spawn["is"]} is */
      #push(id, base, tick, is) {
        const spawn = {
          id,
          key: this.#is.key?.(base),
          tick,
          base,
          is,
          gone: Number.POSITIVE_INFINITY,
          hidden: false,
          smoothing: new this.#place.Smoothing(
            this.#place.table.fields,
            this.#is.blendMs ?? BLEND_MS,
            void 0
          ),
          shown: {}
        };
        this.#spawns.push(spawn);
        return spawn;
      }
      /** The tick of one's own row that is shown, with its fraction. @param {number} now */
      #predictedAt(now) {
        return this.#place.predictor()?._shownAt(now) ?? this.#place.room.tick;
      }
      /** The tick in which one is shown. @param {Spawn} spawn @param {number} now */
      #tickOf(spawn, now) {
        const { room: room2, interpolator } = this.#place;
        if (spawn.is === "known" && this.#is.time === "view") return interpolator()?.shown || room2.tick;
        const tick = this.#predictedAt(now);
        return spawn.is === "known" ? tick : Math.max(tick, spawn.tick);
      }
      /** Where one is, in a tick, without smoothing. @param {Spawn} spawn @param {number} tick @returns {Row} reused */
      #at(spawn, tick) {
        const row2 = Object.assign(this.#scratch, spawn.base);
        const { fields } = this.#place.table;
        const ticks = tick - spawn.tick || 0;
        const most = this.#tickRate;
        let left = Math.min(most, Math.max(-most, ticks)) / most;
        const dt = 1 / most;
        try {
          while (left !== 0) {
            const by = Math.abs(left) < dt * 1.0001 ? left : Math.sign(left) * dt;
            if (this.#is.move) this.#is.move(row2, by);
            else drift(row2, fields, by * most);
            left -= by;
          }
        } catch (error) {
          this.#place.report(error);
        }
        return row2;
      }
      /** What is smoothed of where one is. @param {Spawn} spawn @param {number} tick */
      #raw(spawn, tick) {
        const row2 = this.#at(spawn, tick);
        const { fields } = this.#place.table;
        return spawn.smoothing.fields.map(
          (i) => (
            /** @type {number | number[]} */
            row2[fields[i].name]
          )
        );
      }
      /** @param {number} id */
      #removed(id) {
        const spawn = this.#spawns.find((s) => s.id === id);
        if (spawn !== void 0) spawn.gone = this.#place.room.tick;
        this.#came = this.#came.filter(([came]) => came !== id);
      }
      /** @param {number} tick */
      #snapshot(tick) {
        const now = this.#place.now();
        this.#match(tick, now);
        for (const spawn of this.#spawns) {
          const row2 = this.#place.table.rows.get(spawn.id);
          if (spawn.is === "known" && row2 !== void 0) this.#rebase(spawn, row2, tick, now);
        }
        const isBack = this.#isBack;
        this.#isBack = false;
        this.#rollBack((s) => isBack || s.tick + this.#grace < tick, tick);
      }
      /** Finds what of the predicted the rows are that have come. @param {number} tick @param {number} now */
      #match(tick, now) {
        const came = this.#came.filter(([id]) => !this.#spawns.some((s) => s.id === id));
        this.#came = [];
        const waiting = this.#spawns.filter((s) => s.is === "waits" && s.tick <= tick);
        const { key } = this.#is;
        const late = waiting.slice(-came.length);
        for (const [id, row2] of came) {
          const spawn = key ? waiting.find((s) => s.is === "waits" && s.key === key(row2)) : late.shift();
          if (spawn === void 0) {
            const made = this.#push(id, { ...row2 }, tick, "known");
            if (this.#wasBack(made.key, tick)) this.#tell(this.#is.again, made);
            continue;
          }
          const shown = this.#raw(spawn, this.#tickOf(spawn, now));
          spawn.smoothing.hold(shown);
          spawn.id = id;
          spawn.tick = tick;
          spawn.base = { ...row2 };
          this.#confirm(spawn, "known");
          const at3 = this.#tickOf(spawn, now);
          spawn.smoothing.settle(this.#raw(spawn, at3), now, this.#blendOf(spawn, shown, at3));
        }
      }
      /** Whether one was taken back of late that may be this one; it is only this one then. @param {unknown} key @param {number} tick */
      #wasBack(key, tick) {
        const kept = AGAIN_MS * this.#tickRate / 1e3;
        this.#back = this.#back.filter((b) => tick - b.tick <= kept);
        const at3 = this.#back.findIndex((b) => b.key === key);
        if (at3 >= 0) this.#back.splice(at3, 1);
        return at3 >= 0;
      }
      /**
       * Over how many milliseconds what is shown becomes the server's row. Where that is behind, as beyond what lag compensation makes up for, over
       * so many that it goes on at half its speed instead of flying back.
       * @param {Spawn} spawn as the server has it @param {(number | number[])[]} shown before @param {number} tick that it is shown in
       */
      #blendOf(spawn, shown, tick) {
        const { blendMs = BLEND_MS } = this.#is;
        const { fields } = this.#place.table;
        const is = this.#raw(spawn, tick);
        const next = this.#raw(spawn, tick + 1);
        let [ahead, way] = [0, 0];
        spawn.smoothing.fields.forEach((at3, i) => {
          const [a, b, c] = [is[i], next[i], shown[i]];
          if (fields[at3].kind === ANGLE || typeof a !== "number") return;
          const by = Number(b) - a;
          ahead += (Number(c) - a) * by;
          way += by * by;
        });
        const ms = (ahead / way || 0) * 1e3 / this.#tickRate;
        return blendMs && Math.max(blendMs, Math.min(2 * ms, MOST_BLEND_MS));
      }
      /** Goes on from where a snapshot has it. @param {Spawn} spawn @param {Row} row @param {number} tick @param {number} now */
      #rebase(spawn, row2, tick, now) {
        if (spawn.tick === tick) return;
        spawn.smoothing.hold(this.#raw(spawn, this.#tickOf(spawn, now)));
        Object.assign(spawn.base, row2);
        spawn.tick = tick;
        spawn.smoothing.settle(this.#raw(spawn, this.#tickOf(spawn, now)), now);
      }
      /** @param {Spawn} spawn @param {Spawn["is"]} is */
      #confirm(spawn, is) {
        spawn.is = is;
        this.confirmed++;
        this.#tell(this.#is.confirmed, spawn);
      }
      /** Takes back what still waits. @param {(spawn: Spawn) => boolean} which @param {number} tick */
      #rollBack(which, tick) {
        const over = this.#spawns.filter((s) => s.is === "waits" && which(s));
        if (over.length === 0) return;
        this.#spawns = this.#spawns.filter((s) => !over.includes(s));
        this.rolledBack += over.length;
        this.#back.push(...over.map(({ key }) => ({ key, tick })));
        this.#back.splice(0, this.#back.length - MOST_WAITING);
        for (const spawn of over) this.#tell(this.#is.rolledBack, spawn);
      }
      /** @param {((shown: any) => void) | undefined} handler @param {Spawn} spawn */
      #tell(handler, { base, id, shown }) {
        try {
          handler?.({ ...base, ...shown, id });
        } catch (error) {
          this.#place.report(error);
        }
      }
    };
  }
});

// src/room.js
var NO_VIEW, NO_PREDICTION, Room;
var init_room = __esm({
  "src/room.js"() {
    "use strict";
    init_delays();
    init_emitter();
    init_inputs();
    init_parts();
    init_replica();
    NO_VIEW = {
      serverTick: null,
      lead: null,
      snapshotAge: null,
      viewTick: null,
      bufferMs: null,
      underruns: null
    };
    NO_PREDICTION = {
      mispredictions: 0,
      resims: 0,
      predictedTick: null,
      predictionError: null
    };
    Room = class {
      match;
      game;
      /** Place in the match, 0 for a spectator. */
      seat;
      /** Ticks a second. */
      tickRate;
      /**
       * Resolves with the room when its first keyframe is applied; rejects if it ends before.
       * @type {Promise<Room>}
       */
      ready;
      #emitter;
      #gameEvents;
      #replica;
      #inputs;
      #uplink;
      #perSecond;
      #slack = 0;
      #consumed = 0;
      /** @type {import("./delay.js").Delay | null} of the view, made with its interpolator */
      #delay = null;
      /** What the delay was set to. @type {number | null} */
      #fixed = null;
      /** @type {Record<string, number>} */
      #snap = {};
      /** @type {import("./interpolate.js").Interpolator | null} made by the first view, so that those who never look pay nothing */
      #interpolator = null;
      /** Whether a view has asked for the file that it comes from. */
      #awaited = false;
      /** @type {import("./predictor.js").Predictor | null} */
      #predictor = null;
      #report;
      #inputFields;
      /** @type {import("./rows.js").Changes} reused */
      #changes = { added: [], changed: [], removed: [], left: [] };
      /** @type {{downMs: number, lost: number, missedTicks: number} | null} told with the next keyframe */
      #returning = null;
      #lastTick = 0;
      #dropped = false;
      #ended = false;
      /** @type {(room: Room) => void} */
      #isReady = () => {
      };
      /** @type {(e: Error) => void} */
      #isOver = () => {
      };
      /**
       * @param {import("./frames.js").Enter} enter
       * @param {string} codec of snapshot bodies
       * @param {import("./inputs.js").Uplink} uplink
       * @param {import("./stats.js").Stats} stats
       * @param {(error: unknown) => void} report
       */
      constructor(enter3, codec, uplink, stats, report) {
        const { parseSchema: parseSchema2 } = (
          /** @type {typeof import("./social.js")} */
          parts.social
        );
        const schema = parseSchema2(enter3.tables, enter3.inputs);
        this.match = enter3.match;
        this.game = enter3.game;
        this.seat = enter3.seat;
        this.tickRate = enter3.tickRate;
        this.#uplink = uplink;
        this.#emitter = new Emitter(report);
        this.#gameEvents = new Emitter(report);
        this.#report = report;
        this.#perSecond = () => stats.perSecond;
        this.#inputFields = schema.inputs;
        this.#replica = new Replica(schema, stats, uplink);
        this.#inputs = new InputSender(
          schema.inputs,
          enter3.tickRate,
          uplink,
          // Who draws the state instead of the view shows the newest.
          () => this.#interpolator?.tick || this.#replica.tick
        );
        this.ready = new Promise((resolve, reject) => {
          this.#isReady = resolve;
          this.#isOver = reject;
        });
        this.ready.catch(() => {
        });
        this.#replica.restart(enter3.epoch, codec);
        this.#inputs.start(enter3.epoch);
      }
      /** Tick of the newest snapshot applied, 0 before the first. */
      get tick() {
        return this.#replica.tick || this.#lastTick;
      }
      get epoch() {
        return this.#replica.epoch;
      }
      /** The newest snapshot: `tables` holds a Map of rows by id for each table. Read only. */
      get state() {
        return this.#replica.world.state;
      }
      /** For a net graph. What is of the view is null while there is none, and so is what is of a prediction. */
      get stats() {
        const { timers, rtt } = this.#uplink;
        const now = timers.now();
        return {
          /** Reported by the server, in milliseconds: how early the newest input came. */
          slack: this.#slack,
          /** Tick of the newest input sent, and of the newest the game has consumed. */
          inputTick: this.#inputs.tick,
          consumedTick: this.#consumed,
          tick: this.tick,
          base: this.#replica.base,
          /** Snapshots within the last second. */
          hz: this.#perSecond().snapshots,
          ...this.#interpolator?.stats(now, rtt(), this.#inputs.tick) ?? NO_VIEW,
          ...this.#predictor?._stats(now) ?? NO_PREDICTION
        };
      }
      /**
       * Of `view`: `delayMs`, how far it stays behind, which follows what the line needs, from 100 at the beginning, between 50 and
       * 400 ms; once set, 0 to 500, it is that. `snap`, by table: from what change on, in units, a row is at another place instead of on its
       * way; an eighth of the field's range where it is not set. Setting that begins the view anew.
       * @returns {{delayMs: number, snap: Record<string, number>}}
       */
      get interpolation() {
        return { delayMs: this.#delay?.ms ?? this.#fixed ?? START, snap: this.#snap };
      }
      /** @param {{delayMs?: number, snap?: Record<string, number>}} to what is not given stays */
      set interpolation({ delayMs, snap }) {
        if (delayMs !== void 0) {
          if (!(delayMs >= 0)) throw new RangeError("delayMs must be 0 or more");
          this.#fixed = Math.min(delayMs, MOST_FIXED);
          this.#delay?.fix(this.#fixed);
        }
        if (snap === void 0) return;
        this.#snap = snap;
        this.#interpolator = null;
      }
      /**
       * @param {"snapshot" | "add" | "change" | "remove" | "drop" | "resume" | "exit"} name
       * @param {(...args: any[]) => void} handler
       * @returns {() => void} takes the handler off again
       */
      on(name, handler) {
        const off = this.#emitter.on(name, handler);
        if (name === "add") {
          for (const [table2, rows] of Object.entries(this.state.tables)) {
            for (const [id, row2] of rows) this.#emitter.call(handler, table2, id, row2);
          }
        }
        return off;
      }
      /**
       * Events of the game itself, each once.
       * @param {string} name
       * @param {(payload: any, tick: number) => void} handler
       * @returns {() => void} takes the handler off again
       */
      onEvent(name, handler) {
        return this.#gameEvents.on(name, handler);
      }
      /**
       * Sets the input that is sent with every tick from now on, as a whole: a field left out is neutral
       * (0, or the nearest its range allows). Values are rounded to the schema's quanta. A spectator has none.
       * @param {Record<string, number | boolean>} values
       */
      input(values) {
        if (this.seat !== 0 && !this.#ended) this.#inputs.set(values);
      }
      /**
       * The world a little in the past, interpolated; for a game's frame hook. Rows and arrays are reused
       * by the next call. A client that speaks `mp` alone and was not preloaded shows the newest snapshot for the moment that loading takes.
       * @param {number} [now] milliseconds on the clock of `performance.now`, as animation frames have it
       * @returns {Record<string, RowWithId[]>} by table, each row with its entity's `id`
       */
      view(now = this.#uplink.timers.now()) {
        this.#interpolator ??= this.#interpolate();
        return (
          /** @type {Record<string, RowWithId[]>} */
          this.#interpolator?.view(now) ?? this.#replica.world.newest()
        );
      }
      /** @returns {import("./interpolate.js").Interpolator | null} null while its file is not there */
      #interpolate() {
        const { view: view2 } = parts;
        if (view2 === void 0) {
          if (!this.#awaited) load("view").catch(() => {
          });
          this.#awaited = true;
          return null;
        }
        if (this.#delay === null) {
          this.#delay = new view2.Delay();
          if (this.#fixed !== null) this.#delay.fix(this.#fixed);
        }
        const interpolator = new view2.Interpolator(
          this.#replica.world,
          this.tickRate,
          this.#delay,
          this.#snap
        );
        const { tick } = this.#replica;
        if (tick !== 0) interpolator.capture(tick, this.#uplink.timers.now());
        return interpolator;
      }
      /**
       * Predicts one's own row from now on, in place of an earlier prediction. Its `advance` takes the place of `input`.
       * @param {import("./predictor.js").Prediction} prediction
       * @returns {import("./predictor.js").Predictor}
       * @throws {TypeError | RangeError} for what cannot work
       */
      predict(prediction) {
        const { predict } = parts;
        if (predict === void 0) throw new TypeError("await preload() before you predict");
        const table2 = this.#table(prediction.table);
        const { timers } = this.#uplink;
        const predictor = new predict.Predictor(prediction, {
          table: table2,
          inputFields: this.#inputFields,
          inputs: this.#inputs,
          tickRate: this.tickRate,
          now: timers.now,
          playing: () => this.seat !== 0 && !this.#ended && this.#predictor === predictor,
          stopped: () => {
            this.#predictor = null;
          },
          report: this.#report
        });
        this.#predictor?.stop();
        this.#predictor = predictor;
        predictor._after(timers.now(), this.#replica.tick);
        return predictor;
      }
      /** Leaves the match and its lobby, as `net.lobby.leave` does. @returns {Promise<void>} when `exit` has been told; rejects with a RequestError */
      leave() {
        return this.#uplink.leave();
      }
      /**
       * Shows rows that one's own input makes, such as shots, before the server has them, and takes back what it does not make.
       * @param {import("./spawns.js").Spawning} spawning
       * @returns {Promise<import("./spawns.js").Spawns>} rejects for what cannot work, or when its file cannot be had
       */
      async predictSpawns(spawning) {
        const [{ Spawns: Spawns2 }, { Smoothing: Smoothing2 }] = await Promise.all([Promise.resolve().then(() => (init_spawns(), spawns_exports)), load("predict")]);
        return new Spawns2(spawning, {
          room: this,
          table: this.#table(spawning.table),
          Smoothing: Smoothing2,
          now: this.#uplink.timers.now,
          predictor: () => this.#predictor,
          interpolator: () => this.#interpolator,
          report: this.#report
        });
      }
      /** @param {string} name */
      #table(name) {
        const table2 = this.#replica.world.tables.find((t) => t.name === name);
        if (table2 === void 0) throw new TypeError(`no table ${name}`);
        return table2;
      }
      /** @param {import("./frames.js").Snapshot} snapshot @internal */
      _snapshot(snapshot2) {
        const { added, changed, removed, left } = this.#changes;
        added.length = changed.length = removed.length = left.length = 0;
        const wanted = ["add", "change", "remove"].some((name) => this.#emitter.has(name));
        const applied = this.#replica.accept(snapshot2, wanted ? this.#changes : null);
        this.#slack = snapshot2.slack;
        this.#consumed = snapshot2.input;
        const now = this.#uplink.timers.now();
        this.#predictor?._before(now);
        this.#inputs.observe(snapshot2);
        this.#predictor?._after(now, applied ? snapshot2.tick : 0);
        if (applied) {
          this.#interpolator?.capture(snapshot2.tick, now);
          if (snapshot2.base === 0) this.#keyframe();
        }
        this.#tell("remove", removed, "gone");
        this.#tell("remove", left, "left");
        this.#tell("add", added);
        this.#tell("change", changed);
        if (applied) this.#emitter.emit("snapshot", this);
      }
      /** @internal */
      _undecodable() {
        this.#replica.spoil();
      }
      /** @param {import("./frames.js").GameEvent} event @internal */
      _event({ name, payload, tick }) {
        this.#gameEvents.emit(name, payload, tick);
      }
      /** @param {{code: number, name: string}} why the socket was lost; the seat is kept @internal */
      _drop(why) {
        this.#dropped = true;
        this.#lastTick = this.tick;
        this.#inputs.stop();
        this.#emitter.emit("drop", why);
      }
      /**
       * The same match goes on over another socket. Where the room was not dropped, nor the match taken over, nothing but that is new.
       * @param {import("./frames.js").Enter} enter
       * @param {string} codec of snapshot bodies
       * @param {{downMs: number, lost: number}} info
       * @internal
       */
      _resume(enter3, codec, info) {
        this.#lastTick = this.tick;
        this.seat = enter3.seat;
        const goesOn = !this.#dropped && enter3.epoch === this.epoch;
        this.#replica.restart(enter3.epoch, codec);
        if (goesOn) return;
        this.#dropped = false;
        this.#returning = { ...info, missedTicks: 0 };
        this.#inputs.start(enter3.epoch);
        this.#interpolator?.reset();
        this.#predictor?._restart();
      }
      /** @param {{reason: string, result: any}} exit @internal */
      _exit(exit) {
        if (this.#ended) return;
        this.#ended = true;
        this.#inputs.stop();
        this.#isOver(new Error(`over before its first snapshot: ${exit.reason}`));
        this.#emitter.emit("exit", exit);
      }
      #keyframe() {
        const returning = this.#returning;
        this.#returning = null;
        if (returning !== null) {
          returning.missedTicks = Math.max(0, this.tick - this.#lastTick);
          this.#emitter.emit("resume", returning);
        }
        this.#isReady(this);
      }
      /** @param {string} name @param {any[]} pairs @param {string} [how] */
      #tell(name, pairs, how) {
        for (let i = 0; i < pairs.length; i += 2) {
          this.#emitter.emit(name, pairs[i].name, pairs[i + 1].id, pairs[i + 1].row, how);
        }
      }
    };
  }
});

// src/stand-in.js
function standIns(others, met) {
  const standIn = (what, first, find) => {
    const real = () => {
      const there = others();
      return there && find(there);
    };
    const it = {};
    for (const name of Object.keys(first)) {
      Object.defineProperty(it, name, { get: () => (real() ?? first)[name] });
    }
    for (const name of atOnce[what]) {
      it[name] = (...args) => {
        if (real()) return real()[name](...args);
        let off = () => {
        };
        let over = false;
        met.then(() => {
          if (!over) off = real()[name](...args);
        });
        return () => {
          over = true;
          off();
        };
      };
    }
    for (const name of asking[what]) {
      it[name] = async (...args) => {
        if (!real()) throw new RequestError("dropped", "", "not connected");
        return real()[name](...args);
      };
    }
    return it;
  };
  const chat = standIn("chat", { messages: [], typists: /* @__PURE__ */ new Set() }, ({ lobby }) => lobby.chat);
  return (
    /** @type {any} */
    {
      lobby: standIn("lobby", { state: null, chat }, ({ lobby }) => lobby),
      presence: standIn("presence", { states: /* @__PURE__ */ new Map() }, ({ presence }) => presence)
    }
  );
}
var atOnce, asking;
var init_stand_in = __esm({
  "src/stand-in.js"() {
    "use strict";
    init_requests();
    atOnce = /** @type {const} */
    {
      lobby: ["on", "watch"],
      chat: ["on", "typing"],
      presence: ["on"]
    };
    asking = /** @type {const} */
    {
      lobby: [
        "list",
        "games",
        "create",
        "join",
        "leave",
        "ready",
        "spectate",
        "settings",
        "kick",
        "host",
        "start",
        "rematch"
      ],
      chat: ["say", "history", "mute"],
      presence: ["watch", "unwatch", "follow", "setAway"]
    };
  }
});

// src/rate.js
var PARTS, Rate;
var init_rate = __esm({
  "src/rate.js"() {
    "use strict";
    PARTS = 8;
    Rate = class {
      #counts = new Float64Array(PARTS + 1);
      #part = 0;
      /**
       * @param {number} now in milliseconds
       * @param {number} n
       */
      add(now, n) {
        this.#advance(now);
        this.#counts[this.#part % this.#counts.length] += n;
      }
      /**
       * @param {number} now in milliseconds
       * @returns {number} the sum over a second
       */
      read(now) {
        this.#advance(now);
        const present = this.#part % this.#counts.length;
        return this.#counts.reduce((sum, n, i) => i === present ? sum : sum + n, 0);
      }
      /** @param {number} now */
      #advance(now) {
        const part2 = Math.floor(now * PARTS / 1e3);
        const { length } = this.#counts;
        const passed = Math.min(part2 - this.#part, length);
        for (let i = 0; i < passed; i++) this.#counts[(part2 - i) % length] = 0;
        if (part2 > this.#part) this.#part = part2;
      }
    };
  }
});

// src/stats.js
var Stats;
var init_stats = __esm({
  "src/stats.js"() {
    "use strict";
    init_rate();
    Stats = class {
      /** Smoothed round trip of pings (1/8 of each new sample). */
      rtt = 0;
      /** Smoothed deviation from it (1/4 of each new sample). */
      jitter = 0;
      framesIn = 0;
      framesOut = 0;
      bytesIn = 0;
      bytesOut = 0;
      /** Snapshots applied, keyframes among them. */
      snapshots = 0;
      keyframes = 0;
      /** Of the snapshots, those that came straight from the match's node. */
      direct = 0;
      /** Snapshots whose hash differed from the world's. */
      desyncs = 0;
      /** Keyframes asked for, whatever the reason. */
      resyncs = 0;
      /** Welcomes after the first. */
      reconnects = 0;
      /** Messages that broke the rules of the wire. */
      malformed = 0;
      /** Frames of a kind this client does not know. */
      unknown = 0;
      /** Match frames of an epoch that is over. */
      stale = 0;
      /** Snapshots that came while a keyframe was awaited or could not be applied. */
      unapplied = 0;
      /** Events seen before. */
      duplicates = 0;
      /** Events the server no longer held when we came back. */
      lost = 0;
      /** Own events given up because their session was gone before the server had handled them. */
      abandoned = 0;
      /** Own frames not sent because the socket was not taking any. */
      unsent = 0;
      #now;
      #snapshotRate = new Rate();
      #inRate = new Rate();
      #outRate = new Rate();
      /** @param {() => number} now */
      constructor(now) {
        this.#now = now;
      }
      /** What happened within the last second. */
      get perSecond() {
        const now = this.#now();
        return {
          snapshots: this.#snapshotRate.read(now),
          bytesIn: this.#inRate.read(now),
          bytesOut: this.#outRate.read(now)
        };
      }
      /** @param {number} bytes @internal */
      received(bytes2) {
        this.framesIn++;
        this.bytesIn += bytes2;
        this.#inRate.add(this.#now(), bytes2);
      }
      /** @param {number} bytes @internal */
      sent(bytes2) {
        this.framesOut++;
        this.bytesOut += bytes2;
        this.#outRate.add(this.#now(), bytes2);
      }
      /** @param {boolean} keyframe @internal */
      applied(keyframe) {
        this.snapshots++;
        if (keyframe) this.keyframes++;
        this.#snapshotRate.add(this.#now(), 1);
      }
      /** @param {number} sample a round trip in milliseconds @internal */
      roundTrip(sample) {
        if (this.rtt === 0) {
          this.rtt = sample;
          return;
        }
        this.jitter += (Math.abs(sample - this.rtt) - this.jitter) / 4;
        this.rtt += (sample - this.rtt) / 8;
      }
    };
  }
});

// src/direct.js
var direct_exports = {};
__export(direct_exports, {
  Direct: () => Direct,
  offered: () => offered
});
function offered(direct, client, settings2, offer2) {
  direct ??= new Direct(client, settings2);
  direct.offered(offer2);
  return direct;
}
var WAIT, WAIT_MOST, GOOD, NO_WAY, Direct;
var init_direct = __esm({
  "src/direct.js"() {
    "use strict";
    init_backoff();
    init_decode();
    init_encode();
    init_frames();
    init_heartbeat();
    init_kinds();
    init_link();
    init_requests();
    init_wire();
    WAIT = 1e3;
    WAIT_MOST = 6e4;
    GOOD = 5e3;
    NO_WAY = ["not-found", "already", "unavailable"];
    Direct = class {
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
      constructor(client, settings2) {
        this.#client = client;
        this.#settings = settings2;
        this.#heartbeat = new Heartbeat(
          settings2.timers,
          (now) => {
            this.#ping = { time: Math.floor(now), at: now };
            this.#write([PING, this.#ping.time, 0]);
          },
          () => this.#lost()
        );
      }
      /** @param {any} offer payload of the event */
      offered(offer2) {
        if (this.#settings.direct) this.#match = String(offer2?.match);
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
        const offered2 = this.#match;
        try {
          const { url, ticket } = await client.request("match", "direct");
          this.#asking = false;
          if (this.#wanted()) this.#dial(url, ticket);
        } catch (error) {
          this.#asking = false;
          const { code = "" } = error instanceof RequestError ? error : {};
          if (!NO_WAY.includes(code)) this.#later();
          else if (this.#match === offered2) this.#match = "";
        }
      }
      /** @param {string} url @param {string} ticket @throws {Error} where a page may not go, such as from https to ws */
      #dial(url, ticket) {
        const { WebSocket, client, timers, dialTimeout } = this.#settings;
        this.#since = timers.now();
        this.#timer = timers.setTimeout(() => this.#lost(), dialTimeout);
        const codecs = this.#client.codec === "packed" ? ["packed", "mp"] : ["mp"];
        this.#link = new Link(WebSocket, url, this.#client.stats, {
          open: () => this.#write([HELLO, VERSION, client, codecs, ["seat", ticket], null]),
          message: (bytes2) => this.#message(bytes2),
          text: () => this.#lost(),
          down: () => this.#lost()
        });
      }
      /** @param {Uint8Array} bytes */
      #message(bytes2) {
        const { stats, room: room2 } = this.#client;
        const now = this.#settings.timers.now();
        stats.received(bytes2.length);
        this.#heartbeat.heard(now);
        try {
          this.#frame(decode(bytes2), now);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
          stats.malformed++;
          if (this.carries) room2?._undecodable();
          else this.#lost();
        }
      }
      /** @param {any[]} frame @param {number} now */
      #frame(frame, now) {
        const { room: room2, stats } = this.#client;
        switch (frame[0]) {
          case WELCOME:
            this.#codec = welcome(frame).codec;
            this.#heartbeat.start(welcome(frame).pingEvery);
            break;
          case ENTER:
            this.#enter(enter(frame));
            break;
          case SNAPSHOT:
            if (!this.carries || room2 === null) break;
            stats.direct++;
            room2._snapshot(snapshot(frame));
            break;
          case PONG:
            if (this.carries && pong(frame).time === this.#ping.time) {
              stats.roundTrip(now - this.#ping.at);
            }
        }
      }
      /** @param {frames.Enter} enter */
      #enter(enter3) {
        const { room: room2 } = this.#client;
        if (room2 === null || enter3.match !== room2.match || enter3.epoch !== room2.epoch) {
          this.#lost();
          return;
        }
        this.#settings.timers.clearTimeout(this.#timer);
        this.carries = true;
        room2._resume(enter3, this.#codec, { downMs: 0, lost: 0 });
      }
      /** The connection is of no use any more. */
      #lost() {
        const had = this.carries;
        const client = this.#client;
        this.#end();
        this.#later();
        if (!had) return;
        if (client.status.state === "open") client.request("match", "relay").catch(() => {
        });
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
          jittered(this.#wait, random)
        );
        this.#wait = Math.min(2 * this.#wait, WAIT_MOST);
      }
    };
  }
});

// src/enter.js
var enter_exports = {};
__export(enter_exports, {
  joinOrCreate: () => joinOrCreate,
  watch: () => watch
});
function joinOrCreate(net, game, { signal, min = 1, ...wanted } = {}) {
  const entered = async () => {
    for (let round2 = 1; ; round2++) {
      try {
        const lobbies = await net.lobby.list();
        const { state } = net.lobby;
        if (state?.game === game) return;
        if (state) throw new RequestError("already", "", "you are in a lobby of another game");
        if (await joinedOne(net, lobbies, game)) return;
        await net.lobby.create({ game, ...wanted });
        return;
      } catch (error) {
        if (round2 === MOST_ROUNDS || codeOf(error) !== "full") throw error;
      }
    }
  };
  return enter2(net, entered, min, signal);
}
function watch(net, id, { signal } = {}) {
  const entered = async () => {
    await net.lobby.list();
    if (net.lobby.state?.id !== id) await net.lobby.join({ id, spectate: true });
  };
  return enter2(net, entered, Number.POSITIVE_INFINITY, signal);
}
async function joinedOne(net, lobbies, game) {
  const places = lobbies.filter((l) => l.game === game && l.players < l.max_players).sort(
    (a, b) => Number(b.phase === "playing") - Number(a.phase === "playing") || b.players - a.players
  );
  for (const { id } of places.slice(0, MOST_JOINED)) {
    try {
      await net.lobby.join({ id });
      return true;
    } catch (error) {
      if (!ELSEWHERE.has(codeOf(error))) throw error;
    }
  }
  return false;
}
function enter2(net, entered, min, signal) {
  return new Promise((resolve, reject) => {
    const offs = [];
    let isOver = false;
    let isEntering = false;
    let started = "";
    const end = (tell) => {
      if (isOver) return;
      isOver = true;
      for (const off of offs) off();
      tell();
    };
    const fail = (error) => end(() => reject(error));
    const failed = (error) => {
      const code = codeOf(error);
      if (net.status.state === "closed") fail(new ClosedError(net.status.code, net.status.name));
      else if (code !== "dropped" && code !== "timeout") fail(error);
      else if (net.status.state === "open") begin();
    };
    const begin = () => {
      if (isEntering || isOver) return;
      isEntering = true;
      entered().finally(() => {
        isEntering = false;
      }).then(look, failed);
    };
    const look = () => {
      const { state } = net.lobby;
      if (isOver || isEntering) return;
      if (state === null) begin();
      else if (net.room !== null && net.room.match === state.match) arrived(net.room);
      else if (state.phase === "open") startIfOwn(state);
    };
    const startIfOwn = (state) => {
      const present = state.members.filter((m) => m.role === "player");
      const round2 = `${state.id} ${state.round} ${present.length}`;
      if (present.length < min || started === round2) return;
      if (state.start === "host" && state.host === net.user) {
        started = round2;
        net.lobby.start().catch(refused);
      } else if (state.start === "ready") {
        started = round2;
        net.lobby.ready(true).catch(refused);
      }
    };
    const refused = (error) => {
      const code = codeOf(error);
      if (code === "dropped" || code === "timeout") started = "";
      else if (code !== "wrong-phase" && code !== "forbidden") fail(error);
    };
    const arrived = (room2) => {
      room2.ready.then(
        () => end(() => resolve(room2)),
        // It was over before anything was seen of it: the next one it is.
        () => {
        }
      );
    };
    if (signal?.aborted) {
      fail(signal.reason);
      return;
    }
    const abort = () => {
      fail(signal?.reason);
      if (net.lobby.state !== null) net.lobby.leave().catch(() => {
      });
    };
    signal?.addEventListener("abort", abort);
    offs.push(
      () => signal?.removeEventListener("abort", abort),
      net.on("room", look),
      net.lobby.on("state", (state) => {
        if (state !== null) look();
      }),
      net.lobby.on("closed", ({ reason }) => {
        fail(new RequestError("closed", "", `one is no longer in the lobby: ${reason}`));
      }),
      net.on("status", ({ state, code, name }) => {
        if (state === "closed") fail(new ClosedError(code, name));
        else if (state === "open") begin();
      })
    );
    net.ready.then(begin, fail);
  });
}
var MOST_JOINED, MOST_ROUNDS, ELSEWHERE, codeOf;
var init_enter = __esm({
  "src/enter.js"() {
    "use strict";
    init_client();
    init_requests();
    MOST_JOINED = 8;
    MOST_ROUNDS = 4;
    ELSEWHERE = /* @__PURE__ */ new Set(["full", "not-found", "forbidden", "wrong-phase"]);
    codeOf = (error) => error instanceof RequestError ? error.code : "";
  }
});

// src/client.js
var ENTER_WITHIN, ClosedError, Client;
var init_client = __esm({
  "src/client.js"() {
    "use strict";
    init_asks();
    init_auth();
    init_connection();
    init_decode();
    init_emitter();
    init_encode();
    init_frames();
    init_kinds();
    init_options();
    init_outbox();
    init_parts();
    init_requests();
    init_resume();
    init_room();
    init_stand_in();
    init_stats();
    init_wire();
    ENTER_WITHIN = 3e3;
    ClosedError = class extends Error {
      name = "ClosedError";
      /** @param {number} code @param {string} reason */
      constructor(code, reason) {
        super(`closed: ${code} ${reason}`);
        this.code = code;
        this.reason = reason;
      }
    };
    Client = class {
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
      #met = () => {
      };
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
      #isReady = () => {
      };
      /** @type {(e: Error) => void} */
      #isOver = () => {
      };
      /** @param {import("./options.js").Options} options */
      constructor(options) {
        const set = settings(options);
        const { timers, signal } = set;
        this.#timers = timers;
        this.#waker = set.waker;
        this.#auth = set.auth;
        this.#offered = async (offer2) => {
          const { offered: offered2 } = await Promise.resolve().then(() => (init_direct(), direct_exports));
          this.#direct = offered2(this.#direct, this, set, offer2);
        };
        this.stats = new Stats(timers.now);
        const resume = new ResumeState(set.resume, set.storage, set.resumeKey);
        this.#resume = resume;
        this.#requests = new Requests(timers, resume.request, (id) => resume.requested(id));
        this.#asks = new Asks(
          (frame) => this.#connection.send(frame),
          (error) => this.#report(error)
        );
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
        this.ready.catch(() => {
        });
        this.#connection = new Connection(set, this.#resume, this.stats, {
          status: (status) => this.#emitter.emit("status", status),
          welcome: (welcome2) => this.#welcome(welcome2),
          taken: (taken) => this.#outbox.handled(taken),
          frame: (frame) => this.#frame(frame),
          malformed: (bytes2, error) => {
            if (bytes2 !== null && kindOf(bytes2) === SNAPSHOT) this.room?._undecodable();
            this.#report(error);
          },
          failed: (error) => this.#report(error),
          down: () => this.#down(),
          closed: () => this.#closed()
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
        if (this.#others !== null || social === void 0) return;
        const request = (channel) => (name, payload) => this.request(channel, name, payload);
        const report = (error) => this.#report(error);
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
        const say = (id, within) => {
          const left = Math.min(Math.max(Math.ceil(within) || 1, 1), 4294967295);
          const more = once || timeout !== void 0 ? [once, left] : [];
          return sendable(
            () => this.#connection.send([REQUEST, id, channel, name, payload, ...more])
          );
        };
        if (once) {
          if (this.status.state === "closed") {
            throw new RequestError("dropped", "", "the client is closed");
          }
          payload = sendable(() => decode(encode([REQUEST, payload]))[1]);
        }
        return this.#requests.add(say, timeout ?? 5e3, once);
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
        return (await Promise.resolve().then(() => (init_enter(), enter_exports))).joinOrCreate(this, game, wanted);
      }
      /** Watches a lobby's match, in the same way. @param {string} lobby its id @param {import("./enter.js").Entering} [entering] */
      async watch(lobby, entering) {
        return (await Promise.resolve().then(() => (init_enter(), enter_exports))).watch(this, lobby, entering);
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
        if (seldom === void 0) return load("seldom").then(() => this.#withTransfers(use));
        this.#transfers ??= new seldom.Transfers(
          { send: (frame) => this.#connection.send(frame), timers: this.#timers },
          () => this.#requests.takeId(),
          (error) => this.#report(error),
          this.#flushed
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
        const same2 = resumed && session === this.session;
        if (same2) {
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
        this.#transfers?.opened(same2 || this.session === "");
      }
      /** @param {any[]} frame */
      #frame(frame) {
        switch (frame[0]) {
          case SNAPSHOT:
            this.#snapshot(snapshot(frame));
            break;
          case EVENT:
            this.#event(event(frame));
            break;
          case REPLY:
            this.#requests.settle(reply(frame));
            break;
          case ASK:
            this.#ask(ask(frame));
            break;
          case DOWNLOAD:
          case DOWNLOAD_CHUNK:
          case UPLOAD_PROGRESS:
            Promise.resolve(this.#withTransfers((transfers) => transfers.frame(frame))).catch(
              (error) => this.#report(error)
            );
            break;
          case ENTER:
            this.#enter(enter(frame));
            break;
          default:
            this.stats.unknown++;
        }
      }
      /** @param {frames.Ask} ask */
      #ask(ask2) {
        const { reconnects } = this.stats;
        this.#asks.answer(ask2, () => this.#flushed && this.stats.reconnects === reconnects);
      }
      /** @param {frames.Snapshot} snapshot */
      #snapshot(snapshot2) {
        if (this.room === null || snapshot2.epoch !== this.room.epoch || this.#direct?.carries) {
          this.stats.stale++;
        } else this.room._snapshot(snapshot2);
      }
      /** @param {frames.GameEvent} event */
      #event(event2) {
        const { seq, channel, name, payload } = event2;
        if (seq <= this.#resume.seq) {
          this.stats.duplicates++;
          return;
        }
        this.#resume.handled(seq);
        if (channel === "lobby") {
          this.lobby._event(event2);
        } else if (channel === "chat") {
          this.lobby.chat._event(event2);
        } else if (channel === "presence") {
          this.presence._event(event2);
        } else if (channel === "match") {
          if (name !== "exit") this.room?._event(event2);
          else if (payload?.match === this.room?.match) this.#exit(payload?.reason, payload?.result);
        } else if (channel === "session" && name === "notice") {
          this.#emitter.emit("notice", payload);
        } else if (channel === "session" && name === "renew") {
          this.#renew();
        } else if (channel === "session" && name === "direct") {
          this.#offered(payload).catch(() => {
          });
        } else if (channel === "session" && name === "closed") {
          if (payload?.channel === "lobby") this.lobby._reset();
        }
        this.#emitter.emit("event", event2);
      }
      /** Gives the server newer credentials, if there is a way to get some. */
      async #renew() {
        if (typeof this.#auth !== "function" || this.#renewing) return;
        this.#renewing = true;
        try {
          const auth = await renewed(this.#auth);
          const reply2 = await this.request("session", "renew", { auth });
          this.expires = reply2?.expires ?? 0;
        } catch (error) {
          if (!(error instanceof RequestError && error.code === "dropped")) this.#report(error);
        } finally {
          this.#renewing = false;
        }
      }
      /** @param {frames.Enter} enter */
      #enter(enter3) {
        const entered = JSON.stringify([enter3.match, enter3.game, enter3.tables, enter3.inputs]);
        this.#timers.clearTimeout(this.#enterTimer);
        if (this.room !== null && entered === this.#entered) {
          const { downMs, lost } = this.status;
          this.#direct?.changed();
          this.room._resume(enter3, this.codec, { downMs, lost });
          return;
        }
        const report = (error) => this.#report(error);
        const room2 = new Room(enter3, this.codec, this.#uplink(), this.stats, report);
        this.#exit("left", null);
        this.room = room2;
        this.#entered = entered;
        this.#emitter.emit("room", room2);
      }
      /** @returns {import("./inputs.js").Uplink} */
      #uplink() {
        const offer2 = (...frame) => this.#direct?.offer(frame) || this.#connection.offer(frame);
        return {
          input: (epoch, tick, ack, values, seen) => {
            offer2(INPUT, epoch, tick, ack, values, seen);
          },
          ack: (epoch, ack) => offer2(ACK, epoch, ack),
          resync: (epoch, reason) => offer2(RESYNC, epoch, reason),
          rtt: () => this.stats.rtt,
          leave: () => this.lobby.leave(),
          timers: this.#timers
        };
      }
      /** @param {string} reason @param {any} result */
      #exit(reason, result) {
        this.#timers.clearTimeout(this.#enterTimer);
        const room2 = this.room;
        this.room = null;
        this.#direct?.changed();
        room2?._exit({ reason, result });
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
    };
  }
});

// src/wasi.js
function wasi(imports, memory, now) {
  let said = "";
  const view2 = () => new DataView(memory().buffer);
  const bytes2 = (at3, count) => new Uint8Array(memory().buffer, at3 >>> 0, count);
  const none = (count, size) => {
    view2().setUint32(count, 0, true);
    view2().setUint32(size, 0, true);
    return OK;
  };
  const host = {
    args_sizes_get: none,
    args_get: () => OK,
    environ_sizes_get: none,
    environ_get: () => OK,
    /** @param {number} _id @param {bigint} _precision @param {number} at of nanoseconds */
    clock_time_get(_id, _precision, at3) {
      view2().setBigUint64(at3, BigInt(Math.round(now() * 1e6)), true);
      return OK;
    },
    /** @param {number} at @param {number} count */
    random_get(at3, count) {
      bytes2(at3, count).fill(1);
      return OK;
    },
    sched_yield: () => OK,
    // Nobody may wait in a step: who wants to is awake at once.
    poll_oneoff: () => OK,
    /** @param {number} fd @param {number} list of [address, length] @param {number} count @param {number} at of the sum of lengths */
    fd_write(fd, list2, count, at3) {
      if (fd > STDERR) return BADF;
      let written = 0;
      for (let i = 0; i < count; i++) {
        const length = view2().getUint32(list2 + 8 * i + 4, true);
        const part2 = bytes2(view2().getUint32(list2 + 8 * i, true), length);
        if (fd === STDERR) said = (said + utf87.decode(part2)).slice(0, MAX_MESSAGE);
        written += length;
      }
      view2().setUint32(at3, written, true);
      return OK;
    },
    /** @param {number} code */
    proc_exit(code) {
      throw new Error(`exit code ${code}`);
    }
  };
  for (const { name } of imports) host[name] ??= () => BADF;
  return { host, said: () => said };
}
var OK, BADF, STDERR, MAX_MESSAGE, utf87;
var init_wasi = __esm({
  "src/wasi.js"() {
    "use strict";
    OK = 0;
    BADF = 8;
    STDERR = 2;
    MAX_MESSAGE = 4096;
    utf87 = new TextDecoder();
  }
});

// src/step.js
var step_exports = {};
__export(step_exports, {
  loadStep: () => loadStep
});
async function loadStep(source) {
  const module = await compile(source);
  let instance;
  const memory = () => (
    /** @type {WebAssembly.Memory} */
    instance.exports.memory
  );
  const { host, said } = wasi(WebAssembly.Module.imports(module), memory, () => performance.now());
  instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: host });
  const { _initialize, step_layout, step_layout_size, step_cells, step_run } = (
    /** @type {Record<string, (...args: number[]) => number>} */
    instance.exports
  );
  if (!_initialize || !step_layout || !step_layout_size || !step_cells || !step_run)
    throw new TypeError("not a module of a step: it exports none");
  const gaveUp = (cause) => new Error(`the step gave up: ${said() || cause}`, { cause });
  try {
    _initialize();
  } catch (error) {
    throw gaveUp(error);
  }
  const size = step_layout_size() >>> 0;
  if (size > MAX_LAYOUT) throw new TypeError("the layout of the step is too long");
  const text4 = new Uint8Array(memory().buffer, step_layout() >>> 0, size);
  const { row: rowFields, input: inputFields, cells: count } = parseLayout(text4);
  const at3 = step_cells() >>> 0;
  let cells = new Float64Array(memory().buffer, at3, count);
  let fault = null;
  const refresh = () => {
    if (cells.buffer !== memory().buffer) cells = new Float64Array(memory().buffer, at3, count);
  };
  return (row2, input, dt) => {
    if (fault !== null) throw fault;
    refresh();
    for (const field of rowFields) write2(cells, field, row2[field.name], true);
    for (const field of inputFields) write2(cells, field, input[field.name], false);
    try {
      step_run(dt);
    } catch (error) {
      fault = gaveUp(error);
      throw fault;
    }
    refresh();
    for (const field of rowFields) row2[field.name] = read2(cells, field);
  };
}
async function compile(source) {
  if (typeof source !== "string" && !(source instanceof URL)) return WebAssembly.compile(source);
  const reply2 = await fetch(source);
  if (!reply2.ok) throw new Error(`no step at ${source}: ${reply2.status}`);
  return WebAssembly.compileStreaming(reply2);
}
function parseLayout(text4) {
  const layout = JSON.parse(new TextDecoder().decode(text4));
  let cells = 0;
  const places = (fields) => {
    if (!Array.isArray(fields)) throw new TypeError("the layout of the step is no list of fields");
    return fields.map(([name, kind, length]) => {
      const known = kind === "number" || kind === "boolean";
      if (!isName(name) || !known || !Number.isInteger(length) || length < 0)
        throw new TypeError("a field in the layout of the step");
      const at3 = cells;
      cells += Math.max(1, length);
      if (cells > MAX_CELLS) throw new TypeError("the step has too many fields");
      return { name, boolean: kind === "boolean", length, at: at3 };
    });
  };
  return { row: places(layout.row), input: places(layout.input), cells };
}
function write2(cells, field, value2, wanted) {
  const { length, at: at3 } = field;
  if (wanted && (value2 ?? null) === null)
    throw new TypeError(`the row has no ${field.name}, which the step needs`);
  if (length === 0) cells[at3] = Number(value2) || 0;
  for (let i = 0; i < length; i++) cells[at3 + i] = Number(value2?.[i]) || 0;
}
function read2(cells, { boolean, length, at: at3 }) {
  if (length > 0) return Array.from(cells.subarray(at3, at3 + length));
  return boolean ? cells[at3] !== 0 : cells[at3];
}
var MAX_CELLS, MAX_LAYOUT, isName;
var init_step = __esm({
  "src/step.js"() {
    "use strict";
    init_wasi();
    MAX_CELLS = 1024;
    MAX_LAYOUT = 1 << 16;
    isName = (name) => typeof name === "string" && !(name in {});
  }
});

// src/index.js
init_client();
init_parts();
init_client();
init_codes();
init_requests();
init_room();
function connect(options = {}) {
  return new Client(options);
}
async function preload(...parts2) {
  await loadAll(parts2);
}
async function loadStep2(source) {
  return (await Promise.resolve().then(() => (init_step(), step_exports))).loadStep(source);
}
export {
  Client,
  CloseCodes,
  ClosedError,
  RequestError,
  Room,
  connect,
  loadStep2 as loadStep,
  preload
};
//# sourceMappingURL=deltatick.mjs.map
