import { connect } from "./client.mjs";
import { byId } from "./dom.js";
import { LinkState } from "./link-state.js";
import { LoadingView } from "./loading-view.js";
import { LobbyCreate } from "./lobby-create.js";
import { LobbyList } from "./lobby-list.js";
import { LobbyRoom } from "./lobby-room.js";
import { MatchView } from "./match-view.js";
import { closeNotice, notice } from "./notice.js";
import { quickPlay } from "./quick-play.js";
import { rememberedName, rememberName } from "./remembered.js";
import { isReplay } from "./replay-server.js";
import { settledWithin } from "./settled-within.js";
import { markAddress, parseHash } from "./share-link.js";
import { Sky } from "./sky.js";
import { askHandOver, forgetSession, offerHandOver, tabStorage } from "./tab-storage.js";
import { toast } from "./toasts.js";
import { closure, exitReason, refusal } from "./words.js";

const CONNECT_WITHIN = 5000; // ms that an action waits for a connection just opened

/**
 * The page's one state: which connection, which lobby, which match, and so which of the three views is shown. Views
 * never call the network themselves; they get actions from here.
 */
export class App {
  net = null;
  room = null;
  #games = null;
  #stopList = null;
  #arrived = false; // there is something to show
  #called = ""; // the name that the connection was opened with, or that the server made of it
  #busy = false;

