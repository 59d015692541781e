// The attention rows as tables, largest first: the same numbers for people who do not see the maps.

import { table } from "../shared/page.js";
import { formatExactly } from "../shared/scale.js";

export function writeTables(view) {
  if (!view.readings) return;
  const tables = view.readings.map((reading, i) => {
    const { order, total } = view.facts[i];
    const head = view.columns[i].head.textContent;
    return table(
      view.word("table_caption", { level: view.levelName(i), head }),
      ["table_position", "table_multiple", "table_weight"].map((name) => view.word(name)),
      order.map((k) => [
        `${Math.floor(k / reading.g) + 1}, ${(k % reading.g) + 1}`,
        formatExactly(reading.multiple[k]),
        `${((100 * reading.multiple[k]) / total).toFixed(2)} %`,
      ]),
    );
  });
  view.pick(".tables").replaceChildren(...tables);
}
