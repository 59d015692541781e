// Small pictures: activation maps, pyramids of levels, attention, glyphs.

import { FONT, GRID_LINE, ring, strokeTwice } from "../shared/canvas.js";
import { positionOf } from "../shared/grid.js";
import { make } from "../shared/page.js";
import { formatMultiple, step } from "../shared/scale.js";

/** @import { Colours, DescribedLevel, Node, PackedLevel, PackedMap, Packet, Position } from "./types.d.ts" */
/** @typedef {CanvasRenderingContext2D} Pen */

/** @type {WeakMap<PackedMap, { colours: Colours, canvas: HTMLCanvasElement }>} */
const rasters = new WeakMap();

/**
 * The bytes of a map.
 * @param {Packet} packet
 * @param {PackedMap} map
 */
export function bytesOf(packet, { o, h, w }) {
  return packet.bytes.subarray(o, o + h * w);
}

/**
 * A canvas of w x h CSS pixels, and its pen.
 * @param {number} w
 * @param {number} [h]
 * @returns {[HTMLCanvasElement, Pen]}
 */
export function canvasOf(w, h = w) {
  const canvas = make("canvas");
  canvas.setAttribute("aria-hidden", "true");
  canvas.style.width = `${w}px`;
  canvas.style.height = `${h}px`;
  return [canvas, penFor(canvas, w, h)];
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} w
 * @param {number} h
 */
export function penFor(canvas, w, h) {
  const density = Math.min(3, Math.max(1, devicePixelRatio || 1));
  canvas.width = Math.round(w * density);
  canvas.height = Math.round(h * density);
  const pen = /** @type {Pen} */ (canvas.getContext("2d"));
  pen.setTransform(density, 0, 0, density, 0, 0);
  return pen;
}

/**
 * A map in grey, a pixel for each position.
 * @param {Packet} packet
 * @param {PackedMap} map
 * @param {Colours} colours
 */
function raster(packet, map, colours) {
  const kept = rasters.get(map);
  if (kept?.colours === colours) return kept.canvas;
  const codes = bytesOf(packet, map);
  const canvas = paint(map.w, map.h, (i) => colours.grey.bytes[codes[i]]);
  rasters.set(map, { colours, canvas });
  return canvas;
}

/**
 * A canvas of its own size.
 * @param {number} w
 * @param {number} h
 * @param {(i: number) => number[]} colour of the pixel i
 */
export function paint(w, h, colour) {
  const canvas = make("canvas");
  canvas.width = w;
  canvas.height = h;
  const pen = /** @type {Pen} */ (canvas.getContext("2d"));
  const data = pen.createImageData(w, h);
  for (let i = 0; i < w * h; i++) data.data.set([...colour(i), 255], 4 * i);
  pen.putImageData(data, 0, 0);
  return canvas;
}

/**
 * @param {Pen} pen
 * @param {Packet} packet
 * @param {PackedMap} map
 * @param {Colours} colours
 * @param {number} w
 * @param {number} h
 */
export function drawGrey(pen, packet, map, colours, w, h) {
  pen.imageSmoothingEnabled = map.w > w * 0.4; // few positions are seen as such
  pen.imageSmoothingQuality = "high";
  pen.drawImage(raster(packet, map, colours), 0, 0, w, h);
}

/**
 * A map of side w; without one an empty square.
 * @param {Packet | null} packet
 * @param {PackedMap | null | undefined} map
 * @param {Colours} colours
 * @param {number} w
 */
export function tile(packet, map, colours, w) {
  const [canvas, pen] = canvasOf(w);
  if (packet && map) drawGrey(pen, packet, map, colours, w, w);
  else {
    pen.fillStyle = colours.side;
    pen.fillRect(0, 0, w, w);
  }
  return canvas;
}

/**
 * An empty square, cut into `cuts` x `cuts`.
 * @param {number} side
 * @param {number} cuts
 * @param {Colours} colours
 */
export function emptyGrid(side, cuts, colours) {
  const [canvas, pen] = canvasOf(side);
  pen.fillStyle = colours.side;
  pen.fillRect(0, 0, side, side);
  pen.strokeStyle = colours.strongLine;
  pen.beginPath();
  for (let i = 1; i < cuts; i++) {
    const at = Math.round((i * side) / cuts) + 0.5;
    pen.moveTo(at, 0);
    pen.lineTo(at, side);
    pen.moveTo(0, at);
    pen.lineTo(side, at);
  }
  pen.stroke();
  return canvas;
}

