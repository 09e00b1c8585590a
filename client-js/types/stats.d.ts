/** What a client counts; times are in milliseconds. */
export interface Stats {
  /** Smoothed round trip, and the smoothed deviation from it. */
  rtt: number;
  jitter: number;
  framesIn: number;
  framesOut: number;
  bytesIn: number;
  bytesOut: number;
  /** Snapshots applied, keyframes among them. */
  snapshots: number;
  keyframes: number;
  /** Of the snapshots, those that came straight from the match's node. */
  direct: number;
  /** Snapshots whose hash differed from the world's. */
  desyncs: number;
  /** Keyframes asked for. */
  resyncs: number;
  /** Welcomes after the first. */
  reconnects: number;
  /** Messages that broke the rules of the wire. */
  malformed: number;
  /** Frames of a kind this client does not know. */
  unknown: number;
  /** Match frames of an epoch that is over. */
  stale: number;
  /** Snapshots that came while a keyframe was awaited or could not be applied. */
  unapplied: number;
  /** Events seen before. */
  duplicates: number;
  /** Events the server no longer held. */
  lost: number;
  /** Own events given up with their session. */
  abandoned: number;
  /** Own frames not sent because the socket was not taking any. */
  unsent: number;
  /** What happened within the last second. */
  readonly perSecond: { snapshots: number; bytesIn: number; bytesOut: number };
}
