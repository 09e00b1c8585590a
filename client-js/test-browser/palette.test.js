import assert from "node:assert/strict";
import { test } from "node:test";
import { HUES, hueOf, hullOf, striped } from "../page/palette.js";

/**
 * What a linear RGB colour looks like to people without one kind of cones: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes,
 * "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009, at severity 1.
 * @type {Record<string, number[][]>}
 */
const EYES = {
  common: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
const NIGHT = "#060912"; // the sky's
const APART = 20; // CIE 1976 ΔE: some nine times what a trained eye just tells apart
const FAR_APART = 35; // of ships of one hull, which nothing but hue tells apart

/** @param {string} hex */
function linear(hex) {
  return [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; // IEC 61966-2-1
  });
}

/** @param {number[][]} eye @param {string} hex CIE L*a*b* under D65 of what this eye sees */
function labOf(eye, hex) {
  const rgb = linear(hex);
  const [r, g, b] = eye.map((row) =>
    Math.min(1, Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2])),
  );
  const f = (/** @type {number} */ t) =>
    t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116;
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** @param {string} eye @param {string} a @param {string} b */
function difference(eye, a, b) {
  const [p, q] = [labOf(EYES[eye], a), labOf(EYES[eye], b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

/** Relative luminance, as WCAG 2.2 has it. @param {string} hex */
function luminance(hex) {
  const [r, g, b] = linear(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test("every two hues stay apart for eyes without red, green or blue cones", () => {
  for (const eye of Object.keys(EYES)) {
    for (const [i, hue] of HUES.entries()) {
      for (const other of HUES.slice(i + 1)) {
        const far = difference(eye, hue, other);
        // Blue blindness is a hundred times rarer than the others: there, hulls may have to help.
        const least = eye === "tritanopia" ? APART * 0.9 : APART;
        assert.ok(far >= least, `${hue} and ${other} with ${eye}: ${far.toFixed(1)}`);
      }
    }
  }
});

test("two ships of one hull and one livery are told apart by hue with ease, whatever the eye", () => {
  for (const eye of Object.keys(EYES)) {
    for (let a = 0; a < 16; a++) {
      for (let b = a + 1; b < 16; b++) {
        if (hullOf(a) !== hullOf(b) || striped(a) !== striped(b)) continue;
        const far = difference(eye, hueOf(a), hueOf(b));
        assert.ok(far >= FAR_APART, `${a} and ${b} with ${eye}: ${far.toFixed(1)}`);
      }
    }
  }
});

test("each hue has five times the light of the sky behind it", () => {
  for (const hue of HUES) {
    const contrast = (luminance(hue) + 0.05) / (luminance(NIGHT) + 0.05);
    assert.ok(contrast >= 5, `${hue}: ${contrast.toFixed(2)}`);
  }
});
