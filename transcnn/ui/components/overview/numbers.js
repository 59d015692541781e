// Numbers as the overview says them.

/** @import { Shape } from "./types.d.ts" */

/**
 * A part of the multiply-adds of a network.
 * @param {number} part
 * @param {number} whole
 */
export function formatPart(part, whole) {
  const percent = (100 * part) / whole;
  if (percent < 0.05) return "<0.1 %";
  return `${percent.toFixed(percent < 9.95 ? 1 : 0)} %`;
}

/**
 * Multiply-adds in thousands, millions or milliards.
 * @param {number} macs
 */
export function formatMacs(macs) {
  if (macs >= 1e9) return `${(macs / 1e9).toFixed(1)} G`;
  if (macs >= 1e6) return `${(macs / 1e6).toFixed(macs < 1e7 ? 1 : 0)} M`;
  return `${(macs / 1e3).toFixed(0)} k`;
}

/**
 * Milliseconds, to two digits.
 * @param {number} ms
 */
export function formatMs(ms) {
  return ms.toFixed(ms < 0.995 ? 2 : ms < 9.95 ? 1 : 0);
}

/**
 * @param {number} value
 * @param {number} digits
 */
export function formatSigned(value, digits) {
  return value.toFixed(digits).replace("-", "−");
}

/**
 * A whole number with thousands apart.
 * @param {number} value
 */
export function formatCount(value) {
  return value.toLocaleString("en");
}

/**
 * "56 × 56 × 24"; of a vector its length.
 * @param {Shape} shape
 */
export function formatShape([channels, rows, columns]) {
  return rows === 1 && columns === 1 ? `${channels}` : `${rows} × ${columns} × ${channels}`;
}
