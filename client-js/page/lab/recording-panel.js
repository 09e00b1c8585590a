import { byId, setText } from "../dom.js";

const COPIED_FOR = 2000; // ms
const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);

/** The command that shows the match at hand tick by tick, where the server records it: a recording is a file, which the page cannot open. */
export class RecordingPanel {
  #command = byId("replay-command");
  #about = byId("replay-about");

  constructor() {
    const copy = byId("replay-copy");
    copy.hidden = navigator.clipboard === undefined; // as in a page that is not from a secure origin
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.#command.textContent).then(
        () => setText(copy, "Copied"),
        () => setText(copy, "Select and copy it"),
      );
      setTimeout(() => setText(copy, "Copy"), COPIED_FOR);
    });
  }

  /** @param {string} match its id, or "" @param {number} recordings that the server writes now; NaN where it does not tell */
  update(match, recordings) {
    if (match === "") return;
    // There `replay serve` listens if it is not told otherwise.
    byId("replay-open").hidden = !isLoopback || recordings === 0;
    const file = `recordings/*-arena-${match}.dtr`;
    setText(this.#command, recordings === 0 ? "server -record recordings" : `replay serve ${file}`);
    setText(
      this.#about,
      recordings === 0
        ? "This server keeps no recordings. One that is started so keeps every match in a file:"
        : Number.isNaN(recordings)
          ? "If this server records (-record recordings), this shows the match again, up to 5 s ago:"
          : "This server records every match. To see this one again, up to 5 s ago:",
    );
  }
}
