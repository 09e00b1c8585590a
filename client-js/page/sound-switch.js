const SVG = "http://www.w3.org/2000/svg";
const SPEAKER = "M3 9v6h4l5 4V5L7 9z";
const WAVES = "M15 9a4 4 0 0 1 0 6M17.5 6.5a8 8 0 0 1 0 11";
const CROSS = "M15.5 9.5l5 5m0-5l-5 5";

/** Makes a button the switch of the sound: a loudspeaker with waves or a cross, and whether it is pressed said in words too. */
export function soundSwitch(button, sounds) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const [speaker, lines] = [SPEAKER, CROSS].map((d) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
    return path;
  });
  speaker.setAttribute("class", "solid");
  button.setAttribute("aria-label", "Sound");
  button.append(svg);
  button.addEventListener("click", () => {
    sounds.toggle();
    button.blur(); // so that Space fires again
  });
  sounds.watch((on) => {
    button.setAttribute("aria-pressed", String(on));
    lines.setAttribute("d", on ? WAVES : CROSS);
  });
}
