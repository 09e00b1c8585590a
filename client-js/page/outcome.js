/**
 * A match's result as the page shows it, or null where it has none that it understands. Results come from the game, so
 * their shape is checked: another game may say something else.
 */
export function outcomeOf(data) {
  if (!data || !Array.isArray(data.scores)) return null;
  const scores = data.scores
    .filter((entry) => entry && typeof entry.name === "string")
    .map(({ name, seat = 0, score = 0 }) => ({ name, seat, score }))
    .sort((a, b) => b.score - a.score);
  return { winner: typeof data.winner === "string" ? data.winner : "", scores };
}
