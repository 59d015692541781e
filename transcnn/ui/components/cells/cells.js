// Cell maps side by side: cells in colours of a scale that Python declares, each value in words. A
// cell is pointed at with the mouse or walked to with the arrows, in all maps of the same link at
// once; where one may be picked, a click or Enter picks it.

import { drawScale, FONT, ring, strokeTwice } from "../shared/canvas.js";
import { drawCells } from "../shared/cells.js";
import { both, nearestCell, positionOf } from "../shared/grid.js";
import { readLook } from "../shared/look.js";
import {
  arrow,
  cellUnder,
  fill,
  find,
  findCanvas,
  findInput,
  make,
  photoAt,
  stop,
  table,
} from "../shared/page.js";
import { inkOn, LIGHT_INK, rgbOf, STEPS } from "../shared/scale.js";

/** @import { Pen } from "../shared/canvas.js" */
/** @import { Component, Look, Position, Ramps, Words } from "../shared/types.d.ts" */
/**
 * @typedef {{ ticks: string[], titles: [string, string, string], warm: boolean, below: boolean }} Bar
 *   `warm`: the upper half of the ramp alone; `below`: there are values below its lower end
 * @typedef {[number, number, number, number]} Box left, top, width, height
 * @typedef {{ id: string, name: string, note: string, says: string, missing: string | null,
 *   rows: number, columns: number, origin: Position, whole: Position | null, start: Position,
 *   image: string | null, part: Box, steps: (number | null)[] | null,
 *   values: (string | null)[] | null, texts: Record<number, string>, beyond: number[],
 *   marks: { cell: number, letter: string, role: string, dashed: boolean }[],
 *   boxes: { left: number, top: number, columns: number, rows: number, role: string,
 *     dashed: boolean }[],
 *   dots: [number, number][], link: string, pick: boolean, small: boolean, bar: Bar | null }} Map
 *   lists are over cells, row by row; `steps`: colours on the ramp
 * @typedef {{ maps: Map[], images: Record<string, string>, layout: string, bar: Bar | null,
 *   opacity: number | null, pixels: number | null, colours: Record<string, string>,
 *   ramps: Ramps, words: Words }} Data
 *   `opacity`: of the colours, null: as the visitor wishes
 */

/** A map on the page. */
class Figure {
  /** @type {Position | null} the cell that is pointed at */
  cursor = null;

  /** @param {Element} root */
  constructor(root) {
    this.root = /** @type {HTMLElement} */ (root);
    this.canvas = findCanvas(root, "canvas.data");
    this.bar = findCanvas(root, "canvas.bar");
    this.name = find(root, "b");
    this.note = find(root, "span");
    this.missing = find(root, ".missing");
    this.says = find(root, ".says");
  }
}

/**
 * What lasts as long as the component is on the page: its figures, and what watches its size.
 * @type {WeakMap<Element, { figures: Figure[], watch?: ResizeObserver }>}
 */
const lasting = new WeakMap();

/** @typedef {ReturnType<typeof prepareView>} View */

/** @param {Component<Data>} component */
export default function (component) {
  const { data, parentElement } = component;
  const root = find(parentElement, ".cells");
  const view = prepareView(root, component);
  const bar = findCanvas(root, ":scope > .bar");
  const drawEverything = () => {
    for (const i of data.maps.keys()) draw(view, i);
    if (data.bar) drawBarOf(bar, data.bar, view.look);
  };
  bar.hidden = !data.bar;
  findInput(root, ".opacity input").oninput = drawEverything;
  for (const i of data.maps.keys()) prepare(view, i);
  for (const src of Object.values(data.images))
    photoAt(src).addEventListener("load", drawEverything, { once: true });
  view.lasts.watch?.disconnect();
  view.lasts.watch = new ResizeObserver(drawEverything);
  view.lasts.watch.observe(root);
  drawEverything();
  const details = find(root, ".numbers");
  find(details, "summary").textContent = data.words.tables;
  details.ontoggle = () => fillTables(details, data);
  fillTables(details, data);
  root.dataset.maps = data.maps.map(({ id }) => id).join("|");
}

/**
 * As many figures as there are maps, and what all of them need.
 * @param {HTMLElement} root
 * @param {Component<Data>} component
 */
function prepareView(root, { data, setTriggerValue }) {
  root.classList.toggle("pairs", data.layout === "pairs");
  root.classList.toggle("in-row", data.layout === "row");
  const row = find(root, ".row");
  while (row.children.length > data.maps.length) row.lastChild?.remove();
  while (row.children.length < data.maps.length) row.append(emptyMap());
  const lasts = lasting.get(root) ?? { figures: [] };
  lasting.set(root, lasts);
  lasts.figures = [...row.children].map(
    (child) => lasts.figures.find((figure) => figure.root === child) ?? new Figure(child),
  );
  find(root, ".opacity span").textContent = data.words.opacity;
  find(root, ".opacity").hidden = data.opacity !== null;
  const slider = findInput(root, ".opacity input");
  return {
    data,
    lasts,
    look: readLook(root, data.ramps),
    opacity: () => data.opacity ?? slider.valueAsNumber / 100,
    pick: (/** @type {object} */ cell) => setTriggerValue("picked", cell),
  };
}

