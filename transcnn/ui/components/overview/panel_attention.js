// An H-MHSA, opened: the query token, its attention at each level, the way back to the map.

import { make } from "../shared/page.js";
import { formatMultiple } from "../shared/scale.js";
import { box, drawing, figure, operation, text } from "./elements.js";
import { attentionMap, canvasOf, drawQuery, emptyGrid, tile } from "./maps.js";
import { formatCount, formatShape } from "./numbers.js";
import { levelName } from "./sentences.js";

/** @import { BoxMaps, Node, PackedMap } from "./types.d.ts" */
/** @import { Overview } from "./overview.js" */

/**
 * @param {Overview} view
 * @param {Node} node
 * @param {number} width
 */
export function openAttention(view, node, width) {
  const { packet, colours } = view;
  const maps = view.mapsOf(node);
  const { levels, pooled } = node;
  const count = levels.length;
  const tight = view.tight;
  const side = tight ? Math.min(204, width) : count > 2 ? 124 : 158;
  const [first, join, end] = count > 2 ? [28, 54, 14] : [40, 60, 26];
  const all = box("div", "levels");
  if (!tight) {
    const columns = levels.map(() => `${side}px`).join(` ${join}px `);
    all.style.gridTemplateColumns = `${side}px ${first}px ${columns} ${end}px minmax(0,1fr)`;
  }
  const cuts = Math.ceil(levels[0].size[0] / levels[0].grid[0]);
  const query = queryImage(view, node, maps, side, cuts);
  const [row, column] = (maps?.token ?? [0, 0]).map((t) => t + 1);
  const where = maps
    ? view.word(cuts > 1 ? "query_framed" : "query_where", { row, column })
    : formatShape(node.in);
  all.append(level("2", make("h3", "", view.word("query")), where, query.canvas, null));
  levels.forEach(({ grid, size, merge: _ }, i) => {
    const name = levelName(view.word, node, i);
    const joined = box("div", "join lightable");
    joined.dataset.steps = i ? "3" : "2";
    const merged = i ? (levels[i - 1].merge ?? 1) ** 2 : 0;
    if (i && !tight) {
      const pool = make("em", "", view.word("pool_into_one", { merged }));
      pool.style.top = `${54 + side / 2 - 17}px`;
      joined.append(pool);
    }
    const own = maps?.levels[i].own[0] ?? grid[0] >> 1;
    const size1 = side / grid[0];
    const span = i ? [0, side, own * size1, (own + 1) * size1] : [query.top, query.bottom, 0, side];
    if (!tight) joined.append(funnel(i ? join : first, side, span));
    if (!tight) all.append(joined);
    const tokens = formatCount(size[0] * size[1]);
    const note = pooled
      ? view.word(i ? "note_step_pooled" : "note_local", { grid: grid[0], tokens })
      : count === 1
        ? view.word("note_only", { tokens })
        : view.word(i ? "note_merged" : "note_local", { tokens, merged, grid: grid[0] });
    const steps = count === 1 ? "2 3 4" : i === 0 ? "2 3" : i === count - 1 ? "3 4" : "3";
    const head = box("h3", "", make("span", "disc", i + 1), name);
    let canvas = emptyGrid(side, grid[0] <= 14 ? grid[0] : 1, colours);
    /** @type {HTMLElement | null} */
    let said = null;
    if (packet && maps) {
      const shown = attentionMap(packet, maps.levels[i], side, colours);
      canvas = shown.canvas;
      said = text("p", "", strongest(view, shown));
      canvas.removeAttribute("aria-hidden");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${name}. ${said.textContent}`);
    }
    all.append(level(steps, head, note, canvas, said));
  });
  const taken = side + first + count * side + (count - 1) * join + end;
  if (!tight) all.append(make("span"));
  all.append(wayBack(view, node, maps, width - (tight ? 0 : taken)));
  return maps ? [all, scaleBar(view)] : [all];
}

/**
 * @param {string} steps of the tour that light it
 * @param {HTMLElement} head
 * @param {string} note
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement | null} said
 */
function level(steps, head, note, canvas, said) {
  const found = box("div", "level lightable", head, make("p", "note", note), canvas, said);
  found.dataset.steps = steps;
  return found;
}

/**
 * @param {Overview} view
 * @param {Node} node
 * @param {BoxMaps | null} maps
 * @param {number} side
 * @param {number} cuts
 */
function queryImage(view, node, maps, side, cuts) {
  if (!maps)
    return { canvas: emptyGrid(side, cuts, view.colours), top: 0.43 * side, bottom: 0.57 * side };
  const [canvas, pen] = canvasOf(side);
  view.drawPhoto(pen, side);
  canvas.removeAttribute("aria-hidden");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", view.data.alt);
  return { canvas, ...drawQuery(pen, node, maps.token, side) };
}

/**
 * What the strongest weight of a query is on.
 * @param {Overview} view
 * @param {{ strongest: number, down: number, right: number }} shown
 */
function strongest(view, { strongest, down, right }) {
  const multiple = formatMultiple(strongest);
  if (strongest < 1.3) return view.word("weights_flat", { multiple });
  const parts = [];
  if (down) parts.push(view.word(down < 0 ? "up" : "down", { n: Math.abs(down) }));
  if (right) parts.push(view.word(right < 0 ? "left" : "right", { n: Math.abs(right) }));
  if (!parts.length) return view.word("weights_own", { multiple });
  const offset = parts.length > 1 ? view.word("and", { a: parts[0], b: parts[1] }) : parts[0];
  return view.word("weights_strongest", { offset, multiple });
}

/**
 * From the framed grid into the first map; from a whole map into one token of the next.
 * @param {number} w
 * @param {number} side
 * @param {number[]} span top and bottom at the left, then at the right
 */
function funnel(w, side, [a, b, c, d]) {
  return drawing(
    `<polygon points="0,${a} ${w},${c} ${w},${d} 0,${b}" class="funnel"/>` +
      `<path d="M0 ${a}L${w} ${c}M0 ${b}L${w} ${d}" class="funnel-line"/>`,
    w,
    side,
  );
}

/**
 * Levels enlarged and summed, projected, added to X.
 * @param {Overview} view
 * @param {Node} node
 * @param {BoxMaps | null} maps
 * @param {number} free
 */
function wayBack(view, node, maps, free) {
  const { levels, pooled } = node;
  const count = levels.length;
  const small = count > 2 ? 32 : 50;
  const most = count > 1 ? 76 : 60;
  const side = Math.max(44, Math.min(most, Math.floor((free - small - 132) / 3)));
  const picture = (/** @type {PackedMap | null | undefined} */ map, /** @type {number} */ w) =>
    tile(view.packet, map, view.colours, w);
  const sign = () => {
    const found = make("span", "sign-text", "+");
    found.setAttribute("aria-hidden", "true");
    return found;
  };
  const found = box(
    "div",
    "way-back lightable",
    make("h3", "", view.word(count > 1 ? "sum_and_add" : "project_and_add")),
    make(
      "p",
      "note",
      view.word(count === 1 ? "note_project" : pooled ? "note_steps_summed" : "note_summed"),
    ),
  );
  found.dataset.steps = "5";
  const stack = box("div", "stack");
  let factor = 1;
  levels.forEach(({ merge }, i) => {
    if (i) stack.append(sign());
    const enlarged = factor > 1 && !pooled ? `× ${factor}` : "";
    const one = figure("", picture(maps?.levels[i].a, small), enlarged);
    stack.append(box("div", "numbered", make("span", "disc", i + 1), one));
    factor *= merge ?? 1;
  });
  const added = box(
    "div",
    "stack",
    figure(view.word("input_x"), picture(view.inputOf(node), side)),
    sign(),
    figure("", picture(maps?.add, side), view.word("projection")),
  );
  const result = figure(view.word("output"), picture(maps?.out, side));
  const row = box("div", "sum-row");
  if (count > 1)
    row.append(stack, operation("", "", 20), figure(view.word("sum"), picture(maps?.sum, side)));
  else row.append(figure(levelName(view.word, node, 0), picture(maps?.levels[0].a, side)));
  row.append(operation("", "", 20), added, operation("", "", 20), result);
  found.append(row);
  if (maps) {
    const { rel } = maps;
    const size = rel < 0.995 ? `${(100 * rel).toFixed(rel < 0.1 ? 1 : 0)} %` : `${rel.toFixed(1)}×`;
    found.append(text("p", "note", view.word("adds", { size })));
  }
  return found;
}

/** @param {Overview} view */
function scaleBar(view) {
  const found = box("div", "scale lightable");
  found.dataset.steps = "2 3 4";
  const canvas = make("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", view.word("aria_bar"));
  found.append(canvas);
  return found;
}
