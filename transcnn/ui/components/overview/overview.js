// The overview: the whole network on one image. What is open, the tour and the ablation are chosen
// here; the server hears of them for the address.

import { drawPart, drawScale } from "../shared/canvas.js";
import { readLook } from "../shared/look.js";
import { packetOf } from "../shared/packets.js";
import { find, focusedBeside, make, makeButton, stop } from "../shared/page.js";
import { makeRamp } from "../shared/scale.js";
import { mount, View } from "../shared/view.js";
import { drawDiagram, topRows } from "./diagram.js";
import { box } from "./elements.js";
import { layOut, makeNodes } from "./layout.js";
import { canvasOf, drawBottleneck, drawPyramid } from "./maps.js";
import { formatMacs, formatMs, formatShape } from "./numbers.js";
import { openAblation } from "./panel_ablation.js";
import { openAttention } from "./panel_attention.js";
import { openBottleneck } from "./panel_bottleneck.js";
import { openDownsampling, openHead, openImage, openStem } from "./panel_others.js";
import { costOf, explain, keyOf, nameOf, wholeTime } from "./sentences.js";
import { remember, remembered, STEPS, tourBar, tourBlock } from "./tour.js";

/** @import { Component } from "../shared/types.d.ts" */
/** @import { BoxMaps, Colours, Layout, Node, OverviewData, PackedMap, Packet, Times } from "./types.d.ts" */

const NARROW = 760; // px of content
const TIGHT = 925; // px inside a panel, below which its parts stand below each other
const LEAST_ROOM = 420;
const BELOW = 66; // px below the diagram: the legend

/** @param {Component<any>} component */
export default function (component) {
  return mount(component, Overview);
}

/** @extends {View<OverviewData>} */
export class Overview extends View {
  /** @type {Node[]} */
  nodes = [];
  /** @type {Packet | null} */
  packet = null;
  /** @type {Times | null} */
  times = null;
  /** @type {Colours} */
  colours;
  /** @type {Layout} */
  layout;
  /** @type {number | null} the node that is open */
  open = null;
  /** @type {HTMLElement | null} */
  panel = null;
  ablating = false;
  current = 0; // the box with the Tab stop
  tour = 0; // its step; 0: none
  run = "off"; // of the ablation
  width = 0;
  said = ""; // the title, in the language in which names are written
  arriving = true; // until what a link has opened was brought into sight
  drawn = ""; // the size of the page that was drawn
  theme = "";

  /** @param {ShadowRoot} parent */
  constructor(parent) {
    super(parent);
    this.host = this.pick(".network");
    this.root.onkeydown = (event) => this.press(event);
    this.word = this.word.bind(this);
    find(this.pick(".message"), "button").onclick = () => this.dismiss?.();
  }

  close() {
    super.close();
    this.dimPage(false);
  }

  /** @param {Component<any>} component */
  update(component) {
    this.go = (/** @type {string} */ page, /** @type {Node} */ { lane, index }) =>
      component.setTriggerValue("go", { page, stage: lane, block: index });
    if (component.data.description.model !== this.model) this.subject = undefined; // begin anew
    super.update(component);
  }

  // Data

  get description() {
    return this.data.description;
  }

  restart() {
    const { description, open, tour } = this.data;
    const same = this.nodes.length && description.model === this.model;
    this.model = description.model;
    this.nodes = makeNodes(description);
    if (same) return; // another image: what is open stays
    this.host.replaceChildren();
    this.panel = null;
    this.current = 0;
    this.begin(open, tour);
  }

  /**
   * What a link opens.
   * @param {string | null} open
   * @param {number | null} tour
   */
  begin(open, tour) {
    const block = tourBlock(this.nodes);
    this.tour = tour && block ? tour : 0;
    if (this.tour) {
      this.showStep(this.tour);
      return;
    }
    this.ablating = open === "ablation" && this.data.trace !== "";
    const node = this.nodes.find((one) => one.kind !== "answers" && keyOf(one) === open);
    this.open = node ? node.id : null;
    this.current = node?.id ?? 0;
  }