  /** @param {object | null} overLine options of the client that have it go over another line than there is */
  constructor(overLine) {
    this.overLine = overLine;
    this.name = byId("name");
    this.sky = new Sky(byId("sky"));
    this.link = new LinkState(byId("link-state"));
    this.loading = new LoadingView(() => this.#dialAgain());
    this.list = new LobbyList({
      join: (id) => this.join({ id }),
      watch: (id) => this.join({ id, spectate: true }),
    });
    this.create = new LobbyCreate({
      create: (options) => this.act(() => this.net.lobby.create(options)),
    });
    this.lobby = new LobbyRoom(this.#lobbyActions());
    this.match = new MatchView({
      leave: () => this.leave(),
      join: () => this.spectate(false),
      rematch: () => this.act(() => this.net.lobby.rematch()),
      toLobby: () => this.#endMatch(),
      settings: (changes) => this.act(() => this.net.lobby.settings(changes)),
    });
  }

  start() {
    const wanted = parseHash(location.hash);
    this.name.value = wanted.name ?? rememberedName();
    this.#bindForms();
    addEventListener("hashchange", () => this.#followHash());
    offerHandOver((session) => this.net?.session === session && this.net.status.state === "open");
    this.open();
  }

  /** Opens a connection, resuming this tab's session if it has one; `fresh` forgets it and comes as a new guest. */
  open({ fresh = false } = {}) {
    if (fresh) forgetSession();
    this.#endMatch();
    this.#stopWatching();
    this.#games = null;
    this.#called = this.name.value.trim() || "guest";
    const net = connect({
      url: new URL("./ws", location.href).href.replace(/^http/, "ws"), // beside the page, which may be below a prefix
      name: this.#called,
      resume: "tab",
      storage: tabStorage,
      ...this.overLine,
    });
    this.net = net;
    const current = (handler) => (value) => {
      if (this.net === net) handler(value);
    };
    const listen = (source, name, handler) => source.on(name, current(handler));
    listen(net, "status", (status) => this.#onStatus(status));
    listen(net, "room", (room) => this.#onRoom(room));
    listen(net, "notice", ({ code, message }) => {
      // Late inputs after a stall of this machine are no news to a player; the figures show them.
      if (code === "input-rate") this.match.noteDropped();
      else toast(message || code, "bad");
    });
    listen(net.lobby, "state", () => this.render());
    const { chat } = net.lobby;
    for (const name of ["history", "message", "joined", "left"])
      listen(chat, name, (what) => this.lobby.chat[name](what));
    for (const name of ["history", "typing"])
      listen(chat, name, () => this.lobby.chat.typists([...chat.typists]));
    listen(net.lobby, "closed", (closed) => this.#onLobbyClosed(closed));
    const ready = current(() => this.#onReady());
    net.ready.then(ready, () => {}); // a refusal comes as a status too
    this.link.show(net.status, net); // no longer what the connection before was
    this.loading.show(net.status);
    this.render();
  }

  render() {
    const state = this.net.lobby.state;
    const view = this.room ? "match" : state ? "lobby" : this.#arrived ? "home" : "loading";
    let entered = false;
    if (document.body.dataset.view !== view) {
      document.body.dataset.view = view;
      byId("loading").hidden = view !== "loading";
      byId("home").hidden = view !== "home";
      byId("lobby").hidden = view !== "lobby";
      byId("match").hidden = view !== "match";
      this.sky.run(view !== "match");
      if (view !== "match") byId("pages").scrollTop = 0;
      if (view === "lobby") entered = true;
    }
    if (view === "home") this.#startWatching();
    else this.#stopWatching();
    if (state) {
      const me = state.members.find((member) => member.user === this.net.user);
      markAddress(state.code, me?.role === "spectator");
      this.lobby.update(state, this.net.user, this.#games);
      this.match.setLobby(state, this.net.user, this.#games);
      if (entered) this.lobby.focus();
      this.#loadGames().catch(() => {}); // the lobby reads well without; the next state tries again
    }
  }

  /**
   * Runs a request, once a connection just opened is there; a refusal becomes a toast. Resolves to whether it was done.
   */
  async act(request) {
    try {
      await this.#connected();
      await request();
      this.render();
      return true;
    } catch (error) {
      toast(refusal(error), "bad");
      return false;
    }
  }

  join(target) {
    return this.#once(() => this.act(() => this.net.lobby.join(target)));
  }

  /** Changes between watching and playing, in a running match as well: then its room ends, and another begins. */
  spectate(on) {
    return this.#once(() => this.act(() => this.net.lobby.spectate(on)));
  }

  async leave() {
    if (await this.act(() => this.net.lobby.leave())) {
      markAddress(null);
      this.#endMatch();
    }
  }

  #lobbyActions() {
    const lobby = () => this.net.lobby;
    return {
      ready: (on) => this.act(() => lobby().ready(on)),
      spectate: (on) => this.spectate(on),
      start: () => this.act(() => lobby().start()),
      rematch: () => this.act(() => lobby().rematch()),
      kick: (user) => this.act(() => lobby().kick(user)),
      host: (user) => this.act(() => lobby().host(user)),
      settings: (changes) => this.act(() => lobby().settings(changes)),
      say: (text) => this.act(() => lobby().chat.say(text)),
      typing: (on) => lobby().chat.typing(on),
      mute: (user, on) => this.act(() => lobby().chat.mute(user, on)),
      leave: () => this.leave(),
    };
  }

  #bindForms() {
    byId("name-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#applyName();
      this.#once(() => this.act(() => quickPlay(this.net)));
    });
    this.name.addEventListener("change", () => this.#applyName());
    const code = byId("code");
    const check = () =>
      code.setCustomValidity(
        code.value.length < code.maxLength ? "A join code has 6 letters and digits." : "",
      );
    code.addEventListener("input", check);
    check();
    byId("code-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.join({ code: byId("code").value.trim().toUpperCase() });
    });
    byId("create-open").addEventListener("click", () =>
      this.#once(() =>
        this.act(async () => this.create.open(await this.#loadGames(), this.net.name)),
      ),
    );
  }

  /** Keeps a double click from joining twice. */
  async #once(work) {
    if (this.#busy) return;
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }

  /**
   * The name field changes as the press on a button takes the focus from it, so the button's request comes while the new
   * session is being opened. A connection that was there and was lost is not waited for: the player is told at once.
   */
  async #connected() {
    const { net } = this;
    await settledWithin(net.ready, CONNECT_WITHIN);
    if (this.net !== net) await this.#connected(); // renamed again meanwhile
  }

  /** A name belongs to a session, so a new one is a new session; only ever outside a lobby. */
  #applyName() {
    const name = this.name.value.trim();
    if (!name) this.name.value = this.#called;
    else if (name !== this.#called && !this.net.lobby.state) {
      rememberName(name);
      this.net.close();
      this.open({ fresh: true });
    }
  }

  #loadGames() {
    const net = this.net;
    this.#games ??= net.lobby.games().then(
      (reply) => {
        const games = Array.isArray(reply) ? reply : reply.games;
        this.#games = games;
        if (this.net === net) this.render();
        return games;
      },
      (error) => {
        this.#games = null;
        throw error;
      },
    );
    return Promise.resolve(this.#games);
  }

  #startWatching() {
    this.#stopList ??= this.net.lobby.watch((lobbies) => this.list.show(lobbies));
  }

  #stopWatching() {
    this.#stopList?.();
    this.#stopList = null;
  }

  /** Goes where the address bar says: on arrival by a share link, and when the link is changed by hand. */
  async #followHash() {
    await this.#connected();
    const { code, spectate } = parseHash(location.hash);
    const { lobby } = this.net;
    if (!code || lobby.state?.code === code) return;
    try {
      if (lobby.state) await lobby.leave();
      await lobby.join({ code, spectate });
    } catch (error) {
      // A resumed session may be in that lobby already; its state is on the way.
      if (error.code !== "already") {
        toast(refusal(error), "bad");
        markAddress(lobby.state?.code, false);
      }
    }
    this.render();
  }

  #onStatus(status) {
    this.link.show(status, this.net);
    this.loading.show(status);
    this.match.setLink(status);
    if (status.state === "open") {
      closeNotice();
      if (status.lost > 0)
        toast(
          "The line broke for a moment. Chat and the score are as they are now; what was said meanwhile may be missing.",
        );
    }
    if (status.state === "closed") this.#onClosed(status);
  }

