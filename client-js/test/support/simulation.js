import { Pacer } from "../../src/pacer.js";

/**
 * Runs a pacer against a simulated server over a simulated link, in steps of a millisecond.
 * @param {object} is
 * @param {number} [is.seconds]
 * @param {number} [is.tickRate] Hz
 * @param {(now: number) => number} is.delay of one way, in milliseconds; order is kept, as TCP does
 * @param {number} [is.rttGuess] what the client takes for its round trip
 * @param {number} [is.timerLag] how late timers come at most, in milliseconds
 * @param {number} [is.drift] how much faster the server's clock runs, as a fraction
 * @param {() => number} is.random
 * @param {(now: number) => boolean} [is.asleep] whether the client's machine sleeps
 */
export function paced(is) {
  const { seconds = 20, tickRate = 60, timerLag = 2, drift = 0, random } = is;
  const tickMs = 1000 / tickRate;
  const serverTickMs = tickMs / (1 + drift);
  const pacer = new Pacer(tickMs);
  const rtt = is.rttGuess ?? is.delay(0) + is.delay(0);
  /** @type {{at: number, tick: number}[]} */
  const up = [];
  /** @type {{at: number, tick: number, slack: number, input: number}[]} */
  const down = [];
  /** What came of every input that arrived: when, how early, for which tick, and when it was sent. */
  const inputs = [];
  /** At each millisecond how far the pacer was, in ticks; none before it began. @type {number[]} */
  const paces = [];
  /** Inputs by tick that arrived in time. */
  const inTime = new Set();
  let tick = 1000;
  let newest = { tick: 0, slack: 0 };
  let consumed = 0;
  let started = false;
  let wake = 0;
  const due = (/** @type {number} */ t) => (t - 1000) * serverTickMs;

  for (let now = 0; now < seconds * 1000; now++) {
    while (up.length > 0 && up[0].at <= now) {
      const arrived = /** @type {{at: number, tick: number}} */ (up.shift());
      if (arrived.tick > tick + tickRate) continue;
      const slack = due(arrived.tick) - now;
      inputs.push({ now, tick: arrived.tick, slack });
      if (slack >= 0) inTime.add(arrived.tick);
      if (arrived.tick > newest.tick) newest = { tick: arrived.tick, slack };
    }
    while (due(tick + 1) <= now) {
      tick++;
      if (inTime.has(tick)) consumed = tick;
      const at = Math.max(down.at(-1)?.at ?? 0, now + is.delay(now));
      down.push({ at, tick, slack: Math.round(newest.slack), input: consumed });
    }
    if (is.asleep?.(now)) continue;
    const pump = () => {
      for (let t = pacer.take(now); t !== 0; t = pacer.take(now)) {
        up.push({ at: Math.max(up.at(-1)?.at ?? 0, now + is.delay(now)), tick: t });
      }
    };
    while (down.length > 0 && down[0].at <= now) {
      const got = /** @type {{at: number, tick: number, slack: number, input: number}} */ (
        down.shift()
      );
      if (!started) {
        pacer.start(now, got.tick, rtt);
        started = true;
      } else {
        pump();
        pacer.observe(now, got, rtt, tickRate);
      }
    }
    if (started) paces.push(pacer.tickAt(now));
    if (started && now >= wake) {
      pump();
      wake = Math.max(now + 1, Math.ceil(pacer.nextAt + random() * timerLag));
    }
  }
  return { inputs, paces, inTime, firstTick: 1000, lastTick: tick };
}
