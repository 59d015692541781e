// The colours of the page as they are now, light or dark.

import { luminance, makeRamp } from "./scale.js";

/** Sets the class "dark" on `root` as its page's background is; whether it is dark. */
export function followTheme(root) {
  const background = getComputedStyle(root).getPropertyValue("--st-background-color");
  const probe = new OffscreenCanvas(1, 1).getContext("2d");
  probe.fillStyle = background.trim() || "#ffffff";
  probe.fillRect(0, 0, 1, 1);
  const dark = luminance([...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)]) < 0.18;
  root.classList.toggle("dark", dark);
  return dark;
}

/** Follows the theme, and reads the colours of the page. */
export function readLook(root, ramps) {
  const dark = followTheme(root);
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(name).trim();
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
