// Image, stem, downsampling and head, opened.

import { range } from "../shared/grid.js";
import { make } from "../shared/page.js";
import { formatShare } from "../shared/scale.js";
import { box, figure, fork, operation, plus } from "./elements.js";
import { bytesOf, canvasOf, tile } from "./maps.js";
import { formatShape, formatSigned } from "./numbers.js";

/** @import { Node, PackedMap } from "./types.d.ts" */
/** @import { Overview } from "./overview.js" */

const ACTIVATIONS = { relu6: "ReLU6", gelu: "GELU", silu: "SiLU" };

/**
 * A picture of `view` for a map of its packet.
 * @param {Overview} view
 */
function pictures(view) {
  return (/** @type {PackedMap | null | undefined} */ map, /** @type {number} */ w) =>
    tile(view.packet, map, view.colours, w);
}

/**
 * @param {Overview} view
 * @param {number} side
 * @param {number} [tokens] along a side; none: as it is
 */
function photo(view, side, tokens) {
  const [canvas, pen] = canvasOf(side);
  if (tokens === undefined) view.drawPhoto(pen, side);
  else {
    const [small, smallPen] = canvasOf(1);
    small.width = small.height = tokens;
    view.drawPhoto(smallPen, tokens);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, 0, 0, side, side);
  }
  return canvas;
}

/**
 * The image beside itself at the resolution of each stage.
 * @param {Overview} view
 */
export function openImage(view) {
  const { size, stages } = view.description;
  const image = photo(view, 150);
  image.removeAttribute("aria-hidden");
  image.setAttribute("role", "img");
  image.setAttribute("aria-label", view.data.alt);
  const parts = [figure(view.word("box_image"), image, `${size} × ${size} px`)];
  stages.forEach(({ side, stride }, i) => {
    const note = view.word("token_covers", { side, pixels: stride });
    parts.push(figure(view.word("stage", { number: i + 1 }), photo(view, 150, side), note));
  });
  return [box("div", "flow from-top", ...parts)];
}

/**
 * @param {Overview} view
 * @param {Node} node
 */
export function openStem(view, node) {
  const { inside } = node;
  const maps = view.mapsOf(node);
  const picture = pictures(view);
  const side = inside.length > 1 ? 124 : 150;
  const conv = view.word("conv", { kernel: 3, stride: 2 });
  const parts = [
    figure(view.word("box_image"), photo(view, side), formatShape(node.in)),
    operation(conv, view.word("widths", { from: 3, to: inside[0].out[0] }), 74),
  ];
  if (maps) {
    const filters = box("div", "filters", ...maps.filters.map(({ w }) => filterTile(w)));
    filters.append(...maps.filters.map(({ r }) => picture(r, 64)));
    parts.push(figure(view.word("filters"), filters));
  } else parts.push(figure("", picture(null, 104), formatShape(inside[0].out)));
  parts.push(
    inside.length > 1
      ? operation(conv, view.word("widths", { from: inside[0].out[0], to: node.out[0] }), 74)
      : operation("", "", 30),
    figure(view.word("output"), picture(maps?.out, side), formatShape(node.out)),
  );
  return [box("div", "flow middle", ...parts)];
}

/** @param {number[][]} weights of red, green and blue, from -1 to 1 */
function filterTile(weights) {
  const side = 36;
  const k = Math.sqrt(weights[0].length);
  const [canvas, pen] = canvasOf(side);
  for (const i of range(k * k)) {
    pen.fillStyle = `rgb(${weights.map((colour) => Math.round(127.5 + 127 * colour[i]))})`;
    const at = [((i % k) * side) / k, (Math.floor(i / k) * side) / k];
    pen.fillRect(at[0], at[1], side / k + 0.3, side / k + 0.3);
  }
  return canvas;
}

/**
 * @param {Overview} view
 * @param {Node} node
 */
