// The sections below the tokens: what pooling keeps of each grid, and what the block adds.
// Each is a row of panels, maps {name, level, rows, caption, sign, canvas} with an equation's signs.

import { factors, range } from "../shared/attention.js";
import { drawBar } from "../shared/canvas.js";
import { make, placeAt } from "../shared/page.js";
import { formatExactly } from "../shared/scale.js";
import { drawCells, markPart } from "./cells.js";

/** The sections below: one for each merge, one for the residual branch. */
export function buildSteps(view) {
  const { levels } = view.block;
  const last = levels.length - 1;
  view.panels = [];
  const sections = range(last).map((i) => buildMerge(view, i));
  sections.push(buildAdded(view));
  view.pick(".steps").replaceChildren(...sections);
}

function section(view, head, note, panels, after) {
  const root = make("section", "step");
  const row = make("div", "panels");
  row.style.setProperty("--count", panels.length);
  row.append(
    ...panels.map((panel) => {
      const box = make("div", "panel");
      const caption = make("h3", "", panel.caption);
      if (panel.sign) caption.dataset.sign = panel.sign;
      panel.canvas = make("canvas", "data");
      panel.canvas.setAttribute("role", "img");
      panel.canvas.setAttribute("aria-label", view.word("aria_panel", panel));
      panel.canvas.dataset.map = panel.name;
      box.append(caption, panel.canvas);
      listenPanel(view, panel);
      return box;
    }),
  );
  view.panels.push(...panels);
  root.append(make("h2", "", head), make("p", "note", note), row, ...after);
  return root;
}

function buildMerge(view, i) {
  const { levels } = view.block;
  const [below, above] = [levels[i], levels[i + 1]];
  const gaps = {
    level: view.levelName(i),
    next: view.levelName(i + 1),
    grid: below.grid,
    rows: above.side,
    channels: view.facts?.width,
    count: above.side ** 2,
    difference: formatDifference(view.facts?.merge_differences[i]),
  };
  const panel = (name, word, level, sign) => ({
    name,
    level,
    sign,
    caption: view.word(word, gaps),
    rows: levels[level].side,
  });
  const bar = make("canvas", "bar");
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", view.word("aria_bar"));
  const says = make("p", "says won");
  says.dataset.merge = i;
  return section(
    view,
    view.word(levels.length === 2 ? "merge_head" : "merge_head_of", gaps),
    view.word("merge_note", gaps),
    [
      panel(`won/${i}`, "panel_argmax", i),
      panel(`max/${i}`, "panel_max", i + 1, "→"),
      panel(`avg/${i}`, "panel_avg", i + 1, "+"),
      panel(`tokens/${i + 1}`, "panel_sum", i + 1, "="),
    ],
    [
      bar,
      says,
      make("p", "limit", view.word("merge_limit")),
      make("p", "check", view.word("merge_check", gaps)),
    ],
  );
}

function buildAdded(view) {
  const { levels, side } = view.block;
  const panel = (name, caption, sign) => ({ name, level: 0, sign, caption, rows: side });
  const terms = levels.map((_, i) =>
    panel(`term/${i}`, view.levelName(i), i ? "+" : ""),
  );
  const says = make("p", "says put-back");
  return section(
    view,
    view.word("added_head"),
    view.word("added_note", { rows: side }),
    [...terms, panel("added", view.word("panel_added"), "=")],
    [
      says,
      make("p", "limit", view.word("added_limit")),
      make(
        "p",
        "check",
        view.word("added_check", {
          constant: view.facts?.constant.toFixed(2),
          difference: formatDifference(view.facts?.added_difference),
        }),
      ),
    ],
  );
}

/** A smaller map: its values where it is pointed at; a click chooses what is there. */
function listenPanel(view, panel) {
  const { canvas, name, rows } = panel;
  canvas.onpointermove = (event) => {
    if (event.pointerType === "touch" || !view.packet) return;
    view.tipOf(name, canvas, event, placeAt(canvas, event, rows), rows);
  };
  canvas.onpointerleave = () => view.showTip("");
  canvas.onclick = (event) => {
    if (!view.packet) return;
    const below = factors(view.block)[panel.level];
    const factor = factors(view.block)[view.level];
    view.selectPlace(
      placeAt(canvas, event, rows).map((p) =>
        Math.floor(((p + (below > factor ? 0.5 : 0)) * below) / factor),
      ),
    );
  };
}

export function drawPanel(view, { canvas, name, level, rows }) {
  const won = name.startsWith("won/"); // by places of a grid: the whole grid is marked
  const borders = won ? view.block.levels[level].grid : rows > 16 ? rows : 1;
  const { pen, width } = drawCells(canvas, view.bytesOf(name), rows, borders, view.look);
  const shown = Math.max(won ? level + 1 : level, view.level);
  markPart(pen, view.partOf(shown, view.ancestor(shown)), width);
}

/** Where the maxima of the chosen token's grid come from, and how much each level adds. */
export function writeSteps(view) {
  for (const says of view.root.querySelectorAll(".won")) {
    const i = Number(says.dataset.merge);
    const facts = wonFacts(view, i);
    says.textContent = view.word(facts.most > 1 ? "argmax_most" : "argmax_spread", facts);
    const words = {
      bar_below: view.word("argmax_below"),
      bar_uniform: view.word("bar_uniform"),
      bar_above: view.word("argmax_above"),
    };
    drawBar(says.previousElementSibling, words, view.look, null);
  }
  const [row, column] = view.selected.token;
  const k = row * view.block.side + column;
  const norm = (name) => view.array(`norm/${name}`).values[k].toFixed(2);
  const parts = view.block.levels
    .map((_, i) => view.word("norm_of_level", { level: view.levelName(i), norm: norm(`term/${i}`) }))
    .join("; ");
  view.pick(".put-back").textContent = view.word("norms_at_token", {
    row: row + 1,
    column: column + 1,
    parts,
    norm: norm("added"),
  });
}

/** The token of the chosen grid with the most maxima, and how many tokens have none. */
function wonFacts(view, i) {
  const { block } = view;
  const { grid, side } = block.levels[i];
  const [row, column] = view.ancestor(i + 1);
  const { shape, values } = view.array(`winner/${i}`);
  const width = shape[1];
  const start = (row * block.levels[i + 1].side + column) * width;
  const counts = Array(grid * grid).fill(0);
  for (let c = 0; c < width; c++) counts[values[start + c]]++;
  const inside = range(grid * grid).filter(
    (k) => row * grid + Math.floor(k / grid) < side && column * grid + (k % grid) < side,
  );
  const best = inside.reduce((a, b) => (counts[b] > counts[a] ? b : a));
  return {
    row: Math.floor(best / grid) + 1,
    column: (best % grid) + 1,
    most: counts[best],
    channels: width,
    none: inside.filter((k) => counts[k] === 0).length,
    tokens: inside.length,
  };
}

/** A rounding: "0", or two figures such as "1.3e-6". */
function formatDifference(value) {
  return value ? value.toExponential(1).replace("-", "−") : "0";
}

export function formatWon(multiple) {
  return multiple === 0 ? "0×" : formatExactly(multiple);
}
