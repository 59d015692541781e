// Multiples of uniform attention as colours and as text. The same scale everywhere: log2, 1/16x to
// 16x.

/** @import { Ramp } from "./types.d.ts" */

export const OCTAVES = 4;
export const STEPS = 256;

export const DARK_INK = "#14130F";
export const LIGHT_INK = "#FFFFFF";

/**
 * 33 stops -> 257 colours.
 * @param {string[]} stops "#RRGGBB"
 * @returns {Ramp}
 */
export function makeRamp(stops) {
  const rgb = stops.map(rgbOf);
  const bytes = Array.from({ length: STEPS + 1 }, (_, i) => {
    const at = (i / STEPS) * (rgb.length - 1);
    const k = Math.min(rgb.length - 2, Math.floor(at));
    return rgb[k].map((v, c) => Math.round(v + (rgb[k + 1][c] - v) * (at - k)));
  });
  return { bytes, colours: bytes.map((colour) => `rgb(${colour})`), inks: bytes.map(inkOn) };
}

/**
 * "#RRGGBB" as bytes.
 * @param {string} colour
 */
export function rgbOf(colour) {
  return [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
}

/**
 * The ink that can be read on a colour; at 0.179 both contrasts are equal.
 * @param {number[]} rgb
 */
export function inkOn(rgb) {
  return luminance(rgb) > 0.179 ? DARK_INK : LIGHT_INK;
}

/**
 * Relative luminance (WCAG) of an sRGB triple.
 * @param {number[]} rgb bytes
 */
export function luminance(rgb) {
  const [r, g, b] = rgb.map((byte) => {
    const v = byte / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * A multiple of uniform attention as a step on the ramp.
 * @param {number} multiple
 */
export function step(multiple) {
  const octave = Math.max(-OCTAVES, Math.min(OCTAVES, Math.log2(multiple)));
  return Math.round(((octave + OCTAVES) / (2 * OCTAVES)) * STEPS);
}

/**
 * An amount from 0 to `top` on the warm half of the ramp: 0 is in the middle, near the page.
 * @param {number} amount
 * @param {number} top
 */
export function amountStep(amount, top) {
  return STEPS / 2 + Math.round((Math.min(1, amount / top) * STEPS) / 2);
}

/**
 * Two figures: "11×", "3.2×", "0.05×"; "<1/64×" at the floor.
 * @param {number} multiple
 */
export function formatMultiple(multiple) {
  if (multiple <= 1 / 64) return "<1/64×";
  const digits = multiple >= 9.95 ? 0 : multiple >= 0.095 ? 1 : 2;
  return `${multiple.toFixed(digits)}×`;
}

/**
 * Three figures, for a single token that is pointed at.
 * @param {number} multiple
 */
export function formatExactly(multiple) {
  return multiple < 0.001 ? "<0.001×" : `${Number(multiple.toPrecision(3))}×`;
}

/**
 * A share of 1 in percent.
 * @param {number} share
 */
export function formatShare(share) {
  if (share < 0.0005) return "<0.1 %";
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

/**
 * An attention weight in percent, two decimals.
 * @param {number} part
 * @param {number} total
 */
export function formatWeight(part, total) {
  return `${((100 * part) / total).toFixed(2)} %`;
}
