/**
 * What the browser remembers between visits. Storage can be refused (private windows, blocked site data): then the page
 * works the same and forgets.
 */

const KEY = "deltatick.name";

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
export function rememberedName() {
  try {
    const name = localStorage.getItem(KEY);
    if (name) return name;
  } catch {
    // Forgetting is the fallback.
  }
  return `${pick(firsts)} ${pick(lasts)}`;
}

export function rememberName(name) {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Forgetting is the fallback.
  }
}
