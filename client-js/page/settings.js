/** A setting's wire name as a label: `score_limit` reads "Score limit". */
export function settingLabel(name) {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether a setting is on or off, and no number to a player. */
export const isSwitch = ({ min, max }) => min === 0 && max === 1;

/** The sentence for when a lobby's match starts, as `user` reads it. */
export function startWords(state, user) {
  const players = state.members.filter((member) => member.role === "player");
  if (state.start === "ready") {
    const away = players.filter((member) => member.away);
    const ready = players.filter((member) => member.ready);
    // The server waits for who has just gone, and goes on by itself if they stay away.
    if (away.length > 0 && players.every((member) => member.ready || member.away))
      return `Waiting a moment for ${away.map(({ name }) => name).join(", ")} to come back.`;
    return `Starts when everyone is ready (${ready.length} of ${players.length}).`;
  }
  if (state.start === "full")
    return `Starts when every seat is taken (${players.length} of ${state.max_players}).`;
  if (state.host === user) return "Start when you like: whoever joins later comes right in.";
  return `Starts when ${state.members.find((member) => member.user === state.host)?.name ?? "the host"} says so.`;
}
