// "You are here": the whole network as one strip, with the stage and the block that are shown.

import { drawPart } from "./canvas.js";
import { range } from "./grid.js";
import { packetOf } from "./packets.js";
import { arrow, find, focusedBeside, make, makeButton, stop } from "./page.js";
import { formatShare } from "./scale.js";

/** @import { Network, Prediction } from "./types.d.ts" */
/** @import { TokenView } from "./view.js" */
/** @typedef {Network["stages"][number]} Stage */

const NARROW = 760; // px
const MARK = 27; // of an H-MHSA with its gap
const BAR = 8; // of a bottleneck with its gap
const LEAST = 62; // a stage: its name
const ENDS = 300; // image and answer
const THUMB = 36;

/**
 * Whether all stages fit with their blocks; else only the current one is unfolded, and where it
 * does not fit either, it steps from block to block.
 * @param {Stage[]} stages
 * @param {number} current
 * @param {number} width
 */
export function fold(stages, current, width) {
  const narrow = width < NARROW;
  const full = (/** @type {Stage} */ { boxes }) =>
    boxes.reduce((sum, levels) => sum + (levels ? MARK : narrow ? 0 : BAR), 12);
  const need = stages.reduce((sum, stage) => sum + Math.max(full(stage), LEAST), ENDS);
  const room = Math.max(150, width - (narrow ? 210 : 640));
  const folded = need > width;
  return { narrow, folded, stepping: folded && full(stages[current]) > room };
}

/**
 * @param {TokenView<any>} view
 */
export function buildStrip(view) {
  const nav = view.pick(".strip");
  const { stages } = view.data.network;
  const { stage: here } = view.selected;
  const width = nav.clientWidth;
  view.stripWidth = width;
  const { narrow, folded, stepping } = fold(stages, here, width);
  const had = focusedBeside(nav)?.dataset.to;
  nav.setAttribute("aria-label", view.word("here"));
  const parts = stages.map((/** @type {Stage} */ stage, /** @type {number} */ s) => {
    const element = make("div", s === here ? "stage on" : "stage");
    element.append(nameOf(view, stage, s, narrow));
    const marks = make("div", "marks");
    if (folded && s !== here) {
      const count = stage.boxes.filter(Boolean).length;
      const text = narrow ? `×${count}` : view.word("folded", { count });
      marks.append(make("span", "folded", text));
    } else if (stepping) marks.append(...steps(view, s));
    else marks.append(...marksOf(view, stage, s, narrow));
    element.append(marks);
    return element;
  });
  nav.replaceChildren(overviewLink(view, narrow), ...parts);
  const best = answerOf(view);
  if (best && !narrow) {
    const said = `${view.nameOf(best)} ${formatShare(best.probability)}`;
    nav.append(make("span", "answer", said));
  }
  nav.onkeydown = (event) => walk(nav, event);
  if (had) find(nav, `[data-to="${had}"]`)?.focus();
}

/** @param {TokenView<any>} view */
function answerOf(view) {
  const { trace } = view.data;
  /** @type {Prediction | undefined} */
  const best = packetOf(`trace/${trace}`)?.top[0] ?? packetOf(`overview/${trace}`)?.runs.on.top[0];
  return best;
}

/**
 * @param {TokenView<any>} view
 * @param {boolean} narrow
 */
function overviewLink(view, narrow) {
  const link = make("a", "whole-network");
  link.href = new URL(".", location.href).href;
  link.dataset.to = "overview";
  link.setAttribute("aria-label", view.word("here_overview"));
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // into another tab
    stop(event);
    view.leave?.();
  };
  const thumb = make("canvas", "thumb");
  thumb.setAttribute("aria-hidden", "true");
  thumb.width = thumb.height = 2 * THUMB;
  const pen = thumb.getContext("2d");
  if (view.photo && pen) drawPart(pen, view.photo, [0, 0, 1], 0, 0, 2 * THUMB);
  link.append(thumb);
  if (!narrow) link.append(make("span", "", view.word("here")));
  return link;
}

