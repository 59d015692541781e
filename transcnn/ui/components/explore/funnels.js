// The funnels between the columns: which part of one is the whole of the next.

import { areaOfGrid, factors } from "../shared/attention.js";
import { GRID_LINE } from "../shared/canvas.js";
import { both } from "../shared/grid.js";
import { DARK_INK } from "../shared/scale.js";

/** @import { Explore } from "./explore.js" */
/** @typedef {{ left: number, top: number, side: number }} Box a square, in CSS pixels */

const LINE = 7; // letters of a line between two columns

/**
 * Letters; a Chinese character is as wide as two.
 * @param {string} text
 */
function widthOf(text) {
  return [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 : 1), 0);
}

/**
 * From a grid on the image (or a merged token on a map) to the map that shows it, level by level.
 * @param {Explore} view
 */
export function drawFunnels(view) {
  const funnels = view.pick(".funnels");
  funnels.replaceChildren();
  const { block, token } = view;
  if (!token || !funnels.clientWidth) return;
  const origin = view.pick(".columns").getBoundingClientRect();
  const box = (/** @type {HTMLElement} */ element) => {
    const { left, top, width } = element.getBoundingClientRect();
    return { left: left - origin.left, top: top - origin.top, side: width };
  };
  const maps = block.levels.map((_, i) => box(view.columns[i].map));
  const photo = box(view.photoCanvas);
  const g = block.levels[0].grid;
  const first = { g, factor: 1, grid: both(token, (t) => Math.floor(t / g)) };
  const [left, top, side] = areaOfGrid(first, block).map((share) => share * photo.side);
  const cell = { left: photo.left + left, top: photo.top + top, side };
  addFunnel(view, funnels, photo, cell, maps[0], true);
  if (block.levels.length > 1) addFunnelText(funnels, photo, maps[0], view.word("zoom_in"));
  for (let i = 1; i < block.levels.length; i++) {
    const [from, to] = [maps[i - 1], maps[i]];
    const { grid } = block.levels[i];
    const factor = factors(block)[i];
    const [row, column] = both(token, (t) => Math.floor(t / factor) % grid);
    const size = to.side / grid;
    const merged = { left: to.left + column * size, top: to.top + row * size, side: size };
    addFunnel(view, funnels, to, merged, from, false);
    const count = block.levels[i - 1].grid ** 2;
    addFunnelText(funnels, from, to, view.word("pool", { merged: count }));
  }
}

/**
 * Lines from a square inside `from` to the near side of `map`; dotted where they cross a map.
 * @param {Explore} view
 * @param {HTMLElement} svg
 * @param {Box} from the image or map that holds the square
 * @param {Box} square
 * @param {Box} map
 * @param {boolean} onPhoto
 */
function addFunnel(view, svg, from, square, map, onPhoto) {
  const right = map.left > from.left; // the map stands right of it
  const near = right ? square.left + square.side : square.left;
  const edge = right ? from.left + from.side : from.left;
  const far = right ? map.left : map.left + map.side;
  const between = (/** @type {number} */ a, /** @type {number} */ b) =>
    near === far ? a : a + ((b - a) * (edge - near)) / (far - near);
  const upper = between(square.top, map.top);
  const lower = between(square.top + square.side, map.top + map.side);
  const { accent, ink } = view.look;
  /** @type {(tag: string, attributes: Record<string, string | number>) => void} */
  const add = (tag, attributes) => svg.append(svgShape(tag, attributes));
  add("polygon", {
    points: `${edge},${upper} ${far},${map.top} ${far},${map.top + map.side} ${edge},${lower}`,
    fill: accent,
    opacity: 0.13,
  });
  const crossing = `M${near} ${square.top}L${edge} ${upper}M${near} ${square.top + square.side}L${edge} ${lower}`;
  if (onPhoto) {
    add("path", { d: crossing, stroke: DARK_INK, "stroke-width": 3, opacity: 0.45, fill: "none" });
    add("path", { d: crossing, stroke: GRID_LINE, "stroke-width": 1.5, fill: "none" });
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

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function svgShape(tag, attributes) {
  const shape = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, String(value));
  return shape;
}

/**
 * A text in the gap between two columns, in lines of few letters.
 * @param {HTMLElement} svg
 * @param {Box} from
 * @param {Box} to
 * @param {string} text
 */
function addFunnelText(svg, from, to, text) {
  const x = (from.left + from.side + to.left) / 2;
  const smaller = from.side < to.side ? from : to;
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const joined = `${lines.at(-1)} ${word}`;
    if (lines.length && widthOf(joined) <= LINE) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  lines.forEach((line, i) => {
    const shape = svgShape("text", { x, y: smaller.top + smaller.side / 2 - 2 + 15 * i });
    shape.textContent = line;
    svg.append(shape);
  });
}