function emptyMap() {
  const figure = make("figure");
  const canvas = make("canvas", "data");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  const caption = make("figcaption");
  caption.append(make("b"), make("span"));
  const bar = make("canvas", "bar");
  bar.setAttribute("role", "img");
  figure.append(caption, canvas, make("div", "missing"), bar, make("p", "says"));
  return figure;
}

/**
 * @param {View} view
 * @param {number} i
 */
function prepare(view, i) {
  const [figure, map] = [view.lasts.figures[i], view.data.maps[i]];
  const { root, canvas, name, note, missing, bar } = figure;
  const { rows, columns, start } = map;
  root.dataset.map = map.id;
  root.dataset.start = start.join(","); // tests wait for it
  root.classList.toggle("small", map.small);
  name.textContent = name.title = map.name;
  note.textContent = map.note;
  canvas.hidden = map.missing !== null;
  missing.hidden = map.missing === null;
  missing.textContent = map.missing ?? "";
  bar.hidden = !map.bar;
  if (map.bar) bar.setAttribute("aria-label", barText(map.bar));
  canvas.classList.toggle("pick", map.pick);
  canvas.setAttribute("aria-label", map.says);
  const shape = `${rows},${columns}`;
  if (root.dataset.shape !== shape) figure.cursor = null;
  root.dataset.shape = shape;
  announce(view, i, false);
  const pick = (/** @type {Position} */ [row, column]) => {
    if (map.pick) view.pick({ map: map.id, row, column });
  };
  const under = (/** @type {MouseEvent} */ event) => cellUnder(canvas, event, rows, columns);
  canvas.onpointermove = (event) => {
    if (event.pointerType === "mouse") point(view, i, under(event));
  };
  canvas.onpointerleave = (event) => {
    if (event.pointerType === "mouse") point(view, i, null);
  };
  canvas.onblur = () => point(view, i, null);
  canvas.onclick = (event) => {
    point(view, i, under(event));
    pick(under(event));
  };
  canvas.onkeydown = (event) => {
    const move = arrow(event);
    const { cursor } = figure;
    if (move) {
      stop(event);
      const next = cursor && both(cursor, (at, axis) => at + move[axis]);
      point(view, i, next ? nearestCell(next, rows, columns) : start);
    } else if (event.key === "Enter" || event.key === " ") {
      stop(event);
      if (!cursor) point(view, i, start);
      pick(cursor ?? start);
    }
  };
}

/**
 * The cell of a map, and the one at the same place of all maps linked with it; null: none.
 * @param {View} view
 * @param {number} i
 * @param {Position | null} cursor
 */
function point(view, i, cursor) {
  const { maps } = view.data;
  const { id, link, rows, columns } = maps[i];
  maps.forEach((other, k) => {
    if (other.id !== id && !(link && other.link === link)) return;
    view.lasts.figures[k].cursor =
      cursor &&
      both(cursor, (at, axis) =>
        axis
          ? Math.floor(((at + 0.5) / columns) * other.columns)
          : Math.floor(((at + 0.5) / rows) * other.rows),
      );
    announce(view, k, other.id === id);
    draw(view, k);
  });
}

/**
 * What stands in the cell that is pointed at; only the map that was touched speaks aloud.
 * @param {View} view
 * @param {number} i
 * @param {boolean} aloud
 */
function announce({ data, lasts }, i, aloud) {
  const { says, cursor } = lasts.figures[i];
  says.setAttribute("aria-live", aloud ? "polite" : "off");
  says.textContent = cursor ? describe(data.maps[i], cursor, data) : "";
}

/**
 * A cell in words: its position, the pixels that it covers where these are described, its value.
 * @param {Map} map
 * @param {Position} position
 * @param {Data} data
 */
export function describe(map, [y, x], { words, pixels }) {
  const cell = y * map.columns + x;
  const value = map.values?.[cell] || map.texts[cell];
  const [row, column] = [y + map.origin[0], x + map.origin[1]];
  const [rows, columns] = map.whole ?? [map.rows, map.columns];
  const edge = (/** @type {number} */ index, /** @type {number} */ count) =>
    Math.round((index * (pixels ?? 0)) / count);
  const place = fill(pixels === null ? words.cell : words.cell_pixels, {
    row: row + 1,
    column: column + 1,
    top: edge(row, rows),
    bottom: edge(row + 1, rows) - 1,
    left: edge(column, columns),
    right: edge(column + 1, columns) - 1,
  });
  return value ? `${place}${pixels === null ? ": " : " · "}${value}` : place;
}

/**
 * @param {View} view
 * @param {number} i
 */
function draw(view, i) {
  const [figure, map] = [view.lasts.figures[i], view.data.maps[i]];
  if (map.missing !== null) return;
  drawFigure(figure, map, view);
  if (map.bar) drawBarOf(figure.bar, map.bar, view.look);
}

/**
 * @param {Figure} figure
 * @param {Map} map
 * @param {View} view
 */
