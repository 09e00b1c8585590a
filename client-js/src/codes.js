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

/** @param {number} code @param {string} name @param {Retry} [retry] @param {number} [waitMs] */
const row = (code, name, retry = "", waitMs = 0) => Object.freeze({ code, name, retry, waitMs });

/** The close codes of protocol section 8, by number. @type {Readonly<Record<number, Readonly<CloseInfo>>>} */
export const CloseCodes = Object.freeze(
  Object.fromEntries(
    [
      row(1000, "normal"),
      row(4000, "going-away", "resume", 1000),
      row(4001, "slow", "resume"),
      row(4002, "silent", "resume"),
      row(4003, "busy", "resume", 5000),
      row(4004, "internal", "resume", 1000),
      row(4005, "moved", "resume"),
      row(4006, "ticket-late", "resume"),
      row(4007, "handed-over", "resume"),
      row(4008, "missed", "resume"),
      row(4400, "auth-expired", "renew"),
      row(4500, "displaced"),
      row(4501, "resume-refused", "fresh"),
      row(4502, "resume-expired", "fresh"),
      row(4503, "no-hello"),
      row(4504, "malformed"),
      row(4505, "too-big"),
      row(4506, "flooding"),
      row(4507, "version"),
      row(4508, "unauthorized"),
      row(4509, "kicked"),
      row(4510, "ticket-refused"),
    ].map((info) => [info.code, info]),
  ),
);

/**
 * The row for a code; for one that is not in the table, what its range asks for.
 * @param {number} code
 * @returns {CloseInfo}
 */
export function closeInfo(code) {
  const known = CloseCodes[code];
  if (known !== undefined) return known;
  const stay = code >= 4500 && code <= 4999;
  return row(code, stay ? "refused" : "lost", stay ? "" : "resume");
}
