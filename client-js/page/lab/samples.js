import { BINS } from "./traffic.js";

/** What is drawn as lines, in milliseconds, and as marks. */
export const LINES = [
  { name: "rtt", label: "Round trip", hue: "#f4f6fb", dash: [] },
  { name: "buffer", label: "Interpolation buffer", hue: "#e59ac6", dash: [6, 3] },
  { name: "age", label: "Snapshot age", hue: "#f5a623", dash: [2, 3] },
];

/** Figures of a client for the bars of a graph, one for each: what `room.stats` and `net.stats` said last in it. */
export class Samples {
  #rows = new Map(); // bar -> figures
  #resims = 0;
  #underruns = 0;

  /** Notes the figures of now. @param {number} bin @param {any} net @param {any} room or null */
  note(bin, net, room) {
    const stats = room?.stats;
    const before = this.#rows.get(bin);
    const resims = stats?.resims ?? 0;
    const underruns = stats?.underruns ?? 0;
    this.#rows.set(bin, {
      rtt: net.stats.rtt,
      buffer: stats?.bufferMs ?? 0,
      age: Math.max(before?.age ?? 0, stats?.snapshotAge ?? 0),
      error: Math.max(before?.error ?? 0, stats?.predictionError ?? 0),
      corrections: (before?.corrections ?? 0) + Math.max(0, resims - this.#resims),
      underruns: (before?.underruns ?? 0) + Math.max(0, underruns - this.#underruns),
    });
    this.#resims = resims;
    this.#underruns = underruns;
    this.#rows.delete(bin - BINS);
    if (this.#rows.size > BINS + 20) this.#rows.clear(); // a sleep has left bars that nothing would take away
  }

  /** The figures of a bar, if there are any. @param {number} bin */
  at(bin) {
    return this.#rows.get(bin);
  }

  /** The sum of a figure over the last second. @param {"corrections" | "underruns"} name @param {number} bin */
  perSecond(name, bin) {
    let sum = 0;
    for (let b = bin - 10; b < bin; b++) sum += this.#rows.get(b)?.[name] ?? 0;
    return sum;
  }
}
