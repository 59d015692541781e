import assert from "node:assert/strict";
import { test } from "node:test";
import { layOut, makeNodes, unitsOf } from "../../transcnn/ui/components/overview/layout.js";
import { convolve } from "../../transcnn/ui/components/overview/panel_bottleneck.js";
import {
  explain,
  fullName,
  keyOf,
  timeOf,
} from "../../transcnn/ui/components/overview/sentences.js";
import { stepsOf, tourBlock } from "../../transcnn/ui/components/overview/tour.js";
import { expected } from "./expected.js";

const WIDTH = 964; // of the content at 1280 x 800, with the sidebar
const ROOM = 600; // below the head, above the legend
const networks = Object.entries(expected.described);

function placed(description, page) {
  const nodes = makeNodes(description);
  const whole = { width: WIDTH, room: ROOM, panel: 0, open: null, narrow: false };
  return { nodes, layout: layOut(description, nodes, { ...whole, ...page }) };
}

function assertApart({ nodes, layout }, width, name) {
  const boxes = nodes.map(({ id }) => layout.places.get(id));
  boxes.forEach((a, i) => {
    assert.ok(a.x >= 0 && a.x + a.w <= width, `${name}: box ${i} leaves the content`);
    for (const b of boxes.slice(i + 1)) {
      const beside = a.x + a.w <= b.x || b.x + b.w <= a.x;
      const below = a.y + a.h <= b.y || b.y + b.h <= a.y;
      assert.ok(beside || below, `${name}: box ${i} lies over another`);
    }
  });
}

for (const [name, description] of networks) {
  test(`the whole of ${name} stands on one screen, nothing over anything else`, () => {
    const found = placed(description, {});
    assertApart(found, WIDTH, name);
    assert.ok(found.layout.height <= ROOM, `${found.layout.height} px high`);
    for (const { w } of found.layout.lines) assert.ok(w >= 34);
  });

  test(`any box of ${name} opens below its line, on a desktop and on a phone`, () => {
    const nodes = makeNodes(description);
    for (const { id } of nodes) {
      for (const [width, narrow] of [
        [WIDTH, false],
        [358, true],
      ]) {
        const found = placed(description, { open: id, panel: 300, width, narrow });
        assertApart(found, width, name);
        const { layout } = found;
        const { y, h } = layout.places.get(id);
        assert.ok(layout.panelAt >= y + h, "below its box");
        for (const line of layout.lines)
          assert.ok(line.bottom <= layout.panelAt || line.y >= layout.panelAt + 300);
      }
    }
  });
}

test("an H-MHSA stays on one line with its bottleneck, the classifier with the answers", () => {
  for (const [, description] of networks) {
    const { nodes, layout } = placed(description, {});
    const line = (node) => layout.places.get(node.id).line;
    nodes.forEach((node, i) => {
      if (node.kind === "attention" || node.kind === "classifier")
        assert.equal(line(node), line(nodes[i + 1]));
    });
    assert.equal(unitsOf(nodes).flat().length, nodes.length);
  }
});

test("every box has a name of its own in links, and a full name", () => {
  const word = (name, values = {}) => `${name} ${Object.values(values).join(" ")}`;
  for (const [, description] of networks) {
    const nodes = makeNodes(description).slice(0, -1);
    assert.equal(new Set(nodes.map(keyOf)).size, nodes.length);
    for (const node of nodes) {
      assert.ok(explain(word, node, description).startsWith("say_"));
      const times = { ms: nodes.slice(1).map(({ id }) => 10 + id), rounds: 5 }; // none of the image
      for (const one of [null, times])
        assert.ok(!fullName(word, node, description, one).includes("undefined"));
      assert.equal(timeOf(node, times), node.id ? 10 + node.id : null);
    }
  }
});

test("the tour opens the first block with the most levels, and none of other attention", () => {
  for (const [name, description] of networks) {
    const nodes = makeNodes(description);
    const block = tourBlock(nodes);
    const pooled = nodes.some((node) => node.pooled);
    assert.equal(block === undefined, pooled, name);
    if (pooled) continue;
    const levels = nodes.map((node) => node.levels.length);
    assert.equal(levels.indexOf(Math.max(...levels)), block.id);
    assert.ok(stepsOf(block, block).includes("3"));
    assert.equal(stepsOf(nodes[block.id + 1], block), "5");
  }
});

test("the kernel's sums are sums of products over the channel, 0 beyond its edge", () => {
  const channel = [0, 51, 102, 153, 204, 255, 17, 34, 68];
  const bytes = Uint8Array.from([9, ...channel]);
  const k = [1, 0, -1, 2, 0, -2, 1, 0, -1];
  const anim = { o: 1, h: 3, w: 3, lo: -1, hi: 1, k, pad: [1, 1, 1, 1], part: false };
  const found = convolve({ bytes }, anim, 3, 1);
  const inside = (i) => i >= 0 && i < 3;
  const at = (y, x) => (inside(y) && inside(x) ? -1 + (2 * channel[3 * y + x]) / 255 : 0);
  assert.equal(found.sums.length, 9);
  found.sums.forEach((sum, i) => {
    let wanted = 0;
    for (let y = 0; y < 3; y++)
      for (let x = 0; x < 3; x++)
        wanted += k[3 * y + x] * at(Math.floor(i / 3) - 1 + y, (i % 3) - 1 + x);
    assert.ok(Math.abs(sum - wanted) < 1e-6);
  });
  assert.equal(found.best, 4, "the only one that needs no padding");
  assert.deepEqual(found.cornerOf(4), [0, 0]);
  const halved = convolve({ bytes }, { ...anim, pad: [0, 1, 0, 1] }, 3, 2);
  assert.deepEqual([halved.rows, halved.columns], [1, 1]);
});
