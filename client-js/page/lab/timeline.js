import { el, setText } from "../dom.js";
import { tabStorage } from "../tab-storage.js";
import { seconds, untilDial } from "./line-state.js";
import { SHOWN, TimelineStrip } from "./timeline-strip.js";

const TOLD = 5; // sentences
const KEPT = 200; // events
const KEY = "lab.story";

/**
 * What became of a connection: when it was lost, each attempt to come back, and what was missed. Times are of the wall clock, so that
 * they go on after a reload.
 */
export class Timeline {
  /** What happened, the oldest first. @type {import("./timeline-strip.js").Happened[]} */
  events = [];
  #strip;
  #now;
  #story;
  /** From the loss on until the match goes on: when that was, its newest tick, and what was told again since. */
  #away = null; // {at, tick, why, attempts, replayed}
  /** What the next loss is owed to. */
  #why = "";
  /** Whether there has been a connection that can be lost. */
  #met = false;
  #silentAt = 0;
  #onAt = Date.now();

  /** @param {HTMLCanvasElement} canvas @param {HTMLElement} now a line of text @param {HTMLElement} story a list */
  constructor(canvas, now, story) {
    this.#strip = new TimelineStrip(canvas);
    this.#now = now;
    this.#story = story;
    this.#recall();
  }

  /** Whether it waits for the match to go on. */
  get away() {
    return this.#away !== null;
  }

  /** @param {import("./timeline-strip.js").Happened["what"]} what @param {string} [label] in place of the usual word */
  mark(what, label) {
    this.events.push({ at: Date.now(), what, label });
    this.events = this.events.filter(({ at }) => at > Date.now() - SHOWN * 2).slice(-KEPT);
  }

  /** The connection is about to be lost for a reason, or is lost for one more. @param {string} why as a sentence begins */
  expect(why) {
    this.#why = why;
    if (this.#away) this.#away.why = why;
  }

  /** A status of the client. @param {{state: string}} status @param {number} tick the newest that was seen */
  status({ state }, tick) {
    if (state === "open") {
      this.#met = true;
      if (this.#away) this.mark("open");
      return;
    }
    if (!this.#met && !this.#away) return;
    if (!this.#away) {
      const why = this.#why || "Lost";
      this.#away = { at: Date.now(), tick, why, attempts: 0, replayed: 0 };
      this.mark("drop", why.toLowerCase());
    }
    if (state === "connecting") this.#away.attempts++;
    this.mark(state === "connecting" ? "dial" : "wait");
  }

  /** An event came; while the match does not go on, it is one that was missed. */
  event() {
    if (this.#away) this.#away.replayed++;
  }

  /** The match goes on. @param {number} tick @param {number} lost events that the server held no longer */
  resume(tick, lost) {
    if (!this.#away) return;
    const { at, tick: before, why, replayed, attempts } = this.#away;
    this.#away = null;
    this.#why = "";
    this.#onAt = Date.now();
    this.mark("resume");
    const parts = [
      `${why}: playing again after ${seconds(Date.now() - at)}`,
      why === "Reloaded" ? "" : `${attempts} ${attempts === 1 ? "attempt" : "attempts"}`,
      `${Math.max(0, tick - before)} ticks missed`,
      `${replayed} events told again`,
      `${lost} lost`,
    ];
    this.tell(parts.filter(Boolean).join(", "), lost > 0 ? "bad" : "good");
  }

  /** The page is about to go, for a reload or for good. @param {number} tick */
  reload(tick) {
    this.mark("reload");
    tabStorage.setItem(
      KEY,
      JSON.stringify({ away: { at: Date.now(), tick }, events: this.events }),
    );
  }

  /** The session of before the reload is gone, and with it the match: nothing goes on. */
  expired() {
    this.#away = null;
    this.tell("The server no longer kept A's seat, so this is a new match", "bad");
  }

  tell(text, kind = "") {
    this.#story.prepend(
      el(
        "li",
        { class: kind },
        el("time", { text: new Date().toLocaleTimeString("en-GB") }),
        el("span", { text }),
      ),
    );
    while (this.#story.children.length > TOLD) this.#story.lastElementChild.remove();
  }

  /** @param {import("./line-state.js").Line} player @param {import("./line-state.js").State} state its @param {number} now ms of `performance.now` */
  update(player, state, now) {
    this.#hear(state, now - player.heardAt);
    setText(this.#now, this.#words(player, state, now));
    this.#now.dataset.state = state;
    this.#strip.draw(this.events);
  }

  /** Notes when snapshots fail to come, and when they do again. @param {import("./line-state.js").State} state @param {number} forMs */
  #hear(state, forMs) {
    if (state === "silent" && this.#silentAt === 0) {
      this.#silentAt = Date.now() - forMs;
      this.mark("silent");
    } else if (this.#silentAt > 0 && state === "on") {
      const lasted = seconds(Date.now() - this.#silentAt);
      this.mark("heard");
      this.tell(`Nothing came for ${lasted}, then all of it, over the same connection`);
    }
    if (state !== "silent") this.#silentAt = 0;
  }

  /** What is the case now. */
  #words(player, state, now) {
    const { attempt } = player.net.status;
    const away = this.#away && `${this.#away.why} ${seconds(Date.now() - this.#away.at)} ago`;
    switch (state) {
      case "lost":
        return `${away}: attempt ${attempt + 1} in ${seconds(untilDial(player, now))}`;
      case "dialling":
        return `${away}: attempt ${attempt + 1}`;
      case "resuming":
        return `${away}: welcomed, waits for the match`;
      case "silent":
        return `Connected, but nothing comes: ${seconds(now - player.heardAt)}`;
      case "between":
        return "Connected, between two matches";
      case "over":
        return "The session is over";
      default:
        return `Connected for ${Math.round((Date.now() - this.#onAt) / 1000)} s`;
    }
  }

  /** What the page before the reload left. */
  #recall() {
    try {
      const left = JSON.parse(tabStorage.getItem(KEY) ?? "null");
      tabStorage.removeItem(KEY);
      if (!left) return;
      this.events = left.events;
      this.#away = { ...left.away, why: "Reloaded", attempts: 0, replayed: 0 };
    } catch {
      // What somebody else wrote there is no story of ours.
    }
  }
}
