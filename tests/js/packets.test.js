import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decoder,
  packetOf,
  readArrays,
  shelf,
  shelve,
  unpack,
} from "../../transcnn/ui/components/shared/packets.js";
import { expected, received } from "./expected.js";

test("a trace arrives with its levels one after the other", () => {
  const trace = received("trace");
  const levels = expected.blocks.flatMap((block) => block.levels);
  assert.equal(trace.offsets.length, levels.length + 1);
  assert.equal(trace.offsets.at(-1), trace.codes.length);
  assert.equal(trace.tokens.length, expected.blocks.length);
  assert.equal(trace.top.length, 5);
});

test("the tokens arrive with the shapes that the library gave them", () => {
  const { arrays, blocks, norm_top } = received("tokens");
  assert.equal(norm_top, expected.scale.norm_top);
  expected.blocks.forEach(({ levels }, number) => {
    levels.forEach(({ side, grid }, i) => {
      const { shape, values } = arrays[`${number}/vectors/tokens/${i}`];
      assert.deepEqual(shape, [side * side, blocks[number].width]);
      assert.equal(values.length, shape[0] * shape[1]);
      if (i === levels.length - 1) return;
      const argmax = arrays[`${number}/argmax/${i}`];
      assert.ok(argmax.values.every((k) => k < grid * grid));
    });
  });
});

test("arrays begin at multiples of four bytes", () => {
  const header = {
    arrays: [
      { name: "a", type: "u1", shape: [3] },
      { name: "b", type: "u2", shape: [1] },
      { name: "c", type: "f4", shape: [1, 1] },
    ],
  };
  const body = new Uint8Array(12);
  body.set([1, 2, 3]);
  new DataView(body.buffer).setUint16(4, 515, true);
  new DataView(body.buffer).setFloat32(8, 0.5, true);
  const { a, b, c } = readArrays(header, body);
  assert.deepEqual([[...a.values], [...b.values], [...c.values]], [[1, 2, 3], [515], [0.5]]);
});

test("header and body come apart, also where the bytes begin inside a buffer", () => {
  const header = new TextEncoder().encode('{"kind": "é"}');
  const bytes = new Uint8Array(3 + 4 + header.length + 2);
  new DataView(bytes.buffer).setUint32(3, header.length, true);
  bytes.set(header, 7);
  bytes.set([7, 8], 7 + header.length);
  const found = unpack(bytes.subarray(3));
  assert.deepEqual(found.header, { kind: "é" });
  assert.deepEqual([...found.body], [7, 8]);
});

test("a code is a multiple, 0 is no token", () => {
  const multiples = decoder({ uniform: 32768, per_octave: 2048 });
  assert.equal(multiples[0], 0);
  assert.equal(multiples[32768], 1);
  assert.equal(multiples[32768 + 2048], 2);
});

test("the last sixteen packets are kept, and a new one is announced", () => {
  let told = 0;
  shelf.arrivals.addEventListener("packet", () => told++);
  for (let i = 0; i < 18; i++) shelve(`test/${i}`, i);
  shelve("test/5", "again");
  assert.equal(told, 19);
  assert.equal(shelf.packets.size, 16);
  assert.equal(packetOf("test/1"), undefined);
  assert.equal(packetOf("test/2"), 2);
  assert.equal(packetOf("test/5"), "again");
  assert.equal([...shelf.packets.keys()].at(-1), "test/5");
});