  /** The first welcome of a connection: who one is, is known. */
  #onReady() {
    const { net } = this;
    this.#called = net.name;
    rememberName(net.name);
    if (document.activeElement !== this.name) this.name.value = net.name;
    this.link.show(net.status, net);
    // What an earlier page left in this tab was refused: nothing was on screen, so the client came afresh by itself.
    if (isGone(net.status)) toast(`${closure(net.status)[0]}: you are a new guest now.`);
    // A resumed session may be in a lobby, whose state is the next thing to come: no flash of the start page before it.
    if (net.status.resumed && !this.#arrived) setTimeout(() => this.#arrive(), 150);
    else this.#arrive();
    this.#followHash();
    // Who opens what shows a recording wants to see it.
    if (isReplay(net) && !net.status.resumed && !parseHash(location.hash).code)
      this.#once(() => this.act(() => quickPlay(net)));
  }

  #arrive() {
    this.#arrived = true;
    this.render();
  }

  /** Does not wait for the client's next try. */
  #dialAgain() {
    this.net.close();
    this.open();
  }

  #onClosed(status) {
    if (status.code === 1000) return;
    if (status.code === 4500) {
      notice(
        "This session is open in another tab",
        "The newest tab plays on with your seat; this one has stopped.",
        [{ text: "Take it back here", primary: true, act: () => this.#takeBack() }],
      );
      return;
    }
    const [title, text] = closure(status);
    const again = parseHash(location.hash).code ? "Rejoin as a new guest" : "Connect again";
    notice(title, text, [
      {
        text: isGone(status) ? again : "Connect again",
        primary: true,
        act: () => this.open({ fresh: true }),
      },
    ]);
  }

  async #takeBack() {
    if (!(await askHandOver(this.net.session))) {
      forgetSession();
      toast("The other tab did not hand the session over: you are a new guest here.");
    }
    this.open();
  }

  #onLobbyClosed({ reason }) {
    markAddress(null);
    this.#endMatch();
    notice(
      reason === "kicked" ? "Removed from the lobby" : "The lobby has closed",
      reason === "kicked"
        ? "The host removed you. You can join another or start your own."
        : "The server closed this lobby.",
      [{ text: "All right", primary: true, act: () => {} }],
    );
  }

  #onRoom(room) {
    if (room === this.room) return;
    this.room = room;
    this.match.show(room, this.net);
    room.on("exit", ({ reason, result }) => {
      if (this.room !== room) return;
      if (reason === "ended") return this.match.showResult(result);
      const why = exitReason(reason);
      if (why) toast(why, "bad");
      this.#endMatch();
    });
    this.render();
  }

  #endMatch() {
    if (!this.room) return;
    this.room = null;
    this.match.hide();
    this.render();
  }
}

/** Whether a resume was refused: the seat is lost, a new session is possible. */
const isGone = ({ code }) => code === 4501 || code === 4502;
