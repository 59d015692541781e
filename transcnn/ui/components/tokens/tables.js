// The maps of the tokens page as tables: the same numbers for people who do not see the colours.

import { cellName, cellOf, range } from "../shared/grid.js";
import { make, table } from "../shared/page.js";
import { formatMaxima } from "./sections.js";

/** @import { Level } from "../shared/types.d.ts" */
/** @import { Tokens } from "./tokens.js" */

/** @param {Tokens} view */
export function writeTokenTables(view) {
  if (!view.packet || !view.pick("details").hasAttribute("open")) return;
  const { levels } = view.block;
  const box = view.pick(".tables");
  const block = `${view.data.trace} ${view.number} ${view.word("table_norm")}`;
  if (box.dataset.block !== block) {
    box.dataset.block = block;
    box.dataset.token = "";
    box.replaceChildren(
      ...levels.map((level, i) => tokenTable(view, level, i)),
      ...range(levels.length - 1).map(() => make("div", "of-token")),
      addedTable(view),
    );
  }
  const token = view.ancestor(0).join();
  if (box.dataset.token === token) return; // long tables stay, and where they are scrolled to
  box.dataset.token = token;
  box.querySelectorAll(".of-token").forEach((part, i) => {
    part.replaceChildren(channelTable(view, i));
  });
}

/**
 * Each token of a level: its norm, its colour, and the maxima it provides to the pooling.
 * @param {Tokens} view
 * @param {Level} level
 * @param {number} i
 */
function tokenTable(view, level, i) {
  const norms = view.array(`norm/tokens/${i}`).values;
  const colours = view.array(`rgb/tokens/${i}`).values;
  const maxima = view.array(`maxima/${i}`)?.values;
  const parts = i > 0 ? ["max", "avg"].map((n) => view.array(`norm/${n}/${i - 1}`).values) : [];
  return table(
    view.word("table_tokens", { level: view.levelName(i) }),
    [
      view.word("table_position"),
      ...(i > 0 ? [view.word("panel_max"), view.word("panel_avg")] : []),
      view.word("table_norm"),
      view.word("table_colour"),
      ...(maxima ? [view.word("table_maxima")] : []),
    ],
    range(level.side ** 2).map((k) => [
      cellName(k, level.side),
      ...parts.map((values) => values[k].toFixed(3)),
      norms[k].toFixed(3),
      colours.subarray(3 * k, 3 * k + 3).join(" "),
      ...(maxima ? [formatMaxima(maxima[k])] : []),
    ]),
  );
}

/**
 * The channels of the chosen merged token: maximum, argmax, average, sum.
 * @param {Tokens} view
 * @param {number} i the level below the merge
 */
function channelTable(view, i) {
  const merged = view.ancestor(i + 1);
  const cell = cellOf(merged, view.block.levels[i + 1].side);
  const channels = (/** @type {string} */ name) => {
    const { shape, values } = view.array(name);
    return values.subarray(cell * shape[1], (cell + 1) * shape[1]);
  };
  const [largest, average] = [channels(`vectors/max/${i}`), channels(`vectors/avg/${i}`)];
  const [sum, argmax] = [channels(`vectors/tokens/${i + 1}`), channels(`argmax/${i}`)];
  const { grid } = view.block.levels[i];
  return table(
    view.word("table_channels", {
      level: view.levelName(i + 1),
      row: merged[0] + 1,
      column: merged[1] + 1,
    }),
    ["table_channel", "panel_max", "table_argmax", "panel_avg", "table_sum"].map((name) =>
      view.word(name),
    ),
    Array.from(sum, (value, c) => [
      c + 1,
      largest[c].toFixed(3),
      cellName(argmax[c], grid),
      average[c].toFixed(3),
      value.toFixed(3),
    ]),
  );
}

/**
 * At each token of the map: the norm of what each level adds, and of the sum.
 * @param {Tokens} view
 */
function addedTable(view) {
  const { side, levels } = view.block;
  const names = [...levels.map((_, i) => `term/${i}`), "added"];
  const norms = names.map((name) => view.array(`norm/${name}`).values);
  return table(
    view.word("table_added"),
    [
      view.word("table_position"),
      ...levels.map((_, i) => view.levelName(i)),
      view.word("panel_added"),
    ],
    range(side * side).map((k) => [
      cellName(k, side),
      ...norms.map((values) => values[k].toFixed(3)),
    ]),
  );
}
