// Occlusion. What is masked is drawn here at once; the server runs both networks on it.

import { range } from "../shared/attention.js";
import { CELL_LINE, drawBar, drawPart, drawWaiting, fit, ring } from "../shared/canvas.js";
import { readLook } from "../shared/look.js";
import { shelf } from "../shared/packets.js";
import { arrow, choices, emphasise, make, placeAt, stop, writeAddress } from "../shared/page.js";
import { formatExactly, formatShare, step } from "../shared/scale.js";
import { mount } from "../shared/view.js";

const TELL_AFTER = 160; // ms after the last change until the server runs

export default function (component) {
  return mount(component, Hide);
}

class Hide {
  constructor(parent) {
    this.root = parent.querySelector(".hide");
    this.pick = (selector) => this.root.querySelector(selector);
    this.canvas = this.pick(".picture");
    this.map = this.pick(".board-map");
    this.cursor = null; // the place that the keyboard is at, while the picture has the focus
    this.onPacket = () => this.refresh();
    shelf.arrivals.addEventListener("packet", this.onPacket);
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.root);
    this.listen();
  }

  close() {
    shelf.arrivals.removeEventListener("packet", this.onPacket);
    this.sizes.disconnect();
    clearTimeout(this.timer);
  }

  /** New data from the server. What is chosen here wins, unless another picture came. */
  update(component) {
    const { data, setStateValue } = component;
    this.words = data.words;
    this.data = data;
    if (data.trace !== this.subject) {
      this.subject = data.trace;
      clearTimeout(this.timer);
      const { stage, block, token } = data.selected;
      this.chosen = { ...data.hidden, cells: new Set(data.hidden.cells), stage, block, token };
      this.result = null;
    }
    this.tell = (hidden) => setStateValue("hidden", { ...hidden, trace: data.trace });
    this.refresh();
    writeAddress(data.link);
  }

  nameOf(answer) {
    return shelf.names[answer.index] ?? "";
  }

  word(name, gaps = {}) {
    return this.words[name].replace(/{(\w+)}/g, (_, gap) => gaps[gap]);
  }

  // What is chosen

  get places() {
    return this.data.side ** 2;
  }

  get block() {
    const { stage, block } = this.chosen;
    return this.data.network.blocks.find((b) => b.stage === stage && b.block === block);
  }

  /** The place of the board that asks: the one that holds the token that all pages share. */
  get asking() {
    const { token } = this.chosen;
    const { side } = this.data;
    if (!token) return Math.floor(this.places / 2);
    const [row, column] = token.map((t) => Math.floor((t * side) / this.block.side));
    return row * side + column;
  }

  ask(place) {
    const { side } = this.data;
    const scale = this.block.side / side;
    const at = [Math.floor(place / side), place % side];
    this.chosen.token = at.map((t) => Math.floor((t + 0.5) * scale));
    this.tellSoon();
    this.refresh();
  }

  /** Whether the cells are those drawn at random for the chosen share. */
  get drawn() {
    const { percent, cells } = this.chosen;
    const drawn = this.data.shares.find((s) => s.percent === percent)?.cells;
    return Boolean(drawn) && drawn.length === cells.size && drawn.every((k) => cells.has(k));
  }

  setCell(place, hidden) {
    if (this.chosen.cells.has(place) === hidden) return;
    if (hidden) this.chosen.cells.add(place);
    else this.chosen.cells.delete(place);
    this.tellSoon();
    this.refresh();
  }

  tellSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { percent, fill, stage, block, token } = this.chosen;
      const cells = this.drawn ? null : [...this.chosen.cells];
      this.tell({ percent, fill, stage, block, token, cells });
    }, TELL_AFTER);
  }

  // The page

  refresh() {
    this.photo = shelf.packets.get(`photo/${this.data.photo}`);
    const arrived = shelf.packets.get(`hiding/${this.data.hiding}`);
    if (arrived) this.result = arrived;
    const { error } = this.data;
    const { result, chosen } = this;
    const fresh = result?.own.every((own, k) => own !== chosen.cells.has(k));
    this.root.dataset.state = result ? "ready" : "opening";
    this.root.classList.toggle("computing", !fresh || result.key.split("/").at(-2) !== chosen.fill);
    this.root.dataset.shown = result?.key ?? ""; // for tests
    this.look = readLook(this.root, this.data.ramps);
    for (const element of this.root.querySelectorAll("[data-word]"))
      element.textContent = this.word(element.dataset.word);
    this.pick(".error").hidden = !error;
    this.pick(".error").textContent = error ?? "";
    this.buildSets();
    this.writeOutcomes();
    this.describe();
    this.draw();
  }

  buildSets() {
    const { chosen, data } = this;
    const group = (selector, name, options, value, choose) => {
      this.pick(selector).setAttribute("aria-label", this.word(name));
      choices(this.pick(selector), options, value, choose);
    };
    group(
      ".fills",
      "fill",
      data.fills.map((fill) => ({ value: fill, content: [this.word(`fill_${fill}`)] })),
      chosen.fill,
      (fill) => this.change({ fill }),
    );
    group(
      ".shares",
      "share",
      data.shares.map(({ percent }) => ({
        value: percent,
        content: [this.word("percent", { percent })],
      })),
      this.drawn ? chosen.percent : null,
      (percent) => {
        const cells = new Set(data.shares.find((s) => s.percent === percent).cells);
        this.change({ percent, cells });
      },
    );
    const { blocks } = data.network;
    group(
      ".blocks",
      "block",
      blocks.map((b, i) => ({ value: i, content: [this.blockName(b)] })),
      blocks.indexOf(this.block),
      (i) => {
        const place = this.asking;
        const { stage, block } = blocks[i];
        this.change({ stage, block });
        this.ask(place);
      },
    );
  }

  /** "2" where a stage has one block, else "3.1": as people count. */
  blockName({ stage, block }) {
    const alone = this.data.network.blocks.filter((b) => b.stage === stage).length === 1;
    return alone ? `${stage + 1}` : `${stage + 1}.${block + 1}`;
  }

  change(changes) {
    Object.assign(this.chosen, changes);
    this.tellSoon();
    this.refresh();
  }

  writeOutcomes() {
    const { result } = this;
    const hidden = this.chosen.cells.size;
    this.pick(".hidden-count").textContent = this.word("picture_note", {
      hidden,
      grids: this.places,
    });
    for (const name of ["attention", "body"]) {
      const box = this.pick(`.outcome.${name}`);
      const outcome = result?.[name];
      const note = box.querySelector(".note");
      note.classList.toggle("lost", Boolean(outcome) && fate(outcome) === "lost");
      if (outcome)
        emphasise(
          note,
          this.word("kept", {
            answer: this.nameOf(outcome.before[0]),
            before: formatShare(outcome.before[0].probability),
            after: formatShare(outcome.kept.probability),
          }),
        );
      const top = outcome?.top ?? Array(5).fill({ probability: 0 });
      box.querySelector(".top").replaceChildren(
        ...top.map(({ index, probability }) => {
          const label = this.nameOf({ index });
          const row = make("div", outcome?.before[0].index === index ? "was" : "");
          const text = make("span", "name", label);
          text.title = label;
          const track = make("span", "track");
          const fill = make("span", "fill");
          fill.style.width = `${100 * probability}%`;
          track.append(fill);
          row.append(text, track, make("span", "value", label && formatShare(probability)));
          return row;
        }),
      );
    }
    this.pick(".verdict").textContent = result ? this.verdict(result) : this.word("loading");
    this.writeReading();
  }

  verdict({ attention, body, own }) {
    if (own.every(Boolean)) return this.word("verdict_nothing");
    const say = ({ before, top }, what) =>
      this.word(`fate_${what}`, {
        now: this.nameOf(top[0]),
        was: this.nameOf(before[0]),
        share: formatShare(before.find((a) => a.index === top[0].index)?.probability ?? 0),
      });
    const fates = [fate(attention), fate(body)];
    const sentence = this.word("verdict", {
      attention: say(attention, fates[0]),
      body: say(body, fates[1]),
    });
    const worse = fates[0] === "lost" && fates[1] !== "lost";
    return worse ? `${sentence} ${this.word("verdict_worse")}` : sentence;
  }

  /** The attention row of the query grid: multiples of uniform attention over all grids. */
  get row() {
    const { result, data } = this;
    if (!result) return null;
    const { stage, block } = this.chosen;
    const i = result.readings.findIndex((r) => r.stage === stage && r.block === block);
    const start = (i * this.places + this.asking) * this.places;
    return {
      multiple: result.multiples.subarray(start, start + this.places),
      part: result.readings[i],
      side: data.side,
    };
  }

  writeReading() {
    const { row, result, block } = this;
    this.pick(".board-note").textContent = this.word("query_note", {
      block: this.blockName(block),
      heads: block.heads,
    });
    if (!row) return;
    const { own } = result;
    const total = row.multiple.reduce((a, b) => a + b, 0);
    const mine = row.multiple.reduce((sum, m, k) => sum + (own[k] ? m : 0), 0);
    const area = own.filter(Boolean).length / own.length;
    const gaps = { share: formatShare(mine / total), area: formatShare(area) };
    const first = own.every(Boolean)
      ? this.word("all_on_image")
      : this.word(own[this.asking] ? "image_grid" : "masked_grid", gaps);
    const { from_own, from_hidden } = row.part;
    const second =
      from_own === null || from_hidden === null
        ? ""
        : this.word("whole_block", { own: formatShare(from_own), masked: formatShare(from_hidden) });
    emphasise(this.pick(".say"), `${first} ${second}`);
    this.writeTable(row, total);
  }

  writeTable({ multiple, side }, total) {
    const { own } = this.result;
    const scroll = make("div", "scroll");
    scroll.tabIndex = 0;
    const table = make("table");
    const asking = this.placeName(this.asking);
    table.append(make("caption", "", this.word("table_caption", { grid: asking })));
    const titles = table.createTHead().insertRow();
    for (const name of ["table_position", "table_masked", "table_multiple", "table_weight"]) {
      const title = make("th", "", this.word(name));
      title.scope = "col";
      titles.append(title);
    }
    const body = table.createTBody();
    const order = range(side * side).sort((a, b) => multiple[b] - multiple[a] || a - b);
    for (const k of order) {
      const line = body.insertRow();
      for (const text of [
        this.placeName(k),
        this.word(own[k] ? "visible" : "masked"),
        formatExactly(multiple[k]),
        `${((100 * multiple[k]) / total).toFixed(2)} %`,
      ])
        line.insertCell().textContent = text;
    }
    scroll.append(table);
    this.pick(".tables").replaceChildren(scroll);
  }

  placeName(k) {
    return `${Math.floor(k / this.data.side) + 1}, ${(k % this.data.side) + 1}`;
  }

  describe() {
    const { alt } = this.data;
    const at = this.cursor ?? 0;
    const state = this.word(this.chosen.cells.has(at) ? "masked" : "visible");
    const gaps = { alt, grid: this.placeName(at), state, hidden: this.chosen.cells.size };
    this.canvas.setAttribute("aria-label", this.word("aria_picture", gaps));
    const grid = this.placeName(this.asking);
    this.map.setAttribute("aria-label", this.word("aria_map", { grid }));
    this.pick(".bar").setAttribute("aria-label", this.word("aria_bar"));
  }

  // Drawing

  draw() {
    if (!this.look) return;
    this.drawPicture();
    this.drawBoard();
    drawBar(this.pick(".bar"), this.words, this.look, null);
    this.root.dataset.drawn = this.root.dataset.shown; // for tests
  }

  drawPicture() {
    const { pen, width } = fit(this.canvas);
    const { side } = this.data;
    const cell = width / side;
    pen.fillStyle = this.look.line;
    pen.fillRect(0, 0, width, width);
    if (this.photo) drawPart(pen, this.photo, [0, 0, 1], 0, 0, width);
    const { result } = this;
    for (const k of this.chosen.cells) {
      const [x, y] = [(k % side) * cell, Math.floor(k / side) * cell];
      const known = result && !result.own[k] && result.key.includes(`/${this.chosen.fill}/`);
      if (this.chosen.fill === "gray") {
        pen.fillStyle = "rgb(127,127,127)";
        pen.fillRect(x, y, cell, cell);
      } else if (known) {
        const part = result.image.width / side;
        const from = [(k % side) * part, Math.floor(k / side) * part];
        pen.drawImage(result.image, ...from, part, part, x, y, cell, cell);
      } else {
        pen.fillStyle = this.look.line;
        pen.fillRect(x, y, cell, cell);
        hatch(pen, x, y, cell, this.look.soft);
      }
      pen.strokeStyle = CELL_LINE;
      pen.lineWidth = 1.5;
      pen.strokeRect(x + 1.5, y + 1.5, cell - 3, cell - 3);
    }
    if (this.cursor !== null) {
      const [row, column] = [Math.floor(this.cursor / side), this.cursor % side];
      ring(pen, column * cell + 2, row * cell + 2, cell - 4);
    }
  }

  drawBoard() {
    const { row, map, look, result } = this;
    if (!row) {
      drawWaiting(map, this.data.side, look);
      return;
    }
    const { pen, width } = fit(map);
    const { side } = this.data;
    const cell = width / side;
    pen.fillStyle = look.paper;
    pen.fillRect(0, 0, width, width);
    row.multiple.forEach((m, k) => {
      const [x, y] = [(k % side) * cell, Math.floor(k / side) * cell];
      pen.fillStyle = look.ramp.colours[step(m)];
      pen.fillRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
      if (!result.own[k]) hatch(pen, x, y, cell, look.ramp.inks[step(m)]);
    });
    const at = this.asking;
    ring(pen, (at % side) * cell + 1, Math.floor(at / side) * cell + 1, cell - 2);
  }

  // Events

  listen() {
    const place = (canvas, event) => {
      const [row, column] = placeAt(canvas, event, this.data.side);
      return row * this.data.side + column;
    };
    const { canvas, map } = this;
    let painting = null; // whether the stroke under way hides or shows
    // A finger that moves scrolls the page; one that taps hides or shows.
    canvas.onclick = (event) => {
      const k = place(canvas, event);
      if (event.pointerType === "touch") this.setCell(k, !this.chosen.cells.has(k));
    };
    canvas.onpointerdown = (event) => {
      if (event.pointerType === "touch") return;
      const k = place(canvas, event);
      painting = !this.chosen.cells.has(k);
      this.cursor = null;
      canvas.setPointerCapture(event.pointerId);
      this.setCell(k, painting);
    };
    canvas.onpointermove = (event) => {
      if (painting !== null) this.setCell(place(canvas, event), painting);
    };
    canvas.onpointerup = canvas.onpointercancel = () => (painting = null);
    canvas.onkeydown = (event) => {
      const moved = this.move(this.cursor ?? 0, arrow(event));
      if (moved !== null) this.cursor = moved;
      else if (event.key === " " || event.key === "Enter") {
        this.cursor ??= 0;
        this.setCell(this.cursor, !this.chosen.cells.has(this.cursor));
      } else return;
      stop(event);
      this.describe();
      this.draw();
    };
    canvas.onblur = () => {
      this.cursor = null;
      this.draw();
    };
    map.onclick = (event) => this.ask(place(map, event));
    map.onkeydown = (event) => {
      const moved = this.move(this.asking, arrow(event));
      if (moved === null) return;
      stop(event);
      this.ask(moved);
    };
    const tip = this.pick(".tip");
    map.onpointermove = (event) => {
      const { row } = this;
      if (!row || event.pointerType === "touch") return;
      const k = place(map, event);
      const name = this.word(this.result.own[k] ? "visible" : "masked");
      emphasise(tip, `*${formatExactly(row.multiple[k])}*  ${this.placeName(k)}  ${name}`);
      tip.style.translate = `${event.clientX + 14}px ${event.clientY + 14}px`;
      tip.classList.add("shown");
    };
    map.onpointerleave = () => tip.classList.remove("shown");
  }

  /** The place one step on from `place`; null where `by` is no step. */
  move(place, by) {
    if (!by) return null;
    const last = this.data.side - 1;
    const at = [Math.floor(place / this.data.side), place % this.data.side];
    const [row, column] = at.map((t, i) => Math.max(0, Math.min(last, t + by[i])));
    return row * this.data.side + column;
  }
}

/** Of the prediction on the full image: "same"; "near", one that had 5 % before; or "lost". */
function fate({ before, top }) {
  const now = top[0].index;
  if (now === before[0].index) return "same";
  return before.some((a) => a.index === now && a.probability >= 0.05) ? "near" : "lost";
}

/** Thin diagonal lines: this grid is masked. */
function hatch(pen, x, y, side, ink) {
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
