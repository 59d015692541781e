// Tokens: each level's tokens as an image, what pooling keeps of a grid, what the block adds.

import { factors, range } from "../shared/attention.js";
import { drawAmountBar, drawWaiting } from "../shared/canvas.js";
import { arrow, choices, make, placeAt, stop } from "../shared/page.js";
import { amountStep, formatShare, step } from "../shared/scale.js";
import { mount, View } from "../shared/view.js";
import { drawCells, drawMerging, lightUp, markPart, numberPart } from "./cells.js";
import { buildSteps, drawPanel, formatWon, writeSteps } from "./sections.js";
import { nearest } from "./similarity.js";
import { writeTokenTables } from "./tables.js";

const NEIGHBOURS = 5;
const MERGE_TIME = 1800; // ms that a merge takes when it is played

export default function (component) {
  return mount(component, Tokens);
}

class Tokens extends View {
  constructor(parent) {
    super(parent);
    this.map = this.pick(".map");
    this.colouring = "channels"; // or "norms"
    this.way = null; // where a merge is on its way: 0.5 is half of the first; null: at a level
    this.listenBoard(this.photoCanvas);
    this.listenBoard(this.map);
    this.pick(".play").onclick = () => this.play();
    const slider = this.pick(".walk input");
    slider.oninput = () => this.walkTo(slider.valueAsNumber);
    this.pick("details").ontoggle = () => writeTokenTables(this);
  }

  close() {
    super.close();
    cancelAnimationFrame(this.playing);
  }

  // What is in front

  get number() {
    return this.data.network.blocks.indexOf(this.block);
  }

  get level() {
    return Math.min(this.selected.level, this.block.levels.length - 1);
  }

  get side() {
    return this.block.levels[this.level].side;
  }

  /** The chosen token on the map of the level in front. */
  get place() {
    return this.selected.token && this.ancestor(this.level);
  }

  ancestor(level) {
    const factor = factors(this.block)[level];
    return this.selected.token.map((t) => Math.floor(t / factor));
  }

  /** Another token of the level in front; below it the place in its grid stays. */
  selectPlace(place) {
    const factor = factors(this.block)[this.level];
    this.selectToken(
      place.map((p, i) => {
        const inside = Math.max(0, Math.min(this.side - 1, p));
        return Math.min(this.block.side - 1, inside * factor + (this.selected.token[i] % factor));
      }),
    );
  }

  array(name) {
    return this.packet.arrays[`${this.number}/${name}`];
  }

  /** The part of the network's square that a token of a level covers: [left, top, side], shares. */
  partOf(level, [row, column]) {
    const size = factors(this.block)[level] / this.block.side;
    return [column * size, row * size, size];
  }

  /** The colours of a map as bytes: its channels, its norms, or its share of the maxima. */
  bytesOf(name) {
    if (this.colouring === "channels" && !name.startsWith("won/"))
      return this.array(`rgb/${name}`).values;
    const { bytes } = this.look.ramp;
    const found = name.startsWith("won/")
      ? Array.from(this.array(name).values, (multiple) => bytes[step(multiple)])
      : Array.from(
          this.array(`norm/${name}`).values,
          (norm) => bytes[amountStep(norm, this.packet.norm_top)],
        );
    return Uint8Array.from(found.flat());
  }

  // Everything anew

  refresh() {
    this.packet = this.refreshFrame("tokens");
    this.facts = this.packet?.blocks[this.number];
    this.writeHead();
    this.buildWalk();
    this.buildChoosing();
    buildSteps(this);
    this.writeStrips();
    this.describe();
    this.draw();
  }

  writeHead() {
    const { block } = this;
    const { levels } = block;
    const gaps = { rows: block.side, last: levels.at(-1).side };
    const only = levels.length === 1;
    this.pick("h1").textContent = this.word(only ? "tokens_title_only" : "tokens_title", gaps);
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
    const slider = this.pick(".walk input");
    slider.max = levels.length - 1;
    slider.setAttribute("aria-label", this.word("walk_slider"));
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    slider.hidden = levels.length === 1;
    this.pick(".play").hidden = levels.length === 1 || still;
  }

