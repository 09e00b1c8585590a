/** A setting's wire name as a label: `score_limit` reads "Score limit". */
export function settingLabel(name) {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The sentence for when a lobby's match starts, as `user` reads it. */
export function startWords(state, user) {
  const players = state.members.filter((member) => member.role === "player");
  if (state.start === "ready") {
    return `Starts when everyone is ready (${players.filter((member) => member.ready).length} of ${players.length}).`;
  }
  if (state.start === "full")
    return `Starts when every seat is taken (${players.length} of ${state.max_players}).`;
  if (state.host === user) return "Start when you like: whoever joins later comes right in.";
  return `Starts when ${state.members.find((member) => member.user === state.host)?.name ?? "the host"} says so.`;
}
