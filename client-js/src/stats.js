import { Rate } from "./rate.js";

/** What a client counts. Read it whenever; times are in milliseconds. */
export class Stats {
  /** Smoothed round trip of pings (1/8 of each new sample). */
  rtt = 0;
  /** Smoothed deviation from it (1/4 of each new sample). */
  jitter = 0;
  framesIn = 0;
  framesOut = 0;
  bytesIn = 0;
  bytesOut = 0;
  /** Snapshots applied, keyframes among them. */
  snapshots = 0;
  keyframes = 0;
  /** Of the snapshots, those that came straight from the match's node. */
  direct = 0;
  /** Snapshots whose hash differed from the world's. */
  desyncs = 0;
  /** Keyframes asked for, whatever the reason. */
  resyncs = 0;
  /** Welcomes after the first. */
  reconnects = 0;
  /** Messages that broke the rules of the wire. */
  malformed = 0;
  /** Frames of a kind this client does not know. */
  unknown = 0;
  /** Match frames of an epoch that is over. */
  stale = 0;
  /** Snapshots that came while a keyframe was awaited or could not be applied. */
  unapplied = 0;
  /** Events seen before. */
  duplicates = 0;
  /** Events the server no longer held when we came back. */
  lost = 0;
  /** Own events given up because their session was gone before the server had handled them. */
  abandoned = 0;
  /** Own frames not sent because the socket was not taking any. */
  unsent = 0;

  #now;
  #snapshotRate = new Rate();
  #inRate = new Rate();
  #outRate = new Rate();

  /** @param {() => number} now */
  constructor(now) {
    this.#now = now;
  }

  /** What happened within the last second. */
  get perSecond() {
    const now = this.#now();
    return {
      snapshots: this.#snapshotRate.read(now),
      bytesIn: this.#inRate.read(now),
      bytesOut: this.#outRate.read(now),
    };
  }

  /** @param {number} bytes @internal */
  received(bytes) {
    this.framesIn++;
    this.bytesIn += bytes;
    this.#inRate.add(this.#now(), bytes);
  }

  /** @param {number} bytes @internal */
  sent(bytes) {
    this.framesOut++;
    this.bytesOut += bytes;
    this.#outRate.add(this.#now(), bytes);
  }

  /** @param {boolean} keyframe @internal */
  applied(keyframe) {
    this.snapshots++;
    if (keyframe) this.keyframes++;
    this.#snapshotRate.add(this.#now(), 1);
  }

  /** @param {number} sample a round trip in milliseconds @internal */
  roundTrip(sample) {
    if (this.rtt === 0) {
      this.rtt = sample;
      return;
    }
    this.jitter += (Math.abs(sample - this.rtt) - this.jitter) / 4;
    this.rtt += (sample - this.rtt) / 8;
  }
}
