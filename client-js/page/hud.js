import { byId, el, keyed, setMeter, setText } from "./dom.js";
import { PICKUPS } from "./palette.js";
import { hullIcon } from "./ship-art.js";

const FEED = 5;
const phases = ["Get ready", "", "Round over"];
const weapons = ["", "Rapid fire", "Twin guns"];

/** The read-outs over an arena match. Text is rewritten only where it changed. */
export class Hud {
  #phase = -1;
  #flash = 0; // when a passing banner ends, ms
  #names = new Map(); // ship id -> name, for the feed

  reset(title) {
    this.#phase = -1;
    this.#flash = 0;
    this.#names.clear();
    setText(byId("match-title"), title);
    byId("scores").replaceChildren();
    byId("feed").replaceChildren();
    for (const id of ["banner", "vitals", "weapon"]) byId(id).hidden = true;
    setText(byId("clock-time"), "");
    setText(byId("clock-phase"), "");
  }

  /** Brings everything up to date. `own` is one's own ship's row or null; `wide` says whether there is room for all scores. */
  update({ ships, round, own, now, wide }) {
    const rows = [...ships.entries()]
      .map(([id, row]) => ({ id, row }))
      .sort((a, b) => b.row.score - a.row.score || a.id - b.id);
    for (const { id, row } of rows) this.#names.set(id, row.name);
    this.#scores(rows, own, wide);
    this.#clock(round);
    this.#vitals(own);
    this.#banner(round, own, now);
  }

  kill({ killer, victim, names = [] }, ownId) {
    const [by = this.#names.get(killer), whom = this.#names.get(victim)] = names;
    const line =
      killer === victim || !by
        ? [el("b", { text: whom ?? "A ship" }), el("span", { text: " crashed" })]
        : [el("b", { text: by }), el("span", { text: " ✕ " }), el("b", { text: whom ?? "a ship" })];
    this.#tell(line, killer === ownId || victim === ownId);
  }

  pickup({ ship, kind }, ownId) {
    if (ship === ownId && PICKUPS[kind])
      this.#tell([el("span", { text: "You took " }), el("b", { text: PICKUPS[kind].name })], true);
  }

  #tell(line, mine) {
    const feed = byId("feed");
    while (feed.children.length >= FEED) feed.firstChild.remove();
    const item = el("li", { class: mine ? "me" : "" }, ...line);
    feed.append(item);
    setTimeout(() => item.remove(), 6000);
  }

  #scores(rows, own, wide) {
    const mine = rows.findIndex(({ row }) => row === own);
    const shown = wide ? rows : rows.filter((_, i) => i < 4 || i === mine);
    keyed(byId("scores"), shown, {
      key: ({ id, row }) => `${id}.${row.color}`,
      make: ({ row }) =>
        el(
          "li",
          {},
          hullIcon(row.color),
          el("span", { class: "name" }),
          el("span", { class: "bot" }),
          el("b"),
        ),
      update: (item, { row }) => {
        const [, name, bot, score] = item.children;
        setText(name, row.name);
        setText(bot, row.seat === 0 ? "bot" : "");
        setText(score, String(row.score));
        item.classList.toggle("me", row === own);
        item.classList.toggle("dead", !row.alive);
      },
    });
  }

  #clock(round) {
    if (!round) return;
    const left = Math.max(0, round.left);
    setText(byId("clock-time"), `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
    byId("clock-time").classList.toggle("urgent", round.phase === 1 && left <= 10);
    setText(
      byId("clock-phase"),
      round.phase === 1
        ? round.limit > 0
          ? `first to ${round.limit}`
          : "time left"
        : phases[round.phase],
    );
  }

  #vitals(own) {
    byId("vitals").hidden = !own;
    if (!own) return;
    for (const [id, value] of [
      ["hull", own.hp],
      ["shield", own.shield],
    ]) {
      setMeter(byId(id), value, 100);
      setText(byId(`${id}-n`), String(Math.round(value)));
    }
    byId("hull").parentElement.classList.toggle("low", own.hp <= 30);
    byId("weapon").hidden = !weapons[own.weapon];
    setText(byId("weapon"), weapons[own.weapon] ?? "");
  }

  #banner(round, own, now) {
    const phase = round?.phase ?? 1;
    if (this.#phase === 0 && phase === 1) this.#flash = now + 1100;
    this.#phase = phase;
    if (phase === 2)
      this.#say(
        ...endWords(
          this.#names.get(round.winner),
          own && round.winner && this.#names.get(round.winner) === own.name,
        ),
      );
    else if (phase === 0)
      this.#say("Get ready", round.left > 0 ? `The round starts in ${round.left}` : "");
    else if (own && !own.alive) this.#say("Destroyed", "Back in a moment");
    else if (now < this.#flash) this.#say("Go!", "");
    else byId("banner").hidden = true;
  }

  #say(title, text) {
    byId("banner").hidden = false;
    setText(byId("banner-title"), title);
    setText(byId("banner-text"), text);
  }
}

function endWords(winner, mine) {
  if (!winner) return ["Draw", "Nobody came out ahead"];
  return mine ? ["You win", "Well flown"] : [`${winner} wins`, "The round is over"];
}
