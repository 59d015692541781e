// The attention of a query token, from the codes of a trace: the same rules as `Trace.read` and
// `row_facts` in Python.

import { both, cellOf, positionOf, range } from "./grid.js";

/** @import { AttentionRow, Block, Position, Square, Trace } from "./types.d.ts" */
/** @typedef {ReturnType<typeof rowFacts>} RowFacts */

/**
 * By level: the tokens of the block's map that one of its tokens stands for, along an axis.
 * @param {Block} block
 */
export function factors(block) {
  const found = [1];
  for (const { grid } of block.levels) found.push(found[found.length - 1] * grid);
  return found;
}

/**
 * The attention of a query token on one level, within the grid that holds it.
 * @param {Trace} trace
 * @param {Block} block
 * @param {number} index of the level
 * @param {Position} token on the block's map
 * @param {number | null} head null: the mean of all heads
 * @returns {AttentionRow}
 */
export function attentionRow(trace, block, index, token, head) {
  const level = block.levels[index];
  const factor = factors(block)[index];
  const g = level.grid;
  const T = g * g;
  const grids = Math.ceil(level.side / g);
  const at = both(token, (t) => Math.floor(t / factor)); // the token's ancestor on this level
  const grid = both(at, (t) => Math.floor(t / g));
  const own = cellOf(
    both(at, (t) => t % g),
    g,
  );
  const heads = head === null ? range(block.heads) : [head];
  const multiple = new Float64Array(T);
  let count = 0;
  for (const h of heads) {
    const row = (((h * grids + grid[0]) * grids + grid[1]) * T + own) * T;
    const start = trace.offsets[level.number] + row;
    count = 0;
    for (let k = 0; k < T; k++) {
      const code = trace.codes[start + k];
      if (code > 0) count++;
      multiple[k] += trace.multiples[code] / heads.length;
    }
  }
  return { g, factor, grid, own, multiple, count };
}

/**
 * An attention row in numbers: its tokens by weight, how many hold half of it, the mean attention
 * distance and that of uniform attention, in pixels of the network's input.
 * @param {AttentionRow} row
 * @param {number} pixelsPerToken
 */
export function rowFacts({ g, own, multiple, count }, pixelsPerToken) {
  const order = range(g * g)
    .filter((k) => multiple[k] > 0)
    .sort((a, b) => multiple[b] - multiple[a] || a - b);
  const total = multiple.reduce((a, b) => a + b, 0);
  let half = 0;
  for (let sum = 0; sum < total / 2; half++) sum += multiple[order[half]];
  const [row, column] = positionOf(own, g);
  let distance = 0;
  let uniform = 0;
  for (const k of order) {
    const [y, x] = positionOf(k, g);
    const apart = pixelsPerToken * Math.hypot(y - row, x - column);
    distance += (apart * multiple[k]) / total;
    uniform += apart / count;
  }
  return {
    order,
    half,
    total,
    distance,
    uniform,
    strongest: multiple[order[0]],
    own: multiple[own],
  };
}

/**
 * The part of the network's input that token k of a row covers, where every stride divides it.
 * @param {Pick<AttentionRow, "g" | "factor" | "grid">} row
 * @param {number} k
 * @param {Block} block
 * @returns {Square}
 */
export function areaOf({ g, factor, grid }, k, block) {
  const inside = positionOf(k, g);
  const [top, left] = both(grid, (at, axis) => ((at * g + inside[axis]) * factor) / block.side);
  return [left, top, factor / block.side];
}

/**
 * The part that the whole grid of a row covers.
 * @param {Pick<AttentionRow, "g" | "factor" | "grid">} row
 * @param {Block} block
 * @returns {Square}
 */
export function areaOfGrid(row, block) {
  const [left, top] = areaOf(row, 0, block);
  return [left, top, (row.g * row.factor) / block.side];
}

/**
 * The query token whose ancestor on this level is token k of the row's grid.
 * @param {AttentionRow} row
 * @param {number} k
 * @param {Position} token the query token until now
 * @param {Block} block
 */
export function queryAt({ g, factor, grid }, k, token, block) {
  const inside = positionOf(k, g);
  return both(grid, (at, axis) =>
    Math.min(block.side - 1, (at * g + inside[axis]) * factor + (token[axis] % factor)),
  );
}
