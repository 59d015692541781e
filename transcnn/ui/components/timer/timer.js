// A clock that counts down on the projector: it runs in the browser alone, and goes on while the
// page around it changes.

import { find } from "../shared/page.js";

/** @import { Component, Words } from "../shared/types.d.ts" */

/** @type {Map<string, { end: number, tick: ReturnType<typeof setInterval> }>} by component */
const running = new Map();

/** @param {Component<Words>} component */
export default function ({ data, key, parentElement }) {
  const clock = find(parentElement, "[role=timer]");
  const [one, two, stop] = parentElement.querySelectorAll("button");
  [one.textContent, two.textContent, stop.textContent] = [data.one, data.two, data.stop];
  const show = () => {
    const run = running.get(key);
    const left = run ? Math.max(0, Math.ceil((run.end - Date.now()) / 1000)) : null;
    clock.textContent =
      left === null ? "" : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    clock.classList.toggle("over", left === 0);
    clock.setAttribute("aria-label", left === 0 ? data.over : data.left);
    stop.hidden = !run;
    if (left === 0) clearInterval(run?.tick);
  };
  const end = () => {
    clearInterval(running.get(key)?.tick);
    running.delete(key);
  };
  const start = (/** @type {number} */ minutes) => () => {
    end();
    running.set(key, { end: Date.now() + 60_000 * minutes, tick: setInterval(show, 250) });
    show();
  };
  one.onclick = start(1);
  two.onclick = start(2);
  stop.onclick = () => {
    end();
    show();
  };
  const run = running.get(key);
  if (run) {
    clearInterval(run.tick);
    run.tick = setInterval(show, 250); // of the elements that are there now
  }
  show();
  return end;
}
