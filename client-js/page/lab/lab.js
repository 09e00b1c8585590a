import { askedLine } from "../asked-conditions.js";
import { loadStep, preload } from "../client.mjs";
import { Conditions } from "../conditions.mjs";
import { byId, el, setText } from "../dom.js";
import { isReplay } from "../replay-server.js";
import { settledWithin } from "../settled-within.js";
import { captionOf } from "./captions.js";
import { showCode } from "./code-panel.js";
import { Desk } from "./desk.js";
import { Facts } from "./facts.js";
import { Figures, Legend } from "./figures.js";
import { screenWords, stateOf } from "./line-state.js";
import { lineOf, lineWords, optionsOf, PRESETS } from "./lines.js";
import { NetGraph } from "./net-graph.js";
import { Pilot, RINGS } from "./pilot.js";
import { Player } from "./player.js";
import { RecordingPanel } from "./recording-panel.js";
import { Scene } from "./scene.js";
import { ServerMetrics } from "./server-metrics.js";
import { Shots } from "./shots.js";
import { Steering } from "./steering.js";
import { again, seat } from "./table.js";
import { Timeline } from "./timeline.js";

const CUT_MS = 5000;
const FREEZE_MS = 1000;
const WORD_AFTER = 2000; // ms into a cut after which B says something that A misses
const LOOK_EVERY = 2000; // ms between two looks at the server's metrics
const OPEN_WITHIN = 8000; // ms
const SHIPS_WITH_BOTS = 4;
const NEXT_ROUND_AFTER = 1500; // ms

/**
 * The page: three clients in one match, one of them the truth, and everything that can be done to their lines and screens. The clients know
 * nothing of each other; only what is drawn is put together here.
 */
export class Lab {
  a = null;
  b = null;
  truth = null;
  /** How far A's ship is drawn ahead of the server's, along its way, in units; NaN while it hardly moves. */
  gap = Number.NaN;
  timeline = new Timeline(byId("timeline"), byId("line-now"), byId("story"));

