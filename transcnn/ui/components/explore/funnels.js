// The funnels between the columns: which part of one is the whole of the next.

import { areaOfGrid, factors } from "../shared/attention.js";
import { CELL_LINE } from "../shared/canvas.js";
import { DARK_INK } from "../shared/scale.js";

const LINE = 7; // letters of a line between two columns

/** Letters; a Chinese character is as wide as two. */
function widthOf(text) {
  return [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 : 1), 0);
}

/** From a grid on the picture (or on a map) to the map that shows it, level by level. */
export function drawFunnels(view) {
  const funnels = view.pick(".funnels");
  funnels.replaceChildren();
  if (!view.token || !funnels.clientWidth) return;
  const origin = view.pick(".board").getBoundingClientRect();
  const box = (element) => {
    const { left, top, width } = element.getBoundingClientRect();
    return { left: left - origin.left, top: top - origin.top, side: width };
  };
  const { block, token } = view;
  const boxes = [box(view.photoCanvas), ...block.levels.map((_, i) => box(view.columns[i].map))];
  const first = {
    g: block.levels[0].grid,
    factor: 1,
    grid: token.map((t) => Math.floor(t / block.levels[0].grid)),
  };
  const [left, top, side] = areaOfGrid(first, block);
  const [photo, map] = boxes;
  const cell = {
    left: photo.left + left * photo.side,
    top: photo.top + top * photo.side,
    side: side * photo.side,
  };
  addFunnel(view, funnels, photo, cell, map, true);
  if (block.levels.length > 1) addFunnelText(funnels, photo, map, view.word("zoom_in"));
  for (let i = 1; i < block.levels.length; i++) {
    const [from, to] = [boxes[i], boxes[i + 1]];
    const g = block.levels[i].grid;
    const factor = factors(block)[i];
    const at = token.map((t) => Math.floor(t / factor) % g);
    const size = to.side / g;
    const merged = { left: to.left + at[1] * size, top: to.top + at[0] * size, side: size };
    addFunnel(view, funnels, to, merged, from, false);
    const count = block.levels[i - 1].grid ** 2;
    addFunnelText(funnels, from, to, view.word("pool", { merged: count }));
  }
}

/** Lines from a square inside `board` to the near side of `map`; dotted where they cross a board. */
function addFunnel(view, svg, board, square, map, onPhoto) {
  const right = map.left > board.left; // the map stands right of the board
  const near = right ? square.left + square.side : square.left;
  const edge = right ? board.left + board.side : board.left;
  const far = right ? map.left : map.left + map.side;
  const between = (a, b) => (near === far ? a : a + ((b - a) * (edge - near)) / (far - near));
  const upper = between(square.top, map.top);
  const lower = between(square.top + square.side, map.top + map.side);
  const { accent, ink } = view.look;
  const add = (tag, attributes) => {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    svg.append(shape);
  };
  add("polygon", {
    points: `${edge},${upper} ${far},${map.top} ${far},${map.top + map.side} ${edge},${lower}`,
    fill: accent,
    opacity: 0.13,
  });
  const crossing = `M${near} ${square.top}L${edge} ${upper}M${near} ${square.top + square.side}L${edge} ${lower}`;
  if (onPhoto) {
    add("path", { d: crossing, stroke: DARK_INK, "stroke-width": 3, opacity: 0.45, fill: "none" });
    add("path", { d: crossing, stroke: CELL_LINE, "stroke-width": 1.5, fill: "none" });
  } else
    add("path", {
      d: crossing,
      stroke: ink,
      "stroke-dasharray": "2 3",
      opacity: 0.6,
      fill: "none",
    });
  add("path", {
    d: `M${edge} ${upper}L${far} ${map.top}M${edge} ${lower}L${far} ${map.top + map.side}`,
    stroke: accent,
    "stroke-width": 1.5,
    fill: "none",
  });
}

/** A text in the gap between two columns, in lines of few letters. */
function addFunnelText(svg, from, to, text) {
  const x = (from.left + from.side + to.left) / 2;
  const smaller = from.side < to.side ? from : to;
  const lines = [];
  for (const word of text.split(" ")) {
    const joined = `${lines.at(-1)} ${word}`;
    if (lines.length && widthOf(joined) <= LINE) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  lines.forEach((line, i) => {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "text");
    shape.setAttribute("x", x);
    shape.setAttribute("y", smaller.top + smaller.side / 2 - 2 + 15 * i);
    shape.textContent = line;
    svg.append(shape);
  });
}
