// Boards of a lesson: the picture cut into cells, with multiples of an even share as colours. A cell
// is pointed at with the mouse or walked to with the arrows; where one may be picked, a click or
// Enter picks it.

import {
  drawAmountBar,
  drawBar,
  drawOwnBar,
  drawVoteBar,
  FONT,
  fit,
  ring,
} from "../shared/canvas.js";
import { readLook } from "../shared/look.js";
import { arrow, make, nearestCell, photoAt, placeAt, stop } from "../shared/page.js";
import {
  amountStep,
  DARK_INK,
  formatExactly,
  LIGHT_INK,
  luminance,
  STEPS,
  step,
  voteStep,
} from "../shared/scale.js";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const view = parentElement.querySelector(".boards");
  const look = readLook(view, data.ramps);
  const row = view.querySelector(".row");
  while (row.children.length > data.boards.length) row.lastChild.remove();
  while (row.children.length < data.boards.length) row.append(emptyBoard());
  const drawAll = () => data.boards.forEach((board, i) => draw(row.children[i], board, data, look));
  data.boards.forEach((board, i) =>
    prepare(row.children[i], board, i, data, look, setTriggerValue),
  );
  photoAt(data.photo).addEventListener("load", drawAll, { once: true });
  const bar = view.querySelector(".bar");
  const [amounts, votes, multiples, shades] = ["amounts", "votes", "multiples", "shades"].map(
    (kind) => data.boards.some((board) => board[kind]),
  );
  bar.hidden = !amounts && !votes && !multiples && !shades;
  const { bar_below, bar_uniform, bar_above, amount, vote_against, vote_for, least, most } =
    data.words;
  const legend = `1/16×: ${bar_below}; ${bar_uniform}; 16×: ${bar_above}`;
  const voted = `−${data.most}: ${vote_against}; 0; ${data.most}: ${vote_for}; ${data.boards[0]?.unit}`;
  const own = `${least} - ${most}`;
  const shown = amounts ? `0 - ${data.top}: ${amount}` : votes ? voted : shades ? own : legend;
  bar.setAttribute("aria-label", shown);
  const drawEverything = () => {
    drawAll();
    if (bar.hidden) return;
    if (amounts) drawAmountBar(bar, amount, data.top, look, null);
    else if (votes) drawVoteBar(bar, data.words, data.boards[0].unit, data.most, look);
    else if (shades) drawOwnBar(bar, least, most, look);
    else drawBar(bar, data.words, look, null);
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
  if (figure.cursor && (figure.cursor[0] >= rows || figure.cursor[1] >= columns))
    figure.cursor = null;
  const point = (cursor) => {
    figure.cursor = cursor;
    says.textContent = cursor ? describe(board, cursor, data) : "";
    draw(figure, board, data, look);
  };
  const pick = ([y, x]) => {
    if (board.pick) setTriggerValue("picked", { board: number, row: y, column: x });
  };
  says.textContent = figure.cursor ? describe(board, figure.cursor, data) : "";
  const at = (event) => placeAt(canvas, event, rows, columns);
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
      point(figure.cursor ? nearestCell([y + move[0], x + move[1]], rows, columns) : [y, x]);
    } else if (event.key === "Enter" || event.key === " ") {
      stop(event);
      if (!figure.cursor) point(board.start);
      pick(figure.cursor);
    }
  };
}

/** A cell in words: its place, the pixels that it covers, and what stands in it. */
function describe(board, [y, x], data) {
  const [rows, columns] = board.whole ?? [board.rows, board.columns];
  const [down, across] = [data.pixels / rows, data.pixels / columns];
  const [row, column] = [y + board.origin[0], x + board.origin[1]];
  const number = (value) => String(Math.round(value));
  const place = data.words.cell
    .replace("{row}", row + 1)
    .replace("{column}", column + 1)
    .replace("{top}", number(row * down))
    .replace("{bottom}", number((row + 1) * down) - 1)
    .replace("{left}", number(column * across))
    .replace("{right}", number((column + 1) * across) - 1);
  const at = y * board.columns + x;
  const value = board.multiples?.[at];
  const told = value === undefined || value === null ? undefined : formatExactly(value);
  const vote = board.votes?.[at].toFixed(1).replace("-", "−");
  const said = told ?? board.amounts?.[at]?.toPrecision(3) ?? vote ?? board.numbers?.[at];
  return said === undefined ? place : `${place} · ${said}`;
}

