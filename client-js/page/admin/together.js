/**
 * What all nodes that answer are together: counts are added, and of times the longest is shown.
 * @param {Record<string, any>[]} all statuses
 * @returns {Record<string, any>}
 */
export function together(all) {
  /** @type {Record<string, number>} */
  const drops = {};
  for (const { drops: some } of all)
    for (const [name, n] of Object.entries(some)) drops[name] = (drops[name] ?? 0) + n;
  /** @type {Record<string, any>} */
  const total = { drops };
  for (const name of ["sessions", "connections", "matches", "players", "ticks", "late", "slipped"])
    total[name] = all.reduce((so, one) => so + one[name], 0);
  for (const name of ["lateness", "step"])
    total[name] = Math.max(0, ...all.map((one) => one[name]));
  return total;
}
