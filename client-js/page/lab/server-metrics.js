/** What the lab shows of the server's metrics: how long ticks take, by two looks at a histogram, and whether it records. */

const NAME = "deltatick_tick_step_seconds";
const RECORDINGS = /^deltatick_recordings (\d+)$/m;
const MOST_TEXT = 1 << 20; // characters of metrics that are looked at

/**
 * The cumulative counts of the histogram by upper bound in seconds, in rising order, the last Infinity.
 * @param {string} text in Prometheus' format
 * @returns {[bound: number, count: number][]}
 */
export function histogramOf(text) {
  /** @type {[number, number][]} */
  const bars = [];
  for (const [, le, count] of text
    .slice(0, MOST_TEXT)
    .matchAll(new RegExp(`^${NAME}_bucket\\{le="([^"]+)"\\} (\\S+)$`, "gm"))) {
    bars.push([le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le), Number(count)]);
  }
  return bars;
}

/**
 * The time that so many of the ticks between two looks stayed below, evenly spread within a bar; NaN for no tick.
 * @param {[number, number][]} before @param {[number, number][]} after @param {number} share 0 to 1
 * @returns {number} seconds
 */
export function quantileOf(before, after, share) {
  const count = (/** @type {number} */ i) => after[i][1] - (before[i]?.[1] ?? 0);
  const all = after.length > 0 ? count(after.length - 1) : 0;
  if (!(all > 0)) return Number.NaN;
  const wanted = share * all;
  for (let i = 0; i < after.length; i++) {
    if (count(i) < wanted) continue;
    const low = i > 0 ? after[i - 1][0] : 0;
    const below = i > 0 ? count(i - 1) : 0;
    if (!Number.isFinite(after[i][0])) return low;
    return low + ((after[i][0] - low) * (wanted - below)) / Math.max(1, count(i) - below);
  }
  return Number.NaN;
}

export class ServerMetrics {
  /** Of ticks, in milliseconds; NaN where the server does not tell. */
  p50 = Number.NaN;
  p99 = Number.NaN;
  /** How many recordings it writes now; NaN where it does not tell. */
  recordings = Number.NaN;
  /** @type {[number, number][]} */
  #before = [];

  /** Looks once more. A server may keep its metrics to itself: then there is nothing to show. */
  async look() {
    try {
      const answer = await fetch(new URL("./metrics", document.baseURI));
      if (!answer.ok) return;
      const text = await answer.text();
      this.recordings = Number(RECORDINGS.exec(text)?.[1] ?? Number.NaN);
      const after = histogramOf(text);
      this.p50 = quantileOf(this.#before, after, 0.5) * 1000;
      this.p99 = quantileOf(this.#before, after, 0.99) * 1000;
      this.#before = after;
    } catch {
      this.p50 = this.p99 = this.recordings = Number.NaN;
    }
  }
}
