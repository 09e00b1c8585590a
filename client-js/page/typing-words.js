/**
 * Who types, in words; empty when nobody does.
 * @param {string[]} names
 */
export function typingWords(names) {
  if (names.length === 0) return "";
  if (names.length === 1) return `${names[0]} is typing`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing`;
  return `${names.length} are typing`;
}
