/**
 * What the browser remembers between visits. Storage can be refused (private windows, blocked site data): then the page
 * works the same and forgets.
 */

const PREFIX = "deltatick.";

const firsts = [
  "Amber",
  "Brisk",
  "Cobalt",
  "Distant",
  "Ember",
  "Lucky",
  "Quiet",
  "Rapid",
  "Solar",
  "Vivid",
];
const lasts = [
  "Comet",
  "Falcon",
  "Harrier",
  "Lynx",
  "Meteor",
  "Otter",
  "Petrel",
  "Quasar",
  "Raven",
  "Swift",
];

const pick = (list) => list[Math.floor(Math.random() * list.length)];

/** The name of the last visit, or a fresh callsign. */
export const rememberedName = () => remembered("name") ?? `${pick(firsts)} ${pick(lasts)}`;

export const rememberName = (name) => remember("name", name);

/** What was remembered under this key, or null. */
export function remembered(key) {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null; // forgetting is the fallback
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // Forgetting is the fallback.
  }
}
