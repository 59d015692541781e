// Occlusion: grids of the image are masked. They are drawn here at once; the server runs the network
// and its backbone on the masked image.

import { drawBar, drawPart, drawWaiting, fit, GRID_LINE, ringAt } from "../shared/canvas.js";
import { drawCells, hatch } from "../shared/cells.js";
import { both, cellName, cellOf, nearestCell, positionOf, range } from "../shared/grid.js";
import { packetOf } from "../shared/packets.js";
import {
  arrow,
  byFinger,
  cellUnder,
  choices,
  emphasise,
  find,
  probabilityBars,
  stop,
  table,
} from "../shared/page.js";
import { formatExactly, formatShare, formatWeight, step } from "../shared/scale.js";
import { drawStrip, fitStrip } from "../shared/strip.js";
import { mount, View } from "../shared/view.js";

/** @import { Block, Choice, Component, Position, Prediction, ViewData } from "../shared/types.d.ts" */
/**
 * @typedef {{ percent: number, fill: string, cells: number[] }} Mask
 * @typedef {ViewData & { side: number, masked: string, mask: Mask, fills: string[],
 *   shares: { percent: number, cells: number[] }[] }} Data
 *   `side`: grids along an axis; `masked`: key of the packet; `shares`: cells drawn at random
 * @typedef {{ before: Prediction[], kept: Prediction, top: Prediction[] }} Outcome
 *   the likeliest classes of the full image, the first of them now, the likeliest classes now
 * @typedef {{ stage: number, block: number, on_visible: number | null, on_masked: number | null }}
 *   Shares attention on the image, mean over the visible and the masked grids of a block
 * @typedef {{ key: string, visible: boolean[], image: ImageBitmap, attention: Outcome,
 *   backbone: Outcome, blocks: Shares[], multiples: Float32Array }} Result
 */

/** @param {Component<Data>} component */
export default function (component) {
  return mount(component, Occlusion);
}

