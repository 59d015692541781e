// Explore: one image, one query token, its attention at every level.

import { areaOf, range, readingFacts, readLevel, walk } from "../shared/attention.js";
import { drawBar, drawMap, drawOverlay, drawToken, drawWaiting, ring } from "../shared/canvas.js";
import { shelf } from "../shared/packets.js";
import { arrow, emphasise, make, placeAt, stop } from "../shared/page.js";
import { formatExactly } from "../shared/scale.js";
import { mount, View } from "../shared/view.js";
import { buildInterventions, writeTop } from "./answers.js";
import { drawFunnels } from "./funnels.js";
import { sentence, writeFacts } from "./sentences.js";
import { writeTables } from "./tables.js";

export default function (component) {
  return mount(component, Explore);
}

class Explore extends View {
  constructor(parent) {
    super(parent);
    this.opacity = 0.6;
    this.listen();
  }

  // What is in front

  get side() {
    return this.block.side;
  }

  /** The key of the ablation runs of the chosen part. */
  get runsKey() {
    const { stage, block, head, part } = this.selected;
    const names = [this.data.trace];
    if (part !== "all") names.push(`stage${stage}`);
    if (part !== "all" && part !== "stage") names.push(`block${block}`);
    if (part.startsWith("level")) names.push(part);
    if (part === "head") names.push(`head${head}`);
    return names.join("/");
  }

  get place() {
    return this.selected.token;
  }

  selectPlace(place) {
    this.selectToken(place);
  }

  /** Everything anew: after data, another stage, block, head or theme. */
  refresh() {
    this.trace = this.refreshFrame("trace");
    this.runs = shelf.packets.get(`without/${this.runsKey}`);
    this.buildColumns();
    this.writeHead();
    this.buildMore();
    writeTop(this);
    buildInterventions(this);
    this.describe();
    this.draw();
  }

  // Structure

  buildColumns() {
    const count = Math.max(2, ...this.data.network.blocks.map((b) => b.levels.length));
    if (this.columns?.length === count) return;
    this.root.dataset.columns = count;
    this.columns?.forEach((column) => column.root.remove());
    this.columns = range(count).map((index) => this.buildColumn(index));
  }

  buildColumn(index) {
    const root = make("div", "column level");
    root.style.gridColumn = index + 2;
    root.innerHTML = `
      <div class="column-head"><div><h2><span class="disc">${index + 1}</span><span></span></h2><p></p></div></div>
      <canvas class="data" role="application"></canvas>
      <p class="say"></p>
      <div class="detail"><canvas class="data" role="img"></canvas><div class="facts"></div></div>`;
    this.pick(".controls").before(root);
    const column = {
      root,
      head: root.querySelector("h2 span:last-child"),
      note: root.querySelector("p"),
      map: root.querySelector(":scope > canvas"),
      say: root.querySelector(".say"),
      overlay: root.querySelector(".detail canvas"),
      facts: root.querySelector(".facts"),
    };
    this.listenMap(column, index);
    return column;
  }

  writeHead() {
    const { block } = this;
    const last = block.levels.length - 1;
    const gaps = { grid: block.levels[0].grid, tokens: block.levels[last].side ** 2 };
    const steps = block.levels.map((_, i) =>
      last === 0 ? "only" : i === 0 ? "local" : i === last ? "global" : "middle",
    );
    this.pick(".lede").replaceChildren(
      ...steps.map((step, i) => {
        const part = make("span");
        part.append(make("span", "disc", i + 1), this.word(`lede_${step}`, gaps));
        return part;
      }),
    );
    const touch = matchMedia("(pointer: coarse)").matches && block.levels.length > 1;
    this.pick(".picture p").textContent = this.word(touch ? "picture_hint_touch" : "picture_hint", {
      rows: block.side,
    });
    this.columns.forEach((column, i) => {
      const step = steps[i] ?? "missing";
      column.root.classList.toggle("missing", step === "missing");
      column.map.tabIndex = step === "missing" ? -1 : 0;
      column.head.textContent = this.word(`${step}_head`);
      const level = block.levels[i];
      const merged = step === "middle" || step === "global";
      column.note.textContent = this.word(merged ? "merged_note" : `${step}_note`, {
        rows: level?.grid,
        tokens: level?.grid ** 2,
        level: level && this.levelName(i),
        merged: block.levels[i - 1]?.grid ** 2,
        count: level?.side ** 2,
      });
    });
  }

