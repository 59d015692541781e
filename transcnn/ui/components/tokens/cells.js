// Maps of tokens as cells of one colour each, and a merge on its way. Colours are bytes, three a
// token, row by row.

import { FONT, fit, ring } from "../shared/canvas.js";
import { DARK_INK, LIGHT_INK } from "../shared/scale.js";

/** The cells of a map of `side` tokens, with a border around every `grid` of them. */
export function drawCells(canvas, bytes, side, grid, look) {
  const { pen, width } = fit(canvas);
  const sheet = new OffscreenCanvas(side, side);
  const image = sheet.getContext("2d").createImageData(side, side);
  for (let k = 0; k < side * side; k++) {
    image.data.set(bytes.subarray(3 * k, 3 * k + 3), 4 * k);
    image.data[4 * k + 3] = 255;
  }
  sheet.getContext("2d").putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(sheet, 0, 0, width, width);
  drawBorders(pen, Math.ceil(side / grid), (grid * width) / side, width, look);
  return { pen, width };
}

function drawBorders(pen, count, step, width, look) {
  pen.fillStyle = look.paper;
  for (let i = 1; i < count; i++) {
    const at = Math.round(i * step);
    pen.fillRect(at - 1, 0, 1.5, width);
    pen.fillRect(0, at - 1, width, 1.5);
  }
}

/**
 * Between a level and the next: every grid draws together while its tokens take on the colour of
 * the token that it becomes. `way` goes from 0 to 1.
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
    const at = [Math.floor(k / side), k % side];
    const of = at.map((a) => Math.floor(a / grid));
    const merged = 3 * (of[0] * grids + of[1]);
    const mixed = [0, 1, 2].map((c) =>
      Math.round(below[3 * k + c] + (above[merged + c] - below[3 * k + c]) * blend),
    );
    const [y, x] = at.map((a, i) => {
      const centre = (of[i] + 0.5) * grid;
      return (centre + (a - centre) * shrink) * cell;
    });
    pen.fillStyle = `rgb(${mixed})`;
    pen.fillRect(x, y, cell * shrink + 0.4, cell * shrink + 0.4);
  }
}

/** A square part of a map, [left, top, side] in shares, marked; never smaller than can be seen. */
export function markPart(pen, [left, top, side], width, dashed = false) {
  const shown = Math.max(side * width, 9);
  const shift = (side * width - shown) / 2;
  const [x, y] = [left * width + shift, top * width + shift];
  ring(pen, x + 1, y + 1, shown - 2, dashed);
}

/** The photo outside of the lit part dimmed, the part framed. */
export function lightUp(pen, [left, top, side], width) {
  const box = [left * width, top * width, side * width, side * width];
  pen.fillStyle = "rgba(20,19,15,.55)";
  pen.beginPath();
  pen.rect(0, 0, width, width);
  pen.rect(...box);
  pen.fill("evenodd");
  markPart(pen, [left, top, side], width);
}

/** A small number in the corner of a part: the rank of a token that is alike. */
export function numberPart(pen, [left, top, side], width, text) {
  const centre = [(left + side / 2) * width, (top + side / 2) * width];
  pen.font = `700 12px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = DARK_INK;
  pen.beginPath();
  pen.arc(...centre, 8.5, 0, 2 * Math.PI);
  pen.fill();
  pen.strokeStyle = LIGHT_INK;
  pen.lineWidth = 1;
  pen.stroke();
  pen.fillStyle = LIGHT_INK;
  pen.fillText(text, centre[0], centre[1] + 0.5);
}
