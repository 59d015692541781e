import assert from "node:assert/strict";
import { test } from "node:test";
import { describe } from "../../transcnn/ui/components/cells/cells.js";
import * as grid from "../../transcnn/ui/components/shared/grid.js";
import { expected } from "./expected.js";

test("cells are counted row by row, from 0 in code and from 1 before people", () => {
  for (let cell = 0; cell < 15; cell++) {
    const position = grid.positionOf(cell, 5);
    assert.equal(grid.cellOf(position, 5), cell);
    assert.equal(grid.cellName(cell, 5), `${position[0] + 1}, ${position[1] + 1}`);
  }
  assert.deepEqual(grid.range(3), [0, 1, 2]);
});

test("the nearest cell is inside, the one that holds the position where there is one", () => {
  assert.deepEqual(grid.nearestCell([1.9, 2.1], 3), [1, 2]);
  assert.deepEqual(grid.nearestCell([-1, 7], 3), [0, 2]);
  assert.deepEqual(grid.nearestCell([5, 5], 3, 6), [2, 5]);
});

test("a cell is told with the pixels of its part of the image", () => {
  const pixels = 224;
  const words = {
    cell: "{row} {column}",
    cell_pixels: "{row} {column} {top} {bottom} {left} {right}",
  };
  for (const { rows, columns, origin, whole, part } of expected.parts) {
    const map = { rows, columns, origin, whole, values: null, texts: {} };
    const numbers = (position) => describe(map, position, { words, pixels }).split(" ").map(Number);
    const [row, column, top, , left] = numbers([0, 0]);
    assert.deepEqual([row, column], [origin[0] + 1, origin[1] + 1]);
    const [, , , bottom, , right] = numbers([rows - 1, columns - 1]);
    const [x, y, width, height] = part.map((share) => share * pixels);
    assert.deepEqual([left, top], [Math.round(x), Math.round(y)]);
    assert.deepEqual([right + 1, bottom + 1], [Math.round(x + width), Math.round(y + height)]);
  }
});

test("a cell's value stands after its position", () => {
  const map = { rows: 2, columns: 2, origin: [0, 0], whole: null, values: ["a", null, "c", "d"] };
  const words = { cell: "row {row}, column {column}" };
  const says = (position) =>
    describe({ ...map, texts: { 1: "x" } }, position, { words, pixels: null });
  assert.equal(says([1, 0]), "row 2, column 1: c");
  assert.equal(says([0, 1]), "row 1, column 2: x");
});