  buildMore() {
    const more = this.pick(".more");
    const button = this.pick(".more-button");
    button.textContent = this.word(more.hidden ? "more" : "less");
    button.setAttribute("aria-expanded", !more.hidden);
    const numbered = (count) => range(count).map((i) => ({ value: i, content: [String(i + 1)] }));
    const heads = [{ value: null, content: [this.word("all_heads")] }];
    const old = [...more.querySelectorAll("[role=radiogroup]")];
    const { stage, block, head } = this.selected;
    const focused = this.root.getRootNode().activeElement;
    more.replaceChildren(
      this.group("block", old[0], numbered(this.blocksOf(stage).length), block, (b) =>
        this.selectBlock(b),
      ),
      this.group("head", old[1], [...heads, ...numbered(this.block.heads)], head, (h) =>
        this.selectHead(h),
      ),
      this.numberField("row", 0),
      this.numberField("column", 1),
    );
    if (focused?.isConnected) focused.focus(); // moving an element takes its focus away
  }

  // Choosing

  selectHead(head) {
    this.selected = { ...this.selected, head };
    this.keepPart();
    this.refresh();
    this.keep();
  }

  /** The server computes the ablations of another part once it has the selection. */
  selectPart(part) {
    this.selected = { ...this.selected, part };
    this.refresh();
    this.keep();
  }

  selectIntervention(name) {
    this.selected = { ...this.selected, intervention: name };
    writeTop(this);
    buildInterventions(this);
    this.keep();
  }

  live() {
    if (!this.readings) return "";
    const [row, column] = this.selected.token.map((t) => t + 1);
    const sentences = this.readings.map((_, i) => this.columns[i].say.textContent).join(" ");
    return this.word("live", { row, column, sentences });
  }

  describe() {
    const { block } = this;
    const [row, column] = (this.selected.token ?? [0, 0]).map((t) => t + 1);
    const { alt } = this.data;
    this.photoCanvas.setAttribute(
      "aria-label",
      this.word("aria_picture", { alt, rows: block.side, row, column }),
    );
    this.pick(".whole").setAttribute(
      "aria-label",
      this.word("crop", { pixels: this.data.network.input }),
    );
    this.pick(".bar").setAttribute("aria-label", this.word("aria_bar"));
    block.levels.forEach((level, i) => {
      const gaps = { level: this.levelName(i), rows: level.grid };
      this.columns[i].map.setAttribute("aria-label", this.word("aria_map", gaps));
      this.columns[i].overlay.setAttribute("aria-label", this.word("aria_overlay", gaps));
    });
  }

  // Events

  listen() {
    const canvas = this.photoCanvas;
    canvas.onpointermove = (event) => {
      if (event.pointerType === "touch" || !this.trace) return;
      this.preview = placeAt(canvas, event, this.block.side);
      this.soon();
    };
    canvas.onpointerleave = () => {
      if (this.preview === null) return;
      this.preview = null;
      this.soon();
    };
    canvas.onclick = (event) => {
      if (!this.trace) return;
      const { block } = this;
      const grid = block.levels.length > 1 ? block.levels[0].grid : 1;
      // A finger cannot aim at a token of a few pixels: it takes the centre of its cell.
      if (event.pointerType === "touch")
        this.selectToken(
          placeAt(canvas, event, Math.ceil(block.side / grid)).map(
            (cell) => cell * grid + Math.floor(grid / 2),
          ),
        );
      else this.selectToken(placeAt(canvas, event, block.side));
    };
    canvas.onkeydown = (event) => {
      if (!this.trace) return;
      const move = arrow(event);
      const { block } = this;
      const grid = block.levels.length > 1 ? block.levels[0].grid : 1;
      const far = event.shiftKey ? grid : 1;
      if (move) this.selectToken(this.selected.token.map((t, i) => t + move[i] * far));
      else if (event.key === "Enter" || event.key === " ") this.selectToken(this.token);
      else return;
      stop(event);
    };
    const opacity = this.pick("input[type=range]");
    opacity.oninput = () => {
      this.opacity = opacity.value / 100;
      this.soon();
    };
    this.pick(".more-button").onclick = () => {
      this.pick(".more").hidden = !this.pick(".more").hidden;
      this.buildMore();
      this.soon();
    };
    this.pick("details").ontoggle = () => writeTables(this);
  }