  refresh() {
    this.photo = packetOf(`photo/${this.data.photo}`);
    this.packet = packetOf(`overview/${this.data.trace}`) ?? null;
    this.times = packetOf(`times/${this.data.times}`) ?? null;
    this.look = readLook(this.root, this.data.ramps);
    this.readColours();
    const { error, trace } = this.data;
    const state = error ? "error" : this.packet ? "ready" : trace === "" ? "plain" : "opening";
    this.root.dataset.state = state;
    this.root.dataset.shown = this.packet ? trace : ""; // for tests
    const message = this.pick(".message");
    message.hidden = !error;
    find(message, "b").textContent = error ?? "";
    find(message, "button").textContent = this.word("back");
    if (this.said !== this.word("heading")) {
      this.said = this.word("heading");
      this.host.replaceChildren(); // names are written anew
      this.panel = null;
    }
    const boxes = this.nodes.length - 1;
    const model = this.description.model;
    this.host.setAttribute("aria-label", this.word("network", { model, boxes }));
    this.drawn = "";
    this.draw();
  }

  /** The times come last, when a panel may be open and in use: they leave it as it is. */
  receive() {
    const times = packetOf(`times/${this.data.times}`) ?? null;
    const same =
      packetOf(`photo/${this.data.photo}`) === this.photo &&
      (packetOf(`overview/${this.data.trace}`) ?? null) === this.packet;
    if (!same || times === this.times || !this.layout) return this.refresh();
    this.times = times;
    drawDiagram(this, this.layout);
    this.writeLegend();
    this.light();
  }

  readColours() {
    const style = getComputedStyle(this.root);
    const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const dark = this.root.classList.contains("dark");
    const key = `${dark} ${this.look.ink}`;
    if (key === this.theme) return; // rasters belong to their colours
    this.theme = key;
    this.colours = {
      ...{ paper: this.look.paper, card: read("--card"), ink: this.look.ink, soft: this.look.soft },
      ...{ line: this.look.line, strongLine: this.look.strongLine, wire: read("--wire") },
      ...{ accent: this.look.accent, accentLine: read("--accent-line") },
      ...{ accentInk: read("--accent-ink"), side: read("--track"), ramp: this.look.ramp },
      grey: makeRamp(this.data.greys[dark ? "dark" : "light"]),
    };
  }

  /**
   * What one image does in a box; null without weights, or before the packet is there.
   * @param {Node} node
   * @returns {BoxMaps | null}
   */
  mapsOf({ box }) {
    return this.packet && box !== null ? this.packet.maps[box] : null;
  }

  /**
   * The map that leaves a node.
   * @param {Node} node
   * @returns {PackedMap | null}
   */
  mapBehind(node) {
    const maps = this.mapsOf(node);
    if (!maps) return null;
    return (node.kind === "pool" ? maps.map : maps.out) ?? null;
  }

  /**
   * The map that comes into a node.
   * @param {Node} node
   */
  inputOf({ id }) {
    return id ? this.mapBehind(this.nodes[id - 1]) : null;
  }

  /**
   * The image as the network sees it.
   * @param {CanvasRenderingContext2D} pen
   * @param {number} side
   */
  drawPhoto(pen, side) {
    if (this.photo) drawPart(pen, this.photo, [0, 0, 1], 0, 0, side);
  }

  /**
   * The image that the runs of the ablation were made with.
   * @param {CanvasRenderingContext2D} pen
   * @param {number} side
   */
  drawRun(pen, side) {
    const covered = this.packet?.covered;
    if (covered) pen.drawImage(covered, 0, 0, side, side);
    else this.drawPhoto(pen, side);
  }

  // Layout

  get narrow() {
    return this.width < NARROW;
  }

  get inner() {
    return this.width - (this.narrow ? 24 : 34);
  }

  get tight() {
    return this.inner < TIGHT;
  }

  /**
   * The node below which the panel stands. The ablation stands below the answers; on a phone, where
   * these are far down, below the image.
   */
  get opened() {
    if (!this.ablating) return this.open;
    return this.narrow ? 0 : this.nodes.length - 1;
  }

  draw() {
    this.width = this.host.clientWidth;
    if (!this.width || !this.colours) return;
    const drawn = `${this.width} ${innerHeight}`;
    if (drawn === this.drawn) return; // only another height of our own
    this.drawn = drawn;
    this.redraw();
  }

