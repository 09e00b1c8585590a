/** What the machine says, in words for players. */

/** @type {Record<string, string>} */
const refusals = {
  "not-found": "That lobby is gone.",
  full: "That lobby is full.",
  already: "You are in a lobby already.",
  "wrong-phase": "Not now: the match is in another phase.",
  "rate-limited": "Too fast. Try again in a moment.",
  unavailable: "The server is closing down. Try again shortly.",
  timeout: "The server did not answer. Try again.",
  dropped: "The connection is down. Try again once you are online.",
};

/** A sentence for a refused request. @param {any} error */
export function refusal(error) {
  if (error?.code === "bad-payload")
    return `Not accepted: ${error.field || "something"} ${error.message || "is wrong"}`.trim();
  if (error?.code === "forbidden") return sentence(error.message || "that is not for you to do");
  return refusals[error?.code] ?? error?.message ?? "That did not work.";
}

/** @param {string} text */
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

/** @type {Record<string, string>} */
const exits = {
  kicked: "The host removed you from the match.",
  expired: "You were away too long and your seat was given up.",
  failed: "The game broke, so the server stopped this match.",
  shutdown: "The server ended this match.",
  lost: "The match went on without you.",
};

/** A sentence for a seat that ended other than by playing to the end, or undefined where none is needed. @param {string} reason */
export const exitReason = (reason) => exits[reason];

/** @type {Record<number, string[]>} */
const closures = {
  4501: [
    "Your old session was refused",
    "The server no longer accepts what this tab knew of its session, so it could not resume. You can connect again as a new guest.",
  ],
  4502: [
    "Your session has ended",
    "You were away longer than the server keeps a seat, so your seat was freed. You can connect again as a new guest.",
  ],
  4503: ["Not let in", "The server did not hear this page introduce itself in time."],
  4504: [
    "Disconnected",
    "The server could not understand this page. Reload it to get a matching version.",
  ],
  4505: ["Disconnected", "This page sent a message larger than the server allows."],
  4506: ["Disconnected for flooding", "This page sent more than the server allows."],
  4507: ["Version mismatch", "This page and the server speak different versions. Reload the page."],
  4508: [
    "No guests here",
    "This server wants a token from each player, and this demo page comes as a guest. It takes guests when it is started with -guests.",
  ],
  4509: ["Removed", "The server has ended your session."],
};

/** `[title, sentence]` for a connection that stays closed. @param {{code: number, name: string}} status */
export function closure({ code, name }) {
  return (
    closures[code] ?? [
      "Disconnected",
      `The connection was closed for good (${code || "no code"}${name ? `, ${name}` : ""}).`,
    ]
  );
}

/**
 * `[title, sentence]` for a page that could not connect yet.
 * @param {{state: string, code: number}} status @param {boolean} online what the browser believes of the network
 */
export function awayWords({ state, code }, online) {
  if (!online)
    return ["You are offline", "This device has no network. The page connects once it is back."];
  if (state !== "waiting") return ["Connecting", ""];
  if (code === 4003)
    return [
      "The server is full",
      "It has no room for another guest now. The page keeps trying by itself.",
    ];
  if (code === 4000)
    return [
      "The server is restarting",
      "It asked to come back shortly. The page does so by itself.",
    ];
  return [
    "The server does not answer",
    "It may be down, full, or out of reach from your network. The page keeps trying by itself.",
  ];
}
