import assert from "node:assert/strict";
import { test } from "node:test";
import * as attention from "../../transcnn/ui/components/shared/attention.js";
import { cellOf } from "../../transcnn/ui/components/shared/grid.js";
import { expected, near, received } from "./expected.js";

const CODES = 4e-4; // what rounding to the codes of a packet changes

const trace = received("trace");

/** Whether the strongest tokens have half of all attention so exactly that codes decide.
 * @param {number[]} multiples */
function halvesExactly(multiples) {
  const total = multiples.reduce((sum, one) => sum + one, 0);
  let strongest = 0;
  return [...multiples]
    .sort((a, b) => b - a)
    .some((one) => {
      strongest += one;
      return Math.abs(strongest / total - 0.5) < CODES;
    });
}

test("each row, its facts and its areas are the library's, also at the edge of a map", () => {
  for (const wanted of expected.rows) {
    const block = expected.blocks[wanted.block];
    const { token, head, level } = wanted;
    const row = attention.attentionRow(trace, block, level, token, head);
    const what = `block ${wanted.block}, level ${level}, token ${token}, head ${head}`;
    assert.equal(row.own, cellOf(wanted.own, row.g), what);
    assert.equal(row.count, wanted.count, what);
    row.multiple.forEach((multiple, k) => {
      near(multiple, wanted.multiple[k], CODES, `${what}, cell ${k}`, 2 ** -15); // the least code
    });
    const facts = attention.rowFacts(row, (expected.side / block.side) * row.factor);
    const strongest = facts.order[0];
    near(row.multiple[strongest], Math.max(...wanted.multiple), CODES, `${what}, strongest`);
    if (!halvesExactly(wanted.multiple)) assert.equal(facts.half, wanted.half, what);
    near(facts.own, wanted.multiple[row.own], CODES, `${what}, own`, 2 ** -15);
    assert.ok(Math.abs(facts.distance - wanted.distance) < 0.01, `${what}, distance`); // pixels
    near(facts.uniform, wanted.uniform, 1e-9, `${what}, distance of uniform attention`);
    wanted.areas.forEach((area, k) => {
      const [left, top, side] = attention.areaOf(row, k, block).map((s) => s * expected.side);
      const box = [left, top, left + side, top + side].map((at) => Math.min(at, expected.side));
      box.forEach((at, i) => {
        near(at, area[i], 1e-9, `${what}, area of cell ${k}`);
      });
    });
  }
});

test("the grid's area is that of all its tokens together", () => {
  const { block: number, level, token } = expected.rows.at(-1);
  const block = expected.blocks[number];
  const row = attention.attentionRow(trace, block, level, token, null);
  const [left, top, side] = attention.areaOfGrid(row, block);
  const [lastLeft, lastTop, cell] = attention.areaOf(row, row.g ** 2 - 1, block);
  near(left + side, lastLeft + cell, 1e-9, "right");
  near(top + side, lastTop + cell, 1e-9, "bottom");
});

test("moving the query to a token of a row makes it that token's descendant", () => {
  for (const { block: number, level, token } of expected.rows) {
    const block = expected.blocks[number];
    const row = attention.attentionRow(trace, block, level, token, null);
    for (const [k, multiple] of row.multiple.entries()) {
      if (multiple === 0) continue; // beyond the map
      const query = attention.queryAt(row, k, token, block);
      assert.ok(query.every((t) => t >= 0 && t < block.side));
      const moved = attention.attentionRow(trace, block, level, query, null);
      assert.equal(moved.own, k, `level ${level}, cell ${k}`);
      assert.deepEqual(moved.grid, row.grid);
    }
  }
});

test("heads are averaged", () => {
  const [block] = expected.blocks;
  const heads = [...Array(block.heads).keys()];
  const rows = heads.map((head) => attention.attentionRow(trace, block, 0, [3, 4], head));
  const mean = attention.attentionRow(trace, block, 0, [3, 4], null);
  mean.multiple.forEach((multiple, k) => {
    const sum = rows.reduce((total, row) => total + row.multiple[k], 0);
    near(multiple, sum / heads.length, 1e-6, `cell ${k}`);
  });
});