  buildChoosing() {
    const box = this.pick(".choosing");
    const old = [...box.querySelectorAll("[role=radiogroup]")];
    const focused = this.root.getRootNode().activeElement;
    const blocks = range(this.blocksOf(this.selected.stage).length);
    box.replaceChildren(
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
      this.numberField("row", 0),
      this.numberField("column", 1),
    );
    if (focused?.isConnected) focused.focus(); // moving an element takes its focus away
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
        const ends = [0, 255].map((v) => `rgb(${[0, 1, 2].map((c) => (c === i ? v : 128))})`);
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
    const total = shares.reduce((a, b) => a + b, 0);
    const gaps = {
      rows: this.side,
      level: this.levelName(this.level),
      channels: this.facts?.width,
      share: formatShare(total),
    };
    this.pick(":scope > .says").textContent = this.word(`meaning_${this.colouring}`, gaps);
    this.pick(":scope > .limit").textContent = this.word(`limit_${this.colouring}`);
  }

  // Choosing

  selectLevel(level) {
    const before = this.way ?? this.level;
    this.selected = { ...this.selected, level };
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.refresh();
    this.keep();
    if (!still && Math.abs(before - level) > 0) this.glide(before, level, MERGE_TIME / 3);
  }

  /** From the first level to the last, as a film. */
  play() {
    const last = this.block.levels.length - 1;
    this.selected = { ...this.selected, level: last };
    this.refresh();
    this.keep();
    this.glide(0, last, MERGE_TIME * last);
  }

  glide(from, to, time) {
    cancelAnimationFrame(this.playing);
    const start = performance.now();
    const next = (now) => {
      const share = Math.min(1, Math.max(0, (now - start) / time));
      this.way = share < 1 ? from + (to - from) * share : null;
      this.drawFront();
      if (share < 1) this.playing = requestAnimationFrame(next);
    };
    this.way = from;
    this.drawFront();
    this.playing = requestAnimationFrame(next);
  }

  /** By hand: `way` between two levels; the nearer one is in front. */
  walkTo(way) {
    cancelAnimationFrame(this.playing);
    const level = Math.round(way);
    this.way = way === level ? null : way;
    if (level === this.level) {
      this.drawFront();
      return;
    }
    this.selected = { ...this.selected, level };
    this.refresh();
    this.keep();
  }

  live() {
    if (!this.packet) return "";
    return `${this.pick(".near .say").textContent} ${this.alike()
      .slice(0, 3)
      .map((n) => this.word("near_live", n))
      .join(" ")}`;
  }

  /** The tokens of the level in front that are most like the chosen one. */
  alike() {
    const { side } = this;
    const [row, column] = this.place;
    return nearest(this.array(`vectors/tokens/${this.level}`), row * side + column, NEIGHBOURS).map(
      ({ k, cosine }) => ({
        place: [Math.floor(k / side), k % side],
        row: Math.floor(k / side) + 1,
        column: (k % side) + 1,
        cosine: cosine.toFixed(3),
      }),
    );
  }

  describe() {
    const { block, side, level } = this;
    const [row, column] = (this.place ?? [0, 0]).map((p) => p + 1);
    const gaps = { level: this.levelName(level), rows: side, row, column, alt: this.data.alt };
    this.photoCanvas.setAttribute("aria-label", this.word("aria_area", gaps));
    this.map.setAttribute("aria-label", this.word("aria_tokens", gaps));
    this.pick(".whole").setAttribute(
      "aria-label",
      this.word("crop", { pixels: this.data.network.input }),
    );
    this.pick(".amounts").setAttribute("aria-label", this.word("aria_amounts"));
    this.pick(".column p").textContent = this.word("area_hint");
    this.pick(".front h2").textContent = this.word("front_head", gaps);
    this.pick(".front p").textContent = this.word(level ? "front_note_merged" : "front_note", {
      rows: side,
      merged: block.levels[level - 1]?.grid ** 2,
    });
    const pixels = (factors(block)[level] * this.data.network.input) / block.side;
    this.pick(".near .say").textContent = this.word("covered_area", { ...gaps, pixels });
  }

  // Events

