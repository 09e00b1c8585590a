/**
 * A match's result as the page shows it, or null where it has none that it understands. Results come from the game, so
 * their shape is checked: another game may say something else.
 * @param {any} data
 * @returns {{winner: string, scores: {name: string, seat: number, score: number}[]} | null}
 */
export function outcomeOf(data) {
  if (!data || !Array.isArray(data.scores)) return null;
  /** @type {any[]} */
  const told = data.scores;
  const scores = told
    .filter((entry) => entry && typeof entry.name === "string")
    .map(({ name, seat = 0, score = 0 }) => ({ name, seat, score }))
    .sort((a, b) => b.score - a.score);
  return { winner: typeof data.winner === "string" ? data.winner : "", scores };
}
