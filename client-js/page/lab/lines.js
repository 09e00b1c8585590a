/** Lines to choose from, by round trip in milliseconds as `?net=` has it. */
export const PRESETS = [
  { label: "None", title: "The line as it is", line: { rtt: 0, jitter: 0, loss: 0, kbps: 0 } },
  {
    label: "60 ms",
    title: "A good line: 60 ± 10 ms",
    line: { rtt: 60, jitter: 10, loss: 0, kbps: 0 },
  },
  {
    label: "150±30, 1 %",
    title: "Another continent: 150 ± 30 ms, 1 % of packets lost",
    line: { rtt: 150, jitter: 30, loss: 1, kbps: 0 },
  },
  {
    label: "300±60, 3 %",
    title: "A poor mobile line: 300 ± 60 ms, 3 % of packets lost",
    line: { rtt: 300, jitter: 60, loss: 3, kbps: 0 },
  },
  {
    label: "Thin, 150 kb/s",
    title: "120 ± 20 ms, and 150 kilobits a second",
    line: { rtt: 120, jitter: 20, loss: 0, kbps: 150 },
  },
];

/** What of a line can be set. */
export const SLIDERS = [
  {
    name: "rtt",
    label: "Round trip",
    title: "From here to the server and back, in milliseconds",
    most: 600,
    step: 10,
    unit: "ms",
  },
  {
    name: "jitter",
    label: "Jitter ±",
    title: "How much earlier or later a message may come",
    most: 200,
    step: 5,
    unit: "ms",
  },
  {
    name: "loss",
    label: "Packet loss",
    title: "Packets that must be sent again, each way; what is behind them waits, as over TCP",
    most: 20,
    step: 0.5,
    unit: "%",
  },
  {
    name: "kbps",
    label: "Bandwidth",
    title:
      "What the line carries each way, in kilobits a second; at the left end as much as you like",
    most: 1000,
    step: 25,
    unit: "kb/s",
  },
];

/** @param {{rtt: number, jitter: number, loss: number, kbps: number}} line of both ways together, as options of Conditions */
export const optionsOf = ({ rtt, jitter, loss, kbps }) => ({
  delayMs: rtt / 2,
  jitterMs: jitter / 2,
  lossPercent: loss,
  kbps,
});

/** Options of Conditions as a line of both ways together. */
export const lineOf = ({ delayMs = 0, jitterMs = 0, lossPercent = 0, kbps = 0 }) => ({
  rtt: delayMs * 2,
  jitter: jitterMs * 2,
  loss: lossPercent,
  kbps,
});

/** A line in a few characters. */
export const lineWords = ({ rtt, jitter, loss, kbps }) =>
  [
    rtt > 0 || jitter > 0 ? `${rtt}±${jitter} ms` : "",
    loss > 0 ? `${loss} % loss` : "",
    kbps > 0 ? `${kbps} kb/s` : "",
  ]
    .filter(Boolean)
    .join(", ") || "as it is";
