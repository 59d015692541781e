// The maps of the tokens page as tables: the same numbers for people who do not see the colours.

import { range } from "../shared/attention.js";
import { make, table } from "../shared/page.js";
import { formatWon } from "./sections.js";

export function writeTokenTables(view) {
  if (!view.packet || !view.pick("details").open) return;
  const { levels } = view.block;
  const box = view.pick(".tables");
  const merges = range(levels.length - 1);
  const block = `${view.data.trace} ${view.number} ${view.word("table_norm")}`;
  if (box.dataset.block !== block) {
    box.dataset.block = block;
    box.dataset.token = "";
    box.replaceChildren(
      ...levels.map((level, i) => tokenTable(view, level, i)),
      ...merges.map(() => make("div", "of-token")),
      addedTable(view),
    );
  }
  const token = view.selected.token.join();
  if (box.dataset.token === token) return; // long tables stay, and where they are scrolled to
  box.dataset.token = token;
  box
    .querySelectorAll(".of-token")
    .forEach((part, i) => part.replaceChildren(channelTable(view, i)));
}

/** Each token of a level: its norm, its colour, and the maxima it provides to the pooling. */
function tokenTable(view, level, i) {
  const norms = view.array(`norm/tokens/${i}`).values;
  const colours = view.array(`rgb/tokens/${i}`).values;
  const won = view.array(`won/${i}`)?.values;
  const parts = i > 0 ? ["max", "avg"].map((n) => view.array(`norm/${n}/${i - 1}`).values) : [];
  return table(
    view.word("table_tokens", { level: view.levelName(i) }),
    [
      view.word("table_position"),
      ...(i > 0 ? [view.word("panel_max"), view.word("panel_avg")] : []),
      view.word("table_norm"),
      view.word("table_colour"),
      ...(won ? [view.word("table_maxima")] : []),
    ],
    range(level.side ** 2).map((k) => [
      placeText(k, level.side),
      ...parts.map((values) => values[k].toFixed(3)),
      norms[k].toFixed(3),
      colours.subarray(3 * k, 3 * k + 3).join(" "),
      ...(won ? [formatWon(won[k])] : []),
    ]),
  );
}

/** The channels of the chosen merged token: maximum, argmax, average, sum. */
function channelTable(view, i) {
  const { side } = view.block.levels[i + 1];
  const [row, column] = view.ancestor(i + 1);
  const read = (name) => {
    const { shape, values } = view.array(name);
    const start = (row * side + column) * shape[1];
    return values.subarray(start, start + shape[1]);
  };
  const [largest, average] = [read(`vectors/max/${i}`), read(`vectors/avg/${i}`)];
  const [sum, winner] = [read(`vectors/tokens/${i + 1}`), read(`winner/${i}`)];
  const { grid } = view.block.levels[i];
  return table(
    view.word("table_channels", {
      level: view.levelName(i + 1),
      row: row + 1,
      column: column + 1,
    }),
    ["table_channel", "panel_max", "table_argmax", "panel_avg", "table_sum"].map((name) =>
      view.word(name),
    ),
    Array.from(sum, (value, c) => [
      c + 1,
      largest[c].toFixed(3),
      placeText(winner[c], grid),
      average[c].toFixed(3),
      value.toFixed(3),
    ]),
  );
}

/** At each token of the map: the norm of what each level adds, and of the sum. */
function addedTable(view) {
  const { side, levels } = view.block;
  const names = [...levels.map((_, i) => `term/${i}`), "added"];
  const norms = names.map((name) => view.array(`norm/${name}`).values);
  const heads = levels.map((_, i) => view.levelName(i));
  return table(
    view.word("table_added"),
    [view.word("table_position"), ...heads, view.word("panel_added")],
    range(side * side).map((k) => [
      placeText(k, side),
      ...norms.map((values) => values[k].toFixed(3)),
    ]),
  );
}

function placeText(k, side) {
  return `${Math.floor(k / side) + 1}, ${(k % side) + 1}`;
}
