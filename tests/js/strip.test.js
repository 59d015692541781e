import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../../transcnn/ui/components/shared/strip.js";

const stage = (...boxes) => ({ side: 14, boxes });
const lite0 = [
  stage(0, 0, 2, 0),
  stage(0, 2, 0),
  stage(0, 2, 0, 2, 0, 0, 2, 0, 2, 0),
  stage(0, 1, 0, 1, 0, 1, 0, 0),
];
const deep = lite0.map((_, s) =>
  stage(...Array.from({ length: s === 2 ? 54 : 6 }, (_, i) => i % 2)),
);

test("a network that fits is shown with all its blocks", () => {
  assert.deepEqual(fold(lite0, 2, 964), { narrow: false, folded: false, stepping: false });
});

test("on a phone the other stages fold, the current one keeps its blocks", () => {
  assert.deepEqual(fold(lite0, 2, 358), { narrow: true, folded: true, stepping: false });
});

test("a stage that does not fit by itself is stepped through", () => {
  assert.deepEqual(fold(deep, 2, 964), { narrow: false, folded: true, stepping: true });
  assert.equal(fold(deep, 0, 964).stepping, false);
});