  listenMap(column, index) {
    const { map } = column;
    const grid = () => this.block.levels[index].grid;
    const point = (place, event) => {
      this.pointed = place === null ? null : { level: index, place };
      this.draw();
      this.writeTip(map, event);
    };
    map.onpointermove = (event) => {
      if (event.pointerType === "touch" || !this.readings) return;
      const [row, col] = placeAt(map, event, grid());
      point(row * grid() + col, event);
    };
    map.onpointerleave = map.onblur = () => this.pointed && point(null);
    map.onclick = (event) => {
      if (!this.readings) return;
      const [row, col] = placeAt(map, event, grid());
      this.walkTo(index, row * grid() + col);
    };
    map.onkeydown = (event) => {
      if (!this.readings) return;
      const reading = this.readings[index];
      const place = this.pointed?.level === index ? this.pointed.place : reading.own;
      const move = arrow(event);
      if (move) {
        const [row, col] = [Math.floor(place / grid()) + move[0], (place % grid()) + move[1]];
        const inside = (v) => Math.max(0, Math.min(grid() - 1, v));
        point(inside(row) * grid() + inside(col));
        this.pick(".unseen").textContent = this.pick(".tip").textContent;
      } else if (event.key === "Enter") this.walkTo(index, place);
      else if (event.key === "Escape") point(null);
      else return;
      stop(event);
    };
  }

  walkTo(level, place) {
    const reading = this.readings[level];
    if (!reading.exists(place)) return;
    this.pointed = null;
    this.writeTip();
    this.selectToken(walk(reading, place, this.selected.token, this.block));
  }

  /** Number, share and place of what is pointed at, beside the pointer or the place itself. */
  writeTip(map, event) {
    const shown =
      this.pointed !== null && this.readings[this.pointed.level].exists(this.pointed.place);
    if (!shown) {
      this.showTip("");
      return;
    }
    const { level, place } = this.pointed;
    const { g, multiple } = this.readings[level];
    const [row, column] = [Math.floor(place / g), place % g];
    const text = this.word("tip", {
      multiple: formatExactly(multiple[place]),
      share: `${((100 * multiple[place]) / this.facts[level].total).toFixed(2)} %`,
      row: row + 1,
      column: column + 1,
    });
    this.showTip(text, map, event, row, column, g);
  }

  // Drawing

  draw() {
    if (!this.data || !this.root.isConnected) return;
    const { block, look, token } = this;
    const ready = this.trace && token !== null;
    this.pick("output").textContent = `${Math.round(100 * this.opacity)} %`;
    if (ready) {
      this.readings = block.levels.map((_, i) =>
        readLevel(this.trace, block, i, token, this.selected.head),
      );
      const pixels = this.data.network.input / block.side;
      this.facts = this.readings.map((r) => readingFacts(r, pixels * r.factor));
    } else this.readings = this.facts = null;
    this.drawPhoto();
    this.columns.forEach((column, i) => {
      if (i >= block.levels.length) return;
      if (!ready) {
        drawWaiting(column.map, block.levels[i].grid, look);
        drawWaiting(column.overlay, block.levels[i].grid, look);
        return;
      }
      const [reading, facts] = [this.readings[i], this.facts[i]];
      drawMap(
        column.map,
        reading,
        facts,
        look,
        this.pointed?.level === i ? this.pointed.place : null,
      );
      if (this.photo)
        drawOverlay(column.overlay, this.photo, reading, facts, block, look, this.opacity);
      emphasise(column.say, sentence(this, i));
      writeFacts(this, column.facts, facts, reading);
      column.map.dataset.drawn = `${token.join(",")}/${block.stage}/${block.block}`;
    });
    const marked =
      this.pointed && this.readings
        ? this.readings[this.pointed.level].multiple[this.pointed.place]
        : null;
    drawBar(this.pick(".bar"), this.words, look, marked || null);
    drawFunnels(this);
    if (this.pick("details").open) writeTables(this);
    this.writeNumbers();
  }

  drawPhoto() {
    const { block, token, photoCanvas } = this;
    const board = this.drawBoardOf(block);
    if (!board) return;
    const { pen, width } = board;
    if (token === null) return;
    drawToken(pen, block, token, width);
    if (this.pointed && this.readings) {
      const [left, top, side] = areaOf(
        this.readings[this.pointed.level],
        this.pointed.place,
        block,
      );
      const least = Math.max(side * width, 6);
      ring(pen, left * width, top * width, least, true);
    }
    photoCanvas.dataset.drawn = `${token.join(",")}/${block.stage}/${block.block}`;
  }
}
