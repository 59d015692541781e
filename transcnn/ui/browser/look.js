// The colours of the page as they are now, light or dark.

/** Sets the class "dark" on `root` as its page's background is, and reads its colours. */
function readLook(root, ramps) {
  const background = getComputedStyle(root).getPropertyValue("--st-background-color");
  const probe = new OffscreenCanvas(1, 1).getContext("2d");
  probe.fillStyle = background.trim() || "#ffffff";
  probe.fillRect(0, 0, 1, 1);
  const dark = luminance([...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)]) < 0.18;
  root.classList.toggle("dark", dark);
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
