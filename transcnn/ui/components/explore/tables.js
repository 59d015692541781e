// The attention rows as tables, largest first: the same numbers for people who do not see the maps.

import { cellName } from "../shared/grid.js";
import { table } from "../shared/page.js";
import { formatExactly, formatWeight } from "../shared/scale.js";

/** @import { Explore } from "./explore.js" */

/** @param {Explore} view */
export function writeTables(view) {
  if (!view.rows.length) return;
  const tables = view.rows.map(({ g, multiple }, i) => {
    const { order, total } = view.facts[i];
    const head = view.columns[i].head.textContent;
    return table(
      view.word("table_caption", { level: view.levelName(i), head }),
      ["table_position", "table_multiple", "table_weight"].map((name) => view.word(name)),
      order.map((k) => [
        cellName(k, g),
        formatExactly(multiple[k]),
        formatWeight(multiple[k], total),
      ]),
    );
  });
  view.pick(".tables").replaceChildren(...tables);
}