  redraw() {
    const { root, host, nodes } = this;
    root.classList.toggle("narrow", this.narrow);
    root.classList.toggle("removed", this.ablating && this.run === "off");
    root.classList.toggle("touring", this.tour > 0);
    this.writeHead();
    const focused = focusedBeside(root);
    const inside = this.panel?.contains(focused) ? this.placeOf(focused) : null;
    this.panel?.remove();
    this.panel = this.opened === null ? null : this.makePanel();
    if (this.panel) host.append(this.panel);
    const scroller = document.querySelector("[data-testid=stMain]");
    const top = host.getBoundingClientRect().top + (scroller?.scrollTop ?? scrollY);
    this.layout = layOut(this.description, nodes, {
      width: this.width,
      room: Math.max(LEAST_ROOM, innerHeight - top - BELOW),
      panel: this.panel?.offsetHeight ?? 0,
      open: this.opened,
      narrow: this.narrow,
    });
    drawDiagram(this, this.layout);
    if (this.panel) {
      this.panel.style.top = `${this.layout.panelAt}px`;
      const bar = /** @type {HTMLCanvasElement | null} */ (
        this.panel.querySelector(".scale canvas")
      );
      if (bar) this.drawBar(bar);
      host.append(this.panel); // behind the boxes in the order of Tab
      if (inside) find(this.panel, inside)?.focus();
    }
    this.writeLegend();
    this.light();
    if (this.arriving && (this.packet || this.data.trace === "")) this.arrive();
  }

  /**
   * Where the focus belongs in a panel that is drawn anew: what has the same key, or the choice.
   * @param {HTMLElement | null} focused
   */
  placeOf(focused) {
    if (focused?.dataset.key) return `[data-key="${focused.dataset.key}"]`;
    return focused?.getAttribute("role") === "radio" ? "[aria-checked=true]" : null;
  }

  /** What a link has opened comes into sight, once it has its size. */
  arrive() {
    this.arriving = false;
    if (this.tour) this.showLit();
    else if (this.open !== null) this.scrollTo(this.boxOf(this.open));
    else if (this.ablating) this.scrollTo(this.panel);
  }

  /** @param {HTMLCanvasElement} canvas */
  drawBar(canvas) {
    const few = this.inner < 560;
    const ticks = ["1/16", "1/8", "1/4", "1/2", "1×", "2×", "4×", "8×", "16×"];
    drawScale(canvas, this.look, {
      colours: this.look.ramp.colours,
      ticks: ticks.map((tick, i) => (few && i % 2 ? "" : tick)),
      bold: 4,
      titles: {
        left: this.word("bar_below"),
        center: this.word("bar_uniform"),
        right: this.word("bar_above"),
      },
      below: true,
      mark: null,
    });
  }

  // Head, legend, panel

  writeHead() {
    const head = this.pick(".masthead");
    const had = focusedBeside(this.root)?.dataset.act;
    head.className = this.tour ? "masthead tour" : "masthead";
    if (this.tour) {
      head.setAttribute("role", "region");
      head.setAttribute("aria-label", this.word("tour_steps"));
      head.replaceChildren(...tourBar(this));
      if (had) find(head, `[data-act="${had}"]`)?.focus({ preventScroll: true });
      return;
    }
    head.removeAttribute("role");
    head.removeAttribute("aria-label");
    const { links, trace } = this.data;
    const more = make("span", "links");
    for (const [name, href] of Object.entries(links)) {
      const link = make("a", "", this.word(`link_${name}`));
      Object.assign(link, { href, target: "_blank", rel: "noopener" });
      more.append(more.firstChild ? " · " : "", link);
    }
    const purpose = make("p", "purpose", `${this.word("purpose")} `);
    purpose.append(more);
    const remove = this.action("remove_attention", "ablation", () => this.toggleAblation());
    remove.hidden = trace === "";
    remove.disabled = !this.packet;
    remove.setAttribute("aria-expanded", String(this.ablating));
    const { step, done } = remembered();
    const going = step > 1 && step < STEPS && !done;
    const name = done ? "tour_repeat" : going ? "tour_continue" : "tour_start";
    const tour = this.action(name, "tour", () => this.goTour(going ? step : 1), { step });
    tour.classList.add("main");
    tour.hidden = !tourBlock(this.nodes);
    head.replaceChildren(
      box("div", "", make("h1", "", this.word("heading")), purpose),
      box("div", "acts", remove, tour),
    );
    if (this.narrow && this.packet) {
      const list = box("ol", "top-five", ...topRows(this, this.packet)); // the diagram's is far down
      list.setAttribute("aria-label", this.word("top"));
      head.append(list);
    }
    if (had) find(head, `[data-act="${had}"]`)?.focus({ preventScroll: true });
  }

