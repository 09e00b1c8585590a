/**
 * What the screen of A shows now, in plain words.
 * @param {any} modes
 * @param {{state: import("./line-state.js").State, rtt: number, rewind: boolean, codec: string}} at
 */
export function captionOf(modes, { state, rtt, rewind, codec }) {
  const ping = `${Math.round(rtt)} ms`;
  switch (state) {
    case "lost":
      return "The line is cut. The server keeps A's seat, the ship drifts; A's screen stands, and dials again by itself. Waits grow with each failure and are random, so that a crowd does not come back at once.";
    case "dialling":
      return "A dials: a handshake, and a hello with its resume token, take three round trips. The server keeps A's seat, the ship drifts.";
    case "resuming":
      return "The server knows A again. What was said meanwhile is told again, in order, and the whole state of the match is on its way.";
    case "silent":
      return "Connected, but nothing comes. A's own ship obeys A's screen alone; the others are carried on for a tenth of a second, and then stand.";
    case "between":
      return "A is connected and in no match: the next round follows.";
    case "over":
      return "The session is over: the server gave A's seat away. Load the page anew.";
  }
  if (!modes.prediction && !modes.interpolation)
    return `Raw snapshots. Every key waits ${ping} for an answer, and all ships stutter as the network does.`;
  if (!modes.prediction)
    return `Without prediction your ship answers only after the server has: ${ping}, and the buffer on top. Steer, and feel it.`;
  if (!modes.reconciliation)
    return "Prediction without reconciliation: A's screen believes itself. After the first surprise (a hit, a wreck, a late input) its ship is not where the server has it, and never gets back.";
  if (!modes.interpolation)
    return "Without interpolation the others are drawn where the newest snapshot has them: as even as the network, which is not at all.";
  if (!modes.smoothing)
    return "Without smoothing every correction is a jump. Bump into somebody to see one.";
  if (!rewind)
    return `Without lag compensation A must aim ahead of what A sees: B is not there any more. Let A hunt B and watch the hits.`;
  if (codec === "mp")
    return "Snapshots as msgpack, which any debugger reads. Compare the bytes: packed says the same in fewer, and the more ships, the fewer.";
  return `All on. A steers at once at ${ping} ping: the screen is ahead of the server by what its inputs take to get there, and right when they do.`;
}