  /** A board on which a token of the level in front is chosen. */
  listenBoard(canvas) {
    const pointAt = (place, event) => {
      this.pointed = place;
      this.soon();
      if (place === null) this.showTip("");
      else this.tipOf(`tokens/${this.level}`, canvas, event, place, this.side);
    };
    canvas.onpointermove = (event) => {
      if (event.pointerType === "touch" || !this.packet) return;
      pointAt(placeAt(canvas, event, this.side), event);
    };
    canvas.onpointerleave = () => this.pointed && pointAt(null);
    canvas.onclick = (event) => {
      if (!this.packet) return;
      this.way = null;
      const { side } = this;
      const grid =
        this.level < this.block.levels.length - 1 ? this.block.levels[this.level].grid : 1;
      // A finger cannot aim at a token of a few pixels: it takes the centre of its grid.
      const fine = event.pointerType !== "touch" || canvas.clientWidth / side >= 24;
      this.selectPlace(
        fine
          ? placeAt(canvas, event, side)
          : placeAt(canvas, event, Math.ceil(side / grid)).map(
              (cell) => cell * grid + Math.floor(grid / 2),
            ),
      );
    };
    canvas.onkeydown = (event) => {
      const move = arrow(event);
      if (!this.packet || !move) return;
      const grid = event.shiftKey ? this.block.levels[this.level].grid : 1;
      this.way = null;
      this.selectPlace(this.place.map((p, i) => p + move[i] * grid));
      stop(event);
    };
  }

  tipOf(name, canvas, event, [row, column], side) {
    const k = row * side + column;
    const [word, value] = name.startsWith("won/")
      ? ["tip_argmax", formatWon(this.array(name).values[k])]
      : ["tip_norm", this.array(`norm/${name}`).values[k].toPrecision(3)];
    const text = this.word(word, { value, row: row + 1, column: column + 1 });
    this.showTip(text, canvas, event, row, column, side);
  }

  // Drawing

  draw() {
    if (!this.data || !this.root.isConnected) return;
    this.writeNumbers();
    this.drawPhoto();
    this.drawFront();
    if (!this.packet) {
      for (const { canvas, rows } of this.panels) drawWaiting(canvas, rows, this.look);
      return;
    }
    this.writeNear();
    for (const panel of this.panels) drawPanel(this, panel);
    writeSteps(this);
    writeTokenTables(this);
    const { look, packet } = this;
    const norm = (place) =>
      this.array(`norm/tokens/${this.level}`).values[place[0] * this.side + place[1]];
    if (this.colouring === "norms")
      drawAmountBar(
        this.pick(".amounts"),
        this.word("bar_norm"),
        packet.norm_top,
        look,
        norm(this.pointed ?? this.place),
      );
  }

  drawPhoto() {
    const board = this.drawBoardOf(this.block);
    if (!board || this.selected.token === null) return;
    const { pen, width } = board;
    lightUp(pen, this.partOf(this.level, this.place), width);
    if (this.packet)
      this.alike().forEach(({ place }, i) =>
        numberPart(pen, this.partOf(this.level, place), width, i + 1),
      );
    if (this.pointed) markPart(pen, this.partOf(this.level, this.pointed), width, true);
    this.photoCanvas.dataset.drawn = `${this.level}/${this.place.join(",")}`;
  }

  /** The level in front, or the merge that is on its way. */
  drawFront() {
    const { map, block, look, way } = this;
    const { levels } = block;
    const slider = this.pick(".walk input");
    slider.value = way ?? this.level;
    if (!this.packet) {
      drawWaiting(map, this.side, look);
      return;
    }
    map.toggleAttribute("data-moving", way !== null && way % 1 !== 0);
    if (way !== null && way % 1 !== 0) {
      const i = Math.floor(way);
      const [below, above] = [i, i + 1].map((l) => this.bytesOf(`tokens/${l}`));
      drawMerging(map, below, above, levels[i].side, levels[i].grid, way - i, look);
      return;
    }
    const level = way ?? this.level;
    const last = level === levels.length - 1;
    const { side } = levels[level];
    const bytes = this.bytesOf(`tokens/${level}`);
    const { pen, width } = drawCells(map, bytes, side, last ? 1 : levels[level].grid, look);
    if (level !== this.level) return;
    this.alike().forEach(({ place }, i) => {
      markPart(pen, this.partOf(level, place), width, true);
      numberPart(pen, this.partOf(level, place), width, i + 1);
    });
    markPart(pen, this.partOf(level, this.place), width);
    if (this.pointed) markPart(pen, this.partOf(level, this.pointed), width, true);
    map.dataset.drawn = `${level}/${this.place.join(",")}`;
  }

  writeNear() {
    const body = this.pick(".near tbody");
    body.replaceChildren(
      ...this.alike().map(({ place, row, column, cosine }, i) => {
        const line = make("tr");
        const button = make("button", "", `${row}, ${column}`);
        button.type = "button";
        button.onclick = () => this.selectPlace(place);
        line.insertCell().textContent = i + 1;
        line.insertCell().append(button);
        line.insertCell().textContent = cosine;
        return line;
      }),
    );
  }
}
