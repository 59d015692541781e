import assert from "node:assert/strict";
import { test } from "node:test";
import { smallestAt } from "../../transcnn/ui/components/detections/detections.js";

const box = (left, top, width, height) => ({ left, top, width, height });

test("a click chooses the smallest box that holds it", () => {
  const [large, small, other] = [box(0, 0, 60, 60), box(10, 10, 20, 20), box(70, 70, 10, 10)];
  const boxes = [large, small, other];
  assert.equal(smallestAt(boxes, 15, 15), small);
  assert.equal(smallestAt(boxes, 50, 5), large);
  assert.equal(smallestAt(boxes, 75, 80), other);
  assert.equal(smallestAt(boxes, 65, 65), undefined);
});
