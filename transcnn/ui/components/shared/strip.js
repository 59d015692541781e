// "You are here": the whole network as one strip, with the stage and the block that are shown.

import { drawPart } from "./canvas.js";
import { range } from "./grid.js";
import { packetOf } from "./packets.js";
import { arrow, findCanvas, focusedBeside, make, makeButton, stop } from "./page.js";
import { formatShare } from "./scale.js";

/** @import { Network, Prediction } from "./types.d.ts" */
/** @import { View } from "./view.js" */
/** @typedef {View<any> & { goTo(stage: number, block: number): void }} StripView */
/** @typedef {Network["stages"][number]} Stage */

const NARROW = 760; // px
const MARK = 27; // of an attention block with its gap
const BAR = 8; // of a bottleneck with its gap
const LEAST = 62; // a stage: its name
const ENDS = 300; // image and answer
const THUMB = 36;

/**
 * Whether all stages fit with their blocks; else only the current one is unfolded, and where it
 * does not fit either, it steps from block to block.
 * @param {Stage[]} stages
 * @param {number | null} current
 * @param {number} width
 */
export function fold(stages, current, width) {
  const narrow = width < NARROW;
  const full = (/** @type {Stage} */ { boxes }) =>
    boxes.reduce((sum, levels) => sum + (levels ? MARK : narrow ? 0 : BAR), 12);
  const need = stages.reduce((sum, stage) => sum + Math.max(full(stage), LEAST), ENDS);
  const room = Math.max(150, width - (narrow ? 210 : 640));
  const folded = need > width;
  const stepping = folded && current !== null && full(stages[current]) > room;
  return { narrow, folded, stepping };
}

/**
 * The strip, where its width is another than when it was drawn.
 * @param {StripView} view
 */
export function fitStrip(view) {
  if (view.pick(".strip").clientWidth !== view.stripWidth) drawStrip(view);
}

/**
 * The strip in `.strip` of a view. Its elements stay as long as they stand for the same, whatever
 * arrives meanwhile: a button that is pressed must be there still when it is let go.
 * @param {StripView} view
 */
export function drawStrip(view) {
  const nav = view.pick(".strip");
  const { name, stages } = view.data.network;
  const { stage, block } = view.selected;
  const width = nav.clientWidth;
  view.stripWidth = width;
  const { narrow, folded, stepping } = fold(stages, stage, width);
  const open = view.blocks.map((b) => `${b.stage}.${b.block}`);
  const shape = JSON.stringify([
    ...[name, stages, open, view.word("here"), narrow, folded],
    ...[(narrow || folded) && stage, stepping && block], // what names and marks depend on
  ]);
  if (nav.dataset.shape !== shape) {
    nav.dataset.shape = shape;
    build(view, nav, { narrow, folded, stepping });
  }
  for (const [s, element] of nav.querySelectorAll(".stage").entries())
    element.classList.toggle("on", s === stage);
  const buttons = [...nav.querySelectorAll("button")];
  for (const button of buttons) {
    const { to } = button.dataset;
    const here = to === `block-${stage}-${block}`;
    if (here || to === `stage-${stage}`) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    button.tabIndex = here ? 0 : -1;
  }
  const entry = buttons.some((button) => button.tabIndex === 0) ? undefined : entryOf(buttons);
  if (entry) entry.tabIndex = 0;
  drawThumb(view, nav);
  writeAnswer(view, nav);
}

/**
 * @param {StripView} view
 * @param {HTMLElement} nav
 * @param {{ narrow: boolean, folded: boolean, stepping: boolean }} how
 */
function build(view, nav, { narrow, folded, stepping }) {
  const had = nav.contains(focusedBeside(nav)) ? focusedBeside(nav)?.dataset.to : undefined;
  const { stage: here } = view.selected;
  nav.setAttribute("aria-label", view.word("here"));
  const parts = view.data.network.stages.map(
    (/** @type {Stage} */ stage, /** @type {number} */ s) => {
      const element = make("div", "stage");
      element.append(nameOf(view, stage, s, narrow));
      const marks = make("div", "marks");
      if (folded && s !== here) {
        const count = stage.boxes.filter(Boolean).length;
        const word = view.data.network.pooled ? "folded_pooled" : "folded";
        const text = narrow ? `×${count}` : view.word(word, { count });
        marks.append(make("span", "folded", text));
      } else if (stepping) marks.append(...steps(view, s));
      else marks.append(...marksOf(view, stage, s, narrow));
      element.append(marks);
      return element;
    },
  );
  nav.replaceChildren(overviewLink(view, narrow), ...parts);
  if (!narrow) nav.append(make("span", "answer"));
  nav.onkeydown = (event) => walk(nav, event);
  if (had === undefined) return;
  const again = nav.querySelector(`[data-to="${had}"]:not(:disabled)`);
  const focused =
    /** @type {HTMLElement | null} */ (again) ?? entryOf([...nav.querySelectorAll("button")]);
  focused?.focus();
}

