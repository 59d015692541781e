// The views of a trace: what they show is chosen and drawn here, without the server. The choice is
// reported to it once nothing has changed for a moment.

import { drawGrids, drawWhole, fit } from "./canvas.js";
import { both, nearestCell, range } from "./grid.js";
import { readLook } from "./look.js";
import { packetOf, shelf } from "./packets.js";
import {
  choices,
  emphasise,
  fill,
  find,
  findCanvas,
  findInput,
  focusedBeside,
  make,
  writeAddress,
} from "./page.js";
import { drawStrip, fitStrip } from "./strip.js";

/** @import { Choice, Component, Look, Photo, Position, Prediction, Selection, ViewData } from "./types.d.ts" */

const SAY_AFTER = 350; // ms until a screen reader announces

/** @type {Map<string, View>} by component */
const views = new Map();

/**
 * For a component's script: one view of `kind` for as long as the component is on the page.
 * @param {Component<any>} component
 * @param {new (parent: ShadowRoot) => View} Kind
 */
export function mount(component, Kind) {
  const { key, parentElement } = component;
  const view = views.get(key) ?? new Kind(parentElement);
  views.set(key, view);
  view.update(component);
  return () => {
    view.close();
    views.delete(key);
  };
}

/**
 * What every view has: data, packets, words, theme, and what is reported to the server.
 * @template {ViewData} [Data=ViewData]
 */
export class View {
  /** @type {Data} */
  data;
  /** @type {Look} */
  look;
  /** @type {Selection} */
  selected;
  /** @type {Photo | undefined} */
  photo;
  /** @type {string | undefined} the image and network that are shown */
  subject;
  /** @type {ReturnType<typeof setTimeout> | undefined} until the server is told */
  tellTimer;
  /** @type {number | undefined} the frame that is asked for */
  frame;
  stripWidth = 0; // for which "You are here" was drawn
  tellAfter = 250; // ms after the last change until it is reported to the server

  /** @param {ShadowRoot} parent */
  constructor(parent) {
    this.root = find(parent, ".view");
    this.onPacket = () => this.receive();
    shelf.arrivals.addEventListener("packet", this.onPacket);
    this.sizes = new ResizeObserver(() => this.soon());
    this.sizes.observe(this.root);
  }

  close() {
    shelf.arrivals.removeEventListener("packet", this.onPacket);
    this.sizes.disconnect();
    this.forgetToTell();
    clearTimeout(this.sayTimer);
  }

  // What a kind of view adds

  /** Another image or network: what was chosen before is not for this one. */
  restart() {
    this.selected = { ...this.data.selected };
  }

  /** A packet has come. */
  receive() {
    this.refresh();
  }

  /** Everything anew: after data, a packet, another choice or theme. */
  refresh() {}

  draw() {}

  /** What a screen reader announces of what was chosen. */
  live() {
    return "";
  }

  /**
   * The name of the state that the server gets, and its value.
   * @returns {[string, object]}
   */
  state() {
    return ["selected", this.selected];
  }

  // Data

  /**
   * New data from the server. What is selected here wins, unless another image came.
   * @param {Component<Data>} component
   */
  update({ data, setStateValue, setTriggerValue }) {
    this.data = data;
    const subject = `${data.trace} ${data.photo}`;
    if (subject !== this.subject) {
      this.subject = subject;
      this.forgetToTell();
      this.restart();
    }
    this.tell = () => {
      const [name, value] = this.state();
      setStateValue(name, { ...value, trace: data.trace });
    };
    this.dismiss = () => setTriggerValue("dismissed", true);
    this.leave = () => {
      // For the overview. What is to be told goes along: told later, on behalf of this page, it
      // would call the server back to it.
      if (this.tellTimer !== undefined) this.tellNow();
      setTriggerValue("left", true);
    };
    this.refresh();
    writeAddress(data.link);
  }

  /** Nothing is to be told to the server. */
  forgetToTell() {
    clearTimeout(this.tellTimer);
    this.tellTimer = undefined;
  }

  tellNow() {
    this.forgetToTell();
    this.tell?.();
  }

  /** Tell the server, and a screen reader, when nothing has changed for a moment. */
  tellSoon() {
    clearTimeout(this.tellTimer);
    clearTimeout(this.sayTimer);
    this.tellTimer = setTimeout(() => this.tellNow(), this.tellAfter);
    this.sayTimer = setTimeout(() => {
      const text = this.live();
      if (text) this.pick(".unseen").textContent = text;
    }, SAY_AFTER);
  }

  /** @param {string} selector */
  pick(selector) {
    return find(this.root, selector);
  }

  /** @param {string} selector */
  pickCanvas(selector) {
    return findCanvas(this.root, selector);
  }

  /** @param {string} selector */
  pickInput(selector) {
    return findInput(this.root, selector);
  }

