// Boards of a lesson: the picture cut into cells, with multiples of an even share as colours. A cell
// is pointed at with the mouse or walked to with the arrows; where one may be picked, a click or
// Enter picks it.

const photos = new Map(); // by address: the image, kept while its pages are open

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const view = parentElement.querySelector(".boards");
  const look = readLook(view, data.ramps);
  const row = view.querySelector(".row");
  while (row.children.length > data.boards.length) row.lastChild.remove();
  while (row.children.length < data.boards.length) row.append(emptyBoard());
  const drawAll = () => data.boards.forEach((board, i) => draw(row.children[i], board, data, look));
  data.boards.forEach((board, i) => prepare(row.children[i], board, i, data, look, setTriggerValue));
  if (!photos.has(data.photo)) {
    const image = new Image();
    photos.set(data.photo, image);
    image.src = data.photo;
  }
  const image = photos.get(data.photo);
  image.addEventListener("load", drawAll, { once: true });
  const bar = view.querySelector(".bar");
  bar.hidden = !data.boards.some(({ multiples }) => multiples);
  const { bar_less, bar_even, bar_more } = data.words;
  bar.setAttribute("aria-label", `1/16×: ${bar_less}; ${bar_even}; 16×: ${bar_more}`);
  const drawEverything = () => {
    drawAll();
    if (!bar.hidden) drawBar(bar, data.words, look, null);
  };
  view.watch?.disconnect();
  view.watch = new ResizeObserver(drawEverything);
  view.watch.observe(view);
  drawEverything();
  view.dataset.boards = data.boards.map(({ name }) => name).join("|");
}

function emptyBoard() {
  const figure = document.createElement("figure");
  const canvas = make("canvas", "data");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  const says = make("p", "says");
  says.setAttribute("aria-live", "polite");
  figure.append(make("figcaption"), canvas, says);
  return figure;
}

function prepare(figure, board, number, data, look, setTriggerValue) {
  const [caption, canvas, says] = figure.children;
  const { rows, columns } = board;
  figure.classList.toggle("small", board.small);
  canvas.classList.toggle("pick", board.pick);
  caption.textContent = board.name;
  canvas.setAttribute("aria-label", board.says);
  if (figure.cursor && (figure.cursor[0] >= rows || figure.cursor[1] >= columns)) figure.cursor = null;
  const point = (cursor) => {
    figure.cursor = cursor;
    says.textContent = cursor ? describe(board, cursor, data) : "";
    draw(figure, board, data, look);
  };
  const pick = ([y, x]) => {
    if (board.pick) setTriggerValue("picked", { board: number, row: y, column: x });
  };
  says.textContent = figure.cursor ? describe(board, figure.cursor, data) : "";
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const place = (share, count) => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
    return [
      place((event.clientY - box.top) / box.height, rows),
      place((event.clientX - box.left) / box.width, columns),
    ];
  };
  canvas.onpointermove = (event) => event.pointerType === "mouse" && point(at(event));
  canvas.onclick = (event) => {
    point(at(event));
    pick(figure.cursor);
  };
  canvas.onkeydown = (event) => {
    const move = arrow(event);
    if (move) {
      stop(event);
      const [y, x] = figure.cursor ?? board.start;
      const held = (value, count) => Math.max(0, Math.min(count - 1, value));
      point(figure.cursor ? [held(y + move[0], rows), held(x + move[1], columns)] : [y, x]);
    } else if (event.key === "Enter" || event.key === " ") {
      stop(event);
      if (!figure.cursor) point(board.start);
      pick(figure.cursor);
    }
  };
}

/** A cell in words: its place, the pixels that it covers, and its multiple where there is one. */
function describe(board, [y, x], data) {
  const [down, across] = [data.pixels / board.rows, data.pixels / board.columns];
  const number = (value) => String(Math.round(value));
  const place = data.words.cell
    .replace("{row}", y + 1)
    .replace("{column}", x + 1)
    .replace("{top}", number(y * down))
    .replace("{bottom}", number((y + 1) * down) - 1)
    .replace("{left}", number(x * across))
    .replace("{right}", number((x + 1) * across) - 1);
  const value = board.multiples?.[y * board.columns + x];
  return value === undefined || value === null ? place : `${place} · ${formatExactly(value)}`;
}

function draw(figure, board, data, look) {
  const canvas = figure.children[1];
  const { rows, columns, multiples } = board;
  const { pen, width, height } = fit(canvas);
  const [tall, wide] = [height / rows, width / columns];
  pen.fillStyle = look.paper;
  pen.fillRect(0, 0, width, height);
  const image = photos.get(data.photo);
  if (image?.complete && image.naturalWidth) pen.drawImage(image, 0, 0, width, height);
  for (let cell = 0; multiples && cell < rows * columns; cell++) {
    if (multiples[cell] === null) continue;
    pen.globalAlpha = 0.78;
    pen.fillStyle = look.ramp.colours[step(multiples[cell])];
    pen.fillRect((cell % columns) * wide, Math.floor(cell / columns) * tall, wide, tall);
  }
  pen.globalAlpha = 1;
  pen.fillStyle = "rgba(0,0,0,.34)";
  for (let x = 1; x < columns; x++) pen.fillRect(Math.round(x * wide), 0, 1, height);
  for (let y = 1; y < rows; y++) pen.fillRect(0, Math.round(y * tall), width, 1);
  for (const { cell, letter, colour, dashed } of board.marks) {
    const [x, y] = [(cell % columns) * wide, Math.floor(cell / columns) * tall];
    ring(pen, x + 2, y + 2, Math.min(wide, tall) - 4, dashed);
    if (letter && !board.small) chip(pen, x, y, letter, data.colours[colour]);
  }
  if (figure.cursor && canvas.matches(":focus, :hover")) {
    const [y, x] = figure.cursor;
    ring(pen, x * wide + 1, y * tall + 1, Math.min(wide, tall) - 2, true);
  }
  if (board.dot) {
    pen.beginPath();
    pen.arc(board.dot[1] * width, board.dot[0] * height, 4.5, 0, 2 * Math.PI);
    pen.fillStyle = data.colours.asker;
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = "#FFFFFF";
    pen.stroke();
  }
}

/** A letter in the corner of a cell, in the colour that it has in the equation. */
function chip(pen, x, y, letter, colour) {
  pen.fillStyle = colour;
  pen.fillRect(x, y, 16, 17);
  pen.fillStyle = luminance([1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))) > 0.179 ? DARK_INK : LIGHT_INK;
  pen.font = `italic 600 13px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(letter, x + 8, y + 9);
}
