import { toast } from "./toasts.js";

/**
 * The bad network that the address asks for: `?net=150,30,1` for a round trip of 150 ± 30 ms with 1 % of losses each way.
 * @returns {Promise<any>} null for none
 */
export async function askedConditions() {
  const said = new URLSearchParams(location.search).get("net");
  if (!said) return null;
  const { Conditions } = await import("./conditions.mjs");
  try {
    return new Conditions(Conditions.parse(said) ?? {});
  } catch (error) {
    toast(
      `?net=${said} is no network, so you play over yours as it is: ${error instanceof Error ? error.message : error}`,
      "bad",
    );
    return null;
  }
}
