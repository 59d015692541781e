// A map of cells on a canvas: its image, its cells in colours of the ramp, what is written on them.
// All that the browser draws of attention and attributions goes through here.

import { areaOfGrid } from "./attention.js";
import { drawPart, FONT, fit, ringAt } from "./canvas.js";
import { both, positionOf, range } from "./grid.js";
import { formatMultiple, OCTAVES, STEPS, step } from "./scale.js";

/** @import { RowFacts } from "./attention.js" */
/** @import { Pen } from "./canvas.js" */
/** @import { AttentionRow, Block, Look, Photo } from "./types.d.ts" */

/**
 * @typedef {{ rows: number, columns: number, steps?: ArrayLike<number | null> | null,
 *   opacity?: number, opaque?: boolean, image?: (pen: Pen, width: number, height: number) => void,
 *   texts?: Record<number, string>, beyond?: number[], hatched?: number[] }} CellMap
 *   lists are over cells, row by row; `steps`: colours on the ramp, null: no such cell; `opaque`:
 *   whether the image hardly shows through, which decides how lines and texts are drawn; `beyond`:
 *   cells whose value lies outside of the scale
 */

/**
 * Draw a map; gives the pen, the size of a cell, and where cells begin.
 * @param {HTMLCanvasElement} canvas
 * @param {CellMap} map
 * @param {Look} look
 */
export function drawCells(canvas, map, look) {
  const { rows, columns, steps = null, opacity = 1, opaque = true, texts = {} } = map;
  const { pen, width, height } = fit(canvas);
  const [tall, wide] = [height / rows, width / columns];
  /** @type {(cell: number) => [number, number]} x, y */
  const corner = (cell) => {
    const [row, column] = positionOf(cell, columns);
    return [column * wide, row * tall];
  };
  pen.fillStyle = look.paper;
  pen.fillRect(0, 0, width, height);
  if (!steps || opacity < 1) map.image?.(pen, width, height);
  pen.globalAlpha = opacity;
  for (const cell of range(steps?.length ?? 0)) {
    const at = steps?.[cell] ?? null;
    if (at === null) continue;
    pen.fillStyle = look.ramp.colours[at];
    // To whole pixels, so that no seam shows between cells.
    const [x, y] = both(corner(cell), Math.round);
    const [right, bottom] = both(corner(cell), (side, axis) =>
      Math.round(side + (axis ? tall : wide)),
    );
    pen.fillRect(x, y, right - x, bottom - y);
  }
  pen.globalAlpha = 1;
  if (rows * columns > 1 && wide >= 3) {
    pen.fillStyle = steps && opaque ? look.paper : `rgba(0,0,0,${columns > 20 ? 0.16 : 0.34})`;
    for (let x = 1; x < columns; x++) pen.fillRect(Math.round(x * wide), 0, 1, height);
    for (let y = 1; y < rows; y++) pen.fillRect(0, Math.round(y * tall), width, 1);
  }
  const inkOf = (/** @type {number} */ cell) => look.ramp.inks[steps?.[cell] ?? STEPS / 2];
  const side = Math.min(wide, tall);
  for (const cell of map.hatched ?? []) hatch(pen, ...corner(cell), side, inkOf(cell));
  for (const cell of map.beyond ?? []) {
    const above = (steps?.[cell] ?? 0) > STEPS / 2;
    if (side >= (above ? 10 : 20)) markBeyond(pen, ...corner(cell), side, above, inkOf(cell));
  }
  for (const [cell, text] of Object.entries(texts)) {
    const [x, y] = corner(Number(cell));
    if (!opaque) writeOnPaper(pen, [x, y, wide, tall], text, look);
    else if (wide >= 20) write(pen, [x, y, wide, tall], text, inkOf(Number(cell)));
  }
  return { pen, width, height, wide, tall, corner };
}

/**
 * A level as a flat map: colours, the strongest weights, marks beyond the scale, the rings.
 * @param {HTMLCanvasElement} canvas
 * @param {AttentionRow} row
 * @param {RowFacts} facts
 * @param {Look} look
 * @param {number | null} pointed the token that is pointed at
 */
