// Where a token reads, from the codes of a trace. The same rules as Trace.read and reading_facts.
//
// A block: {stage, block, heads, side, levels: [{grid, side, number}]}; `number` counts the levels
// of all blocks, as the packet does. Positions are [row, column].

/** Tokens of the block's map that one token of each level stands for, along an axis. */
export function factors(block) {
  const found = [1];
  for (const level of block.levels) found.push(found.at(-1) * level.grid);
  return found;
}

/** The reading of one level: multiples of an even share over the grid that holds the token. */
export function readLevel(trace, block, index, token, head) {
  const level = block.levels[index];
  const factor = factors(block)[index];
  const g = level.grid;
  const T = g * g;
  const grids = Math.ceil(level.side / g);
  const at = token.map((t) => Math.floor(t / factor)); // the token's ancestor on this level
  const grid = at.map((t) => Math.floor(t / g));
  const own = (at[0] % g) * g + (at[1] % g);
  const heads = head === null ? range(block.heads) : [head];
  const multiple = new Float64Array(T);
  let places = 0;
  for (const h of heads) {
    const row = (((h * grids + grid[0]) * grids + grid[1]) * T + own) * T;
    const start = trace.offsets[level.number] + row;
    places = 0;
    for (let k = 0; k < T; k++) {
      const code = trace.codes[start + k];
      if (code > 0) places++;
      multiple[k] += trace.multiples[code] / heads.length;
    }
  }
  return { index, g, factor, grid, own, multiple, places, exists: (k) => multiple[k] > 0 };
}

/** What a reading says in numbers; distances in pixels of the network's input. */
export function readingFacts(reading, pixelsPerToken) {
  const { g, own, multiple, places } = reading;
  const order = range(g * g)
    .filter(reading.exists)
    .sort((a, b) => multiple[b] - multiple[a] || a - b);
  const total = multiple.reduce((a, b) => a + b, 0);
  let half = 0;
  for (let sum = 0; sum < total / 2; half++) sum += multiple[order[half]];
  let distance = 0;
  let even = 0;
  for (const k of order) {
    const apart = Math.hypot(Math.floor(k / g) - Math.floor(own / g), (k % g) - (own % g));
    distance += (apart * pixelsPerToken * multiple[k]) / total;
    even += (apart * pixelsPerToken) / places;
  }
  return { order, half, total, distance, even, strongest: multiple[order[0]], own: multiple[own] };
}

/** The part of the network's square that a place of a reading covers: [left, top, side], shares. */
export function areaOf(reading, k, block) {
  const { g, factor, grid } = reading;
  const row = (grid[0] * g + Math.floor(k / g)) * factor;
  const column = (grid[1] * g + (k % g)) * factor;
  return [column / block.side, row / block.side, factor / block.side];
}

/** The part that the whole grid of a reading covers. */
export function areaOfGrid(reading, block) {
  const [left, top] = areaOf(reading, 0, block);
  return [left, top, (reading.g * reading.factor) / block.side];
}

/** The token that asks when the token's ancestor at this level moves to place k of its grid. */
export function walk(reading, k, token, block) {
  const { g, factor, grid } = reading;
  const at = [grid[0] * g + Math.floor(k / g), grid[1] * g + (k % g)];
  return at.map((a, i) => Math.min(block.side - 1, a * factor + (token[i] % factor)));
}

export function range(n) {
  return [...Array(n).keys()];
}