function draw(figure, board, data, look) {
  const canvas = figure.children[1];
  const { rows, columns, multiples, amounts, votes, numbers } = board;
  const { pen, width, height } = fit(canvas);
  const [tall, wide] = [height / rows, width / columns];
  pen.fillStyle = look.paper;
  pen.fillRect(0, 0, width, height);
  const image = photoAt(data.photo);
  if (image.complete && image.naturalWidth) {
    const [all, wideAll] = board.whole ?? [rows, columns];
    const [tallest, widest] = [image.naturalHeight / all, image.naturalWidth / wideAll];
    const [top, left] = board.origin;
    const part = [left * widest, top * tallest, columns * widest, rows * tallest];
    pen.drawImage(image, ...part, 0, 0, width, height);
  }
  const shown = multiples?.map((m) => (m === null ? null : step(m)));
  const steps =
    shown ??
    board.shades?.map((shade) => Math.round(shade * STEPS)) ??
    amounts?.map((amount) => amountStep(amount, data.top)) ??
    votes?.map((vote) => voteStep(vote, data.most));
  for (let cell = 0; steps && cell < rows * columns; cell++) {
    if (steps[cell] === null) continue;
    pen.globalAlpha = 0.78;
    pen.fillStyle = look.ramp.colours[steps[cell]];
    pen.fillRect((cell % columns) * wide, Math.floor(cell / columns) * tall, wide, tall);
  }
  pen.globalAlpha = 1;
  pen.fillStyle = `rgba(0,0,0,${columns > 20 ? 0.16 : 0.34})`;
  for (let x = 1; x < columns; x++) pen.fillRect(Math.round(x * wide), 0, 1, height);
  for (let y = 1; y < rows; y++) pen.fillRect(0, Math.round(y * tall), width, 1);
  for (let cell = 0; numbers && cell < rows * columns; cell++)
    if (numbers[cell])
      write(
        pen,
        (cell % columns) * wide,
        Math.floor(cell / columns) * tall,
        wide,
        tall,
        numbers[cell],
        look,
      );
  for (const { box, colour, dashed } of board.boxes) {
    const [top, left, bottom, right] = box;
    const frame = [left * wide, top * tall, (right - left + 1) * wide, (bottom - top + 1) * tall];
    for (const [line, style] of [
      [6, LIGHT_INK],
      [3, data.colours[colour]],
    ]) {
      pen.setLineDash(dashed ? [7, 5] : []);
      Object.assign(pen, { lineWidth: line, strokeStyle: style });
      pen.strokeRect(...frame);
    }
    pen.setLineDash([]);
  }
  for (const { cell, letter, colour, dashed } of board.marks) {
    const [x, y] = [(cell % columns) * wide, Math.floor(cell / columns) * tall];
    ring(pen, x + 2, y + 2, Math.min(wide, tall) - 4, dashed);
    if (letter && !board.small) chip(pen, x, y, letter, data.colours[colour]);
  }
  if (figure.cursor && canvas.matches(":focus, :hover")) {
    const [y, x] = figure.cursor;
    ring(pen, x * wide + 1, y * tall + 1, Math.min(wide, tall) - 2, true);
  }
  for (const [down, across] of board.dots) {
    pen.beginPath();
    pen.arc(across * width, down * height, 4.5, 0, 2 * Math.PI);
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
  pen.fillStyle =
    luminance([1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))) > 0.179
      ? DARK_INK
      : LIGHT_INK;
  pen.font = `italic 600 13px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(letter, x + 8, y + 9);
}

/** A number in the middle of a cell, on paper. */
function write(pen, x, y, wide, tall, text, look) {
  pen.font = `600 ${Math.min(14, wide * 0.55, (1.7 * wide) / text.length)}px ${FONT}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  const [across, down] = [pen.measureText(text).width + 4, Math.min(18, tall - 2)];
  pen.fillStyle = look.paper;
  pen.fillRect(x + (wide - across) / 2, y + (tall - down) / 2, across, down);
  pen.fillStyle = look.ink;
  pen.fillText(text, x + wide / 2, y + tall / 2 + 1);
}
