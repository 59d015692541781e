// Explore: one image, one query token, its attention at every level.

import { areaOf, attentionRow, queryAt, rowFacts } from "../shared/attention.js";
import { drawBar, drawToken, drawWaiting, ring } from "../shared/canvas.js";
import { drawMap, drawOverlay } from "../shared/cells.js";
import { both, cellOf, nearestCell, positionOf, range } from "../shared/grid.js";
import { packetOf } from "../shared/packets.js";
import {
  arrow,
  byFinger,
  cellUnder,
  emphasise,
  find,
  findCanvas,
  make,
  stop,
} from "../shared/page.js";
import { formatExactly, formatWeight } from "../shared/scale.js";
import { mount, TokenView } from "../shared/view.js";
import { drawFunnels } from "./funnels.js";
import { buildInterventions, writeTop } from "./predictions.js";
import { sentence, writeFacts } from "./sentences.js";
import { writeTables } from "./tables.js";

/** @import { RowFacts } from "../shared/attention.js" */
/** @import { AttentionRow, Component, Runs, Trace, ViewData } from "../shared/types.d.ts" */
/**
 * @typedef {ViewData & { interventions: string[], of_attention: string[], donor: string }} Data
 *   `of_attention`: the interventions that change attention weights; `donor`: the image whose
 *   weights are swapped in
 * @typedef {ReturnType<Explore["buildColumn"]>} Column of a level
 */

/** @param {Component<Data>} component */
export default function (component) {
  return mount(component, Explore);
}

