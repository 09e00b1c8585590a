import { ArenaView } from "./arena-view.js";
import { BotButtons } from "./bot-buttons.js";
import { mergeControls, plainInput } from "./controls.js";
import { byId, el, setText } from "./dom.js";
import { Gamepad } from "./gamepad.js";
import { Hud } from "./hud.js";
import { Keys } from "./keys.js";
import { GraphOverlay } from "./lab/overlay.js";
import { lostWords } from "./link-state.js";
import { NetReadout } from "./net-readout.js";
import { Pointer } from "./pointer.js";
import { ReplayBar } from "./replay-bar.js";
import { Results } from "./results.js";
import { RoundSounds } from "./round-sounds.js";
import { shareLink } from "./share-link.js";
import { soundSwitch } from "./sound-switch.js";
import { Sounds } from "./sounds.js";
import { Stage } from "./stage.js";
import { SwarmView } from "./swarm-view.js";
import { Touch } from "./touch.js";

const HUD_EVERY = 90; // ms between two updates of the text
const HINT_FOR = 9000; // ms

/** A match on the screen: one frame loop that reads the room, draws it, and sends what the player holds down. */
export class MatchView {
  #stage = new Stage(byId("field"));
  #sounds = new Sounds();
  #roundSounds = new RoundSounds(this.#sounds);
  #scenes = { arena: new ArenaView(this.#sounds), swarm: new SwarmView() };
  #hud = new Hud();
  #readout = new NetReadout();
  #replay = new ReplayBar(byId("replay"));
  #graph = new GraphOverlay(byId("match"));
  #keys = new Keys((command) => this.#commands[command]());
  #commands = {
    net: () => this.#readout.toggle(),
    graph: () => this.#graph.toggle(),
    sound: () => this.#sounds.toggle(),
    back: () => this.#replay.step(-1),
    on: () => this.#replay.step(1),
    menu: () => this.#openMenu(),
  };
  #pad = new Gamepad(() => this.#toggleMenu());
  #pointer = new Pointer(byId("field"));
  #touch = new Touch(byId("match"));
  #results;
  #bots;
  #scene = null;
  #room = null;
  #net = null;
  #offs = [];
  #frame = 0;
  #last = 0;
  #hudAt = 0;
  #hintUntil = 0;
  #sent = "";
  #frozen = false;

  constructor(actions) {
    this.#results = new Results(actions);
    this.#bots = new BotButtons((settings) => actions.settings({ settings }));
    byId("menu-bots").append(this.#bots.root);
    soundSwitch(byId("sound-toggle"), this.#sounds);
    byId("match-join").addEventListener("click", () => actions.join());
    byId("match-menu").addEventListener("click", () => this.#openMenu());
    byId("menu-close").addEventListener("click", () => byId("menu").close());
    byId("menu").addEventListener("close", () => document.activeElement?.blur());
    byId("menu-leave").addEventListener("click", () => {
      byId("menu").close();
      actions.leave();
    });
  }

  show(room, net) {
    this.hide();
    this.#frozen = false;
    this.#room = room;
    this.#net = net;
    this.#scene = this.#scenes[room.game] ?? this.#scenes.swarm;
    this.#scene.enter(room);
    this.#hud.reset(net.lobby.state?.name ?? room.game);
    const ownId = () => this.#scene.own.id;
    this.#offs = [
      room.onEvent("kill", (kill) => this.#hud.kill(kill, ownId())),
      room.onEvent("pickup", (pickup) => this.#hud.pickup(pickup, ownId())),
      room.on("drop", () => {
        this.#frozen = true; // the last picture stays until there is a new one
        this.setLink(net.status);
      }),
      room.on("resume", () => {
        this.#frozen = false;
        this.#sent = "";
        this.setLink(net.status);
      }),
    ];
    byId("match-role").hidden = room.seat > 0;
    this.#touch.enable(room.seat > 0);
    this.#replay.show(net);
    this.#showHint(room);
    this.#roundSounds.forget();
    this.#keys.start();
    byId("match").hidden = false;
    document.activeElement?.blur(); // so that Space fires and does not press the button that led here
    this.#last = performance.now();
    this.#frame = requestAnimationFrame((now) => this.#loop(now));
  }

  /** Freezes the last picture and lays the result over it. */
  showResult(data) {
    cancelAnimationFrame(this.#frame);
    this.#keys.stop();
    if (byId("menu").open) byId("menu").close();
    byId("banner").hidden = byId("hint").hidden = true;
    this.#touch.enable(false);
    this.#results.show(data, this.#room.seat, this.#room.state.tables.ships);
    if (this.#net.lobby.state) this.#results.setLobby(this.#net.lobby.state, this.#net.user);
  }

  hide() {
    cancelAnimationFrame(this.#frame);
    this.#keys.stop();
    for (const off of this.#offs) off?.();
    this.#offs = [];
    this.#scene?.leave();
    this.#scene = null;
    this.#room = null;
    this.#frozen = false;
    this.#sent = "";
    this.#results.hide();
    this.#replay.hide();
    byId("down").hidden = true;
    byId("match").classList.remove("offline");
    if (byId("menu").open) byId("menu").close();
  }

  /** @param games as the server lists them, where that is known */
  setLobby(state, user, games) {
    this.#results.setLobby(state, user);
    const game = Array.isArray(games) ? games.find(({ name }) => name === state.game) : undefined;
    this.#bots.update(state, game, state.host === user);
    if (this.#room) setText(byId("match-title"), state.name);
    const players = state.members.filter((member) => member.role === "player");
    byId("match-join").hidden =
      players.length >= state.max_players || players.some((member) => member.user === user);
    byId("menu-share").replaceChildren(
      el("code", { text: state.code, title: "Join code" }),
      el("input", {
        readonly: true,
        value: shareLink(state.code),
        "aria-label": "Invitation link",
        on: { focus: (event) => event.target.select() },
      }),
    );
  }

  /**
   * The strip that says the connection is being brought back; the last picture stays under it. A match that comes straight from its own node
   * goes on while the lobby's is sought, and nothing is in its way.
   */
  setLink(status) {
    const down = status.state !== "open" && this.#frozen;
    byId("down").hidden = !down;
    if (down) setText(byId("down"), lostWords(status));
    byId("match").classList.toggle("offline", down);
  }

  /** The server dropped inputs that came too fast. */
  noteDropped() {
    this.#readout.noteDropped();
  }

  /** What is drawn as one's own, or null outside a match. */
  get own() {
    if (!this.#scene) return null;
    const { own, prediction } = this.#scene;
    const shots = { shown: prediction?.shots?.(this.#last), ...prediction?.shotStats };
    const tick = prediction?.tick ?? 0;
    return { id: own.id, x: own.x, y: own.y, heading: own.heading, tick, shots };
  }

  #loop(now) {
    this.#frame = requestAnimationFrame((next) => this.#loop(next));
    const room = this.#room;
    const dt = Math.min(0.05, Math.max(0, (now - this.#last) / 1000));
    this.#last = now;
    this.#graph.update(now, this.#net, room);
    if (this.#frozen || !room.state?.tables || this.#stage.version === 0) return; // nothing to draw, or nowhere yet
    this.#pad.poll();
    const insets = this.#insets();
    const prediction = this.#scene.prediction;
    prediction?.advance(now, () => this.#wish(room));
    this.#scene.draw({ room, view: room.view(now), now, dt, stage: this.#stage, insets });
    if (room.seat > 0 && !prediction?.active) this.#sendInput(room);
    if (now - this.#hudAt >= HUD_EVERY) this.#updateText(now);
  }

  /** What the player asks for at this moment. */
  #wish(room) {
    const { own, camera } = this.#scene;
    const { scale, x, y } = camera ?? { scale: 1, x: 0, y: 0 }; // before the first picture
    const at = { x: own.x * scale + x, y: own.y * scale + y };
    const merged = mergeControls(this.#keys, this.#pointer, this.#touch, this.#pad, at);
    return room.game === "arena" ? merged : plainInput(merged);
  }

  #sendInput(room) {
    const input = this.#wish(room);
    const key = JSON.stringify(input);
    if (key === this.#sent) return;
    this.#sent = key;
    room.input(input);
  }

  #updateText(now) {
    this.#hudAt = now;
    const room = this.#room;
    const { ships, round } = room.state.tables;
    const follows = this.#scene.camera.follows;
    byId("match").classList.toggle("follows", follows);
    if (ships) {
      const [row] = round?.values() ?? [];
      this.#roundSounds.hear(row);
      this.#hud.update({ ships, round: row, own: this.#scene.own.row, now, wide: !follows });
    } else {
      setText(byId("clock-time"), room.game);
      const [table] = Object.values(room.state.tables);
      setText(byId("clock-phase"), `${table?.size ?? 0} entities`);
    }
    this.#readout.update(this.#net, room);
    this.#clearOfBorder();
    for (const id of ["scores", "vitals"])
      byId(id).classList.toggle("beneath", this.#flownUnder(byId(id)));
    if (now > this.#hintUntil) byId("hint").hidden = true;
  }

  /** Where the field's upper border would run through the read-outs at the top, they begin below it. */
  #clearOfBorder() {
    const { camera } = this.#scene;
    const crossed = camera.y < this.#insets().top + 10 + byId("scores").offsetHeight;
    const value = crossed ? `${Math.max(0, Math.round(camera.y))}px` : "0px";
    const { style } = byId("match");
    if (style.getPropertyValue("--border") !== value) style.setProperty("--border", value);
  }

  /** Whether one's own ship is under this read-out. */
  #flownUnder(node) {
    const { own, camera } = this.#scene;
    if (!own.row) return false;
    const { left, right, top, bottom } = node.getBoundingClientRect();
    const x = own.x * camera.scale + camera.x;
    const y = own.y * camera.scale + camera.y;
    return x > left - 20 && x < right + 20 && y > top - 20 && y < bottom + 20;
  }

  /** What the edges of the window are taken up by; the thumbs get room below the field where there is some. */
  #insets() {
    const { width, height } = this.#stage;
    const tall = height > width;
    const top = height <= 480 ? 44 : 52;
    const flies = this.#scene.own.row !== null;
    const bottom = this.#touch.shown && tall ? 236 : flies && height > 480 ? 54 : 6;
    return { top, left: 6, right: 6, bottom };
  }

  #showHint(room) {
    byId("hint").hidden = room.seat === 0 || room.game !== "arena";
    setText(byId("hint"), hintFor(this.#touch.shown, this.#pad.connected));
    this.#hintUntil = performance.now() + HINT_FOR;
  }

  #toggleMenu() {
    if (byId("menu").open) byId("menu").close();
    else this.#openMenu();
  }

  #openMenu() {
    this.#keys.release();
    if (!byId("menu").open && byId("results").hidden) byId("menu").showModal();
  }
}

function hintFor(touch, pad) {
  if (pad) return "Left stick flies, push far to thrust. Lower button or right trigger fires.";
  if (touch) return "Left thumb flies, push far to thrust. Right thumb fires.";
  return "A D turn, W thrust, Space fire. Or hold the mouse. M sound, Esc menu.";
}
