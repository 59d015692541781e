// Drawing: image with its grids, rings, colour bars. All lengths in CSS pixels.

import { both, positionOf, range } from "./grid.js";
import { penOf } from "./look.js";
import { DARK_INK, LIGHT_INK, OCTAVES, STEPS, step } from "./scale.js";

/** @import { Block, Look, Photo, Position, Square, Words } from "./types.d.ts" */
/** @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Pen */

export const FONT =
  '"Source Sans", "Source Sans 3", "Noto Sans CJK SC", "Liberation Sans", sans-serif';
export const GRID_LINE = "#39D0C4";

/**
 * Fit a canvas to its size on the page, at the screen's density (at most 3).
 * @param {HTMLCanvasElement} canvas
 */
export function fit(canvas) {
  const density = Math.min(3, devicePixelRatio || 1);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const pixels = [width, height].map((side) => Math.round(side * density));
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1])
    [canvas.width, canvas.height] = pixels;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.globalAlpha = 1;
  return { pen, width, height };
}

/**
 * The double ring that says "this one"; dashed for a cell that is only pointed at.
 * @param {Pen} pen
 * @param {number} x
 * @param {number} y
 * @param {number} side
 * @param {boolean} [dashed]
 */
export function ring(pen, x, y, side, dashed = false) {
  const weight = side < 24 ? 0.7 : 1;
  pen.setLineDash([]);
  pen.strokeStyle = DARK_INK;
  pen.lineWidth = 4.5 * weight;
  pen.strokeRect(x, y, side, side);
  pen.strokeStyle = LIGHT_INK;
  pen.lineWidth = 2.25 * weight;
  if (dashed) pen.setLineDash([5, 4]);
  pen.strokeRect(x, y, side, side);
  pen.setLineDash([]);
}

/**
 * A part of the network's input, drawn `width` wide at (x, y).
 * @param {Pen} pen
 * @param {Photo} photo
 * @param {Square} part
 * @param {number} x
 * @param {number} y
 * @param {number} width
 */
export function drawPart(pen, photo, [left, top, side], x, y, width) {
  const [cropLeft, cropTop, cropWidth, cropHeight] = photo.crop;
  const { image } = photo;
  pen.imageSmoothingQuality = "high";
  pen.drawImage(
    image,
    (cropLeft + cropWidth * left) * image.width,
    (cropTop + cropHeight * top) * image.height,
    cropWidth * side * image.width,
    cropHeight * side * image.height,
    x,
    y,
    width,
    width,
  );
}

/**
 * The image with the lines between `cells` grids on each side.
 * @param {Photo} photo
 * @param {number} cells
 * @param {number} width
 * @param {number} density
 */
export function drawGrids(photo, cells, width, density) {
  const sheet = new OffscreenCanvas(Math.round(width * density), Math.round(width * density));
  const pen = penOf(sheet);
  pen.scale(density, density);
  drawPart(pen, photo, [0, 0, 1], 0, 0, width);
  for (let i = 1; i < cells; i++) {
    const at = Math.round((i * width) / cells);
    pen.fillStyle = "rgba(0,0,0,.32)";
    pen.fillRect(at, 0, 1, width);
    pen.fillRect(0, at, width, 1);
    pen.fillStyle = "rgba(255,255,255,.62)";
    pen.fillRect(at - 1, 0, 1, width);
    pen.fillRect(0, at - 1, width, 1);
  }
  return sheet;
}

/**
 * On the image: the query token's grid framed, its tokens hinted at, the query token marked.
 * @param {Pen} pen
 * @param {Block} block
 * @param {Position} token
 * @param {number} width
 */
