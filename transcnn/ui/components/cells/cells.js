// Cell maps side by side: cells in colours of a scale that Python declares, each value in words. A
// cell is pointed at with the mouse or walked to with the arrows, in all maps of the same link at
// once; where one may be picked, a click or Enter picks it.

import { drawScale, FONT, fit, markBeyond, ring } from "../shared/canvas.js";
import { readLook } from "../shared/look.js";
import { arrow, make, nearestCell, photoAt, placeAt, stop, table } from "../shared/page.js";
import { DARK_INK, LIGHT_INK, luminance, STEPS } from "../shared/scale.js";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const view = parentElement.querySelector(".cells");
  const look = readLook(view, data.ramps);
  view.classList.toggle("pairs", data.layout === "pairs");
  view.classList.toggle("in-row", data.layout === "row");
  const row = view.querySelector(".row");
  while (row.children.length > data.maps.length) row.lastChild.remove();
  while (row.children.length < data.maps.length) row.append(emptyMap());
  const figures = [...row.children];
  const slider = view.querySelector(".opacity input");
  view.querySelector(".opacity span").textContent = data.words.opacity;
  view.querySelector(".opacity").hidden = data.opacity !== null;
  const opacity = () => data.opacity ?? slider.value / 100;
  const state = { data, look, figures, opacity, pick: setTriggerValue };
  const drawEverything = () => {
    data.maps.forEach((map, i) => draw(figures[i], map, state));
    if (data.bar) drawBarOf(view.querySelector(":scope > .bar"), data.bar, look);
  };
  view.querySelector(":scope > .bar").hidden = !data.bar;
  slider.oninput = drawEverything;
  data.maps.forEach((map, i) => prepare(figures[i], map, state));
  for (const src of Object.values(data.images))
    photoAt(src).addEventListener("load", drawEverything, { once: true });
  view.watch?.disconnect();
  view.watch = new ResizeObserver(drawEverything);
  view.watch.observe(view);
  drawEverything();
  const details = view.querySelector(".numbers");
  details.querySelector("summary").textContent = data.words.tables;
  details.ontoggle = () => fillTables(details, data);
  fillTables(details, data);
  view.dataset.maps = data.maps.map(({ id }) => id).join("|");
}

