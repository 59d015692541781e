import assert from "node:assert/strict";
import { test } from "node:test";
import { entryOf, fold } from "../../transcnn/ui/components/shared/strip.js";

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

test("Tab enters where one steps from block to block, at the way that is open", () => {
  const button = (to, disabled) => ({ dataset: { to }, disabled });
  const strip = (before, after) => [
    button("stage-0", false),
    button("stage-2", false),
    button("before", !before),
    button("after", !after),
  ];
  const entry = (...buttons) => entryOf(buttons)?.dataset.to;
  assert.equal(entry(...strip(true, true)), "after");
  assert.equal(entry(...strip(true, false)), "before");
  assert.equal(entry(...strip(false, false)), "stage-0");
  assert.equal(entry(button("stage-0", true), button("block-0-0", false)), "block-0-0");
  assert.equal(entry(button("stage-0", true)), undefined);
});