/** @extends {View<Data>} */
class Occlusion extends View {
  tellAfter = 160;
  /** @type {Result | undefined} */
  result;
  /** @type {string | undefined} the fill of the result's mask */
  resultFill;
  /** @type {number | null} the cell that the keyboard is at, while the image has the focus */
  cursor = null;
  /** @type {Set<number>} */
  masked = new Set();
  percent = 0; // the share that is masked at random
  fill = "";

  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    this.canvas = this.pickCanvas(".input");
    this.map = this.pickCanvas(".map");
    this.listen();
  }

  restart() {
    super.restart();
    const { percent, fill, cells } = this.data.mask;
    Object.assign(this, { percent, fill, masked: new Set(cells), result: undefined });
  }

  // What is chosen

  get count() {
    return this.data.side ** 2;
  }

  /** The query: the grid that holds the token that all pages share. */
  get query() {
    const { token } = this.selected;
    const { side } = this.data;
    if (!token) return Math.floor(this.count / 2);
    return cellOf(
      both(token, (t) => Math.floor((t * side) / this.block.side)),
      side,
    );
  }

  /** @param {number} cell */
  setQuery(cell) {
    const scale = this.block.side / this.data.side;
    this.selected.token = both(positionOf(cell, this.data.side), (t) =>
      Math.floor((t + 0.5) * scale),
    );
    this.changed();
  }

  /**
   * Another block, asked about the same grid.
   * @param {number} stage
   * @param {number} block
   */
  goTo(stage, block) {
    const { query } = this;
    Object.assign(this.selected, { stage, block });
    this.setQuery(query);
  }

  /** Whether the masked cells are those drawn at random for the chosen share. */
  get atRandom() {
    const drawn = this.data.shares.find((s) => s.percent === this.percent)?.cells;
    return drawn?.length === this.masked.size && drawn.every((k) => this.masked.has(k));
  }

  /**
   * @param {number} cell
   * @param {boolean} masked
   */
  setCell(cell, masked) {
    if (this.masked.has(cell) === masked) return;
    if (masked) this.masked.add(cell);
    else this.masked.delete(cell);
    this.changed();
  }

  changed() {
    this.tellSoon();
    this.refresh();
  }

  /** @returns {[string, object]} */
  state() {
    const { stage, block, token } = this.selected;
    const cells = this.atRandom ? null : [...this.masked];
    return ["mask", { percent: this.percent, fill: this.fill, cells, stage, block, token }];
  }

  // The page

  refresh() {
    this.refreshFrame();
    const arrived = packetOf(`occlusion/${this.data.masked}`);
    if (arrived) {
      this.result = arrived;
      this.resultFill = this.data.mask.fill;
    }
    const { error } = this.data;
    const { result, masked } = this;
    const fresh = result?.visible.every((visible, k) => visible !== masked.has(k));
    this.root.dataset.state = result ? "ready" : "opening";
    this.root.classList.toggle("computing", !fresh || this.resultFill !== this.fill);
    this.root.dataset.shown = result?.key ?? ""; // for tests
    this.pick(".error").hidden = !error;
    this.pick(".error").textContent = error ?? "";
    drawStrip(this);
    this.buildChoices();
    this.writeOutcomes();
    this.describe();
    this.draw();
  }

  buildChoices() {
    const { data } = this;
    /** @type {<V>(name: string, options: Choice<V>[], chosen: V, choose: (v: V) => void) => void} */
    const group = (name, options, chosen, choose) => {
      const buttons = this.pick(`.choices.${name}`);
      buttons.setAttribute("aria-label", this.word(name));
      choices(buttons, options, chosen, choose);
    };
    group(
      "fill",
      data.fills.map((fill) => ({ value: fill, content: [this.word(`fill_${fill}`)] })),
      this.fill,
      (fill) => {
        this.fill = fill;
        this.changed();
      },
    );
    group(
      "share",
      data.shares.map((share) => ({ value: share, content: [this.word("percent", share)] })),
      this.atRandom ? data.shares.find((s) => s.percent === this.percent) : undefined,
      (share) => {
        Object.assign(this, { percent: share?.percent, masked: new Set(share?.cells) });
        this.changed();
      },
    );
  }

  /**
   * "2" where a stage has one block, else "3.1": as people count.
   * @param {Block} block
   */
  blockName({ stage, block }) {
    const alone = this.blocksOf(stage).length === 1;
    return alone ? `${stage + 1}` : `${stage + 1}.${block + 1}`;
  }

  writeOutcomes() {
    const { result } = this;
    this.pick(".masked-count").textContent = this.word("picture_note", {
      hidden: this.masked.size,
      grids: this.count,
    });
    for (const name of /** @type {const} */ (["attention", "backbone"])) {
      const box = this.pick(`.outcome.${name}`);
      const outcome = result?.[name];
      const note = find(box, ".note");
      note.classList.toggle("lost", outcome !== undefined && fate(outcome) === "lost");
      if (outcome)
        emphasise(
          note,
          this.word("kept", {
            answer: this.nameOf(outcome.before[0]),
            before: formatShare(outcome.before[0].probability),
            after: formatShare(outcome.kept.probability),
          }),
        );
      const top = outcome?.top ?? Array(5).fill({ index: -1, probability: 0 });
      probabilityBars(
        find(box, ".top"),
        top.map(({ index, probability }) => ({
          name: this.nameOf({ index }),
          probability,
          className: outcome?.before[0].index === index ? "was" : "",
        })),
        formatShare,
      );
    }
    this.pick(".verdict").textContent = result ? this.verdict(result) : this.word("loading");
    this.writeAttention();
  }

  /** @param {Result} result */
  verdict({ attention, backbone, visible }) {
    if (visible.every(Boolean)) return this.word("verdict_nothing");
    /** @type {(outcome: Outcome, kind: string) => string} */
    const say = ({ before, top }, kind) =>
      this.word(`fate_${kind}`, {
        now: this.nameOf(top[0]),
        was: this.nameOf(before[0]),
        share: formatShare(before.find((a) => a.index === top[0].index)?.probability ?? 0),
      });
    const fates = [fate(attention), fate(backbone)];
    const sentence = this.word("verdict", {
      attention: say(attention, fates[0]),
      backbone: say(backbone, fates[1]),
    });
    const worse = fates[0] === "lost" && fates[1] !== "lost";
    return worse ? `${sentence} ${this.word("verdict_worse")}` : sentence;
  }

  /** The attention row of the query: multiples of uniform attention over all grids. */
  get row() {
    const { result, count, block } = this;
    if (!result) return null;
    const i = result.blocks.findIndex((b) => b.stage === block.stage && b.block === block.block);
    const start = (i * count + this.query) * count;
    const multiple = result.multiples.subarray(start, start + count);
    return { multiple, shares: result.blocks[i], visible: result.visible };
  }

  writeAttention() {
    const { row, block } = this;
    this.pick(".query-note").textContent = this.word("query_note", {
      block: this.blockName(block),
      heads: block.heads,
    });
    if (!row) return;
    const { multiple, visible, shares } = row;
    const total = multiple.reduce((a, b) => a + b, 0);
    const onImage = multiple.reduce((sum, m, k) => sum + (visible[k] ? m : 0), 0);
    const area = visible.filter(Boolean).length / visible.length;
    const values = { share: formatShare(onImage / total), area: formatShare(area) };
    const first = visible.every(Boolean)
      ? this.word("all_on_image")
      : this.word(visible[this.query] ? "image_grid" : "masked_grid", values);
    const { on_visible, on_masked } = shares;
    const second =
      on_visible === null || on_masked === null
        ? ""
        : this.word("whole_block", {
            own: formatShare(on_visible),
            masked: formatShare(on_masked),
          });
    emphasise(this.pick(".say"), `${first} ${second}`);
    const order = range(this.count).sort((a, b) => multiple[b] - multiple[a] || a - b);
    this.pick(".tables").replaceChildren(
      table(
        this.word("table_caption", { grid: this.cellName(this.query) }),
        ["table_position", "table_masked", "table_multiple", "table_weight"].map((name) =>
          this.word(name),
        ),
        order.map((k) => [
          this.cellName(k),
          this.word(visible[k] ? "visible" : "masked"),
          formatExactly(multiple[k]),
          formatWeight(multiple[k], total),
        ]),
      ),
    );
  }

  /** @param {number} cell */
  cellName(cell) {
    return cellName(cell, this.data.side);
  }

  describe() {
    const { alt } = this.data;
    const at = this.cursor ?? 0;
    const state = this.word(this.masked.has(at) ? "masked" : "visible");
    const names = { alt, grid: this.cellName(at), state, hidden: this.masked.size };
    this.canvas.setAttribute("aria-label", this.word("aria_picture", names));
    this.map.setAttribute("aria-label", this.word("aria_map", { grid: this.cellName(this.query) }));
    this.pick(".bar").setAttribute("aria-label", this.word("aria_bar"));
  }

  // Drawing

  draw() {
    fitStrip(this);
    this.drawInput();
    this.drawMap();
    drawBar(this.pickCanvas(".bar"), this.data.words, this.look, null);
    this.root.dataset.drawn = this.root.dataset.shown; // for tests
  }

  drawInput() {
    const { pen, width } = fit(this.canvas);
    const { result, resultFill, look } = this;
    const { side } = this.data;
    const cell = width / side;
    pen.fillStyle = look.line;
    pen.fillRect(0, 0, width, width);
    if (this.photo) drawPart(pen, this.photo, [0, 0, 1], 0, 0, width);
    for (const k of this.masked) {
      const [y, x] = both(positionOf(k, side), (at) => at * cell);
      if (this.fill === "gray") {
        pen.fillStyle = "rgb(127,127,127)";
        pen.fillRect(x, y, cell, cell);
      } else if (result && !result.visible[k] && resultFill === this.fill) {
        const part = result.image.width / side;
        const [top, left] = both(positionOf(k, side), (at) => at * part);
        pen.drawImage(result.image, left, top, part, part, x, y, cell, cell);
      } else {
        pen.fillStyle = look.line;
        pen.fillRect(x, y, cell, cell);
        hatch(pen, x, y, cell, look.soft);
      }
      pen.strokeStyle = GRID_LINE;
      pen.lineWidth = 1.5;
      pen.strokeRect(x + 1.5, y + 1.5, cell - 3, cell - 3);
    }
    if (this.cursor !== null) ringAt(pen, this.cursor, side, cell, 2);
  }

  drawMap() {
    const { row, map, look } = this;
    const { side } = this.data;
    if (!row) {
      drawWaiting(map, side, look);
      return;
    }
    const steps = Array.from(row.multiple, step);
    const hatched = range(side * side).filter((k) => !row.visible[k]);
    const { pen, wide } = drawCells(map, { rows: side, columns: side, steps, hatched }, look);
    ringAt(pen, this.query, side, wide, 1);
  }

  // Events

  listen() {
    /** @type {(canvas: HTMLCanvasElement, event: MouseEvent) => number} */
    const under = (canvas, event) => {
      const { side } = this.data;
      return cellOf(cellUnder(canvas, event, side), side);
    };
    const { canvas, map } = this;
    /** @type {boolean | null} whether the stroke under way masks or unmasks */
    let painting = null;
    // A finger that moves scrolls the page; one that taps masks or unmasks.
    canvas.onclick = (event) => {
      const cell = under(canvas, event);
      if (byFinger(event)) this.setCell(cell, !this.masked.has(cell));
    };
    canvas.onpointerdown = (event) => {
      if (byFinger(event)) return;
      const cell = under(canvas, event);
      painting = !this.masked.has(cell);
      this.cursor = null;
      canvas.setPointerCapture(event.pointerId);
      this.setCell(cell, painting);
    };
    canvas.onpointermove = (event) => {
      if (painting !== null) this.setCell(under(canvas, event), painting);
    };
    canvas.onpointerup = canvas.onpointercancel = () => {
      painting = null;
    };
    canvas.onkeydown = (event) => {
      const move = arrow(event);
      if (move) this.cursor = this.beside(this.cursor ?? 0, move);
      else if (event.key === " " || event.key === "Enter") {
        this.cursor ??= 0;
        this.setCell(this.cursor, !this.masked.has(this.cursor));
      } else return;
      stop(event);
      this.describe();
      this.draw();
    };
    canvas.onblur = () => {
      this.cursor = null;
      this.draw();
    };
    map.onclick = (event) => this.setQuery(under(map, event));
    map.onkeydown = (event) => {
      const move = arrow(event);
      if (!move) return;
      stop(event);
      this.setQuery(this.beside(this.query, move));
    };
    map.onpointermove = (event) => {
      const { row } = this;
      if (!row || byFinger(event)) return;
      const cell = under(map, event);
      const name = this.word(row.visible[cell] ? "visible" : "masked");
      this.showTip(
        `*${formatExactly(row.multiple[cell])}*  ${this.cellName(cell)}  ${name}`,
        map,
        event,
      );
    };
    map.onpointerleave = () => this.showTip("");
  }

  /**
   * The cell one step on.
   * @param {number} cell
   * @param {Position} move
   */
  beside(cell, move) {
    const { side } = this.data;
    const next = both(positionOf(cell, side), (at, axis) => at + move[axis]);
    return cellOf(nearestCell(next, side), side);
  }
}

/**
 * Of the prediction on the full image: "same"; "near", now one that it gave 5 % before; or "lost".
 * @param {Outcome} outcome
 */
function fate({ before, top }) {
  const now = top[0].index;
  if (now === before[0].index) return "same";
  return before.some((a) => a.index === now && a.probability >= 0.05) ? "near" : "lost";
}
