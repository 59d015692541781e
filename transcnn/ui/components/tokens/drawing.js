// Maps of tokens as cells of one colour each, and a merge on its way. Colours are bytes, three a
// token, row by row.

import { FONT, fit, ring } from "../shared/canvas.js";
import { both, positionOf, range } from "../shared/grid.js";
import { penOf } from "../shared/look.js";
import { DARK_INK, LIGHT_INK } from "../shared/scale.js";

/** @import { Pen } from "../shared/canvas.js" */
/** @import { Look, Square } from "../shared/types.d.ts" */

/**
 * The cells of a map of `side` tokens, with a border around every `grid` of them.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} bytes
 * @param {number} side
 * @param {number} grid
 * @param {Look} look
 */
export function drawCells(canvas, bytes, side, grid, look) {
  const { pen, width } = fit(canvas);
  const sheet = new OffscreenCanvas(side, side);
  const sheetPen = penOf(sheet);
  const image = sheetPen.createImageData(side, side);
  for (let k = 0; k < side * side; k++) {
    image.data.set(bytes.subarray(3 * k, 3 * k + 3), 4 * k);
    image.data[4 * k + 3] = 255;
  }
  sheetPen.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(sheet, 0, 0, width, width);
  pen.fillStyle = look.paper;
  for (let i = 1; i < Math.ceil(side / grid); i++) {
    const at = Math.round((i * grid * width) / side);
    pen.fillRect(at - 1, 0, 1.5, width);
    pen.fillRect(0, at - 1, width, 1.5);
  }
  return { pen, width };
}

/**
 * Between a level and the next: every grid draws together while its tokens take on the colour of
 * the token that it becomes. `way` goes from 0 to 1.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} below
 * @param {Uint8Array} above
 * @param {number} side
 * @param {number} grid
 * @param {number} way
 * @param {Look} look
 */
export function drawMerging(canvas, below, above, side, grid, way, look) {
  const { pen, width } = fit(canvas);
  const grids = Math.ceil(side / grid);
  const cell = width / side;
  const shrink = 1 - 0.28 * Math.sin(Math.PI * way);
  const blend = way * way * (3 - 2 * way);
  pen.fillStyle = look.paper;
  pen.fillRect(0, 0, width, width);
  for (let k = 0; k < side * side; k++) {
    const at = positionOf(k, side);
    const [row, column] = both(at, (a) => Math.floor(a / grid));
    const merged = 3 * (row * grids + column);
    const mixed = range(3).map((c) =>
      Math.round(below[3 * k + c] + (above[merged + c] - below[3 * k + c]) * blend),
    );
    const [y, x] = both(at, (a) => {
      const centre = (Math.floor(a / grid) + 0.5) * grid;
      return (centre + (a - centre) * shrink) * cell;
    });
    pen.fillStyle = `rgb(${mixed})`;
    pen.fillRect(x, y, cell * shrink + 0.4, cell * shrink + 0.4);
  }
}

/**
 * A part of a map, marked; never smaller than can be seen.
 * @param {Pen} pen
 * @param {Square} part
 * @param {number} width of the map
 * @param {boolean} [dashed]
 */
export function markPart(pen, [left, top, side], width, dashed = false) {
  const shown = Math.max(side * width, 9);
  const shift = (side * width - shown) / 2;
  const [x, y] = [left * width + shift, top * width + shift];
  ring(pen, x + 1, y + 1, shown - 2, dashed);
}

/**
 * The image outside of a part dimmed, the part framed.
 * @param {Pen} pen
 * @param {Square} part
 * @param {number} width of the map
 */
export function highlight(pen, [left, top, side], width) {
  pen.fillStyle = "rgba(20,19,15,.55)";
  pen.beginPath();
  pen.rect(0, 0, width, width);
  pen.rect(left * width, top * width, side * width, side * width);
  pen.fill("evenodd");
  markPart(pen, [left, top, side], width);
}

/**
 * A small number in a part: the rank of a similar token.
 * @param {Pen} pen
 * @param {Square} part
 * @param {number} width of the map
 * @param {number} rank
 */
export function numberPart(pen, [left, top, side], width, rank) {
  const [x, y] = [(left + side / 2) * width, (top + side / 2) * width];
  pen.font = `700 12px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = DARK_INK;
  pen.beginPath();
  pen.arc(x, y, 8.5, 0, 2 * Math.PI);
  pen.fill();
  pen.strokeStyle = LIGHT_INK;
  pen.lineWidth = 1;
  pen.stroke();
  pen.fillStyle = LIGHT_INK;
  pen.fillText(String(rank), x, y + 0.5);
}
