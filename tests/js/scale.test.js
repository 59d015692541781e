import assert from "node:assert/strict";
import { test } from "node:test";
import * as scale from "../../transcnn/ui/components/shared/scale.js";
import { expected } from "./expected.js";

const { scale: wanted } = expected;
const ramp = scale.makeRamp(wanted.ramps.light);

/** One step of the ramp changes a byte by a few units: Python does not round to a step. */
function closeColours(found, right, what) {
  found.forEach((byte, c) => {
    assert.ok(Math.abs(byte - right[c]) <= 3, `${what}: ${found}, not ${right}`);
  });
}

test("the ramp has the library's colours", () => {
  assert.equal(ramp.bytes.length, wanted.ramp.length);
  ramp.bytes.forEach((bytes, i) => {
    bytes.forEach((byte, c) => {
      assert.ok(Math.abs(byte - wanted.ramp[i][c]) <= 1, `step ${i}: ${bytes}`);
    });
    assert.equal(ramp.colours[i], `rgb(${bytes})`);
  });
});

test("multiples of uniform attention have the library's colours and texts", () => {
  wanted.multiples.forEach((multiple, i) => {
    closeColours(ramp.bytes[scale.step(multiple)], wanted.colours[i], multiple);
    assert.equal(scale.formatMultiple(multiple), wanted.texts[i]);
  });
});

test("norms have the library's colours", () => {
  wanted.norms.forEach((norm, i) => {
    const found = ramp.bytes[scale.amountStep(norm, wanted.norm_top)];
    closeColours(found, wanted.norm_colours[i], norm);
  });
});

test("the scale ends at 1/16 and 16 and has uniform attention in its middle", () => {
  assert.equal(scale.step(0), 0);
  assert.equal(scale.step(1 / 16), 0);
  assert.equal(scale.step(1), scale.STEPS / 2);
  assert.equal(scale.step(16), scale.STEPS);
  assert.equal(scale.step(500), scale.STEPS);
  assert.equal(wanted.ticks.length, 2 * scale.OCTAVES + 1);
});

test("on every colour of both ramps the ink has a contrast of at least 4", () => {
  for (const stops of Object.values(wanted.ramps)) {
    const { bytes, inks } = scale.makeRamp(stops);
    bytes.forEach((rgb, i) => {
      const [a, b] = [rgb, scale.rgbOf(inks[i])].map((c) => scale.luminance(c) + 0.05);
      assert.ok(Math.max(a, b) / Math.min(a, b) >= 4, `step ${i}`);
    });
  }
});

test("shares and weights are written with as many digits as they have", () => {
  assert.equal(scale.formatShare(0.0001), "<0.1 %");
  assert.equal(scale.formatShare(0.0123), "1.2 %");
  assert.equal(scale.formatShare(0.5), "50 %");
  assert.equal(scale.formatWeight(1, 8), "12.50 %");
  assert.equal(scale.formatExactly(1.2345), "1.23×");
  assert.equal(scale.formatExactly(0.0001), "<0.001×");
});
