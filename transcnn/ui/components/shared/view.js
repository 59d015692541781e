// What the views of a trace share: the link, the theme, the choice of stage, block and token, the
// photo. A view redraws here, without the server, which is only told what was chosen so that links
// restore it.

import { range } from "./attention.js";
import { drawBoard, drawPart, drawWhole, fit } from "./canvas.js";
import { readLook } from "./look.js";
import { shelf } from "./packets.js";
import { choices, emphasise, make, writeAddress } from "./page.js";

const KEEP_AFTER = 250; // ms after the last change until the server is told
const SAY_AFTER = 350; // ms until a screen reader is told

const views = new Map(); // by component

/** For a component's script: one view of `kind` for as long as the component is on the page. */
export function mount(component, Kind) {
  const { key, parentElement } = component;
  if (!views.has(key)) views.set(key, new Kind(parentElement));
  views.get(key).update(component);
  return () => {
    views.get(key)?.close();
    views.delete(key);
  };
}

/**
 * A kind of view has `place`, the chosen token on its map of `side` tokens, `selectPlace`,
 * `refresh` (everything anew), `draw`, `describe` (texts for the chosen token) and `live` (what a
 * screen reader is told).
 */
export class View {
  constructor(parent) {
    this.root = parent.querySelector(".view");
    this.pick = (selector) => this.root.querySelector(selector);
    this.photoCanvas = this.pick(".photo");
    this.preview = null; // the token under the mouse, while it is there
    this.pointed = null; // a place of a map that is pointed at
    this.onPacket = () => this.refresh();
    shelf.arrivals.addEventListener("packet", this.onPacket);
    this.sizes = new ResizeObserver(() => this.soon());
    this.sizes.observe(this.root);
    this.pick(".message button").onclick = () => this.dismiss();
  }

  close() {
    shelf.arrivals.removeEventListener("packet", this.onPacket);
    this.sizes.disconnect();
    clearTimeout(this.keepTimer);
    clearTimeout(this.sayTimer);
  }

  /** New data from the server. What is selected here wins, unless another picture came. */
  update(component) {
    const { data, setStateValue, setTriggerValue } = component;
    const subject = `${data.trace} ${data.photo}`;
    if (subject !== this.subject) {
      this.subject = subject;
      clearTimeout(this.keepTimer); // what was chosen on the picture before is not for this one
      this.selected = { ...data.selected };
      this.preview = this.pointed = null;
    }
    this.words = data.words;
    this.data = data;
    this.tell = (selected) => setStateValue("selected", { ...selected, trace: data.trace });
    this.dismiss = () => setTriggerValue("dismissed", true);
    this.refresh();
    writeAddress(data.link);
  }

  // What is in front

  get block() {
    const { stage, block } = this.selected;
    return this.blocksOf(stage)[block];
  }

  blocksOf(stage) {
    return this.data.network.blocks.filter((b) => b.stage === stage);
  }

  /** The token that is shown: the chosen one, or the one under the mouse. */
  get token() {
    return this.preview ?? this.selected.token;
  }

  word(name, gaps = {}) {
    return this.words[name].replace(/{(\w+)}/g, (_, gap) => gaps[gap]);
  }

  /** The name of an answer's class in the language of the page; "" for no answer. */
  nameOf(answer) {
    return shelf.names[answer?.index] ?? "";
  }

  /** "Level 1 (local)": levels count from 1; one whose grid is the whole map is global. */
  levelName(index) {
    const { grid, side } = this.block.levels[index];
    const kind = side <= grid ? "level_global" : index === 0 ? "level_local" : "level";
    return this.word(kind, { level: index + 1 });
  }

  // Parts that every view has

  /** The packets, the theme and the fixed words; the first part of `refresh`. */
  refreshFrame(kind) {
    this.photo = shelf.packets.get(`photo/${this.data.photo}`);
    const packet = shelf.packets.get(`${kind}/${this.data.trace}`);
    if (packet && this.selected.token === null)
      this.selected.token = packet.tokens[this.data.network.blocks.indexOf(this.block)];
    this.root.dataset.state = this.data.error ? "error" : packet ? "ready" : "opening";
    this.root.dataset.shown = packet ? this.data.trace : ""; // for tests
    this.boardSheet = null;
    this.readTheme();
    for (const element of this.root.querySelectorAll("[data-word]"))
      element.textContent = this.word(element.dataset.word);
    this.writeMessage(!packet);
    this.buildStages();
    return packet;
  }

  readTheme() {
    this.look = readLook(this.root, this.data.ramps);
  }

  writeMessage(waiting) {
    const { error } = this.data;
    const message = this.pick(".message");
    const [title, note] = message.children;
    const opening = waiting && !error;
    message.hidden = !opening && !error;
    title.textContent = opening ? this.word("loading") : (error ?? "");
    const blocks = this.data.network.blocks.length;
    note.textContent = opening ? this.word("loading_note", { blocks }) : "";
    message.querySelector("button").hidden = opening;
  }

