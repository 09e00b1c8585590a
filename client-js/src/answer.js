import * as Kind from "./kinds.js";
import { RequestError } from "./requests.js";

/**
 * Answers one thing that the server asks.
 * @param {import("./frames.js").Ask} ask
 * @param {import("./asks.js").AskHandler | undefined} handler whose it is
 * @param {() => boolean} current whether the connection is still the one that asked
 * @param {(frame: any[]) => boolean} send
 * @param {(error: unknown) => void} report is told of what a handler threw that is no RequestError
 */
export async function answer({ id, payload }, handler, current, send, report) {
  /** @param {unknown} thrown @returns {[string, string, string]} what the server is told of it */
  const refusal = (thrown) => {
    if (thrown instanceof RequestError) return [thrown.code, thrown.field, thrown.message];
    report(thrown);
    return ["internal", "", "a fault of the client"];
  };
  /** @type {[string, string, string] | null} */
  let error = null;
  let said = null;
  try {
    if (handler === undefined)
      throw new RequestError("unknown-request", "", "nobody answers that here");
    said = (await handler(payload)) ?? null;
  } catch (thrown) {
    error = refusal(thrown);
  }
  if (!current()) return;
  try {
    send([Kind.ANSWER, id, error, said]);
  } catch (unsendable) {
    send([Kind.ANSWER, id, refusal(unsendable), null]);
  }
}