/**
 * Where Tab enters the strip if the block in front has no mark: at a step to another block, if there
 * is one.
 * @param {HTMLButtonElement[]} buttons
 */
export function entryOf(buttons) {
  const enabled = buttons.filter((button) => !button.disabled);
  const step = (/** @type {string} */ to) => enabled.find((button) => button.dataset.to === to);
  return step("after") ?? step("before") ?? enabled[0];
}

/**
 * The likeliest class, as soon as any of the page's packets says it.
 * @param {StripView} view
 * @param {HTMLElement} nav
 */
function writeAnswer(view, nav) {
  const answer = nav.querySelector(".answer");
  if (!answer) return;
  const { trace } = view.data;
  /** @type {(Prediction & { name?: string }) | undefined} */
  const best =
    packetOf(`trace/${trace}`)?.top[0] ??
    packetOf(`answer/${trace}`) ??
    packetOf(`overview/${trace}`)?.runs.on.top[0];
  answer.textContent = best
    ? `${best.name ?? view.nameOf(best)} ${formatShare(best.probability)}`
    : "";
}

/**
 * @param {StripView} view
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
  link.append(thumb);
  if (!narrow) link.append(make("span", "", view.word("here")));
  return link;
}

/**
 * @param {StripView} view
 * @param {HTMLElement} nav
 */
function drawThumb(view, nav) {
  const pen = findCanvas(nav, ".thumb").getContext("2d");
  if (!pen) return;
  pen.clearRect(0, 0, 2 * THUMB, 2 * THUMB);
  if (view.photo) drawPart(pen, view.photo, [0, 0, 1], 0, 0, 2 * THUMB);
}

/**
 * A button that leads to a block; where the page does not show that block, it leads nowhere.
 * @param {StripView} view
 * @param {{ stage: number, block: number } | undefined} block
 * @param {string} to
 * @param {string} label
 */
function buttonTo(view, block, to, label) {
  const button = makeButton();
  button.dataset.to = to;
  button.setAttribute("aria-label", label);
  button.disabled = block === undefined;
  button.onclick = () => block && view.goTo(block.stage, block.block);
  return button;
}

/**
 * @param {StripView} view
 * @param {Stage} stage
 * @param {number} s
 * @param {boolean} narrow
 */
function nameOf(view, { side }, s, narrow) {
  const { stage: here } = view.selected;
  const name = view.word("stage", { number: s + 1 });
  const size = view.word("size", { rows: side });
  const button = buttonTo(view, view.blocksOf(s)[0], `stage-${s}`, `${name}, ${size}`);
  button.className = "stage-name";
  button.textContent = narrow ? (s === here ? name : String(s + 1)) : `${name} · ${size}`;
  return button;
}

/**
 * @param {StripView} view
 * @param {Stage} stage
 * @param {number} s
 * @param {boolean} narrow
 */
function marksOf(view, { boxes }, s, narrow) {
  const { pooled } = view.data.network;
  let block = -1;
  return boxes.flatMap((levels) => {
    if (!levels) {
      const bar = make("span", "bottleneck");
      bar.setAttribute("aria-hidden", "true");
      return narrow ? [] : [bar];
    }
    block++;
    const word = pooled ? "here_block_pooled" : "here_block";
    const label = view.word(word, { stage: s + 1, block: block + 1 });
    const shown = view.blocksOf(s).find((b) => b.block === block);
    const button = buttonTo(view, shown, `block-${s}-${block}`, label);
    button.className = "mark";
    button.title = label;
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
 * @param {StripView} view
 * @param {number} s
 */
function steps(view, s) {
  const { block } = view.selected;
  const blocks = view.blocksOf(s);
  const at = blocks.findIndex((b) => b.block === block);
  const before = buttonTo(view, blocks[at - 1], "before", view.word("block_before"));
  before.textContent = "‹";
  const after = buttonTo(view, blocks[at + 1], "after", view.word("block_after"));
  after.textContent = "›";
  const count = blocks.length;
  const text = view.word("block_of", { block: at + 1, count });
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