  buildStages() {
    const stages = this.pick(".stages");
    const sides = [...new Set(this.data.network.blocks.map((b) => b.stage))].map((stage) => [
      stage,
      this.blocksOf(stage)[0].side,
    ]);
    stages.setAttribute("aria-label", this.word("stages"));
    choices(
      stages,
      sides.map(([stage, side]) => {
        const thumb = make("canvas");
        thumb.width = thumb.height = side;
        if (this.photo) drawPart(thumb.getContext("2d"), this.photo, [0, 0, 1], 0, 0, side);
        const text = make("span");
        text.append(
          make("b", "", this.word("size", { rows: side })),
          make("small", "", this.word("stage", { number: stage + 1 })),
        );
        return { value: stage, content: [thumb, text] };
      }),
      this.selected.stage,
      (stage) => this.selectStage(stage),
    );
  }

  /** Buttons of which one is chosen, after their name; the group `old` goes on and keeps its focus. */
  group(name, old, options, chosen, choose) {
    const box = make("div");
    const buttons = old ?? make("span", "choices");
    buttons.setAttribute("role", "radiogroup");
    buttons.setAttribute("aria-label", this.word(name));
    box.append(make("span", "", this.word(name)), buttons);
    choices(buttons, options, chosen, choose);
    return box;
  }

  /** A field for the row (axis 0) or the column (axis 1) of the chosen token, from 1. */
  numberField(name, axis) {
    const label = make("label", "", this.word(name));
    const input = make("input");
    Object.assign(input, { type: "number", min: 1, max: this.side });
    input.value = (this.place?.[axis] ?? 0) + 1;
    input.onchange = () => {
      const place = [...(this.place ?? [0, 0])];
      if (Number.isFinite(input.valueAsNumber)) place[axis] = Math.round(input.valueAsNumber) - 1;
      this.selectPlace(place);
      input.value = this.place[axis] + 1;
    };
    label.append(input);
    return label;
  }

  writeNumbers() {
    const inputs = [...this.root.querySelectorAll("input[type=number]")];
    const focused = this.root.getRootNode().activeElement;
    inputs.forEach((input, axis) => {
      if (input !== focused && this.place) input.value = this.place[axis] + 1;
    });
  }

  /** A text beside the pointer, or beside a place of a map of `side` places; "" hides it. */
  showTip(text, map, event, row, column, side) {
    const tip = this.pick(".tip");
    tip.classList.toggle("shown", text !== "");
    if (text === "") return;
    emphasise(tip, text);
    const box = map.getBoundingClientRect();
    const x = event ? event.clientX : box.left + ((column + 0.5) * box.width) / side;
    const y = event ? event.clientY : box.top + (row * box.height) / side;
    tip.style.left = `${Math.max(8, Math.min(innerWidth - tip.offsetWidth - 8, x + 14))}px`;
    tip.style.top = `${Math.max(8, y - 38)}px`;
  }

  // Choosing

  selectToken(token) {
    const last = this.block.side - 1;
    this.selected.token = token.map((t) => Math.max(0, Math.min(last, t)));
    this.preview = null;
    this.keep();
    this.draw();
  }

  /** Another stage: the token moves to the same spot of the picture. */
  selectStage(stage) {
    const before = this.block.side;
    this.selected = { ...this.selected, stage, block: 0, head: null, level: 0 };
    this.keepPart();
    const ratio = this.block.side / before;
    this.selected.token =
      this.selected.token?.map((t) => Math.floor(ratio > 1 ? (t + 0.5) * ratio : t * ratio)) ??
      null;
    this.preview = this.pointed = null;
    this.refresh();
    this.keep();
  }

  selectBlock(block) {
    this.selected = { ...this.selected, block, head: null };
    this.keepPart();
    this.refresh();
    this.keep();
  }

  /** The parts of the network that a switch can act on. */
  get parts() {
    const levels = this.block.levels.length;
    const found = ["all", "stage", "block"];
    if (levels > 1) for (const i of range(levels)) found.push(`level${i}`);
    if (this.selected.head !== null) found.push("head");
    return found;
  }

  /** A part that the new block does not have becomes the block. */
  keepPart() {
    if (!this.parts.includes(this.selected.part)) this.selected.part = "block";
  }

  /** Tell the server, and a screen reader, when nothing has changed for a moment. */
  keep() {
    this.describe();
    clearTimeout(this.keepTimer);
    clearTimeout(this.sayTimer);
    this.keepTimer = setTimeout(() => this.tell(this.selected), KEEP_AFTER);
    this.sayTimer = setTimeout(() => this.say(), SAY_AFTER);
  }

  say() {
    const text = this.live();
    if (text) this.pick(".unseen").textContent = text;
  }

  // Drawing

  soon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  /** The photo with its board; nothing where there is no photo yet. Gives the pen and the width. */
  drawBoardOf(block) {
    const { photo, photoCanvas } = this;
    const { pen, width } = fit(photoCanvas);
    if (!photo) pen.clearRect(0, 0, width, width); // the one before must not stand for this one
    if (!photo || !width) return null;
    const key = `${width} ${devicePixelRatio} ${block.stage}`;
    if (this.boardSheet?.key !== key) {
      const cells = block.levels.length > 1 ? block.side / block.levels[0].grid : block.side;
      this.boardSheet = { key, sheet: drawBoard(photo, cells, width, photoCanvas.width / width) };
      drawWhole(this.pick(".whole"), photo);
    }
    pen.drawImage(this.boardSheet.sheet, 0, 0, width, width);
    return { pen, width };
  }
}