/**
 * A button that leads to a block; only that of the current block is a stop for Tab.
 * @param {TokenView<any>} view
 * @param {number} stage
 * @param {number} block
 * @param {string} to
 * @param {string} label
 */
function buttonTo(view, stage, block, to, label) {
  const button = makeButton();
  button.dataset.to = to;
  button.setAttribute("aria-label", label);
  button.tabIndex = -1;
  button.onclick = () => view.goTo(stage, block);
  return button;
}

/**
 * @param {TokenView<any>} view
 * @param {Stage} stage
 * @param {number} s
 * @param {boolean} narrow
 */
function nameOf(view, { side }, s, narrow) {
  const { stage: here } = view.selected;
  const name = view.word("stage", { number: s + 1 });
  const size = view.word("size", { rows: side });
  const button = buttonTo(view, s, 0, `stage-${s}`, `${name}, ${size}`);
  button.className = "stage-name";
  if (s === here) button.setAttribute("aria-current", "true");
  button.textContent = narrow ? (s === here ? name : String(s + 1)) : `${name} · ${size}`;
  return button;
}

/**
 * @param {TokenView<any>} view
 * @param {Stage} stage
 * @param {number} s
 * @param {boolean} narrow
 */
function marksOf(view, { boxes }, s, narrow) {
  const { stage: here, block: current } = view.selected;
  let block = -1;
  return boxes.flatMap((levels) => {
    if (!levels) {
      const bar = make("span", "bottleneck");
      bar.setAttribute("aria-hidden", "true");
      return narrow ? [] : [bar];
    }
    block++;
    const label = view.word("here_block", { stage: s + 1, block: block + 1 });
    const button = buttonTo(view, s, block, `block-${s}-${block}`, label);
    button.className = "mark";
    button.title = label;
    if (s === here && block === current) {
      button.setAttribute("aria-current", "true");
      button.tabIndex = 0;
    }
    button.innerHTML = rhombs(levels);
    return [button];
  });
}

/**
 * As many rhombs as levels, the lowest the largest.
 * @param {number} levels
 */
function rhombs(levels) {
  const heights = levels > 2 ? [17, 11.5, 7] : levels > 1 ? [16, 8.5] : [12];
  const widths = levels > 2 ? [10, 6.5, 4] : levels > 1 ? [10, 5] : [9];
  const paths = range(heights.length).map((i) => {
    const [y, w] = [heights[i], widths[i]];
    return `<path d="M12 ${y - 0.45 * w}L${12 + w} ${y}L12 ${y + 0.45 * w}L${12 - w} ${y}Z"/>`;
  });
  return `<svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">${paths.join("")}</svg>`;
}

/**
 * "‹ block 12 of 27 ›".
 * @param {TokenView<any>} view
 * @param {number} s
 */
function steps(view, s) {
  const { block } = view.selected;
  const count = view.blocksOf(s).length;
  const before = buttonTo(view, s, block - 1, "before", view.word("block_before"));
  before.textContent = "‹";
  before.disabled = block === 0;
  const after = buttonTo(view, s, block + 1, "after", view.word("block_after"));
  after.textContent = "›";
  after.disabled = block + 1 >= count;
  (after.disabled ? before : after).tabIndex = 0;
  const text = view.word("block_of", { block: block + 1, count });
  return [before, make("span", "folded", text), after];
}

/**
 * Arrows lead from button to button.
 * @param {HTMLElement} nav
 * @param {KeyboardEvent} event
 */
function walk(nav, event) {
  const move = arrow(event);
  if (!move) return;
  /** @type {HTMLElement[]} */
  const all = [...nav.querySelectorAll("a, button:not(:disabled)")].map(
    (element) => /** @type {HTMLElement} */ (element),
  );
  const at = all.indexOf(/** @type {HTMLElement} */ (event.target));
  stop(event);
  all[(at + move[0] + move[1] + all.length) % all.length].focus();
}
