import assert from "node:assert/strict";
import { test } from "node:test";
import { cellOf, positionOf } from "../../transcnn/ui/components/shared/grid.js";
import { cosines, nearest } from "../../transcnn/ui/components/tokens/similarity.js";
import { expected, near, received } from "./expected.js";

const { arrays } = received("tokens");

test("the most similar tokens and their cosines are the library's", () => {
  for (const { array, columns, token, nearest: wanted } of expected.nearest) {
    const found = nearest(arrays[array], cellOf(token, columns), 5);
    assert.equal(found.length, wanted.length);
    found.forEach(({ k, cosine }, i) => {
      assert.deepEqual(positionOf(k, columns), wanted[i].token, array);
      near(cosine, wanted[i].cosine, 1e-5, array);
    });
  }
});

test("a token of zeros is similar to none, and the first of equals comes first", () => {
  const vectors = { shape: [4, 2], values: Float32Array.of(1, 0, 0, 0, 2, 0, 3, 0) };
  assert.deepEqual(cosines(vectors, 0), [1, 0, 1, 1]);
  assert.deepEqual(
    nearest(vectors, 0, 2).map(({ k }) => k),
    [2, 3],
  );
});
