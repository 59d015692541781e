// Maps side by side: cells in colours of a scale that Python declares, each value in words. A cell is
// pointed at with the mouse or walked to with the arrows, in all maps of the same link at once; where
// one may be picked, a click or Enter picks it. The photo shows through as much as is wished.

import { drawScale, FONT, fit, markBeyond, ring } from "../shared/canvas.js";
import { readLook } from "../shared/look.js";
import { arrow, make, nearestCell, photoAt, placeAt, stop, table } from "../shared/page.js";
import { DARK_INK, LIGHT_INK, STEPS } from "../shared/scale.js";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const view = parentElement.querySelector(".maps");
  const look = readLook(view, data.ramps);
  view.classList.toggle("pairs", data.layout === "pairs");
  const row = view.querySelector(".row");
  while (row.children.length > data.maps.length) row.lastChild.remove();
  while (row.children.length < data.maps.length) row.append(emptyMap());
  const figures = [...row.children];
  const slider = view.querySelector(".opacity input");
  view.querySelector(".opacity span").textContent = data.words.opacity;
  const state = { data, look, figures, opacity: () => slider.value / 100, pick: setTriggerValue };
  const drawEverything = () => {
    data.maps.forEach((map, i) => draw(figures[i], map, state));
    if (data.bar) drawBarOf(view.querySelector(":scope > .bar"), data.bar, look);
  };
  view.querySelector(":scope > .bar").hidden = !data.bar;
  slider.oninput = drawEverything;
  data.maps.forEach((map, i) => prepare(figures[i], map, state));
  for (const src of Object.values(data.photos))
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
  says.textContent = figure.cursor ? describe(map, figure.cursor, state.data.words) : "";
}

function describe(map, [row, column], words) {
  const value = map.values?.[row * map.columns + column];
  const place = words.cell
    .replace("{row}", row + map.origin[0] + 1)
    .replace("{column}", column + map.origin[1] + 1);
  return value ? `${place}: ${value}` : place;
}

function draw(figure, map, state) {
  const [, canvas, , bar] = figure.children;
  if (map.missing !== null) return;
  const { rows, columns, steps } = map;
  const { look } = state;
  canvas.style.aspectRatio = `${columns} / ${rows}`;
  const { pen, width, height } = fit(canvas);
  if (!width) return;
  const [tall, wide] = [height / rows, width / columns];
  pen.fillStyle = look.paper;
  pen.fillRect(0, 0, width, height);
  const src = state.data.photos[map.photo];
  const image = src && photoAt(src);
  if (image?.complete && image.naturalWidth && (!steps || state.opacity() < 1)) {
    const [left, top, across, down] = map.part;
    const [sx, sy] = [image.naturalWidth, image.naturalHeight];
    pen.drawImage(image, left * sx, top * sy, across * sx, down * sy, 0, 0, width, height);
  }
  pen.globalAlpha = state.opacity();
  for (let cell = 0; steps && cell < rows * columns; cell++) {
    if (steps[cell] === null) continue;
    pen.fillStyle = look.ramp.colours[steps[cell]];
    // To whole pixels, so that no seam shows between cells.
    const [x, y] = [
      Math.round((cell % columns) * wide),
      Math.round(Math.floor(cell / columns) * tall),
    ];
    const [right, bottom] = [
      Math.round(((cell % columns) + 1) * wide),
      Math.round((Math.floor(cell / columns) + 1) * tall),
    ];
    pen.fillRect(x, y, right - x, bottom - y);
  }
  pen.globalAlpha = 1;
  if (rows * columns > 1 && wide >= 5) {
    pen.fillStyle = steps ? look.paper : "rgba(0,0,0,.34)";
    for (let x = 1; x < columns; x++) pen.fillRect(Math.round(x * wide), 0, 1, height);
    for (let y = 1; y < rows; y++) pen.fillRect(0, Math.round(y * tall), width, 1);
  }
  const corner = (cell) => [(cell % columns) * wide, Math.floor(cell / columns) * tall];
  for (const cell of wide >= 14 ? map.beyond : [])
    markBeyond(
      pen,
      ...corner(cell),
      Math.min(wide, tall),
      steps[cell] > STEPS / 2,
      look.ramp.inks[steps[cell]],
    );
  if (wide >= 24) {
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.font = `600 ${wide > 46 ? 15 : wide > 32 ? 12.5 : 10.5}px ${FONT}`;
    for (const [cell, text] of Object.entries(map.numbers)) {
      const [x, y] = corner(cell);
      pen.fillStyle = look.ramp.inks[steps[cell]];
      pen.fillText(text, x + wide / 2, y + tall * 0.54);
    }
  }
  for (const [top, left, down, across] of map.boxes)
    frame(pen, left * wide, top * tall, across * wide, down * tall);
  if (figure.cursor) {
    const [row, column] = figure.cursor;
    ring(pen, column * wide + 1, row * tall + 1, Math.max(3, Math.min(wide, tall) - 2), true);
  }
  if (map.bar) drawBarOf(bar, map.bar, look);
}

/** A ring around a rectangle, at least as large as can be seen. */
function frame(pen, x, y, wide, tall) {
  const [width, height] = [Math.max(wide - 2, 5), Math.max(tall - 2, 5)];
  const [left, top] = [x + (wide - width) / 2, y + (tall - height) / 2];
  for (const [colour, weight] of [
    [DARK_INK, 4],
    [LIGHT_INK, 2],
  ]) {
    Object.assign(pen, { strokeStyle: colour, lineWidth: weight });
    pen.strokeRect(left, top, width, height);
  }
}

function drawBarOf(canvas, bar, look) {
  canvas.setAttribute("aria-label", barSays(bar));
  const [left, center, right] = bar.titles;
  drawScale(canvas, look, {
    colours: bar.warm ? look.ramp.colours.slice(STEPS / 2) : look.ramp.colours,
    ticks: bar.ticks,
    bold: bar.warm ? 0 : (bar.ticks.length - 1) / 2,
    titles: { left, center, right },
    below: !bar.warm,
    mark: null,
  });
}

function barSays({ ticks, titles }) {
  return `${titles.filter(Boolean).join("; ")}: ${ticks.join(", ")}`;
}

/** All values as tables, once they are asked for. */
function fillTables(details, data) {
  const tables = details.querySelector(".tables");
  tables.replaceChildren();
  details.hidden = !data.maps.some(({ values }) => values);
  if (!details.open) return;
  for (const map of data.maps.filter(({ values }) => values)) {
    const rows = map.values.flatMap((value, cell) =>
      value === null
        ? []
        : [
            [
              `${Math.floor(cell / map.columns) + map.origin[0] + 1}, ${(cell % map.columns) + map.origin[1] + 1}`,
              value,
            ],
          ],
    );
    tables.append(table(map.name, [data.words.position, data.words.value], rows));
  }
}
