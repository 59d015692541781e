// A bottleneck, opened: the depthwise kernel runs over one recorded channel. The arithmetic is done
// here, with the real kernel; nothing is played back.

import { FONT, GRID_LINE, ring, strokeTwice } from "../shared/canvas.js";
import { positionOf, range } from "../shared/grid.js";
import { make, makeButton } from "../shared/page.js";
import { inkOn } from "../shared/scale.js";
import { box, figure, operation, plus } from "./elements.js";
import { bytesOf, canvasOf, drawGrey, emptyGrid, paint, penFor, tile } from "./maps.js";
import { formatShape, formatSigned } from "./numbers.js";

/** @import { Node, PackedKernel, PackedMap, Packet } from "./types.d.ts" */
/** @import { Overview } from "./overview.js" */

const SHORTEST = 3500; // ms of a run over the map, and for each position
const LONGEST = 12000;
const EACH = 70;
const KERNEL_SIDE = 66;

/**
 * @param {Overview} view
 * @param {Node} node
 */
export function openBottleneck(view, node) {
  const { packet, colours, tight } = view;
  const maps = view.mapsOf(node);
  const between = node.expansion * node.in[0];
  const k = node.kernel;
  const side = tight ? 144 : 172;
  const picture = (/** @type {PackedMap | null | undefined} */ map, /** @type {number} */ w) =>
    tile(packet, map, colours, w);
  const widths = (/** @type {number} */ from, /** @type {number} */ to) =>
    view.word("widths", { from, to });
  const parts = [figure(view.word("input"), picture(view.inputOf(node), 80), formatShape(node.in))];
  if (node.expansion > 1) {
    const five = box("div", "five", ...range(5).map((i) => picture(maps?.ex[i], 34)));
    parts.push(operation("1 × 1", widths(node.in[0], between), 52));
    parts.push(figure(view.word("some_channels", { channels: between }), five));
  }
  const sum = make("b");
  const pictures = {
    from: maps ? canvasOf(side)[0] : emptyGrid(side, 14, colours),
    to: maps ? canvasOf(side)[0] : emptyGrid(side, 14, colours),
    window: maps ? canvasOf(KERNEL_SIDE)[0] : emptyGrid(KERNEL_SIDE, k, colours),
    kernel: maps ? canvasOf(KERNEL_SIDE)[0] : emptyGrid(KERNEL_SIDE, k, colours),
  };
  const stride =
    node.stride > 1 ? make("span", "", view.word("stride", { stride: node.stride })) : null;
  const products = box(
    "div",
    "kernel",
    make("span", "", view.word("window")),
    pictures.window,
    make("span", "", "×"),
    pictures.kernel,
    make("span", "", view.word("kernel")),
    stride,
    make("span", "", view.word("sum_of", { products: k * k })),
    sum,
  );
  const shape = maps?.anim.part ? view.word("its_centre") : `${node.in[1]} × ${node.in[2]}`;
  parts.push(
    operation("", "", 24),
    box(
      "div",
      "depthwise",
      figure(view.word("one_channel"), pictures.from, shape),
      products,
      figure(view.word("after_kernel"), pictures.to, view.word("signed")),
    ),
    operation("1 × 1", widths(between, node.out[0]), 52),
  );
  if (node.residual)
    parts.push(
      figure(view.word("branch"), picture(maps?.br, 58)),
      figure("", plus(), view.word("plus_input")),
    );
  parts.push(figure(view.word("output"), picture(maps?.out, 80), formatShape(node.out)));
  const flow = box("div", "flow", ...parts);
  if (!packet || !maps) return [flow];
  return [flow, new Kernel(view, packet, maps.anim, node, pictures, sum).controls];
}

/**
 * Every sum of products of a kernel over a channel: `stride` apart, 0 beyond the edge.
 * @param {Packet} packet
 * @param {PackedKernel} anim
 * @param {number} k side of the kernel
 * @param {number} stride
 */
export function convolve(packet, anim, k, stride) {
  const { h, w, lo, hi, pad } = anim;
  const codes = bytesOf(packet, anim);
  const valueAt = (/** @type {number} */ y, /** @type {number} */ x) =>
    y < 0 || x < 0 || y >= h || x >= w ? 0 : lo + ((hi - lo) * codes[y * w + x]) / 255;
  const rows = Math.floor((h + pad[0] + pad[1] - k) / stride) + 1;
  const columns = Math.floor((w + pad[2] + pad[3] - k) / stride) + 1;
  const cornerOf = (/** @type {number} */ at) => {
    const [row, column] = positionOf(at, columns);
    return [row * stride - pad[0], column * stride - pad[2]];
  };
  const sums = Float32Array.from({ length: rows * columns }, (_, at) => {
    const [y, x] = cornerOf(at);
    return anim.k.reduce((sum, weight, i) => {
      const [down, right] = positionOf(i, k);
      return sum + weight * valueAt(y + down, x + right);
    }, 0);
  });
  let best = 0; // the largest sum that needs no padding
  let largest = -1;
  sums.forEach((sum, at) => {
    const [y, x] = cornerOf(at);
    const inside = y >= 0 && x >= 0 && y + k <= h && x + k <= w;
    if (!inside || Math.abs(sum) <= largest) return;
    best = at;
    largest = Math.abs(sum);
  });
  return { sums, rows, columns, best, cornerOf, valueAt };
}

/** The picture of one kernel on its way, with what controls it. */
class Kernel {
  frame = 0;