/** @extends {TokenView<Data>} */
export class Explore extends TokenView {
  /** @type {Trace | undefined} */
  trace;
  /** @type {Runs | undefined} with the chosen part changed */
  runs;
  /** @type {Column[]} */
  columns = [];
  /** @type {AttentionRow[]} by level; none while the trace is not there */
  rows = [];
  /** @type {RowFacts[]} */
  facts = [];
  /** @type {{ level: number, cell: number } | null} what is pointed at in a map */
  pointed = null;
  opacity = 0.6;

  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    this.listen();
  }

  forgetPointer() {
    super.forgetPointer();
    this.pointed = null;
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

  refresh() {
    this.trace = this.refreshTrace("trace");
    this.runs = packetOf(`ablation/${this.runsKey}`);
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
    const count = Math.max(2, ...this.blocks.map((b) => b.levels.length));
    if (this.columns.length === count) return;
    this.root.dataset.columns = String(count);
    for (const column of this.columns) column.root.remove();
    this.columns = range(count).map((index) => this.buildColumn(index));
  }

  /** @param {number} index of the level */
  buildColumn(index) {
    const root = make("div", "column level");
    root.style.gridColumn = String(index + 2);
    root.innerHTML = `
      <div class="column-head"><div><h2><span class="disc">${index + 1}</span><span></span></h2><p></p></div></div>
      <canvas class="data" role="application"></canvas>
      <p class="say"></p>
      <div class="detail"><canvas class="data" role="img"></canvas><div class="facts"></div></div>`;
    this.pick(".controls").before(root);
    const map = findCanvas(root, ":scope > canvas");
    this.listenMap(map, index);
    return {
      root,
      map,
      head: find(root, "h2 span:last-child"),
      note: find(root, "p"),
      say: find(root, ".say"),
      overlay: findCanvas(root, ".detail canvas"),
      facts: find(root, ".facts"),
    };
  }

  writeHead() {
    const { levels, side } = this.block;
    const last = levels.length - 1;
    const lede = { grid: levels[0].grid, tokens: levels[last].side ** 2 };
    const kinds = levels.map((_, i) =>
      last === 0 ? "only" : i === 0 ? "local" : i === last ? "global" : "middle",
    );
    this.pick(".lede").replaceChildren(
      ...kinds.map((kind, i) => {
        const part = make("span");
        part.append(make("span", "disc", i + 1), this.word(`lede_${kind}`, lede));
        return part;
      }),
    );
    const touch = matchMedia("(pointer: coarse)").matches && levels.length > 1;
    const hint = this.word(touch ? "picture_hint_touch" : "picture_hint", { rows: side });
    this.pick(".image p").textContent = hint;
    this.columns.forEach((column, i) => {
      const kind = kinds.at(i) ?? "missing";
      column.root.classList.toggle("missing", kind === "missing");
      column.map.tabIndex = kind === "missing" ? -1 : 0;
      column.head.textContent = this.word(`${kind}_head`);
      const level = levels[i];
      const merged = kind === "middle" || kind === "global";
      column.note.textContent = this.word(merged ? "merged_note" : `${kind}_note`, {
        rows: level?.grid,
        tokens: level?.grid ** 2,
        level: level && this.levelName(i),
        merged: levels[i - 1]?.grid ** 2,
        count: level?.side ** 2,
      });
    });
  }

  buildMore() {
    const more = this.pick(".more");
    const button = this.pick(".more-button");
    button.textContent = this.word(more.hidden ? "more" : "less");
    button.setAttribute("aria-expanded", String(!more.hidden));
    const { stage, block, head } = this.selected;
    const numbered = (/** @type {number} */ count) =>
      range(count).map((i) => ({ value: i, content: [String(i + 1)] }));
    const blocks = numbered(this.blocksOf(stage).length);
    /** @type {{ value: number | null, content: string[] }[]} */
    const heads = [
      { value: null, content: [this.word("all_heads")] },
      ...numbered(this.block.heads),
    ];
    this.rebuild(more, (old) => [
      this.group("block", old[0], blocks, block, (b) => this.selectBlock(b)),
      this.group("head", old[1], heads, head, (h) => this.selectHead(h)),
    ]);
  }

  // Choosing

  /** @param {number | null} head */
  selectHead(head) {
    this.change({ head });
    this.refresh();
    this.keep();
  }

  /**
   * The server runs the interventions on another part when that is chosen.
   * @param {string} part
   */
  selectPart(part) {
    this.change({ part });
    this.refresh();
    this.keep();
  }

  /** @param {string} intervention */
  selectIntervention(intervention) {
    this.change({ intervention });
    writeTop(this);
    buildInterventions(this);
    this.keep();
  }

  /**
   * The token of a level's grid becomes the query token.
   * @param {number} level
   * @param {number} cell
   */
  moveTo(level, cell) {
    const row = this.rows[level];
    if (!row.multiple[cell] || !this.selected.token) return;
    this.pointed = null;
    this.writeTip();
    this.selectToken(queryAt(row, cell, this.selected.token, this.block));
  }

  live() {
    if (!this.rows.length || !this.selected.token) return "";
    const [row, column] = both(this.selected.token, (t) => t + 1);
    const sentences = this.rows.map((_, i) => this.columns[i].say.textContent).join(" ");
    return this.word("live", { row, column, sentences });
  }

  describe() {
    const { levels, side } = this.block;
    const [row, column] = both(this.selected.token ?? [0, 0], (t) => t + 1);
    const { alt, network } = this.data;
    /** @type {(element: HTMLElement, text: string) => void} */
    const label = (element, text) => element.setAttribute("aria-label", text);
    label(this.photoCanvas, this.word("aria_picture", { alt, rows: side, row, column }));
    label(this.pick(".whole"), this.word("crop", { pixels: network.input }));
    label(this.pick(".bar"), this.word("aria_bar"));
    levels.forEach(({ grid }, i) => {
      const names = { level: this.levelName(i), rows: grid };
      label(this.columns[i].map, this.word("aria_map", names));
      label(this.columns[i].overlay, this.word("aria_overlay", names));
    });
  }

  // Events

  listen() {
    const canvas = this.photoCanvas;
    const grid = () => (this.block.levels.length > 1 ? this.block.levels[0].grid : 1);
    canvas.onpointermove = (event) => {
      if (byFinger(event) || !this.trace) return;
      this.preview = cellUnder(canvas, event, this.block.side);
      this.soon();
    };
    canvas.onpointerleave = () => {
      if (this.preview === null) return;
      this.preview = null;
      this.soon();
    };
    canvas.onclick = (event) => {
      if (!this.trace) return;
      const { side } = this.block;
      const g = grid();
      // A finger cannot aim at a token of a few pixels: it takes the centre of its grid.
      this.selectToken(
        byFinger(event)
          ? both(cellUnder(canvas, event, Math.ceil(side / g)), (at) => at * g + Math.floor(g / 2))
          : cellUnder(canvas, event, side),
      );
    };
    canvas.onkeydown = (event) => {
      if (!this.trace || !this.token || !this.selected.token) return;
      const move = arrow(event);
      const far = event.shiftKey ? grid() : 1;
      if (move) this.selectToken(both(this.selected.token, (t, axis) => t + move[axis] * far));
      else if (event.key === "Enter" || event.key === " ") this.selectToken(this.token);
      else return;
      stop(event);
    };
    const opacity = this.pickInput("input[type=range]");
    opacity.oninput = () => {
      this.opacity = opacity.valueAsNumber / 100;
      this.soon();
    };
    this.pick(".more-button").onclick = () => {
      this.pick(".more").hidden = !this.pick(".more").hidden;
      this.buildMore();
      this.soon();
    };
    this.pick("details").ontoggle = () => writeTables(this);
  }

  /**
   * @param {HTMLCanvasElement} map
   * @param {number} index of its level
   */
  listenMap(map, index) {
    const grid = () => this.block.levels[index].grid;
    const under = (/** @type {MouseEvent} */ event) =>
      cellOf(cellUnder(map, event, grid()), grid());
    /** @type {(cell: number | null, event?: MouseEvent) => void} */
    const point = (cell, event) => {
      this.pointed = cell === null ? null : { level: index, cell };
      this.draw();
      this.writeTip(map, event);
    };
    map.onpointermove = (event) => {
      if (!byFinger(event) && this.rows.length) point(under(event), event);
    };
    map.onpointerleave = map.onblur = () => {
      if (this.pointed) point(null);
    };
    map.onclick = (event) => {
      if (this.rows.length) this.moveTo(index, under(event));
    };
    map.onkeydown = (event) => {
      if (!this.rows.length) return;
      const cell = this.pointed?.level === index ? this.pointed.cell : this.rows[index].own;
      const move = arrow(event);
      if (move) {
        const next = both(positionOf(cell, grid()), (at, axis) => at + move[axis]);
        point(cellOf(nearestCell(next, grid()), grid()));
        this.pick(".unseen").textContent = this.pick(".tip").textContent;
      } else if (event.key === "Enter") this.moveTo(index, cell);
      else if (event.key === "Escape") point(null);
      else return;
      stop(event);
    };
  }

  /**
   * Weight and position of what is pointed at, beside the pointer or the token itself.
   * @param {HTMLCanvasElement} [map]
   * @param {MouseEvent} [event]
   */
  writeTip(map, event) {
    const { pointed } = this;
    const row = pointed && this.rows[pointed.level];
    const multiple = pointed && row?.multiple[pointed.cell];
    if (!pointed || !row || !multiple) {
      this.showTip("");
      return;
    }
    const position = positionOf(pointed.cell, row.g);
    const text = this.word("tip", {
      multiple: formatExactly(multiple),
      share: formatWeight(multiple, this.facts[pointed.level].total),
      row: position[0] + 1,
      column: position[1] + 1,
    });
    this.showTip(text, map, event, position, row.g);
  }

  // Drawing

  draw() {
    const { block, look, token, trace, pointed } = this;
    this.pick("output").textContent = `${Math.round(100 * this.opacity)} %`;
    this.rows =
      trace && token
        ? block.levels.map((_, i) => attentionRow(trace, block, i, token, this.selected.head))
        : [];
    const pixels = this.data.network.input / block.side;
    this.facts = this.rows.map((row) => rowFacts(row, pixels * row.factor));
    this.drawPhoto();
    block.levels.forEach(({ grid }, i) => {
      const { map, overlay, say, facts: lines } = this.columns[i];
      const [row, facts] = [this.rows[i], this.facts[i]];
      if (!row) {
        drawWaiting(map, grid, look);
        drawWaiting(overlay, grid, look);
        return;
      }
      drawMap(map, row, facts, look, pointed?.level === i ? pointed.cell : null);
      if (this.photo) drawOverlay(overlay, this.photo, row, block, look, this.opacity);
      emphasise(say, sentence(this, row, facts, i > 0));
      writeFacts(this, lines, facts, row);
      map.dataset.drawn = this.drawn; // for tests
    });
    const marked = pointed && this.rows[pointed.level]?.multiple[pointed.cell];
    drawBar(this.pickCanvas(".bar"), this.data.words, look, marked || null);
    drawFunnels(this);
    if (this.pick("details").hasAttribute("open")) writeTables(this);
    this.writeNumbers();
  }

  get drawn() {
    return `${this.token?.join(",")}/${this.block.stage}/${this.block.block}`;
  }

  drawPhoto() {
    const { block, token, pointed } = this;
    const drawn = this.drawImage();
    if (!drawn || token === null) return;
    const { pen, width } = drawn;
    drawToken(pen, block, token, width);
    if (pointed && this.rows.length) {
      const [left, top, side] = areaOf(this.rows[pointed.level], pointed.cell, block);
      ring(pen, left * width, top * width, Math.max(side * width, 6), true);
    }
    this.photoCanvas.dataset.drawn = this.drawn;
  }
}