  #scenes = {
    a: new Scene(paneOf("a").canvas, 760),
    truth: new Scene(paneOf("truth").canvas, 0),
    b: new Scene(paneOf("b").canvas, 760),
  };
  #graph = new NetGraph(byId("graph"));
  #figures = new Figures(byId("figures"));
  #legend = new Legend(byId("graph-legend"));
  #facts = new Facts(byId("caption"), byId("facts"));
  #metrics = new ServerMetrics();
  #recording = new RecordingPanel();
  #shots = new Shots();
  #pilots = { a: new Pilot(RINGS.outer), b: new Pilot(RINGS.inner) };
  #desk = new Desk({
    toggle: (name, on) => this.#toggle(name, on),
    line: (whose, line) => this.#setLine(whose, line),
  });
  #flies = flightChoice();
  #steering = new Steering(
    paneOf("a").canvas,
    byId("lab-fire"),
    () => {
      if (this.a) this.#flies.value = "you";
    },
    (code) => this.#key(code),
  );
  #modes;
  #rewind = true;
  #codec = "packed";
  #reloaded = false;

  constructor() {
    paneOf("a").who.append(this.#flies);
    const { line, fault } = askedLine(Conditions);
    const asked = line && lineOf(line);
    if (fault) {
      const said = `${fault} A and B have the usual networks.`;
      setText(byId("start-text"), said);
      this.timeline.tell(said, "bad");
    }
    for (const [whose, usual] of [
      ["a", PRESETS[2].line],
      ["b", PRESETS[1].line],
    ])
      this.#desk.setLine(whose, asked ?? usual);
    byId("start-button").addEventListener("click", () => this.start());
    byId("graph-pause").addEventListener("click", () => this.#key("KeyG"));
    byId("freeze").addEventListener("click", () => this.#key("KeyF"));
    byId("cut").addEventListener("click", () => this.#key("KeyC"));
    byId("reload").addEventListener("click", () => location.reload());
    // However the page goes, by its own button or the browser's: the next one in this tab takes the match up.
    addEventListener("pagehide", () => this.a?.room && this.timeline.reload(this.a.room.tick));
    byId("start-button").disabled = false;
    this.#reloaded = this.timeline.away;
    if (this.#reloaded) this.start();
  }

  /** Connects the three and begins, or, after a reload, goes on. */
  async start() {
    const button = byId("start-button");
    button.disabled = true;
    setText(
      byId("start-text"),
      this.#reloaded ? "Back to the match that was on in this tab…" : "Connecting three clients…",
    );
    try {
      const [step] = await Promise.all([
        loadStep(new URL("./arena-step.wasm", document.baseURI)),
        preload(),
      ]);
      this.#make(step);
      await Promise.all(
        [this.a, this.b, this.truth].map((player) => settledWithin(player.open(), OPEN_WITHIN)),
      );
      if (isReplay(this.a.net))
        throw new Error("This server shows a recording: the game's page plays it, tick by tick.");
      if (this.#reloaded && !this.a.net.status.resumed) {
        this.#reloaded = false;
        this.timeline.expired();
      }
      await seat(this.a.net, this.b.net, this.truth.net, {});
      this.#run();
    } catch (error) {
      for (const player of [this.a, this.b, this.truth]) player?.net?.close();
      this.a = this.b = this.truth = null;
      button.disabled = false;
      setText(button, "Try again");
      setText(byId("start-text"), error.message || "The server cannot be reached.");
    }
  }

  get modes() {
    return this.a.modes;
  }

  #make(step) {
    const { timeline } = this;
    this.a = new Player("A", step, {
      status: (status) => timeline.status(status, this.a.room?.tick ?? 0),
      event: () => timeline.event(),
      resume: ({ lost }) => timeline.resume(this.a.room.tick, lost),
      room: (room) =>
        room.ready.then(() => timeline.resume(room.tick, this.a.net.status.lost)).catch(() => {}),
      exit: () => this.#nextRound(),
    });
    this.b = new Player("B", step);
    this.truth = new Player("Truth", step, { room: (room) => this.#shots.watch(room) });
    for (const whose of ["a", "b"]) this.#setLine(whose, this.#desk.line(whose));
    if (this.#modes) for (const player of [this.a, this.b]) player.set(this.#modes);
  }

  #run() {
    document.querySelector(".lab").dataset.state = "running";
    byId("start").hidden = true;
    const { code = "", settings } = this.a.net.lobby.state ?? {};
    // Those of the match outlast a reload, and are as they were left.
    this.#rewind = settings?.rewind !== 0;
    this.#desk.set("rewind", this.#rewind);
    this.#desk.set("bots", settings?.bots > 0);
    // After a reload it is still the same, and what became of that is the news.
    if (!this.#reloaded)
      this.timeline.tell(`One match, ${code}: A and B play, the third client watches.`);
    this.#code();
    let lookedAt = Number.NEGATIVE_INFINITY;
    const frame = (now) => {
      requestAnimationFrame(frame);
      if (now - lookedAt > LOOK_EVERY) {
        lookedAt = now;
        this.#metrics.look();
      }
      this.#frame(now);
    };
    requestAnimationFrame(frame);
  }

  #frame(now) {
    const { a, b, truth } = this;
    const ships = truth.room?.state.tables.ships;
    if (!ships) return;
    a.advance(now, () => this.#wishOf("a"));
    b.advance(now, () => this.#wishOf("b"));
    const real = new Map([...ships].map(([id, row]) => [id, { ...row, id }]));
    for (const whose of ["a", "b"]) this.#drawPlayer(whose, now, real);
    this.#drawTruth(real);
    for (const whose of ["a", "b", "truth"]) this.#cover(whose, now);
    this.#shots.between(a.ownId, b.ownId);
    const state = stateOf(a, now);
    this.#numbers(now, state);
    this.timeline.update(a, state, now);
  }

  /** Says over a screen why its picture does not go on. */
  #cover(whose, now) {
    const { pane, offline } = paneOf(whose);
    const state = stateOf(this[whose], now);
    const words = screenWords(this[whose], state, now);
    pane.classList.toggle("away", words !== "" && state !== "silent");
    offline.hidden = words === "";
    setText(offline, words);
  }

  /** What a player asks for in a tick, by what its own screen shows. */
  #wishOf(whose) {
    const player = this[whose];
    const own = player.screen?.own;
    if (whose === "a" && this.#flies.value === "you") return this.#steering.input;
    if (!own) return {};
    const place = { ...player.room.state.tables.ships.get(player.ownId), ...own };
    const prey =
      whose === "a" && this.#flies.value === "hunt" ? player.screen.ships.get(this.b.ownId) : null;
    return prey?.alive ? this.#pilots[whose].hunt(place, prey) : this.#pilots[whose].round(place);
  }

  #drawPlayer(whose, now, real) {
    const player = this[whose];
    const scene = this.#scenes[whose];
    const { tables } = player.room?.state ?? {};
    // Without a line the screen goes on with what it has, while the server's ghosts leave it; and until the match goes on with nothing.
    if (!tables?.ships || player.net.room === null || tables.ships.size === 0) return;
    const { rows, interpolated } = player.look(now);
    const own = player.own(now, real, interpolated);
    const drawn = player.modes.interpolation
      ? interpolated
      : new Map([...tables.ships].map(([id, row]) => [id, { ...row, id }]));
    player.screen = { own: own.shown && { ...own.shown }, ships: drawn };
    scene.begin(own.shown ?? { x: 800, y: 450 });
    scene.pickups(rows.pickups ?? []);
    const colorOf = (id) => tables.ships.get(id)?.color ?? 7;
    scene.shots(player.modes.interpolation ? (rows.shots ?? []) : tables.shots.values(), colorOf);
    for (const [id, row] of drawn) {
      if (!row.alive) continue;
      const mine = id === player.ownId;
      const poses = mine
        ? own
        : { truth: real.get(id), newest: tables.ships.get(id), interpolated: interpolated.get(id) };
      const pose = mine ? own.shown : row;
      if (!pose) continue;
      scene.ghosts(poses, this.#desk.ghosts);
      scene.ship(row, pose, mine ? `${row.name} (own)` : row.name, mine);
      if (mine && whose === "a") this.#measure(scene, own);
    }
  }

  #measure(scene, { shown, truth }) {
    const speed = truth ? Math.hypot(truth.vx, truth.vy) : 0;
    this.gap =
      speed > 20
        ? ((shown.x - truth.x) * truth.vx + (shown.y - truth.y) * truth.vy) / speed
        : Number.NaN;
    if (truth && this.#desk.ghosts.truth) {
      const far = Math.round(Math.hypot(shown.x - truth.x, shown.y - truth.y));
      scene.gap(truth, shown, `${far} units`);
    }
  }

  #drawTruth(real) {
    const scene = this.#scenes.truth;
    const { tables } = this.truth.room.state;
    scene.begin({ x: 800, y: 450 });
    scene.window(this.#scenes.a.frame, "#56b4e9", "A sees");
    scene.window(this.#scenes.b.frame, "#f5a623", "B sees", true);
    scene.pickups([...(tables.pickups?.values() ?? [])]);
    scene.shots(tables.shots.values(), (id) => real.get(id)?.color ?? 7);
    for (const row of real.values()) if (row.alive) scene.ship(row, row, row.name, false);
  }

  #numbers(now, state) {
    const { a, b, truth } = this;
    const { net, room, traffic } = a;
    this.#graph.update(traffic, net, room);
    this.#legend.update(now, traffic);
    this.#figures.update(now, {
      net,
      room,
      traffic,
      samples: this.#graph.samples,
      ticks: this.#metrics,
    });
    if (room === null) return; // before the first match
    this.#recording.update(room.match, this.#metrics.recordings);
    const { rtt } = net.stats;
    const { stats } = room;
    const delay = a.modes.interpolation ? room.interpolation.delayMs : 0;
    const tickMs = 1000 / room.tickRate;
    const isOn = state === "on" || (state === "silent" && a.modes.prediction);
    // What is newer than the newest snapshot is a guess.
    const shownTick = a.modes.interpolation ? Math.min(stats.viewTick, room.tick) : room.tick;
    const at = {
      rtt,
      state,
      rewind: this.#rewind,
      codec: this.#codec,
    };
    this.#facts.update(now, captionOf(a.modes, at), {
      press: isOn
        ? tickMs + (a.modes.prediction ? 0 : rtt + Math.max(0, stats.slack) + delay)
        : Number.NaN,
      gap: this.gap,
      age: b.ownId ? (truth.room.tick - shownTick) * tickMs : Number.NaN,
      ...this.#shots.count,
    });
  }

  #key(code) {
    if (!this.a) return false;
    if (code === "KeyG") {
      const paused = this.#graph.togglePause();
      byId("graph-pause").setAttribute("aria-pressed", String(paused));
    } else if (code === "KeyF") this.a.conditions.freeze(FREEZE_MS);
    else if (code === "KeyC") this.#cut();
    else return this.#desk.key(code);
    return true;
  }

  #toggle(name, on) {
    if (name === "rewind" || name === "bots") {
      if (name === "rewind") {
        this.#rewind = on;
        this.#shots.forget();
      }
      const settings =
        name === "rewind" ? { rewind: Number(on) } : { bots: on ? SHIPS_WITH_BOTS : 0 };
      this.a?.net.lobby
        .settings({ settings })
        .catch((error) => this.timeline.tell(error.message, "bad"));
    } else if (name === "packed") {
      this.#codec = on ? "packed" : "mp";
      if (this.a) this.timeline.expect("Codec switched");
      for (const player of [this.a, this.b]) player?.speak(on ? ["packed", "mp"] : ["mp"]);
    } else {
      this.#modes = { ...this.#modes, [name]: on };
      for (const player of [this.a, this.b]) player?.set({ [name]: on });
    }
    this.#code();
  }

  #code() {
    if (this.a) showCode(byId("code"), this.a.modes, this.#codec);
  }

  #setLine(whose, line) {
    this[whose]?.conditions.set(optionsOf(line));
    setText(paneOf(whose).line, lineWords(line));
  }

  #cut() {
    this.timeline.expect("Cut");
    this.a.conditions.cut(CUT_MS);
    setTimeout(
      () => this.b?.net.lobby.chat.say("A, are you still there?").catch(() => {}),
      WORD_AFTER,
    );
  }

  #nextRound() {
    setTimeout(() => {
      if (this.a?.net.status.state === "open") again(this.a.net, this.b.net).catch(() => {});
    }, NEXT_ROUND_AFTER);
  }
}

const panes = new Map();

/** The parts of a screen. @param {string} whose */
function paneOf(whose) {
  if (!panes.has(whose)) {
    const pane = byId(`pane-${whose}`);
    const part = (selector) => pane.querySelector(selector);
    panes.set(whose, {
      pane,
      canvas: part("canvas"),
      who: part(".who"),
      line: part(".line"),
      offline: part(".offline"),
    });
  }
  return panes.get(whose);
}

/** Who flies A. */
const flightChoice = () =>
  el(
    "select",
    { id: "flies", "aria-label": "Who flies A" },
    el("option", { value: "round", text: "flies by itself" }),
    el("option", { value: "hunt", text: "hunts B" }),
    el("option", { value: "you", text: "is you: W A D, Space" }),
  );
