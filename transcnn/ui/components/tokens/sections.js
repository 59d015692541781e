// The sections below the tokens: what pooling keeps of each grid, and what the block adds.

import { factors } from "../shared/attention.js";
import { drawBar } from "../shared/canvas.js";
import { both, cellOf, positionOf, range } from "../shared/grid.js";
import { byFinger, cellUnder, find, findCanvas, make } from "../shared/page.js";
import { formatExactly } from "../shared/scale.js";
import { drawCells, markPart } from "./drawing.js";

/** @import { Tokens } from "./tokens.js" */
/**
 * @typedef {{ name: string, level: number, rows: number, caption: string, sign?: string }} Map
 *   a map of the packet, and its sign in the equation that its section is
 * @typedef {Map & { canvas: HTMLCanvasElement }} Panel
 * @typedef {{ root: HTMLElement, panels: Panel[] }} Section
 */

/**
 * One section for each merge, and one for the residual branch.
 * @param {Tokens} view
 * @returns {Section[]}
 */
export function buildSections(view) {
  const merges = range(view.block.levels.length - 1);
  return [...merges.map((i) => buildMerge(view, i)), buildAdded(view)];
}

/**
 * @param {Tokens} view
 * @param {string} head
 * @param {string} note
 * @param {Map[]} maps
 * @param {HTMLElement[]} after
 * @returns {Section}
 */
function section(view, head, note, maps, after) {
  const root = make("section", "section");
  const row = make("div", "panels");
  row.style.setProperty("--count", String(maps.length));
  const panels = maps.map((map) => {
    const box = make("div", "panel");
    const caption = make("h3", "", map.caption);
    if (map.sign) caption.dataset.sign = map.sign;
    const canvas = make("canvas", "data");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", view.word("aria_panel", map));
    canvas.dataset.map = map.name;
    box.append(caption, canvas);
    row.append(box);
    const panel = { ...map, canvas };
    listenPanel(view, panel);
    return panel;
  });
  root.append(make("h2", "", head), make("p", "note", note), row, ...after);
  return { root, panels };
}

/**
 * @param {Tokens} view
 * @param {number} i the level below the merge
 */
function buildMerge(view, i) {
  const { levels } = view.block;
  const [below, above] = [levels[i], levels[i + 1]];
  const values = {
    level: view.levelName(i),
    next: view.levelName(i + 1),
    grid: below.grid,
    rows: above.side,
    channels: view.facts?.width,
    count: above.side ** 2,
    difference: formatDifference(view.facts?.merge_differences[i]),
  };
  /** @type {(name: string, word: string, level: number, sign?: string) => Map} */
  const map = (name, word, level, sign) => {
    return { name, level, sign, caption: view.word(word, values), rows: levels[level].side };
  };
  const bar = make("canvas", "bar");
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", view.word("aria_bar"));
  const says = make("p", "says argmax");
  says.dataset.merge = String(i);
  return section(
    view,
    view.word(levels.length === 2 ? "merge_head" : "merge_head_of", values),
    view.word("merge_note", values),
    [
      map(`maxima/${i}`, "panel_argmax", i),
      map(`max/${i}`, "panel_max", i + 1, "→"),
      map(`avg/${i}`, "panel_avg", i + 1, "+"),
      map(`tokens/${i + 1}`, "panel_sum", i + 1, "="),
    ],
    [
      bar,
      says,
      make("p", "limit", view.word("merge_limit")),
      make("p", "check", view.word("merge_check", values)),
    ],
  );
}

/** @param {Tokens} view */
function buildAdded(view) {
  const { levels, side } = view.block;
  /** @type {(name: string, caption: string, sign: string) => Map} */
  const map = (name, caption, sign) => ({ name, level: 0, sign, caption, rows: side });
  const check = view.word("added_check", {
    constant: view.facts?.constant.toFixed(2),
    difference: formatDifference(view.facts?.added_difference),
  });
  return section(
    view,
    view.word("added_head"),
    view.word("added_note", { rows: side }),
    [
      ...levels.map((_, i) => map(`term/${i}`, view.levelName(i), i ? "+" : "")),
      map("added", view.word("panel_added"), "="),
    ],
    [
      make("p", "says residual"),
      make("p", "limit", view.word("added_limit")),
      make("p", "check", check),
    ],
  );
}