/**
 * The pyramid of an H-MHSA: its levels from bottom to top as tilted planes, cut into their grids.
 * @param {Pen} pen
 * @param {number} w
 * @param {number} h
 * @param {Pick<DescribedLevel, "size" | "grid">[]} levels
 * @param {Colours} colours
 * @param {Packet | null} packet
 * @param {PackedMap[] | null} maps
 */
export function drawPyramid(pen, w, h, levels, colours, packet = null, maps = null) {
  const [count, side, tilt] = [levels.length, Math.min(w, h), 0.47];
  const scales = count > 2 ? [1, 0.66, 0.4] : [1, 0.56];
  const half = levels.map((_, i) => side * (count > 1 ? 0.445 : 0.43) * (scales[i] ?? 0.3));
  const low = h / 2 + side * (count > 1 ? 0.41 : 0.2) - half[0] * tilt;
  const high = h / 2 - side * 0.41 + half[count - 1] * tilt;
  const cx = w / 2;
  levels.forEach(({ size, grid }, i) => {
    const cy = count > 1 ? low + ((high - low) * i) / (count - 1) : h / 2;
    if (i) {
      const below = low + ((high - low) * (i - 1)) / (count - 1);
      pen.strokeStyle = colours.accent;
      pen.lineWidth = 0.8;
      pen.globalAlpha = 0.55;
      pen.beginPath();
      for (const to of [-1, 1]) {
        pen.moveTo(cx + to * half[i - 1], below);
        pen.lineTo(cx + to * half[i], cy);
      }
      pen.stroke();
      pen.globalAlpha = 1;
    }
    const image = packet && maps ? raster(packet, maps[i], colours) : null;
    const cuts = side < 22 ? 1 : Math.ceil(size[0] / grid[0]);
    drawPlane(pen, cx, cy, half[i], half[i] * tilt, cuts, colours, image);
  });
}

/**
 * The unit square as a rhombus around (cx, cy), half width a, half height b.
 * @param {Pen} pen
 * @param {number} cx
 * @param {number} cy
 * @param {number} a
 * @param {number} b
 * @param {number} cuts
 * @param {Colours} colours
 * @param {HTMLCanvasElement | null} image
 */
function drawPlane(pen, cx, cy, a, b, cuts, colours, image) {
  pen.save();
  pen.transform(a, b, -a, b, cx, cy - b);
  pen.imageSmoothingEnabled = (image?.width ?? 0) > 30;
  if (image) pen.drawImage(image, 0, 0, 1, 1);
  else {
    pen.fillStyle = colours.card;
    pen.fillRect(0, 0, 1, 1);
  }
  pen.restore();
  const at = (/** @type {number} */ u, /** @type {number} */ v) =>
    /** @type {[number, number]} */ ([cx + a * (u - v), cy - b + b * (u + v)]);
  pen.lineJoin = "round";
  if (cuts > 1 && cuts <= 24) {
    pen.strokeStyle = image ? "rgba(255,255,255,.8)" : colours.accentLine;
    pen.lineWidth = a < 22 ? 0.5 : 0.8;
    pen.beginPath();
    for (let i = 1; i < cuts; i++) {
      pen.moveTo(...at(i / cuts, 0));
      pen.lineTo(...at(i / cuts, 1));
      pen.moveTo(...at(0, i / cuts));
      pen.lineTo(...at(1, i / cuts));
    }
    pen.stroke();
  }
  pen.strokeStyle = colours.accent;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(...at(0, 0));
  for (const [u, v] of [
    [1, 0],
    [1, 1],
    [0, 1],
  ])
    pen.lineTo(...at(u, v));
  pen.closePath();
  pen.stroke();
}

/**
 * A map that becomes smaller: stem, downsampling, pooling without activations.
 * @param {Pen} pen
 * @param {number} w
 * @param {number} h
 * @param {Colours} colours
 */
export function drawShrinking(pen, w, h, colours) {
  const side = Math.min(w, h);
  const at = (/** @type {number} */ x, /** @type {number} */ y) =>
    /** @type {[number, number]} */ ([w / 2 + x * side, h / 2 + y * side]);
  pen.strokeStyle = colours.wire;
  pen.lineWidth = 1.1;
  pen.beginPath();
  pen.moveTo(...at(-0.28, -0.3));
  pen.lineTo(...at(0.26, -0.14));
  pen.lineTo(...at(0.26, 0.14));
  pen.lineTo(...at(-0.28, 0.3));
  pen.closePath();
  pen.stroke();
}