export function openDownsampling(view, node) {
  const maps = view.mapsOf(node);
  const picture = pictures(view);
  const input = (/** @type {number} */ w) =>
    figure(view.word("input"), picture(view.inputOf(node), w), formatShape(node.in));
  const output = figure(view.word("output"), picture(maps?.out, 84), formatShape(node.out));
  const conv = view.word("conv", { kernel: 3, stride: 2 });
  const widths = view.word("widths", { from: node.in[0], to: node.out[0] });
  if (!node.twoBranch)
    return [box("div", "flow middle", input(104), operation(conv, widths, 120), output)];
  const branches = box(
    "div",
    "branches",
    box("div", "flow middle", operation(conv, widths, 218), figure("", picture(maps?.conv, 84))),
    box(
      "div",
      "flow middle",
      operation(view.word("max_pool"), "", 70),
      figure("", picture(maps?.pool, 84)),
      operation(view.word("conv_1"), widths, 70),
      figure("", picture(maps?.pool_conv, 84)),
    ),
  );
  const activation =
    ACTIVATIONS[/** @type {keyof typeof ACTIVATIONS} */ (view.description.activation)];
  const sum = box("div", "op", plus(), make("span", "", view.word("sum")));
  const rest = [fork(true), sum, operation(activation, "", 44), output];
  return [box("div", "flow middle", input(120), fork(false), branches, ...rest)];
}

/**
 * Pooling and classifier.
 * @param {Overview} view
 * @param {Node} node
 */
export function openHead(view, node) {
  const { inside } = node;
  const maps = view.mapsOf(node);
  const picture = pictures(view);
  const conv = inside.find(({ operation }) => operation === "convolution");
  const width = inside[inside.length - 2].out[0];
  const pool = view.nodes.length - 3; // in front of classifier and answers
  const entry = view.nodes[pool].in;
  const parts = [
    figure(view.word("map"), picture(view.inputOf(view.nodes[pool]), 104), formatShape(entry)),
  ];
  if (conv)
    parts.push(
      operation("1 × 1", view.word("widths", { from: entry[0], to: width }), 62),
      figure(view.word("map"), picture(maps?.map, 104), formatShape(conv.out)),
    );
  const { classes } = view.description;
  parts.push(
    operation(view.word("average"), `${entry[1]} × ${entry[2]} → 1`, 62),
    figure(view.word("averages", { channels: width }), averages(view, node)),
    operation(view.word("linear"), view.word("widths", { from: width, to: classes }), 70),
  );
  const top = view.packet?.runs.on.top;
  if (top) {
    const head = box("div", "row soft", make("span", "", view.word("class")));
    head.append(make("span", "value", view.word("logit_head")), make("span", "value", "softmax"));
    const rows = top.map((one) =>
      box(
        "div",
        "row",
        make("span", "name", view.nameOf(one)),
        make("span", "value", formatSigned(one.logit, 2)),
        make("span", "value", formatShare(one.probability)),
      ),
    );
    parts.push(box("div", "classes", head, ...rows));
  } else parts.push(figure("", picture(null, 104), String(classes)));
  return [box("div", "flow", ...parts)];
}

/**
 * The averages of all channels as one field.
 * @param {Overview} view
 * @param {Node} node
 */
function averages(view, node) {
  const maps = view.mapsOf(node);
  const [w, h] = [view.tight ? 220 : 150, 104];
  const [canvas, pen] = canvasOf(w, h);
  pen.fillStyle = maps ? view.colours.grey.colours[0] : view.colours.side;
  pen.fillRect(0, 0, w, h);
  if (!view.packet || !maps) return canvas;
  const codes = bytesOf(view.packet, maps.vec);
  const columns = Math.ceil(Math.sqrt((codes.length * w) / h));
  const rows = Math.ceil(codes.length / columns);
  codes.forEach((code, i) => {
    pen.fillStyle = view.colours.grey.colours[code];
    const at = [((i % columns) * w) / columns, (Math.floor(i / columns) * h) / rows];
    pen.fillRect(at[0], at[1], w / columns + 0.2, h / rows + 0.2);
  });
  return canvas;
}
