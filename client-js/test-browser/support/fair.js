/**
 * What a page draws in time can be judged only where the machine kept up: where frames came, and inputs left, in time. Whether it did
 * is read from what the page noted of the machine, never from what is tested.
 */

/** Runs at most. */
const TRIES = 5;
/** Most milliseconds between two frames, and that an input came late by, of a machine that keeps up: beyond it the pacer begins anew, at once. */
const STALL = 250;

/**
 * The first run that is fair; after so many that were not, the last.
 * @template Run
 * @param {() => Promise<Run>} play
 * @param {(run: Run) => boolean} isFair
 * @returns {Promise<Run>}
 */
export async function fairRun(play, isFair) {
  for (let left = TRIES - 1; ; left--) {
    const run = await play();
    if (left === 0 || isFair(run)) return run;
  }
}

/**
 * Whether a machine that stood still is to be seen in a recording: by frames that did not come, or an input that came so late.
 * @param {readonly {now: number, slack: number}[]} frames times in milliseconds; slack is of the newest input that the server has told of
 */
export const stalled = (frames) =>
  frames.some(({ now, slack }, i) => slack < -STALL || (i > 0 && now - frames[i - 1].now > STALL));

/**
 * How many inputs a server did not use, so far: they came late, or all at once. What a page predicted with such a one is wrong, and rightly.
 * @param {string} url of the server
 * @returns {Promise<number>}
 */
export async function unusedInputs(url) {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const drops = [
    ...metrics.matchAll(/^deltatick_drops_total\{reason="input_\w+",room="match"\} (\d+)$/gm),
  ];
  if (drops.length === 0) throw new Error("the server counts no inputs");
  return drops.reduce((sum, [, count]) => sum + Number(count), 0);
}
