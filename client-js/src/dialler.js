import { Link } from "./link.js";
import { load, parts } from "./parts.js";
import { Transports } from "./transports.js";
import { LOST } from "./wire.js";

/**
 * Makes a connection's links: over WebSocket, or over HTTP where none gets through. While HTTP serves, it tries a WebSocket now and
 * then, and hands it over when it opens.
 */
export class Dialler {
  #settings;
  #stats;
  #handlers;
  #upgraded;
  #transports;
  /** Tells a dial that waits for a file from the one that has taken its place. */
  #dials = 0;
  /** @type {import("./upgrade.js").Upgrade | null} what tries WebSockets, null while one carries */
  #upgrade = null;

  /**
   * @param {import("./options.js").Settings} settings
   * @param {import("./stats.js").Stats} stats
   * @param {import("./link.js").LinkHandlers} handlers of every link
   * @param {(link: Link) => void} upgraded takes an open link that is better than the present one
   */
  constructor(settings, stats, handlers, upgraded) {
    this.#settings = settings;
    this.#stats = stats;
    this.#handlers = handlers;
    this.#upgraded = upgraded;
    this.#transports = new Transports(settings.transports);
  }

  /** Over what the present link goes. */
  get over() {
    return this.#transports.now;
  }

  /** How long the present dial may take until the welcome. */
  get patience() {
    return this.#transports.patience(this.#settings.dialTimeout);
  }

  /**
   * @param {(link: Link | import("./http-link.js").HttpLink) => void} dialled called with the link, before anything happens on it
   * @throws {Error} for a URL that cannot be dialled
   */
  dial(dialled) {
    this.stop();
    const { WebSocket, url } = this.#settings;
    if (this.#transports.now === "ws") {
      dialled(new Link(WebSocket, url, this.#stats, this.#handlers));
      return;
    }
    const dial = ++this.#dials;
    load("seldom").then(
      ({ HttpLink }) => {
        if (dial === this.#dials)
          dialled(new HttpLink(this.#settings, this.#stats, this.#handlers));
      },
      () => {
        if (dial === this.#dials) this.#handlers.down(LOST);
      },
    );
  }

  /** The dial got no answer. @returns {boolean} whether to dial again at once */
  failed() {
    return this.#transports.failed();
  }

  /** The dial was answered. */
  welcomed() {
    this.stop();
    if (!this.#transports.welcomed()) this.#upgrade = null;
    else if (parts.seldom !== undefined) {
      // It is there, since the link that was welcomed came with it.
      this.#upgrade ??= new parts.seldom.Upgrade(
        this.#settings,
        this.#stats,
        this.#handlers,
        (link) => {
          this.#transports.upgraded();
          this.#upgraded(link);
        },
      );
      this.#upgrade.later();
    }
  }

  /** Dials and tries nothing any more, until it is told to again. */
  stop() {
    this.#dials++;
    this.#upgrade?.stop();
  }
}