  /**
   * @param {Overview} view
   * @param {Packet} packet
   * @param {PackedKernel} anim
   * @param {Node} node
   * @param {Record<"from" | "to" | "window" | "kernel", HTMLCanvasElement>} pictures
   * @param {HTMLElement} sum
   */
  constructor(view, packet, anim, node, pictures, sum) {
    this.view = view;
    this.packet = packet;
    this.anim = anim;
    this.pictures = pictures;
    this.sum = sum;
    this.k = node.kernel;
    this.found = convolve(packet, anim, node.kernel, node.stride);
    const { sums, columns, rows, best } = this.found;
    this.at = best;
    this.until = sums.length; // positions that are filled in the result
    const highest = Math.max(...sums.map(Math.abs)) || 1;
    this.result = paint(columns, rows, (i) => this.signed(sums[i] / highest));
    this.button = makeButton(view.word("play"));
    this.button.className = "button small";
    this.button.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.button.onclick = () => (this.frame ? this.stop() : this.play());
    this.slider = make("input");
    Object.assign(this.slider, { type: "range", min: 0, max: sums.length - 1, value: best });
    this.slider.setAttribute("aria-label", view.word("kernel_position"));
    this.slider.oninput = () => {
      this.stop();
      this.at = this.slider.valueAsNumber;
      this.until = this.at + 1;
      this.draw();
    };
    this.where = make("span", "where");
    this.controls = box("div", "controls", this.button, this.slider, this.where);
    this.draw();
  }

  /**
   * Blue below 0, orange above.
   * @param {number} share from -1 to 1
   */
  signed(share) {
    return this.view.colours.ramp.bytes[Math.round(128 + 118 * Math.max(-1, Math.min(1, share)))];
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.button.textContent = this.view.word("play");
  }

  play() {
    const count = this.found.sums.length;
    const whole = this.until === count;
    const [started, from] = [performance.now(), whole ? 0 : this.at];
    const time = Math.max(SHORTEST, Math.min(LONGEST, EACH * count));
    this.button.textContent = this.view.word("pause");
    const go = (/** @type {number} */ now) => {
      if (!this.button.isConnected) return;
      const gone = Math.max(0, Math.floor(((now - started) / time) * count));
      this.at = Math.min(count - 1, from + gone);
      this.until = this.at + 1;
      this.draw();
      if (this.until < count) this.frame = requestAnimationFrame(go);
      else this.stop();
    };
    this.frame = requestAnimationFrame(go);
  }

  draw() {
    const { anim, k, found, pictures, packet, at } = this;
    const { colours } = this.view;
    const side = Number.parseInt(pictures.from.style.width, 10);
    const [y, x] = found.cornerOf(at);
    const [row, column] = positionOf(at, found.columns);
    const from = penFor(pictures.from, side, side);
    drawGrey(from, packet, anim, colours, side, side);
    const one = side / anim.w;
    strokeTwice(from, GRID_LINE, x * one, y * one, k * one, k * one);

    const to = penFor(pictures.to, side, side);
    const [across, down] = [side / found.columns, side / found.rows];
    to.fillStyle = colours.side;
    to.fillRect(0, 0, side, side);
    to.save();
    to.beginPath();
    const full = Math.floor(this.until / found.columns);
    to.rect(0, 0, side, full * down);
    to.rect(0, full * down, (this.until % found.columns) * across, down);
    to.clip();
    to.imageSmoothingEnabled = found.columns > 90;
    to.drawImage(this.result, 0, 0, side, side);
    to.restore();
    ring(to, column * across + 0.5, row * down + 0.5, Math.max(5, across - 1));

    const highest = Math.max(...anim.k.map(Math.abs)) || 1;
    const span = anim.hi - anim.lo || 1;
    const inWindow = range(k * k).map((i) => {
      const [dy, dx] = positionOf(i, k);
      return found.valueAt(y + dy, x + dx);
    });
    this.numbers(pictures.window, inWindow, (v) => {
      const share = Math.max(0, Math.min(1, (v - anim.lo) / span));
      return colours.grey.bytes[Math.round(256 * share)];
    });
    this.numbers(pictures.kernel, anim.k, (v) => this.signed(v / highest));

    const sum = formatSigned(found.sums[at], 2);
    const position = this.view.word("position", { row: row + 1, column: column + 1 });
    this.sum.textContent = sum;
    this.slider.value = String(at);
    this.slider.setAttribute("aria-valuetext", `${position}: ${sum}`);
    this.where.textContent = position;
  }

  /**
   * k x k cells in colours, those of a small kernel with their numbers.
   * @param {HTMLCanvasElement} canvas
   * @param {number[]} values
   * @param {(value: number) => number[]} colour
   */
  numbers(canvas, values, colour) {
    const pen = penFor(canvas, KERNEL_SIDE, KERNEL_SIDE);
    const size = KERNEL_SIDE / this.k;
    values.forEach((value, i) => {
      const [y, x] = positionOf(i, this.k);
      const bytes = colour(value);
      pen.fillStyle = `rgb(${bytes})`;
      pen.fillRect(x * size, y * size, size + 0.3, size + 0.3);
      if (this.k !== 3) return;
      pen.fillStyle = inkOn(bytes);
      pen.font = `10.5px ${FONT}`;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      const size1 = Math.abs(value);
      const number = formatSigned(size1 < 0.05 ? 0 : value, size1 >= 9.95 ? 0 : 1);
      pen.fillText(number, (x + 0.5) * size, (y + 0.53) * size);
    });
  }
}