  /**
   * @param {string} name of its word
   * @param {string} key
   * @param {() => void} act
   * @param {Record<string, unknown>} [values]
   */
  action(name, key, act, values = {}) {
    const button = makeButton(this.word(name, values));
    button.className = "button";
    button.dataset.act = key;
    button.onclick = act;
    return button;
  }

  writeLegend() {
    const legend = this.pick(".legend");
    legend.hidden = this.opened !== null;
    const [pyramid, one] = canvasOf(20);
    const level = { size: [1, 1], grid: [1, 1] };
    const levels = /** @type {any} */ ([level, level]);
    drawPyramid(one, 20, 20, levels, this.colours);
    const [bottle, two] = canvasOf(20);
    drawBottleneck(two, 20, 20, this.colours);
    const pooled = this.nodes.some((node) => node.pooled);
    const macs = formatMacs(this.description.macs);
    const parts = [
      box(
        "span",
        "",
        box("i", "key attention", pyramid),
        this.word(pooled ? "legend_steps" : "legend_levels"),
      ),
      box("span", "", box("i", "key", bottle), this.word("legend_bottleneck")),
      box(
        "span",
        "",
        make("i", "key-cost"),
        this.word("legend_cost"),
        make("b", "", this.word("legend_total", { macs })),
      ),
    ];
    if (this.times) {
      const values = { ms: formatMs(wholeTime(this.times)), rounds: this.times.rounds };
      parts.push(box("span", "", make("i", "key-time"), this.word("legend_time", values)));
    }
    if (this.data.trace !== "") {
      const greys = make("i", "key-grey");
      const dark = this.root.classList.contains("dark");
      greys.style.background = `linear-gradient(90deg, ${this.data.greys[dark ? "dark" : "light"].join(", ")})`;
      parts.push(box("span", "", "−2.5", greys, `+2.5 ${this.word("legend_component")}`));
    }
    legend.replaceChildren(...parts);
  }

  makePanel() {
    const panel = make("section", this.tight ? "panel tight" : "panel");
    panel.id = "opened";
    panel.setAttribute("role", "region");
    const links = box("div", "go");
    let title = this.word("ablation_title");
    let said = "";
    /** @type {Element[]} */
    let body;
    if (this.ablating) body = openAblation(this);
    else {
      const node = this.nodes[/** @type {number} */ (this.open)];
      title = nameOf(this.word, node);
      said = explain(this.word, node, this.description);
      if (node.macs) said += ` ${costOf(this.word, node, this.description, this.times)}.`;
      body = this.insideOf(node);
      if (node.kind === "attention" && this.packet)
        links.append(this.linkTo("explore", node), this.linkTo("tokens", node));
    }
    const close = makeButton("×");
    close.className = "close";
    close.dataset.key = "close";
    close.setAttribute("aria-label", this.word("close"));
    close.onclick = () => this.shut();
    links.append(close);
    panel.setAttribute("aria-label", title);
    const text = box("div", "", make("h2", "", title), said ? make("p", "", said) : null);
    panel.append(box("header", "", text, links), ...body);
    return panel;
  }

  /**
   * @param {Node} node
   * @returns {Element[]}
   */
  insideOf(node) {
    if (node.kind === "image") return openImage(this);
    if (node.kind === "stem") return openStem(this, node);
    if (node.kind === "attention") return openAttention(this, node, this.inner);
    if (node.kind === "bottleneck") return openBottleneck(this, node);
    if (node.kind === "down") return openDownsampling(this, node);
    return openHead(this, node);
  }