export function drawToken(pen, block, token, width) {
  const side = width / block.side;
  const grid = block.levels.length > 1 ? block.levels[0].grid : 1;
  const cell = side * grid;
  const [y, x] = both(token, (t) => Math.floor(t / grid) * cell);
  if (grid > 1 && side >= 4) {
    pen.strokeStyle = "rgba(255,255,255,.35)";
    pen.lineWidth = 0.5;
    pen.beginPath();
    for (let i = 1; i < grid; i++) {
      pen.moveTo(x + i * side, y);
      pen.lineTo(x + i * side, y + cell);
      pen.moveTo(x, y + i * side);
      pen.lineTo(x + cell, y + i * side);
    }
    pen.stroke();
  }
  strokeTwice(pen, GRID_LINE, x, y, cell, cell);
  if (grid === 1) return;
  const [top, left] = both(token, (t) => t * side);
  if (side >= 14) {
    ring(pen, left + 1, top + 1, side - 2);
    return;
  }
  const mark = Math.max(side, 7);
  const [markX, markY] = [left + (side - mark) / 2, top + (side - mark) / 2];
  pen.strokeStyle = DARK_INK;
  pen.lineWidth = 3.5;
  pen.strokeRect(markX, markY, mark, mark);
  pen.fillStyle = LIGHT_INK;
  pen.fillRect(markX, markY, mark, mark);
}

/**
 * A rectangle in a colour that is seen on every ground.
 * @param {Pen} pen
 * @param {string} colour
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
export function strokeTwice(pen, colour, x, y, width, height) {
  for (const [style, weight] of /** @type {[string, number][]} */ ([
    [DARK_INK, 4],
    [colour, 2],
  ])) {
    pen.strokeStyle = style;
    pen.lineWidth = weight;
    pen.strokeRect(x, y, width, height);
  }
}

/**
 * A ring in a cell of a map of `columns` cells, each `side` wide.
 * @param {Pen} pen
 * @param {number} cell
 * @param {number} columns
 * @param {number} side
 * @param {number} inset
 * @param {boolean} [dashed]
 */
export function ringAt(pen, cell, columns, side, inset, dashed = false) {
  const [row, column] = positionOf(cell, columns);
  ring(pen, column * side + inset, row * side + inset, side - 2 * inset, dashed);
}

/**
 * A level before it is known: its tokens in one neutral colour.
 * @param {HTMLCanvasElement} canvas
 * @param {number} g
 * @param {Look} look
 */
export function drawWaiting(canvas, g, look) {
  const { pen, width } = fit(canvas);
  const side = width / g;
  pen.fillStyle = look.paper;
  pen.fillRect(0, 0, width, width);
  pen.fillStyle = look.line;
  for (const k of range(g * g)) {
    const [y, x] = both(positionOf(k, g), (at) => at * side);
    pen.fillRect(x + 0.5, y + 0.5, side - 1, side - 1);
  }
}

/**
 * The colour bar of multiples of uniform attention, with a mark at `multiple` while a token is
 * pointed at.
 * @param {HTMLCanvasElement} canvas
 * @param {Words} words
 * @param {Look} look
 * @param {number | null} multiple
 */
export function drawBar(canvas, words, look, multiple) {
  const ticks = ["1/16", "1/8", "1/4", "1/2", "1×", "2×", "4×", "8×", "16×"];
  drawScale(canvas, look, {
    colours: look.ramp.colours,
    ticks,
    bold: OCTAVES,
    titles: { left: words.bar_below, center: words.bar_uniform, right: words.bar_above },
    below: true,
    mark: multiple === null ? null : step(multiple) / STEPS,
  });
}

/**
 * The colour bar of amounts from 0 to `top`, a whole number.
 * @param {HTMLCanvasElement} canvas
 * @param {string} title
 * @param {number} top
 * @param {Look} look
 * @param {number | null} amount
 */
export function drawAmountBar(canvas, title, top, look, amount) {
  drawScale(canvas, look, {
    colours: look.ramp.colours.slice(STEPS / 2),
    ticks: range(top + 1).map(String),
    bold: 0,
    titles: { right: title },
    below: false,
    mark: amount === null ? null : Math.min(1, amount / top),
  });
}

