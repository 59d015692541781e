// Tokens: each level's tokens as an image, what pooling keeps of a grid, what the block adds.

import { factors } from "../shared/attention.js";
import { drawAmountBar, drawWaiting } from "../shared/canvas.js";
import { both, cellOf, nearestCell, positionOf, range } from "../shared/grid.js";
import { arrow, byFinger, cellUnder, choices, make, makeButton, stop } from "../shared/page.js";
import { amountStep, formatShare, step } from "../shared/scale.js";
import { mount, TokenView } from "../shared/view.js";
import { drawCells, drawMerging, highlight, markPart, numberPart } from "./drawing.js";
import { buildSections, drawPanel, formatMaxima, writeSections } from "./sections.js";
import { nearest } from "./similarity.js";
import { writeTokenTables } from "./tables.js";

/** @import { Component, Position, ShapedArray, Square, ViewData } from "../shared/types.d.ts" */
/** @import { Panel } from "./sections.js" */
/**
 * @typedef {{ width: number, shares: { tokens: number[], added: number[] }, constant: number,
 *   merge_differences: number[], added_difference: number }} Facts
 *   of a block: channels, shares of the variance by colour, norm of the constant, rounding errors
 * @typedef {{ norm_top: number, blocks: Facts[], arrays: Record<string, ShapedArray> }} Packet
 */

const NEIGHBOURS = 5;
const MERGE_TIME = 1800; // ms that a merge takes when it is played

/** @param {Component<ViewData>} component */
export default function (component) {
  return mount(component, Tokens);
}