export function drawMap(canvas, row, facts, look, pointed) {
  const { g, own, multiple } = row;
  const end = 2 ** OCTAVES;
  const named = facts.strongest > 1.15 ? facts.order.slice(0, g > 2 ? 3 : 4) : [];
  const texts = named.map((k) => [k, formatMultiple(multiple[k]).replace("×", "")]);
  const { pen, wide } = drawCells(
    canvas,
    {
      rows: g,
      columns: g,
      steps: stepsOf(multiple),
      beyond: facts.order.filter((k) => multiple[k] > end || multiple[k] < 1 / end),
      texts: Object.fromEntries(texts),
    },
    look,
  );
  ringAt(pen, own, g, wide, 1);
  if (pointed !== null) ringAt(pen, pointed, g, wide, 2, true);
}

/**
 * A level laid over its part of the image, all tokens at one opacity.
 * @param {HTMLCanvasElement} canvas
 * @param {Photo} photo
 * @param {AttentionRow} row
 * @param {Block} block
 * @param {Look} look
 * @param {number} opacity
 */
export function drawOverlay(canvas, photo, row, block, look, opacity) {
  const { g, own, multiple } = row;
  const { pen, wide } = drawCells(
    canvas,
    {
      rows: g,
      columns: g,
      steps: stepsOf(multiple),
      opacity,
      opaque: false,
      image: (on, width) => drawPart(on, photo, areaOfGrid(row, block), 0, 0, width),
    },
    look,
  );
  ringAt(pen, own, g, wide, 1);
}

/**
 * The colours of multiples of uniform attention; 0: no such token.
 * @param {ArrayLike<number>} multiples
 */
function stepsOf(multiples) {
  return Array.from(multiples, (multiple) => (multiple > 0 ? step(multiple) : null));
}

/**
 * A small triangle: top right for more than the scale has, bottom left for less.
 * @param {Pen} pen
 * @param {number} x
 * @param {number} y
 * @param {number} side
 * @param {boolean} above
 * @param {string} ink
 */
function markBeyond(pen, x, y, side, above, ink) {
  const edge = Math.min(7, side * 0.2);
  pen.fillStyle = ink;
  pen.globalAlpha = above ? 1 : 0.55;
  pen.beginPath();
  if (above) {
    pen.moveTo(x + side - 2 - edge, y + 2);
    pen.lineTo(x + side - 2, y + 2);
    pen.lineTo(x + side - 2, y + 2 + edge);
  } else {
    pen.moveTo(x + 2, y + side - 2 - edge);
    pen.lineTo(x + 2, y + side - 2);
    pen.lineTo(x + 2 + edge, y + side - 2);
  }
  pen.fill();
  pen.globalAlpha = 1;
}

/**
 * Thin diagonal lines: this cell is masked.
 * @param {Pen} pen
 * @param {number} x
 * @param {number} y
 * @param {number} side
 * @param {string} ink
 */
export function hatch(pen, x, y, side, ink) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, side, side);
  pen.clip();
  pen.strokeStyle = ink;
  pen.globalAlpha = 0.6;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let d = -side; d < side; d += 7) {
    pen.moveTo(x + d, y + side);
    pen.lineTo(x + d + side, y);
  }
  pen.stroke();
  pen.restore();
}

/**
 * A text in the middle of a cell, on its colour.
 * @param {Pen} pen
 * @param {[number, number, number, number]} box
 * @param {string} text
 * @param {string} ink
 */
function write(pen, [x, y, wide, tall], text, ink) {
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.font = `600 ${wide > 46 ? 15 : wide > 32 ? 12.5 : 10.5}px ${FONT}`;
  pen.fillStyle = ink;
  pen.fillText(text, x + wide / 2, y + tall * 0.54);
}

/**
 * A text in the middle of a cell, on paper, since the image shows through the cell.
 * @param {Pen} pen
 * @param {[number, number, number, number]} box
 * @param {string} text
 * @param {Look} look
 */
function writeOnPaper(pen, [x, y, wide, tall], text, look) {
  pen.font = `600 ${Math.min(14, wide * 0.55, (1.7 * wide) / text.length)}px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const [across, down] = [pen.measureText(text).width + 4, Math.min(18, tall - 2)];
  pen.fillStyle = look.paper;
  pen.fillRect(x + (wide - across) / 2, y + (tall - down) / 2, across, down);
  pen.fillStyle = look.ink;
  pen.fillText(text, x + wide / 2, y + tall / 2 + 1);
}