  get blocks() {
    return this.data.network.blocks;
  }

  get block() {
    const { stage, block } = this.selected;
    return this.blocks.find((b) => b.stage === stage && b.block === block) ?? this.blocks[0];
  }

  /** @param {number} stage */
  blocksOf(stage) {
    return this.blocks.filter((b) => b.stage === stage);
  }

  /**
   * A sentence of the page's language.
   * @param {string} name
   * @param {Record<string, unknown>} [values] for its placeholders
   */
  word(name, values = {}) {
    return fill(this.data.words[name], values);
  }

  /**
   * The name of a class in the language of the page; "" while it is unknown.
   * @param {Pick<Prediction, "index"> | undefined} prediction
   */
  nameOf(prediction) {
    return prediction === undefined ? "" : (shelf.names[prediction.index] ?? "");
  }

  /**
   * "Level 1 (local)": levels count from 1; one whose grid is the whole map is global.
   * @param {number} index
   */
  levelName(index) {
    const { grid, side } = this.block.levels[index];
    const kind = side <= grid ? "level_global" : index === 0 ? "level_local" : "level";
    return this.word(kind, { level: index + 1 });
  }

  /** The theme, the image and the fixed words; the first part of `refresh`. */
  refreshFrame() {
    this.photo = packetOf(`photo/${this.data.photo}`);
    this.look = readLook(this.root, this.data.ramps);
    for (const element of this.root.querySelectorAll("[data-word]"))
      element.textContent = this.word(element.getAttribute("data-word") ?? "");
  }

  /**
   * A text beside the pointer, or beside a cell of a map of `side` cells; "" hides it.
   * @param {string} text
   * @param {HTMLElement} [map]
   * @param {MouseEvent} [event]
   * @param {Position} [position]
   * @param {number} [side]
   */
  showTip(text, map, event, [row, column] = [0, 0], side = 1) {
    const tip = this.pick(".tip");
    tip.classList.toggle("shown", text !== "");
    if (text === "" || !map) return;
    emphasise(tip, text);
    const box = map.getBoundingClientRect();
    const x = event ? event.clientX : box.left + ((column + 0.5) * box.width) / side;
    const y = event ? event.clientY : box.top + (row * box.height) / side;
    tip.style.left = `${Math.max(8, Math.min(innerWidth - tip.offsetWidth - 8, x + 14))}px`;
    tip.style.top = `${Math.max(8, y - 38)}px`;
  }

  /** Draw with the next frame. */
  soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      if (this.data && this.root.isConnected) this.draw();
    });
  }
}

/**
 * A view in which a token of a block is chosen on the image.
 * @template {ViewData} [Data=ViewData]
 * @extends {View<Data>}
 */
