/**
 * Where the client keeps its resume token: this tab's own session storage, so a reload comes back to the same seat. A
 * *duplicated* tab starts with a copy and takes the session over (the newest wins). `handOver` lets the displaced tab
 * ask for it back: tabs of one origin hold the same trust as one tab, and the token goes nowhere else.
 */

const PREFIX = "deltatick.tab.";
const channel = () =>
  "BroadcastChannel" in globalThis ? new BroadcastChannel("deltatick.handover") : null;

/** A Storage-like view of sessionStorage with names of its own; it forgets where storage is refused. */
export const tabStorage = {
  getItem: (key) => attempt(() => sessionStorage.getItem(PREFIX + key), null),
  setItem: (key, value) => attempt(() => sessionStorage.setItem(PREFIX + key, value)),
  removeItem: (key) => attempt(() => sessionStorage.removeItem(PREFIX + key)),
};

function attempt(action, fallback) {
  try {
    return action();
  } catch {
    return fallback;
  }
}

function entries() {
  return attempt(
    () => Object.entries(sessionStorage).filter(([key]) => key.startsWith(PREFIX)),
    [],
  );
}

/** Forgets the session this tab knew, so that the next connection is a new guest. */
export function forgetSession() {
  for (const [key] of entries()) attempt(() => sessionStorage.removeItem(key));
}

/** Answers other tabs that ask for the session this tab holds now. `holds(session)` says whether it does. */
export function offerHandOver(holds) {
  const line = channel();
  if (!line) return;
  line.onmessage = ({ data }) => {
    if (data?.ask && holds(data.ask)) line.postMessage({ give: data.ask, entries: entries() });
  };
}

/** Asks the tab that took `session` for what it needs to be resumed here. Resolves to whether one answered in `waitMs`. */
export function askHandOver(session, waitMs = 1500) {
  const line = channel();
  if (!line || !session) return Promise.resolve(false);
  return new Promise((resolve) => {
    const done = (got) => {
      clearTimeout(timer);
      line.close();
      resolve(got);
    };
    const timer = setTimeout(done, waitMs, false);
    line.onmessage = ({ data }) => {
      if (data?.give !== session || !Array.isArray(data.entries)) return;
      for (const [key, value] of data.entries) attempt(() => sessionStorage.setItem(key, value));
      done(true);
    };
    line.postMessage({ ask: session });
  });
}
