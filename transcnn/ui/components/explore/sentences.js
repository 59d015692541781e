// Attention rows in sentences.

import { positionOf } from "../shared/grid.js";
import { emphasise, make } from "../shared/page.js";
import { formatMultiple } from "../shared/scale.js";

/** @import { RowFacts } from "../shared/attention.js" */
/** @import { AttentionRow } from "../shared/types.d.ts" */
/** @import { View } from "../shared/view.js" */

/**
 * Where the strongest weight of a row is.
 * @param {View} view
 * @param {AttentionRow} row
 * @param {RowFacts} facts
 * @param {boolean} merged whether its tokens are merged ones
 */
export function sentence(view, { g, own, count }, { order, strongest }, merged) {
  const multiple = formatMultiple(strongest);
  if (count < 2 || Math.abs(strongest - 1) < 0.002) return view.word("exactly_uniform");
  if (strongest < 1.3) return view.word("nearly_uniform", { multiple });
  const [[row, column], [ownRow, ownColumn]] = [positionOf(order[0], g), positionOf(own, g)];
  const offset = direction(view, row - ownRow, column - ownColumn);
  if (offset) return view.word(merged ? "strongest_grid" : "strongest_token", { offset, multiple });
  return view.word(merged ? "strongest_own_grid" : "strongest_itself", { multiple });
}

/**
 * "4 down, 3 left"; "" for no distance at all.
 * @param {View} view
 * @param {number} down
 * @param {number} right
 */
function direction(view, down, right) {
  const a = down ? view.word(down < 0 ? "up" : "down", { n: Math.abs(down) }) : "";
  const b = right ? view.word(right < 0 ? "left" : "right", { n: Math.abs(right) }) : "";
  return a && b ? view.word("and", { a, b }) : a || b;
}

/**
 * @param {View} view
 * @param {HTMLElement} element
 * @param {RowFacts} facts
 * @param {AttentionRow} row
 */
export function writeFacts(view, element, { half, own, distance, uniform }, { count }) {
  const pixels = distance.toFixed(0);
  const lines = [
    view.word(half === 1 ? "half_on_one" : "half_on", { half, tokens: count }),
    view.word("on_itself", { multiple: formatMultiple(own) }),
    view.word("distance", { pixels, even: uniform.toFixed(0) }),
  ];
  while (element.children.length < lines.length) element.append(make("span"));
  lines.forEach((line, i) => {
    emphasise(element.children[i], line);
  });
}
