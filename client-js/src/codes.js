/**
 * What a client does about a close:
 * - `"resume"`: comes back by itself with its resume token;
 * - `"renew"`: comes back like that with newer credentials, if it was told how to get some; else stays away;
 * - `"fresh"`: stays away; a new connection without a token may be made;
 * - `""`: stays away.
 * @typedef {"resume" | "renew" | "fresh" | ""} Retry
 *
 * @typedef {object} CloseInfo
 * @property {number} code
 * @property {string} name
 * @property {Retry} retry
 * @property {number} waitMs upper end of the random wait before the first dial, in milliseconds
 */

/** @param {number} code @param {string} name @param {Retry} retry @param {number} [waitMs] */
const row = (code, name, retry, waitMs = 0) => Object.freeze({ code, name, retry, waitMs });

/** The close codes of protocol section 8, by number. */
export const CloseCodes = Object.freeze({
  1000: row(1000, "normal", ""),
  4000: row(4000, "going-away", "resume", 1000),
  4001: row(4001, "slow", "resume"),
  4002: row(4002, "silent", "resume"),
  4003: row(4003, "busy", "resume", 5000),
  4004: row(4004, "internal", "resume", 1000),
  4400: row(4400, "auth-expired", "renew"),
  4500: row(4500, "displaced", ""),
  4501: row(4501, "resume-refused", "fresh"),
  4502: row(4502, "resume-expired", "fresh"),
  4503: row(4503, "no-hello", ""),
  4504: row(4504, "malformed", ""),
  4505: row(4505, "too-big", ""),
  4506: row(4506, "flooding", ""),
  4507: row(4507, "version", ""),
  4508: row(4508, "unauthorized", ""),
  4509: row(4509, "kicked", ""),
});

/**
 * The row for a code; for one that is not in the table, what its range asks for.
 * @param {number} code
 * @returns {CloseInfo}
 */
export function closeInfo(code) {
  const known = /** @type {Record<number, CloseInfo>} */ (CloseCodes)[code];
  if (known !== undefined) return known;
  const stay = code >= 4500 && code <= 4999;
  return row(code, stay ? "refused" : "lost", stay ? "" : "resume");
}