function drawFigure({ canvas, cursor }, map, { data, look, opacity }) {
  canvas.style.aspectRatio = `${map.columns} / ${map.rows}`;
  const photo = map.image === null ? null : photoAt(data.images[map.image]);
  const { pen, width, height, wide, tall, corner } = drawCells(
    canvas,
    {
      ...map,
      opacity: photo ? opacity() : 1,
      opaque: data.opacity === null && (!photo || opacity() === 1),
      image: (on, across, down) => {
        if (photo?.complete && photo.naturalWidth) drawPartOf(on, photo, map.part, across, down);
      },
    },
    look,
  );
  if (!width) return;
  for (const box of map.boxes) {
    /** @type {Box} */
    const frame = [box.left * wide, box.top * tall, box.columns * wide, box.rows * tall];
    if (box.role) drawFrame(pen, frame, data.colours[box.role], box.dashed);
    else drawRing(pen, frame);
  }
  for (const { cell, letter, role, dashed } of map.marks) {
    const [x, y] = corner(cell);
    ring(pen, x + 2, y + 2, Math.min(wide, tall) - 4, dashed);
    if (letter && !map.small) chip(pen, x, y, letter, data.colours[role]);
  }
  if (cursor) {
    const side = Math.max(3, Math.min(wide, tall) - 2);
    ring(pen, cursor[1] * wide + 1, cursor[0] * tall + 1, side, true);
  }
  for (const [down, across] of map.dots) {
    pen.beginPath();
    pen.arc(across * width, down * height, 4.5, 0, 2 * Math.PI);
    Object.assign(pen, { fillStyle: data.colours.query, lineWidth: 2, strokeStyle: LIGHT_INK });
    pen.fill();
    pen.stroke();
  }
}

/**
 * A part of an image, given in shares of it, over the whole canvas.
 * @param {Pen} pen
 * @param {HTMLImageElement} image
 * @param {Box} part
 * @param {number} width
 * @param {number} height
 */
function drawPartOf(pen, image, [left, top, across, down], width, height) {
  const [sx, sy] = [image.naturalWidth, image.naturalHeight];
  pen.drawImage(image, left * sx, top * sy, across * sx, down * sy, 0, 0, width, height);
}

/**
 * A ring around a rectangle, at least as large as can be seen.
 * @param {Pen} pen
 * @param {Box} box
 */
function drawRing(pen, [x, y, wide, tall]) {
  const [width, height] = [Math.max(wide - 2, 5), Math.max(tall - 2, 5)];
  strokeTwice(pen, LIGHT_INK, x + (wide - width) / 2, y + (tall - height) / 2, width, height);
}

/**
 * A coloured line around a rectangle of cells.
 * @param {Pen} pen
 * @param {Box} box
 * @param {string} colour
 * @param {boolean} dashed
 */
function drawFrame(pen, box, colour, dashed) {
  for (const [lineWidth, strokeStyle] of [
    [6, LIGHT_INK],
    [3, colour],
  ]) {
    pen.setLineDash(dashed ? [7, 5] : []);
    Object.assign(pen, { lineWidth, strokeStyle });
    pen.strokeRect(...box);
  }
  pen.setLineDash([]);
}

/**
 * A letter in the corner of a cell, in the colour that it has in the equation.
 * @param {Pen} pen
 * @param {number} x
 * @param {number} y
 * @param {string} letter
 * @param {string} colour
 */
function chip(pen, x, y, letter, colour) {
  pen.fillStyle = colour;
  pen.fillRect(x, y, 16, 17);
  pen.fillStyle = inkOn(rgbOf(colour));
  pen.font = `italic 600 13px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(letter, x + 8, y + 9);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Bar} bar
 * @param {Look} look
 */
function drawBarOf(canvas, bar, look) {
  canvas.setAttribute("aria-label", barText(bar));
  const [left, center, right] = bar.titles;
  drawScale(canvas, look, {
    colours: bar.warm ? look.ramp.colours.slice(STEPS / 2) : look.ramp.colours,
    ticks: bar.ticks,
    bold: bar.warm ? 0 : (bar.ticks.length - 1) / 2,
    titles: { left, center, right },
    below: bar.below,
    mark: null,
  });
}

/** @param {Bar} bar */
function barText({ ticks, titles }) {
  return [titles.filter(Boolean).join("; "), ticks.join(", ")].filter(Boolean).join(": ");
}

/**
 * All values as tables, once they are asked for; only where maps fill the page.
 * @param {HTMLElement} details
 * @param {Data} data
 */
function fillTables(details, data) {
  const tables = find(details, ".tables");
  tables.replaceChildren();
  details.hidden = data.opacity !== null || !data.maps.some(({ values }) => values);
  if (details.hidden || !details.hasAttribute("open")) return;
  for (const { name, values, columns, origin } of data.maps) {
    if (!values) continue;
    const rows = values.flatMap((value, cell) => {
      const [row, column] = both(positionOf(cell, columns), (at, axis) => at + origin[axis] + 1);
      return value === null ? [] : [[`${row}, ${column}`, value]];
    });
    tables.append(table(name, [data.words.position, data.words.value], rows));
  }
}
