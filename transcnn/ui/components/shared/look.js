// The colours of the page as they are now, light or dark.

import { luminance, makeRamp } from "./scale.js";

/** @import { Look, Ramps } from "./types.d.ts" */

/**
 * Sets the class "dark" on `root` as its page's background is; returns whether it is dark.
 * @param {HTMLElement} root
 */
export function followTheme(root) {
  const background = getComputedStyle(root).getPropertyValue("--st-background-color");
  const probe = penOf(new OffscreenCanvas(1, 1));
  probe.fillStyle = background.trim() || "#ffffff";
  probe.fillRect(0, 0, 1, 1);
  const dark = luminance([...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)]) < 0.18;
  root.classList.toggle("dark", dark);
  return dark;
}

/**
 * What draws on a canvas that is not on the page.
 * @param {OffscreenCanvas} canvas
 */
export function penOf(canvas) {
  return /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/**
 * Follows the theme, and reads the colours of the page.
 * @param {HTMLElement} root
 * @param {Ramps} ramps
 * @returns {Look}
 */
export function readLook(root, ramps) {
  const dark = followTheme(root);
  const style = getComputedStyle(root);
  const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    ramp: makeRamp(ramps[dark ? "dark" : "light"]),
    paper: read("--paper"),
    ink: read("--ink"),
    soft: read("--soft"),
    line: read("--line"),
    strongLine: read("--strong-line"),
    accent: read("--accent"),
  };
}
