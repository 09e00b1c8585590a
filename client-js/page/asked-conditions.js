import { toast } from "./toasts.js";

/**
 * The bad network that the address asks for: `?net=150,30,1` for a round trip of 150 ± 30 ms with 1 % of losses each way.
 * @param {typeof import("@deltatick/client").Conditions} Conditions
 * @returns {{line: object | null, fault: string}} options of Conditions, null for none; and why what is asked for is none, as a sentence
 */
export function askedLine(Conditions) {
  try {
    return { line: Conditions.parse(askedFor()), fault: "" };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { line: null, fault: `?net= in the address is not used: ${why}.` };
  }
}

/**
 * The same as a line to connect over, loaded only where it is asked for; a fault is said on the page.
 * @returns {Promise<any>} null for none
 */
export async function askedConditions() {
  if (!askedFor()) return null;
  const { Conditions } = await import("./conditions.mjs");
  const { line, fault } = askedLine(Conditions);
  if (fault) toast(`${fault} You play over your network as it is.`, "bad");
  return line && new Conditions(line);
}

const askedFor = () => new URLSearchParams(location.search).get("net");