/** Whether the visitor wants nothing to move. */
function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export class Tokens extends TokenView {
  /** @type {Packet | undefined} */
  packet;
  /** @type {Facts | undefined} */
  facts;
  /** @type {Panel[]} the smaller maps */
  panels = [];
  /** @type {Position | null} what is pointed at, on the level in front */
  pointed = null;
  /** @type {number | null} where a merge is on its way: 0.5 is half of the first; null: at a level */
  way = null;
  colouring = "channels"; // or "norms"
  playing = 0; // the frame of the film

  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    this.map = this.pickCanvas(".map");
    this.listenMap(this.photoCanvas);
    this.listenMap(this.map);
    this.pick(".play").onclick = () => this.play();
    const slider = this.pickInput(".walk input");
    slider.oninput = () => this.walkTo(slider.valueAsNumber);
    this.pick("details").ontoggle = () => writeTokenTables(this);
  }

  close() {
    super.close();
    cancelAnimationFrame(this.playing);
  }

  forgetPointer() {
    super.forgetPointer();
    this.pointed = null;
  }

  // What is in front

  get number() {
    return this.blocks.indexOf(this.block);
  }

  get level() {
    return Math.min(this.selected.level, this.block.levels.length - 1);
  }

  get side() {
    return this.block.levels[this.level].side;
  }

  /** The chosen token on the map of the level in front. */
  get position() {
    return this.selected.token && this.ancestor(this.level);
  }

  /**
   * The token of a level that the chosen one is merged into.
   * @param {number} level
   */
  ancestor(level) {
    const factor = factors(this.block)[level];
    return both(this.selected.token ?? [0, 0], (t) => Math.floor(t / factor));
  }

  /**
   * Another token of the level in front; below it the position in its grid stays.
   * @param {Position} position
   */
  selectPosition(position) {
    const factor = factors(this.block)[this.level];
    const { token } = this.selected;
    this.selectToken(
      both(nearestCell(position, this.side), (p, axis) =>
        Math.min(this.block.side - 1, p * factor + ((token?.[axis] ?? 0) % factor)),
      ),
    );
  }

  /**
   * An array of the block in front.
   * @param {string} name
   */
  array(name) {
    return /** @type {Packet} */ (this.packet).arrays[`${this.number}/${name}`];
  }

  /**
   * The part of the network's input that a token of a level covers.
   * @param {number} level
   * @param {Position} position
   * @returns {Square}
   */
  partOf(level, [row, column]) {
    const size = factors(this.block)[level] / this.block.side;
    return [column * size, row * size, size];
  }

  /**
   * The colours of a map as bytes: its channels, its norms, or the maxima its tokens provide.
   * @param {string} name
   */
  bytesOf(name) {
    const maxima = name.startsWith("maxima/");
    if (this.colouring === "channels" && !maxima)
      return /** @type {Uint8Array} */ (this.array(`rgb/${name}`).values);
    const { bytes } = this.look.ramp;
    const top = this.packet?.norm_top ?? 1;
    const { values } = this.array(maxima ? name : `norm/${name}`);
    return Uint8Array.from(
      Array.from(values, (v) => bytes[maxima ? step(v) : amountStep(v, top)]).flat(),
    );
  }

  /** The tokens of the level in front that are most similar to the chosen one. */
  similar() {
    const { side } = this;
    const chosen = cellOf(this.ancestor(this.level), side);
    return nearest(this.array(`vectors/tokens/${this.level}`), chosen, NEIGHBOURS).map(
      ({ k, cosine }) => {
        const position = positionOf(k, side);
        const [row, column] = both(position, (p) => p + 1);
        return { position, row, column, cosine: cosine.toFixed(3) };
      },
    );
  }

  // Everything anew

  refresh() {
    this.packet = this.refreshTrace("tokens");
    this.facts = this.packet?.blocks[this.number];
    this.writeHead();
    this.buildWalk();
    this.buildChoosing();
    const sections = buildSections(this);
    this.panels = sections.flatMap(({ panels }) => panels);
    this.pick(".sections").replaceChildren(...sections.map(({ root }) => root));
    this.writeStrips();
    this.describe();
    this.draw();
  }

  writeHead() {
    const { levels, side } = this.block;
    const only = levels.length === 1;
    const values = { rows: side, last: levels[levels.length - 1].side };
    this.pick("h1").textContent = this.word(only ? "tokens_title_only" : "tokens_title", values);
    this.pick(".lede").textContent = this.word(only ? "tokens_lede_only" : "tokens_lede");
  }

  buildWalk() {
    const { levels } = this.block;
    const options = levels.map((level, i) => ({
      value: i,
      content: [this.word("walk_level", { level: this.levelName(i), rows: level.side })],
    }));
    const group = this.pick(".levels");
    group.setAttribute("aria-label", this.word("walk_levels"));
    choices(group, options, this.level, (level) => this.selectLevel(level));
    const slider = this.pickInput(".walk input");
    slider.max = String(levels.length - 1);
    slider.setAttribute("aria-label", this.word("walk_slider"));
    slider.hidden = levels.length === 1;
    this.pick(".play").hidden = levels.length === 1 || still();
  }

  buildChoosing() {
    const blocks = range(this.blocksOf(this.selected.stage).length);
    this.rebuild(this.pick(".choosing"), (old) => [
      this.group(
        "block",
        old[0],
        blocks.map((i) => ({ value: i, content: [String(i + 1)] })),
        this.selected.block,
        (block) => this.selectBlock(block),
      ),
      this.group(
        "colouring",
        old[1],
        ["channels", "norms"].map((value) => ({ value, content: [this.word(`by_${value}`)] })),
        this.colouring,
        (value) => {
          this.colouring = value;
          this.refresh();
        },
      ),
    ]);
  }

  /** What red, green and blue stand for, each with its share of the variance. */
  writeStrips() {
    const strips = this.pick(".strips");
    strips.hidden = this.colouring !== "channels";
    this.pick(".amounts").hidden = this.colouring === "channels";
    const shares = this.facts?.shares.tokens ?? [0, 0, 0];
    strips.replaceChildren(
      ...shares.map((share, i) => {
        const strip = make("span");
        const ends = [0, 255].map((v) => `rgb(${range(3).map((c) => (c === i ? v : 128))})`);
        const bar = make("i");
        bar.style.background = `linear-gradient(90deg, ${ends})`;
        const ticks = make("small");
        ticks.append(make("span", "", "−2 σ"), make("span", "", "0"), make("span", "", "+2 σ"));
        strip.append(
          this.word("strip", { colour: this.word(`colour_${i + 1}`), share: formatShare(share) }),
          bar,
          ticks,
        );
        return strip;
      }),
    );
    const values = {
      rows: this.side,
      level: this.levelName(this.level),
      channels: this.facts?.width,
      share: formatShare(shares.reduce((a, b) => a + b, 0)),
    };
    this.pick(":scope > .says").textContent = this.word(`meaning_${this.colouring}`, values);
    this.pick(":scope > .limit").textContent = this.word(`limit_${this.colouring}`);
  }

  // Choosing

  /** @param {number} level */
  selectLevel(level) {
    const before = this.way ?? this.level;
    this.change({ level });
    this.refresh();
    this.keep();
    if (!still() && before !== level) this.glide(before, level, MERGE_TIME / 3);
  }

  /** From the first level to the last, as a film. */
  play() {
    const last = this.block.levels.length - 1;
    this.change({ level: last });
    this.refresh();
    this.keep();
    this.glide(0, last, MERGE_TIME * last);
  }

  /**
   * @param {number} from
   * @param {number} to
   * @param {number} time in ms
   */
  glide(from, to, time) {
    cancelAnimationFrame(this.playing);
    const start = performance.now();
    const next = (/** @type {number} */ now) => {
      const share = Math.min(1, Math.max(0, (now - start) / time));
      this.way = share < 1 ? from + (to - from) * share : null;
      this.drawFront();
      if (share < 1) this.playing = requestAnimationFrame(next);
    };
    this.way = from;
    this.drawFront();
    this.playing = requestAnimationFrame(next);
  }

  /**
   * By hand: `way` between two levels; the nearer one is in front.
   * @param {number} way
   */
  walkTo(way) {
    cancelAnimationFrame(this.playing);
    const level = Math.round(way);
    this.way = way === level ? null : way;
    if (level === this.level) {
      this.drawFront();
      return;
    }
    this.change({ level });
    this.refresh();
    this.keep();
  }

  live() {
    if (!this.packet) return "";
    const three = this.similar().slice(0, 3);
    const near = three.map((token) => this.word("near_live", token)).join(" ");
    return `${this.pick(".near .say").textContent} ${near}`;
  }

  describe() {
    const { block, side, level } = this;
    const { alt, network } = this.data;
    const [row, column] = both(this.position ?? [0, 0], (p) => p + 1);
    const values = { level: this.levelName(level), rows: side, row, column, alt };
    /** @type {(element: HTMLElement, text: string) => void} */
    const label = (element, text) => element.setAttribute("aria-label", text);
    label(this.photoCanvas, this.word("aria_area", values));
    label(this.map, this.word("aria_tokens", values));
    label(this.pick(".whole"), this.word("crop", { pixels: network.input }));
    label(this.pick(".amounts"), this.word("aria_amounts"));
    this.pick(".column p").textContent = this.word("area_hint");
    this.pick(".front h2").textContent = this.word("front_head", values);
    this.pick(".front p").textContent = this.word(level ? "front_note_merged" : "front_note", {
      rows: side,
      merged: block.levels[level - 1]?.grid ** 2,
    });
    const pixels = (factors(block)[level] * network.input) / block.side;
    this.pick(".near .say").textContent = this.word("covered_area", { ...values, pixels });
  }

  // Events

  /**
   * A canvas on which a token of the level in front is chosen.
   * @param {HTMLCanvasElement} canvas
   */
  listenMap(canvas) {
    canvas.onpointermove = (event) => {
      if (byFinger(event) || !this.packet) return;
      this.pointed = cellUnder(canvas, event, this.side);
      this.soon();
      this.tipOf(`tokens/${this.level}`, canvas, event, this.pointed, this.side);
    };
    canvas.onpointerleave = () => {
      if (!this.pointed) return;
      this.pointed = null;
      this.soon();
      this.showTip("");
    };
    canvas.onclick = (event) => {
      if (!this.packet) return;
      this.way = null;
      const { side, level } = this;
      const { levels } = this.block;
      const grid = level < levels.length - 1 ? levels[level].grid : 1;
      // A finger cannot aim at a token of a few pixels: it takes the centre of its grid.
      const fine = !byFinger(event) || canvas.clientWidth / side >= 24;
      this.selectPosition(
        fine
          ? cellUnder(canvas, event, side)
          : both(
              cellUnder(canvas, event, Math.ceil(side / grid)),
              (at) => at * grid + Math.floor(grid / 2),
            ),
      );
    };
    canvas.onkeydown = (event) => {
      const move = arrow(event);
      if (!this.packet || !move || !this.position) return;
      const far = event.shiftKey ? this.block.levels[this.level].grid : 1;
      this.way = null;
      this.selectPosition(both(this.position, (p, axis) => p + move[axis] * far));
      stop(event);
    };
  }

  /**
   * @param {string} name of a map of the packet
   * @param {HTMLCanvasElement} canvas
   * @param {MouseEvent} event
   * @param {Position} position
   * @param {number} side of the map
   */
  tipOf(name, canvas, event, position, side) {
    const k = cellOf(position, side);
    const [word, value] = name.startsWith("maxima/")
      ? ["tip_argmax", formatMaxima(this.array(name).values[k])]
      : ["tip_norm", this.array(`norm/${name}`).values[k].toPrecision(3)];
    const [row, column] = both(position, (p) => p + 1);
    this.showTip(this.word(word, { value, row, column }), canvas, event, position, side);
  }

  // Drawing

  draw() {
    this.writeNumbers();
    this.drawPhoto();
    this.drawFront();
    if (!this.packet) {
      for (const { canvas, rows } of this.panels) drawWaiting(canvas, rows, this.look);
      return;
    }
    this.writeSimilar();
    for (const panel of this.panels) drawPanel(this, panel);
    writeSections(this);
    writeTokenTables(this);
    if (this.colouring !== "norms") return;
    const marked = cellOf(this.pointed ?? this.ancestor(this.level), this.side);
    drawAmountBar(
      this.pickCanvas(".amounts"),
      this.word("bar_norm"),
      this.packet.norm_top,
      this.look,
      this.array(`norm/tokens/${this.level}`).values[marked],
    );
  }

  drawPhoto() {
    const drawn = this.drawImage();
    if (!drawn || !this.position) return;
    const { pen, width } = drawn;
    const part = (/** @type {Position} */ position) => this.partOf(this.level, position);
    highlight(pen, part(this.position), width);
    if (this.packet)
      this.similar().forEach(({ position }, i) => {
        numberPart(pen, part(position), width, i + 1);
      });
    if (this.pointed) markPart(pen, part(this.pointed), width, true);
    this.photoCanvas.dataset.drawn = this.drawn;
  }

  get drawn() {
    return `${this.level}/${this.position?.join(",")}`;
  }

  /** The level in front, or the merge that is on its way. */
  drawFront() {
    const { map, block, look, way, packet } = this;
    const { levels } = block;
    this.pickInput(".walk input").value = String(way ?? this.level);
    if (!packet || !this.position) {
      drawWaiting(map, this.side, look);
      return;
    }
    const moving = way !== null && way % 1 !== 0;
    map.toggleAttribute("data-moving", moving);
    if (moving) {
      const i = Math.floor(way);
      const [below, above] = [i, i + 1].map((l) => this.bytesOf(`tokens/${l}`));
      drawMerging(map, below, above, levels[i].side, levels[i].grid, way - i, look);
      return;
    }
    const level = way ?? this.level;
    const { side, grid } = levels[level];
    const border = level === levels.length - 1 ? 1 : grid;
    const { pen, width } = drawCells(map, this.bytesOf(`tokens/${level}`), side, border, look);
    if (level !== this.level) return;
    this.similar().forEach(({ position }, i) => {
      markPart(pen, this.partOf(level, position), width, true);
      numberPart(pen, this.partOf(level, position), width, i + 1);
    });
    markPart(pen, this.partOf(level, this.position), width);
    if (this.pointed) markPart(pen, this.partOf(level, this.pointed), width, true);
    map.dataset.drawn = this.drawn;
  }

  writeSimilar() {
    this.pick(".near tbody").replaceChildren(
      ...this.similar().map(({ position, row, column, cosine }, i) => {
        const line = make("tr");
        const button = makeButton(`${row}, ${column}`);
        button.onclick = () => this.selectPosition(position);
        line.insertCell().textContent = String(i + 1);
        line.insertCell().append(button);
        line.insertCell().textContent = cosine;
        return line;
      }),
    );
  }
}
