// Drawing: photo with its board, maps, overlays, the colour bar. All lengths in CSS pixels.

import { areaOfGrid, range } from "./attention.js";
import { DARK_INK, formatMultiple, LIGHT_INK, OCTAVES, STEPS, step } from "./scale.js";

export const FONT =
  '"Source Sans", "Source Sans 3", "Noto Sans CJK SC", "Liberation Sans", sans-serif';
export const CELL_LINE = "#39D0C4";

/** Fit a canvas to its place on the page, at the screen's density (at most 3). */
export function fit(canvas) {
  const density = Math.min(3, devicePixelRatio || 1);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const pixels = [width, height].map((side) => Math.round(side * density));
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1])
    [canvas.width, canvas.height] = pixels;
  const pen = canvas.getContext("2d");
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.globalAlpha = 1;
  return { pen, width, height };
}

/** The double ring that says "this one"; dashed for a place that is only pointed at. */
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

/** A square part of the network's square, [left, top, side] in shares of it, at (x, y). */
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

/** The photo with the board of first-level grids, drawn once for each stage. */
export function drawBoard(photo, cells, width, density) {
  const sheet = new OffscreenCanvas(Math.round(width * density), Math.round(width * density));
  const pen = sheet.getContext("2d");
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

/** On the photo: the token's grid framed, its tokens hinted at, the token marked. */
export function drawToken(pen, block, token, width) {
  const token_side = width / block.side;
  const grid = block.levels.length > 1 ? block.levels[0].grid : 1;
  const cell = token_side * grid;
  const [row, column] = token.map((t) => Math.floor(t / grid));
  const [x, y] = [column * cell, row * cell];
  if (grid > 1 && token_side >= 4) {
    pen.strokeStyle = "rgba(255,255,255,.35)";
    pen.lineWidth = 0.5;
    pen.beginPath();
    for (let i = 1; i < grid; i++) {
      pen.moveTo(x + i * token_side, y);
      pen.lineTo(x + i * token_side, y + cell);
      pen.moveTo(x, y + i * token_side);
      pen.lineTo(x + cell, y + i * token_side);
    }
    pen.stroke();
  }
  for (const [colour, weight] of [
    [DARK_INK, 4],
    [CELL_LINE, 2],
  ]) {
    pen.strokeStyle = colour;
    pen.lineWidth = weight;
    pen.strokeRect(x, y, cell, cell);
  }
  if (grid === 1) return;
  const [tokenX, tokenY] = [token[1] * token_side, token[0] * token_side];
  if (token_side >= 14) {
    ring(pen, tokenX + 1, tokenY + 1, token_side - 2);
    return;
  }
  const mark = Math.max(token_side, 7);
  const at = [tokenX + (token_side - mark) / 2, tokenY + (token_side - mark) / 2];
  pen.strokeStyle = DARK_INK;
  pen.lineWidth = 3.5;
  pen.strokeRect(...at, mark, mark);
  pen.fillStyle = LIGHT_INK;
  pen.fillRect(...at, mark, mark);
}

/** A level as a flat map: colours, the strongest numbers, marks beyond the scale, the rings. */
export function drawMap(canvas, reading, facts, look, pointed) {
  const { pen, width } = fit(canvas);
  const { g, own, multiple } = reading;
  const side = width / g;
  const gap = side > 12 ? 1 : 0.5;
  pen.fillStyle = look.paper;
  pen.fillRect(0, 0, width, width);
  const corner = (k) => [(k % g) * side, Math.floor(k / g) * side];
  for (const k of facts.order) {
    const [x, y] = corner(k);
    pen.fillStyle = look.ramp.colours[step(multiple[k])];
    pen.fillRect(x + gap / 2, y + gap / 2, side - gap, side - gap);
    if (multiple[k] > 16 || (multiple[k] < 1 / 16 && side > 20))
      markBeyond(pen, x, y, side, multiple[k] > 16, look.ramp.inks[step(multiple[k])]);
  }
  if (side >= 20 && facts.strongest > 1.15) {
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.font = `600 ${side > 46 ? 15 : side > 32 ? 12.5 : 10.5}px ${FONT}`;
    for (const k of facts.order.slice(0, g > 2 ? 3 : 4)) {
      const [x, y] = corner(k);
      pen.fillStyle = look.ramp.inks[step(multiple[k])];
      pen.fillText(formatMultiple(multiple[k]).replace("×", ""), x + side / 2, y + side * 0.54);
    }
  }
  ring(pen, corner(own)[0] + 1, corner(own)[1] + 1, side - 2);
  if (pointed !== null) ring(pen, corner(pointed)[0] + 2, corner(pointed)[1] + 2, side - 4, true);
}

/** A small triangle: top right for more than the scale has, bottom left for less. */
export function markBeyond(pen, x, y, side, above, ink) {
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

/** A level before it is known: its cells in one neutral colour. */
export function drawWaiting(canvas, g, look) {
  const { pen, width } = fit(canvas);
  const side = width / g;
  pen.fillStyle = look.paper;
  pen.fillRect(0, 0, width, width);
  pen.fillStyle = look.line;
  for (const k of range(g * g))
    pen.fillRect((k % g) * side + 0.5, Math.floor(k / g) * side + 0.5, side - 1, side - 1);
}

/** A level laid over its part of the photo, all cells at one opacity. */
export function drawOverlay(canvas, photo, reading, facts, block, look, opacity) {
  const { pen, width } = fit(canvas);
  const { g, own, multiple } = reading;
  const side = width / g;
  drawPart(pen, photo, areaOfGrid(reading, block), 0, 0, width);
  pen.globalAlpha = opacity;
  for (const k of facts.order) {
    pen.fillStyle = look.ramp.colours[step(multiple[k])];
    pen.fillRect((k % g) * side, Math.floor(k / g) * side, side, side);
  }
  pen.globalAlpha = 1;
  ring(pen, (own % g) * side + 1, Math.floor(own / g) * side + 1, side - 2);
}

/** The colour bar of multiples, with a mark at `multiple` while a place is pointed at. */
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

/** The colour bar of amounts from 0 to `top`, a whole number. */
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
 */
export function drawScale(canvas, look, { colours, ticks, bold, titles, below, mark }) {
  const { pen, width, height } = fit(canvas);
  pen.clearRect(0, 0, width, height);
  const [left, right, top, thick] = [14, width - 14, height > 46 ? 18 : 14, 12];
  const at = (share) => left + (right - left) * share;
  const last = colours.length - 1;
  for (let i = 0; i < last; i++) {
    pen.fillStyle = colours[i];
    pen.fillRect(at(i / last), top, (right - left) / last + 0.6, thick);
  }
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
  ["left", "center", "right"].forEach((side, i) => {
    pen.textAlign = side;
    pen.fillText(titles[side] ?? "", at(i / 2), top - 5);
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

/** The whole photo, small, with everything outside the network's square dimmed. */
export function drawWhole(canvas, photo) {
  const { image, crop } = photo;
  const scale = Math.min(72 / image.width, 42 / image.height);
  canvas.style.width = `${Math.round(image.width * scale)}px`;
  canvas.style.height = `${Math.round(image.height * scale)}px`;
  const { pen, width, height } = fit(canvas);
  pen.drawImage(image, 0, 0, width, height);
  const box = [crop[0] * width, crop[1] * height, crop[2] * width, crop[3] * height];
  pen.fillStyle = "rgba(20,19,15,.62)";
  pen.beginPath();
  pen.rect(0, 0, width, height);
  pen.rect(...box);
  pen.fill("evenodd");
  pen.strokeStyle = LIGHT_INK;
  pen.lineWidth = 1.5;
  pen.strokeRect(box[0] + 0.75, box[1] + 0.75, box[2] - 1.5, box[3] - 1.5);
}
