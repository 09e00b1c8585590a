/**
 * A scheme and its arguments, such as `["jwt", token]`.
 * @typedef {string[]} Credentials
 *
 * Credentials, or a function that gives newer ones each time it is called.
 * @typedef {Credentials | (() => Credentials | Promise<Credentials>)} Auth
 */

/** Strings in credentials, at most: protocol section 2. */
const MAX_STRINGS = 4;

/**
 * @param {any} auth
 * @returns {Credentials}
 * @throws {TypeError} for what are no credentials; it does not quote them
 */
export function checked(auth) {
  const good = Array.isArray(auth) && auth.length >= 1 && auth.length <= MAX_STRINGS;
  if (!good || auth.some((s) => typeof s !== "string")) {
    throw new TypeError("auth must be one to four strings, or a function that gives them");
  }
  return [...auth];
}

/**
 * Asks for newer credentials, for as long as that takes.
 * @param {() => Credentials | Promise<Credentials>} auth
 * @returns {Promise<Credentials>}
 */
export async function renewed(auth) {
  return checked(await auth());
}