export class TokenView extends View {
  /** @type {Position | null} the token under the mouse, while it is there */
  preview = null;
  /** @type {{ key: string, sheet: OffscreenCanvas } | null} the image with its grids */
  gridSheet = null;

  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    this.photoCanvas = this.pickCanvas(".photo");
    this.pick(".message button").onclick = () => this.dismiss?.();
  }

  restart() {
    super.restart();
    this.forgetPointer();
  }

  // What a kind of view adds

  /** Nothing is pointed at any more. */
  forgetPointer() {
    this.preview = null;
  }

  /** Texts for what is chosen. */
  describe() {}

  /** Tokens along an axis of the map on which `position` is. */
  get side() {
    return this.block.side;
  }

  /** @returns {Position | null} the chosen token on that map */
  get position() {
    return this.selected.token;
  }

  /** @param {Position} position */
  selectPosition(position) {
    this.selectToken(position);
  }

  // Parts of the page

  /** The query token that is shown: the chosen one, or the one under the mouse. */
  get token() {
    return this.preview ?? this.selected.token;
  }

  /** @param {string} kind of the packet that the view draws */
  refreshTrace(kind) {
    this.refreshFrame();
    const packet = packetOf(`${kind}/${this.data.trace}`);
    if (packet && this.selected.token === null)
      this.selected.token = packet.tokens[this.blocks.indexOf(this.block)];
    this.root.dataset.state = this.data.error ? "error" : packet ? "ready" : "opening";
    this.root.dataset.shown = packet ? this.data.trace : ""; // for tests
    this.gridSheet = null;
    this.writeMessage(!packet);
    drawStrip(this);
    return packet;
  }

  /** @param {boolean} waiting */
  writeMessage(waiting) {
    const { error } = this.data;
    const message = this.pick(".message");
    const [title, note] = message.children;
    const opening = waiting && !error;
    message.hidden = !opening && !error;
    title.textContent = opening ? this.word("loading") : (error ?? "");
    note.textContent = opening ? this.word("loading_note", { blocks: this.blocks.length }) : "";
    find(message, "button").hidden = opening;
  }

  /**
   * Buttons of which one is chosen, after their name; the group `old` goes on and keeps its focus.
   * @template Value
   * @param {string} name
   * @param {Element | undefined} old
   * @param {Choice<Value>[]} options
   * @param {Value} chosen
   * @param {(value: Value) => void} choose
   */
  group(name, old, options, chosen, choose) {
    const box = make("div");
    const buttons = /** @type {HTMLElement} */ (old ?? make("span", "choices"));
    buttons.setAttribute("role", "radiogroup");
    buttons.setAttribute("aria-label", this.word(name));
    box.append(make("span", "", this.word(name)), buttons);
    choices(buttons, options, chosen, choose);
    return box;
  }

  /**
   * The groups and fields that `build` makes, in `box`; what has the focus keeps it.
   * @param {HTMLElement} box
   * @param {(old: Element[]) => HTMLElement[]} build
   */
  rebuild(box, build) {
    const old = [...box.querySelectorAll("[role=radiogroup]")];
    const focused = focusedBeside(this.root);
    box.replaceChildren(...build(old), this.numberField("row", 0), this.numberField("column", 1));
    if (focused?.isConnected) focused.focus(); // moving an element takes its focus away
  }

  /**
   * A field for the row (axis 0) or the column (axis 1) of the chosen token, from 1.
   * @param {string} name
   * @param {0 | 1} axis
   */
  numberField(name, axis) {
    const label = make("label", "", this.word(name));
    const input = make("input");
    Object.assign(input, { type: "number", min: 1, max: this.side });
    const write = () => {
      input.value = String((this.position?.[axis] ?? 0) + 1);
    };
    write();
    input.onchange = () => {
      const wanted = Math.round(input.valueAsNumber) - 1;
      if (Number.isFinite(wanted))
        this.selectPosition(both(this.position ?? [0, 0], (p, i) => (i === axis ? wanted : p)));
      write();
    };
    label.append(input);
    return label;
  }

  writeNumbers() {
    const focused = focusedBeside(this.root);
    this.root.querySelectorAll("input[type=number]").forEach((input, axis) => {
      if (input !== focused && this.position)
        /** @type {HTMLInputElement} */ (input).value = String(this.position[axis] + 1);
    });
  }

  // Choosing

  /** Describe what is chosen, and tell it soon. */
  keep() {
    this.describe();
    this.tellSoon();
  }

  /** @param {Position} token */
  selectToken(token) {
    this.selected.token = nearestCell(token, this.block.side);
    this.preview = null;
    this.keep();
    this.draw();
  }

  /**
   * A block of any stage.
   * @param {number} stage
   * @param {number} block
   */
  goTo(stage, block) {
    if (stage !== this.selected.stage) this.selectStage(stage);
    if (block !== this.selected.block) this.selectBlock(block);
  }

  /**
   * Another stage: the token moves to the same spot of the image.
   * @param {number} stage
   */
  selectStage(stage) {
    const before = this.block.side;
    const { token } = this.selected;
    this.change({ stage, block: 0, head: null, level: 0 });
    const ratio = this.block.side / before;
    this.selected.token =
      token && both(token, (t) => Math.floor(ratio > 1 ? (t + 0.5) * ratio : t * ratio));
    this.forgetPointer();
    this.refresh();
    this.keep();
  }

  /** @param {number} block */
  selectBlock(block) {
    this.change({ block, head: null });
    this.refresh();
    this.keep();
  }

  /** The parts of the network that an intervention can act on. */
  get parts() {
    const levels = this.block.levels.length;
    const found = ["all", "stage", "block"];
    if (levels > 1) found.push(...range(levels).map((i) => `level${i}`));
    if (this.selected.head !== null) found.push("head");
    return found;
  }

  /**
   * Choose something else; a part that there is no more becomes the block.
   * @param {Partial<Selection>} changes
   */
  change(changes) {
    Object.assign(this.selected, changes);
    if (!this.parts.includes(this.selected.part)) this.selected.part = "block";
  }

  // Drawing

  /** The image with its grids; null where there is no image yet. Gives the pen and the width. */
  drawImage() {
    const { block, photo, photoCanvas } = this;
    const { pen, width } = fit(photoCanvas);
    fitStrip(this);
    if (!photo) pen.clearRect(0, 0, width, width); // the one before must not stand for this one
    if (!photo || !width) return null;
    const key = `${width} ${devicePixelRatio} ${block.stage}`;
    if (this.gridSheet?.key !== key) {
      const cells = block.levels.length > 1 ? block.side / block.levels[0].grid : block.side;
      const density = photoCanvas.width / width;
      this.gridSheet = { key, sheet: drawGrids(photo, cells, width, density) };
      drawWhole(this.pickCanvas(".whole"), photo);
    }
    pen.drawImage(this.gridSheet.sheet, 0, 0, width, width);
    return { pen, width };
  }
}