/**
 * A bar of colours with ticks at even distances, titles over its left end, middle and right end,
 * and triangles for what lies beyond; `below`: there is something below, too.
 * @param {HTMLCanvasElement} canvas
 * @param {Look} look
 * @param {{ colours: string[], ticks: string[], bold: number, below: boolean, mark: number | null,
 *   titles: { left?: string, center?: string, right?: string } }} bar
 */
export function drawScale(canvas, look, { colours, ticks, bold, titles, below, mark }) {
  const { pen, width, height } = fit(canvas);
  pen.clearRect(0, 0, width, height);
  const [left, right, top, thick] = [14, width - 14, height > 46 ? 18 : 14, 12];
  const at = (/** @type {number} */ share) => left + (right - left) * share;
  const last = colours.length - 1;
  for (let i = 0; i < last; i++) {
    pen.fillStyle = colours[i];
    pen.fillRect(at(i / last), top, (right - left) / last + 0.6, thick);
  }
  /** @type {[string, number, number][]} */
  const ends = [[colours[last], right + 1, width - 2]];
  if (below) ends.push([colours[0], left - 1, 2]);
  for (const [colour, base, tip] of ends) {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(base, top);
    pen.lineTo(tip, top + thick / 2);
    pen.lineTo(base, top + thick);
    pen.fill();
  }
  pen.strokeStyle = look.strongLine;
  pen.lineWidth = 1;
  pen.strokeRect(left + 0.5, top + 0.5, right - left - 1, thick - 1);
  pen.textBaseline = "alphabetic";
  pen.textAlign = "center";
  ticks.forEach((text, i) => {
    const x = at(i / (ticks.length - 1));
    pen.font = `${i === bold ? 650 : 400} 13px ${FONT}`;
    pen.fillStyle = i === bold ? look.ink : look.soft;
    pen.fillRect(x - 0.5, top + thick, 1, 3);
    pen.fillText(text, x, top + thick + 16);
  });
  pen.font = `13px ${FONT}`;
  pen.fillStyle = look.soft;
  const sides = /** @type {const} */ (["left", "center", "right"]);
  const said = sides.map((side) => titles[side] ?? "");
  const taken = said.reduce((sum, text) => sum + pen.measureText(text).width + 8, 0);
  const [from, to] = taken > right - left ? [0, width] : [left, right]; // beyond the ends if narrow
  sides.forEach((side, i) => {
    pen.textAlign = side;
    pen.fillText(said[i], from + ((to - from) * i) / 2, top - 5);
  });
  if (mark === null) return;
  const x = at(mark);
  pen.fillStyle = look.ink;
  pen.beginPath();
  pen.moveTo(x - 5, top - 6);
  pen.lineTo(x + 5, top - 6);
  pen.lineTo(x, top + 1);
  pen.fill();
  pen.fillRect(x - 1, top, 2, thick);
}

/**
 * The whole image, small, with everything outside the network's input dimmed.
 * @param {HTMLCanvasElement} canvas
 * @param {Photo} photo
 */
export function drawWhole(canvas, photo) {
  const { image, crop } = photo;
  const scale = Math.min(72 / image.width, 42 / image.height);
  canvas.style.width = `${Math.round(image.width * scale)}px`;
  canvas.style.height = `${Math.round(image.height * scale)}px`;
  const { pen, width, height } = fit(canvas);
  pen.drawImage(image, 0, 0, width, height);
  const [x, y] = [crop[0] * width, crop[1] * height];
  const [wide, tall] = [crop[2] * width, crop[3] * height];
  pen.fillStyle = "rgba(20,19,15,.62)";
  pen.beginPath();
  pen.rect(0, 0, width, height);
  pen.rect(x, y, wide, tall);
  pen.fill("evenodd");
  pen.strokeStyle = LIGHT_INK;
  pen.lineWidth = 1.5;
  pen.strokeRect(x + 0.75, y + 0.75, wide - 1.5, tall - 1.5);
}