/**
 * A bottleneck without activations: narrow, wide, narrow.
 * @param {Pen} pen
 * @param {number} w
 * @param {number} h
 * @param {Colours} colours
 */
export function drawBottleneck(pen, w, h, colours) {
  const side = Math.min(w, h);
  const bar = Math.max(2, side * 0.11);
  for (const [x, high] of [
    [-0.26, 0.3],
    [0, 0.62],
    [0.26, 0.3],
  ]) {
    pen.fillStyle = x ? colours.strongLine : colours.wire;
    pen.fillRect(w / 2 + x * side - bar / 2, h / 2 - (high * side) / 2, bar, high * side);
  }
}

/**
 * The attention of the query token within its grid, a ring on the query. Gives the strongest weight
 * and how far down and right of the query it is.
 * @param {Packet} packet
 * @param {PackedLevel} level
 * @param {number} side
 * @param {Colours} colours
 */
export function attentionMap(packet, { m, own }, side, colours) {
  const [canvas, pen] = canvasOf(side);
  const columns = m.w;
  const size = side / columns;
  const multiples = Array.from(bytesOf(packet, m), (code) => (code ? 2 ** ((code - 128) / 21) : 0));
  const order = [...multiples.keys()].sort((a, b) => multiples[b] - multiples[a]);
  const apart = size > 12 ? 1 : 0.5;
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, side, side);
  multiples.forEach((multiple, i) => {
    if (!multiple) return;
    const [y, x] = positionOf(i, columns);
    pen.fillStyle = colours.ramp.colours[step(multiple)];
    pen.fillRect(x * size + apart / 2, y * size + apart / 2, size - apart, size - apart);
  });
  if (size >= 18 && multiples[order[0]] > 1.15) {
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.font = `600 ${size > 46 ? 15 : size > 32 ? 12.5 : 10.5}px ${FONT}`;
    for (const i of order.slice(0, 3)) {
      const [y, x] = positionOf(i, columns);
      pen.fillStyle = colours.ramp.inks[step(multiples[i])];
      const number = formatMultiple(multiples[i]).replace("×", "");
      pen.fillText(number, (x + 0.5) * size, (y + 0.54) * size);
    }
  }
  ring(pen, own[1] * size + 1, own[0] * size + 1, size - 2);
  const [y, x] = positionOf(order[0], columns);
  return { canvas, strongest: multiples[order[0]], down: y - own[0], right: x - own[1] };
}

/**
 * On an image of `side` pixels: the grids of an H-MHSA, that of the query token framed, the token.
 * @param {Pen} pen
 * @param {Node} node
 * @param {Position} token
 * @param {number} side
 */
export function drawQuery(pen, { levels }, token, side) {
  const [{ size, grid }] = levels;
  const cuts = Math.ceil(size[0] / grid[0]);
  const one = side / size[0];
  const cell = one * grid[0];
  const [top, left] = token.map((t) => Math.floor(t / grid[0]) * cell);
  for (let i = 1; i < (cuts <= 16 ? cuts : 1); i++) {
    pen.fillStyle = "rgba(0,0,0,.32)";
    pen.fillRect(i * cell + 0.5, 0, 1, side);
    pen.fillRect(0, i * cell + 0.5, side, 1);
    pen.fillStyle = "rgba(255,255,255,.62)";
    pen.fillRect(i * cell - 0.5, 0, 1, side);
    pen.fillRect(0, i * cell - 0.5, side, 1);
  }
  if (cuts > 1) strokeTwice(pen, GRID_LINE, left, top, cell, cell);
  const [y, x] = token.map((t) => t * one);
  if (one >= 13) ring(pen, x + 1, y + 1, one - 2);
  else {
    const mark = Math.max(one, 6);
    pen.fillStyle = "#fff";
    pen.strokeStyle = "#14130F";
    pen.lineWidth = 3;
    const at = [x + one / 2 - mark / 2, y + one / 2 - mark / 2, mark, mark];
    pen.strokeRect(at[0], at[1], at[2], at[3]);
    pen.fillRect(at[0], at[1], at[2], at[3]);
  }
  return cuts > 1 ? { top, bottom: top + cell } : { top: 0, bottom: side };
}
