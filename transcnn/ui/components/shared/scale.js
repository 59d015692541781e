// Multiples of an even share as colours and as text. The same scale everywhere: log2, 1/16x to 16x.

export const OCTAVES = 4;
export const STEPS = 256;

export const DARK_INK = "#14130F";
export const LIGHT_INK = "#FFFFFF";

/** 33 stops as "#RRGGBB" -> 257 colours, as text and as bytes, each with the ink to write on it. */
export function makeRamp(stops) {
  const rgb = stops.map((stop) => [1, 3, 5].map((i) => parseInt(stop.slice(i, i + 2), 16)));
  const [colours, bytes, inks] = [[], [], []];
  for (let i = 0; i <= STEPS; i++) {
    const place = (i / STEPS) * (rgb.length - 1);
    const k = Math.min(rgb.length - 2, Math.floor(place));
    const mixed = rgb[k].map((v, c) => Math.round(v + (rgb[k + 1][c] - v) * (place - k)));
    colours.push(`rgb(${mixed})`);
    bytes.push(mixed);
    inks.push(luminance(mixed) > 0.179 ? DARK_INK : LIGHT_INK); // where both contrasts are equal
  }
  return { colours, bytes, inks };
}

/** Relative luminance (WCAG) of an sRGB triple. */
export function luminance(rgb) {
  const [r, g, b] = rgb.map((v) => {
    v /= 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function step(multiple) {
  const octave = Math.max(-OCTAVES, Math.min(OCTAVES, Math.log2(multiple)));
  return Math.round(((octave + OCTAVES) / (2 * OCTAVES)) * STEPS);
}

/** An amount from 0 to `top` on the warm half of the ramp: none is in the middle, near the page. */
export function amountStep(amount, top) {
  return STEPS / 2 + Math.round((Math.min(1, amount / top) * STEPS) / 2);
}

/** Two figures: "11×", "3.2×", "0.05×"; "<1/64×" at the floor. */
export function formatMultiple(multiple) {
  if (multiple <= 1 / 64) return "<1/64×";
  const digits = multiple >= 9.95 ? 0 : multiple >= 0.095 ? 1 : 2;
  return `${multiple.toFixed(digits)}×`;
}

/** Three figures, for a single place that is pointed at. */
export function formatExactly(multiple) {
  return multiple < 0.001 ? "<0.001×" : `${Number(multiple.toPrecision(3))}×`;
}

export function formatShare(share) {
  if (share < 0.0005) return "<0.1 %";
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}