function emptyMap() {
  const figure = document.createElement("figure");
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

function prepare(figure, map, state) {
  const [caption, canvas, missing, bar] = figure.children;
  const { rows, columns } = map;
  figure.dataset.map = map.id;
  figure.dataset.start = map.start; // tests wait for it
  figure.classList.toggle("small", map.small);
  caption.children[0].textContent = caption.children[0].title = map.name;
  caption.children[1].textContent = map.note;
  canvas.hidden = map.missing !== null;
  missing.hidden = map.missing === null;
  missing.textContent = map.missing ?? "";
  bar.hidden = !map.bar;
  if (map.bar) bar.setAttribute("aria-label", barSays(map.bar));
  canvas.classList.toggle("pick", map.pick);
  canvas.setAttribute("aria-label", map.says);
  const shape = `${rows},${columns}`;
  if (figure.dataset.shape !== shape) figure.cursor = null;
  figure.dataset.shape = shape;
  tell(figure, map, state, false);
  const pick = ([row, column]) => {
    if (map.pick) state.pick("picked", { map: map.id, row, column });
  };
  const at = (event) => placeAt(canvas, event, rows, columns);
  canvas.onpointermove = (event) => event.pointerType === "mouse" && point(at(event), map, state);
  canvas.onpointerleave = (event) => event.pointerType === "mouse" && point(null, map, state);
  canvas.onblur = () => point(null, map, state);
  canvas.onclick = (event) => {
    point(at(event), map, state);
    pick(at(event));
  };
  canvas.onkeydown = (event) => {
    const move = arrow(event);
    if (move) {
      stop(event);
      const [y, x] = figure.cursor ?? map.start;
      const to = nearestCell([y + move[0], x + move[1]], rows, columns);
      point(figure.cursor ? to : [y, x], map, state);
    } else if (event.key === "Enter" || event.key === " ") {
      stop(event);
      if (!figure.cursor) point(map.start, map, state);
      pick(figure.cursor);
    }
  };
}

/** The cell of a map, and the one at the same place of all maps linked with it; null: none. */
function point(cursor, map, state) {
  state.data.maps.forEach((other, i) => {
    const linked = other.id === map.id || (map.link && other.link === map.link);
    if (!linked) return;
    state.figures[i].cursor = cursor && [
      Math.floor(((cursor[0] + 0.5) / map.rows) * other.rows),
      Math.floor(((cursor[1] + 0.5) / map.columns) * other.columns),
    ];
    tell(state.figures[i], other, state, other.id === map.id);
    draw(state.figures[i], other, state);
  });
}

/** What stands in the cell that is pointed at; only the map that was touched speaks aloud. */
function tell(figure, map, state, aloud) {
  const says = figure.lastChild;
  says.setAttribute("aria-live", aloud ? "polite" : "off");
  says.textContent = figure.cursor ? describe(map, figure.cursor, state.data) : "";
}

/** A cell in words: its place, the pixels that it covers where these are told, its value. */
function describe(map, [y, x], { words, pixels }) {
  const cell = y * map.columns + x;
  const value = map.values?.[cell] || map.texts[cell];
  const [row, column] = [y + map.origin[0], x + map.origin[1]];
  const [rows, columns] = map.whole ?? [map.rows, map.columns];
  const edge = (index, count) => Math.round((index * pixels) / count);
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

function fill(text, gaps) {
  return text.replace(/{(\w+)}/g, (_, gap) => gaps[gap]);
}

function draw(figure, map, state) {
  const [, canvas, , bar] = figure.children;
  if (map.missing !== null) return;
  drawCells(canvas, map, state, figure.cursor);
  if (map.bar) drawBarOf(bar, map.bar, state.look);
}

function drawCells(canvas, map, { data, look, opacity }, cursor) {
  const { rows, columns, steps } = map;
  canvas.style.aspectRatio = `${columns} / ${rows}`;
  const { pen, width, height } = fit(canvas);
  if (!width) return;
  const [tall, wide] = [height / rows, width / columns];
  const opaque = data.opacity === null; // or as the visitor wishes
  const corner = (cell) => [(cell % columns) * wide, Math.floor(cell / columns) * tall];
  pen.fillStyle = look.paper;
  pen.fillRect(0, 0, width, height);
  const src = data.images[map.image];
  const image = src && photoAt(src);
  if (image?.complete && image.naturalWidth && (!steps || opacity() < 1)) {
    const [left, top, across, down] = map.part;
    const [sx, sy] = [image.naturalWidth, image.naturalHeight];
    pen.drawImage(image, left * sx, top * sy, across * sx, down * sy, 0, 0, width, height);
  }
  pen.globalAlpha = opacity();
  steps?.forEach((step, cell) => {
    if (step === null) return;
    pen.fillStyle = look.ramp.colours[step];
    // To whole pixels, so that no seam shows between cells.
    const [x, y] = corner(cell).map(Math.round);
    const [right, bottom] = [
      Math.round(corner(cell)[0] + wide),
      Math.round(corner(cell)[1] + tall),
    ];
    pen.fillRect(x, y, right - x, bottom - y);
  });
  pen.globalAlpha = 1;
  if (rows * columns > 1 && wide >= 3) {
    pen.fillStyle = steps && opaque ? look.paper : `rgba(0,0,0,${columns > 20 ? 0.16 : 0.34})`;
    for (let x = 1; x < columns; x++) pen.fillRect(Math.round(x * wide), 0, 1, height);
    for (let y = 1; y < rows; y++) pen.fillRect(0, Math.round(y * tall), width, 1);
  }
  for (const cell of wide >= 14 ? map.beyond : []) {
    const step = steps[cell];
    markBeyond(pen, ...corner(cell), Math.min(wide, tall), step > STEPS / 2, look.ramp.inks[step]);
  }
  for (const [cell, text] of Object.entries(map.texts)) {
    const box = [...corner(cell), wide, tall];
    if (!opaque) writeOnPaper(pen, box, text, look);
    else if (wide >= 24) write(pen, box, text, look.ramp.inks[steps[cell]]);
  }
  for (const box of map.boxes) {
    const frame = [box.left * wide, box.top * tall, box.columns * wide, box.rows * tall];
    if (box.role) drawFrame(pen, frame, data.colours[box.role], box.dashed);
    else drawRing(pen, ...frame);
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

/** A ring around a rectangle, at least as large as can be seen. */
function drawRing(pen, x, y, wide, tall) {
  const [width, height] = [Math.max(wide - 2, 5), Math.max(tall - 2, 5)];
  const [left, top] = [x + (wide - width) / 2, y + (tall - height) / 2];
  for (const [strokeStyle, lineWidth] of [
    [DARK_INK, 4],
    [LIGHT_INK, 2],
  ]) {
    Object.assign(pen, { strokeStyle, lineWidth });
    pen.strokeRect(left, top, width, height);
  }
}

/** A coloured line around a rectangle of cells. */
function drawFrame(pen, frame, colour, dashed) {
  for (const [lineWidth, strokeStyle] of [
    [6, LIGHT_INK],
    [3, colour],
  ]) {
    pen.setLineDash(dashed ? [7, 5] : []);
    Object.assign(pen, { lineWidth, strokeStyle });
    pen.strokeRect(...frame);
  }
  pen.setLineDash([]);
}

/** A letter in the corner of a cell, in the colour that it has in the equation. */
function chip(pen, x, y, letter, colour) {
  pen.fillStyle = colour;
  pen.fillRect(x, y, 16, 17);
  const rgb = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  pen.fillStyle = luminance(rgb) > 0.179 ? DARK_INK : LIGHT_INK;
  pen.font = `italic 600 13px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(letter, x + 8, y + 9);
}

/** A text in the middle of a cell, on its colour. */
function write(pen, [x, y, wide, tall], text, ink) {
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.font = `600 ${wide > 46 ? 15 : wide > 32 ? 12.5 : 10.5}px ${FONT}`;
  pen.fillStyle = ink;
  pen.fillText(text, x + wide / 2, y + tall * 0.54);
}

/** A text in the middle of a cell, on paper, since the image shows through the cell. */
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

function drawBarOf(canvas, bar, look) {
  canvas.setAttribute("aria-label", barSays(bar));
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

function barSays({ ticks, titles }) {
  return [titles.filter(Boolean).join("; "), ticks.join(", ")].filter(Boolean).join(": ");
}

/** All values as tables, once they are asked for; only where maps fill the page. */
function fillTables(details, data) {
  const tables = details.querySelector(".tables");
  tables.replaceChildren();
  details.hidden = data.opacity !== null || !data.maps.some(({ values }) => values);
  if (details.hidden || !details.open) return;
  for (const map of data.maps.filter(({ values }) => values)) {
    const rows = map.values.flatMap((value, cell) => {
      const [row, column] = [Math.floor(cell / map.columns), cell % map.columns];
      const place = `${row + map.origin[0] + 1}, ${column + map.origin[1] + 1}`;
      return value === null ? [] : [[place, value]];
    });
    tables.append(table(map.name, [data.words.position, data.words.value], rows));
  }
}