  /**
   * A link to another page, at just this block.
   * @param {string} page
   * @param {Node} node
   */
  linkTo(page, node) {
    const found = make("a", "button small", `${this.word(`to_${page}`)} →`);
    const address = new URL(page, location.href);
    for (const [name, value] of Object.entries(this.data.link))
      if (value !== null && name !== "open" && name !== "tour")
        address.searchParams.set(name, String(value));
    address.searchParams.set("stage", String(node.lane));
    address.searchParams.set("block", String(node.index));
    found.href = address.href;
    found.dataset.key = page;
    found.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // into another tab
      stop(event);
      this.go?.(page, node);
    };
    return found;
  }

  // Choosing

  /** @returns {[string, object]} */
  state() {
    const open = this.ablating
      ? "ablation"
      : this.open === null
        ? null
        : keyOf(this.nodes[this.open]);
    return ["chosen", this.tour ? { open: null, tour: this.tour } : { open, tour: null }];
  }

  /** @param {number} id */
  boxOf(id) {
    return /** @type {HTMLButtonElement | null} */ (
      this.host.querySelector(`.box[data-id="${id}"]`)
    );
  }

  /** Draw, say and report what was chosen; boxes move to their places. */
  change() {
    this.root.classList.add("moving");
    this.redraw();
    this.tellSoon();
  }

  /** @param {Node} node */
  toggle(node) {
    if (this.tour) this.endTour(false);
    this.writeNote(null);
    this.ablating = false;
    this.open = this.open === node.id ? null : node.id;
    this.current = node.id;
    this.change();
    this.boxOf(node.id)?.focus({ preventScroll: true });
    if (this.open !== null) this.scrollTo(this.boxOf(node.id));
  }

  /** Close what is open; the focus goes back to where it was opened. */
  shut() {
    const back = this.ablating ? null : this.open;
    this.open = null;
    this.ablating = false;
    if (this.tour) this.endTour(false);
    this.change();
    if (back === null) find(this.pick(".masthead"), '[data-act="ablation"]')?.focus();
    else this.boxOf(back)?.focus();
  }

  toggleAblation() {
    this.ablating = !this.ablating;
    this.open = null;
    this.run = "off";
    this.change();
    if (this.ablating) this.scrollTo(this.panel);
  }

  /** @param {string} run */
  selectRun(run) {
    this.run = run;
    this.redraw();
  }

  /** @param {Element | null | undefined} element */
  scrollTo(element) {
    if (!this.narrow) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    element?.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
  }

  live() {
    if (this.tour) {
      const bar = this.pick(".masthead");
      const title = this.word("tour_step", {
        step: this.tour,
        title: bar.querySelector("h2")?.textContent,
      });
      return `${title}. ${bar.querySelector("p")?.textContent}`;
    }
    if (this.ablating) return this.panel?.querySelector(".verdict")?.textContent ?? "";
    if (this.open === null) return "";
    const node = this.nodes[this.open];
    return `${nameOf(this.word, node)}. ${explain(this.word, node, this.description)}`;
  }

  // Tour

  /** @param {number} step */
  showStep(step) {
    const block = /** @type {Node} */ (tourBlock(this.nodes));
    this.tour = step;
    this.ablating = step === STEPS;
    this.run = "off";
    this.open = step === 1 ? 0 : step < STEPS ? block.id : null;
    if (this.open !== null) this.current = this.open;
    remember(step);
  }

  /** @param {number} step */
  goTour(step) {
    this.showStep(step);
    this.writeNote(null);
    this.change();
    find(this.pick(".masthead"), ".next").focus({ preventScroll: true });
    this.showLit();
  }

  /** On a phone: what the step speaks of, above the bar. */
  showLit() {
    if (!this.narrow) return;
    const lit = this.panel?.querySelector(".lightable.lit, .runs") ?? this.panel;
    lit?.scrollIntoView({ block: "start" });
  }

  /** @param {boolean} whole whether what the tour opened closes with it */
  endTour(whole) {
    remember(this.tour);
    this.tour = 0;
    if (whole) {
      this.open = null;
      this.ablating = false;
    }
    this.change();
    if (whole) find(this.pick(".masthead"), '[data-act="tour"]')?.focus();
  }

  /** What the tour does not speak of fades, and cannot be reached meanwhile. */
  light() {
    for (const element of this.root.querySelectorAll(".lightable")) {
      const { steps = "" } = /** @type {HTMLElement} */ (element).dataset;
      const lit = this.tour > 0 && steps.split(" ").includes(String(this.tour));
      element.classList.toggle("lit", lit);
      element.toggleAttribute("inert", this.tour > 0 && !lit);
    }
    this.dimPage(this.tour > 0);
  }

  /** @param {boolean} dim */
  dimPage(dim) {
    const around = /** @type {NodeListOf<HTMLElement>} */ (
      document.querySelectorAll("[data-testid=stSidebar], .st-key-variant_picker")
    );
    for (const element of around) {
      element.toggleAttribute("inert", dim);
      element.style.opacity = dim ? "0.3" : "";
    }
  }

  // Events

  /**
   * @param {HTMLButtonElement} button
   * @param {Node} node
   */
  listenBox(button, node) {
    button.onclick = () => this.toggle(node);
    button.onfocus = () => {
      this.setCurrent(node.id);
      if (button.matches(":focus-visible")) this.writeNote(node, button);
    };
    button.onblur = button.onpointerleave = () => this.writeNote(null);
    button.onpointerenter = (event) => {
      if (event.pointerType !== "touch") this.writeNote(node, button);
    };
  }

  /** @param {number} id */
  setCurrent(id) {
    for (const [of, stop] of [
      [this.current, -1],
      [id, 0],
    ]) {
      const button = this.boxOf(of);
      if (button) button.tabIndex = stop;
    }
    this.current = id;
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Escape") {
      stop(event);
      if (this.pick(".tip").classList.contains("shown")) {
        this.writeNote(null);
        if (this.opened === null && !this.tour) return;
      }
      if (this.tour) this.endTour(true);
      else if (this.opened !== null) this.shut();
      return;
    }
    if (!target.classList.contains("box")) return;
    const to = this.neighbour(Number(target.dataset.id), event.key);
    if (to === null) return;
    stop(event);
    this.setCurrent(to);
    this.boxOf(to)?.focus();
  }

  /**
   * The box to which a key leads; null for other keys.
   * @param {number} id
   * @param {string} key
   */
  neighbour(id, key) {
    const last = this.nodes.length - 2;
    if (key === "ArrowRight") return Math.min(last, id + 1);
    if (key === "ArrowLeft") return Math.max(0, id - 1);
    if (key === "Home") return 0;
    if (key === "End") return last;
    if (key !== "ArrowDown" && key !== "ArrowUp") return null;
    const { places, lines } = this.layout;
    const middle = (/** @type {number} */ of) => {
      const place = places.get(of);
      return place ? place.x + place.w / 2 : 0;
    };
    const line = (places.get(id)?.line ?? 0) + (key === "ArrowDown" ? 1 : -1);
    const ids = (lines[line]?.ids ?? []).filter((of) => of <= last);
    const apart = (/** @type {number} */ of) => Math.abs(middle(of) - middle(id));
    return ids.reduce((best, of) => (apart(of) < apart(best) ? of : best), ids[0] ?? id);
  }

  /**
   * The note on a box, below it, or above it near the bottom; none for null.
   * @param {Node | null} node
   * @param {HTMLElement} [button]
   */
  writeNote(node, button) {
    const tip = this.pick(".tip");
    if (!node || !button || (this.tour && !button.classList.contains("lit"))) {
      tip.classList.remove("shown");
      return;
    }
    const cost = node.macs ? ` · ${costOf(this.word, node, this.description, this.times)}` : "";
    const output = this.word("output_of", { shape: formatShape(node.out) });
    tip.replaceChildren(
      make("b", "", nameOf(this.word, node)),
      explain(this.word, node, this.description),
      make("small", "", output + cost),
    );
    tip.classList.add("shown");
    const at = button.getBoundingClientRect();
    const { offsetWidth: w, offsetHeight: h } = tip;
    const above = at.bottom + h + 40 > innerHeight;
    const left = Math.max(8, Math.min(innerWidth - w - 8, at.left + at.width / 2 - w / 2));
    tip.style.left = `${left}px`;
    tip.style.top = `${above ? Math.max(6, at.top - h - 16) : at.bottom + 32}px`;
  }
}