/**
 * A smaller map: its values where it is pointed at; a click chooses what is there.
 * @param {Tokens} view
 * @param {Panel} panel
 */
function listenPanel(view, { canvas, name, rows, level }) {
  canvas.onpointermove = (event) => {
    if (!byFinger(event) && view.packet)
      view.tipOf(name, canvas, event, cellUnder(canvas, event, rows), rows);
  };
  canvas.onpointerleave = () => view.showTip("");
  canvas.onclick = (event) => {
    if (!view.packet) return;
    const below = factors(view.block)[level];
    const factor = factors(view.block)[view.level];
    const centre = below > factor ? 0.5 : 0;
    view.selectPosition(
      both(cellUnder(canvas, event, rows), (p) => Math.floor(((p + centre) * below) / factor)),
    );
  };
}

/**
 * @param {Tokens} view
 * @param {Panel} panel
 */
export function drawPanel(view, { canvas, name, level, rows }) {
  const maxima = name.startsWith("maxima/"); // by tokens of a grid: the whole grid is marked
  const borders = maxima ? view.block.levels[level].grid : rows > 16 ? rows : 1;
  const { pen, width } = drawCells(canvas, view.bytesOf(name), rows, borders, view.look);
  const shown = Math.max(maxima ? level + 1 : level, view.level);
  markPart(pen, view.partOf(shown, view.ancestor(shown)), width);
}

/**
 * Where the maxima of the chosen token's grid come from, and how much each level adds.
 * @param {Tokens} view
 */
export function writeSections(view) {
  const words = {
    bar_below: view.word("argmax_below"),
    bar_uniform: view.word("bar_uniform"),
    bar_above: view.word("argmax_above"),
  };
  range(view.block.levels.length - 1).forEach((i) => {
    const says = view.pick(`.argmax[data-merge="${i}"]`);
    const facts = argmaxFacts(view, i);
    says.textContent = view.word(facts.most > 1 ? "argmax_most" : "argmax_spread", facts);
    const bar = findCanvas(/** @type {HTMLElement} */ (says.parentElement), ".bar");
    drawBar(bar, words, view.look, null);
  });
  const token = view.ancestor(0);
  const k = cellOf(token, view.block.side);
  const norm = (/** @type {string} */ name) => view.array(`norm/${name}`).values[k].toFixed(2);
  const parts = view.block.levels
    .map((_, i) =>
      view.word("norm_of_level", { level: view.levelName(i), norm: norm(`term/${i}`) }),
    )
    .join("; ");
  const [row, column] = both(token, (t) => t + 1);
  find(view.root, ".residual").textContent = view.word("norms_at_token", {
    row,
    column,
    parts,
    norm: norm("added"),
  });
}

/**
 * The token of the chosen grid with the most maxima, and how many tokens have none.
 * @param {Tokens} view
 * @param {number} i the level below the merge
 */
function argmaxFacts(view, i) {
  const { grid, side } = view.block.levels[i];
  const merged = view.ancestor(i + 1);
  const { shape, values } = view.array(`argmax/${i}`);
  const channels = shape[1];
  const start = cellOf(merged, view.block.levels[i + 1].side) * channels;
  const counts = Array(grid * grid).fill(0);
  for (let c = 0; c < channels; c++) counts[values[start + c]]++;
  const inside = range(grid * grid).filter((k) =>
    positionOf(k, grid).every((at, axis) => merged[axis] * grid + at < side),
  );
  const best = inside.reduce((a, b) => (counts[b] > counts[a] ? b : a));
  const [row, column] = both(positionOf(best, grid), (at) => at + 1);
  const none = inside.filter((k) => counts[k] === 0).length;
  return { row, column, most: counts[best], channels, none, tokens: inside.length };
}

/**
 * A rounding error: "0", or two figures such as "1.3e-6".
 * @param {number | undefined} value
 */
function formatDifference(value) {
  return value ? value.toExponential(1).replace("-", "−") : "0";
}

/**
 * Maxima that a token provides, as a multiple of a uniform share.
 * @param {number} multiple
 */
export function formatMaxima(multiple) {
  return multiple === 0 ? "0×" : formatExactly(multiple);
}
