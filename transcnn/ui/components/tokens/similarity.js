// Which tokens are similar. The same rules as `nearest` in analysis/tokens.py.

import { range } from "../shared/grid.js";

/** @import { ShapedArray } from "../shared/types.d.ts" */

/**
 * The cosine of token k with every token.
 * @param {ShapedArray} vectors [tokens, channels]
 * @param {number} k
 */
export function cosines({ shape: [count, width], values }, k) {
  const dot = (/** @type {number} */ a, /** @type {number} */ b) => {
    let sum = 0;
    for (let c = 0; c < width; c++) sum += values[a * width + c] * values[b * width + c];
    return sum;
  };
  const own = Math.sqrt(dot(k, k));
  return range(count).map((s) => dot(k, s) / (own * Math.sqrt(dot(s, s)) || 1));
}

/**
 * The `most` other tokens with the largest cosine, the first of equals first.
 * @param {ShapedArray} vectors
 * @param {number} k
 * @param {number} most
 */
export function nearest(vectors, k, most) {
  return cosines(vectors, k)
    .map((cosine, s) => ({ k: s, cosine }))
    .filter(({ k: s }) => s !== k)
    .sort((a, b) => b.cosine - a.cosine || a.k - b.k)
    .slice(0, most);
}
