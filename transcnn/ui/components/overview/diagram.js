// The diagram: boxes, what is written beside them, the lines between them.

import { make, makeButton } from "../shared/page.js";
import { formatShare } from "../shared/scale.js";
import { box, drawing } from "./elements.js";
import { ARCHED, isResidual } from "./layout.js";
import { bytesOf, canvasOf, drawBottleneck, drawGrey, drawPyramid, drawShrinking } from "./maps.js";
import { formatPart, formatShape } from "./numbers.js";
import { fullName, labelOf, timeOf } from "./sentences.js";
import { stepsOf, tourBlock } from "./tour.js";

/** @import { Layout, Line, Node, Packet, Place } from "./types.d.ts" */
/** @import { Overview } from "./overview.js" */

const CALLOUT = 375; // px that must be free at the end of a lane

/**
 * All of the diagram in `host`; boxes are kept from draw to draw, so that they can move.
 * @param {Overview} view
 * @param {Layout} layout
 */
export function drawDiagram(view, layout) {
  const { host, nodes, description } = view;
  host.style.height = `${layout.height}px`;
  for (const old of host.querySelectorAll(".caption, .shape, .callout, .answers, .wires"))
    old.remove();
  const dearest = Math.max(...nodes.map(({ macs }) => macs));
  const slowest = Math.max(...(view.times?.ms ?? []));
  nodes.forEach((node) => {
    const place = placeOf(layout, node);
    const group = groupOf(view, node.lane);
    if (node.kind === "answers") group.append(answers(view, place));
    else drawBox(view, layout, node, group, { dearest, slowest });
  });
  const first = host.querySelector(".lane");
  for (const { stage, x, y, rail } of layout.captions) {
    const { side, width, macs } = description.stages[stage];
    const part = formatPart(macs, description.macs);
    const caption = box("div", rail ? "caption rail lightable" : "caption lightable");
    caption.append(make("b", "", view.word("stage", { number: stage + 1 })));
    if (!rail && view.width >= 330) caption.append(view.word("stage_note", { side, width, part }));
    caption.style.left = `${x}px`;
    caption.style.top = `${y}px`;
    caption.dataset.steps = stage ? "" : "1";
    host.insertBefore(caption, first);
  }
  drawWires(view, layout);
  if (view.opened === null && !view.narrow) drawCallout(view, layout);
}

/**
 * @param {Layout} layout
 * @param {{ id: number }} node
 */
function placeOf({ places }, { id }) {
  return /** @type {Place} */ (places.get(id));
}

/**
 * The group of a stage's boxes.
 * @param {Overview} view
 * @param {number} lane
 */
function groupOf(view, lane) {
  const old = /** @type {HTMLElement | null} */ (
    view.host.querySelector(`.lane[data-lane="${lane}"]`)
  );
  if (old) return old;
  const group = make("div", "lane");
  group.dataset.lane = String(lane);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", view.word("stage", { number: lane + 1 }));
  view.host.append(group);
  return group;
}

/**
 * @param {Overview} view
 * @param {Layout} layout
 * @param {Node} node
 * @param {HTMLElement} group
 * @param {{ dearest: number, slowest: number }} full what fills a bar: multiply-adds, milliseconds
 */
function drawBox(view, layout, node, group, { dearest, slowest }) {
  const place = placeOf(layout, node);
  let button = view.boxOf(node.id);
  if (!button) {
    button = makeButton();
    button.className = `box lightable ${node.kind}`;
    button.dataset.id = String(node.id);
    button.dataset.steps = stepsOf(node, tourBlock(view.nodes));
    view.listenBox(button, node);
    group.append(button);
  }
  Object.assign(button.style, {
    left: `${place.x}px`,
    top: `${place.y}px`,
    width: `${place.w}px`,
    height: `${place.h}px`,
  });
  const open = view.open === node.id;
  button.tabIndex = node.id === view.current ? 0 : -1;
  button.setAttribute("aria-expanded", String(open));
  if (open) button.setAttribute("aria-controls", "opened");
  else button.removeAttribute("aria-controls");
  button.setAttribute("aria-label", fullName(view.word, node, view.description, view.times));
  const [face, pen] = canvasOf(place.w - 2, place.h - 2);
  drawFace(view, node, pen, place.w - 2, place.h - 2);
  button.replaceChildren(box("span", "face", face));
  if (place.compact) return;
  if (node.macs) {
    const time = timeOf(node, view.times);
    button.append(bar("cost", node.macs / dearest));
    button.append(bar("cost time", time === null ? null : time / slowest));
  }
  const label = labelOf(view.word, node);
  if (!label || !layout.lines[place.line].label) return;
  const span = make("span", "label", label);
  span.setAttribute("aria-hidden", "true"); // the full name says more
  button.append(span);
}

/**
 * A bar that is filled in part; not at all while the part is unknown.
 * @param {string} className
 * @param {number | null} part
 */
function bar(className, part) {
  const filled = make("i");
  filled.style.width = part === null ? "0" : `${Math.max(1.5, 100 * part)}%`;
  return box("span", className, filled);
}

/**
 * What a box shows: what leaves it, the levels of an H-MHSA as a pyramid, or a glyph. Under an
 * ablation no activations, for those at hand belong to the original run.
 * @param {Overview} view
 * @param {Node} node
 * @param {CanvasRenderingContext2D} pen
 * @param {number} w
 * @param {number} h
 */
function drawFace(view, node, pen, w, h) {
  const { kind, levels } = node;
  const { colours } = view;
  const packet = view.ablating ? null : view.packet;
  const maps = view.ablating ? null : view.mapsOf(node);
  const shown = view.ablating ? null : view.mapBehind(node);
  if (kind === "image") {
    if (view.ablating) view.drawRun(pen, w);
    else view.drawPhoto(pen, w);
  } else if (kind === "attention") {
    const planes = maps && w >= 20 ? maps.levels.map(({ a }) => a) : null;
    drawPyramid(pen, w, h, levels, colours, packet, planes);
  } else if (kind === "classifier") {
    const rows = 18;
    const codes = packet && maps ? bytesOf(packet, maps.vec) : null;
    for (let i = 0; i < rows; i++) {
      const top = i === 4 && packet;
      const length = top
        ? Math.max(0.35, packet.runs.on.top[0].probability)
        : codes
          ? 0.08 + (0.22 * codes[(i * 61) % codes.length]) / 255
          : 0.3;
      pen.fillStyle = top ? colours.accent : colours.strongLine;
      pen.fillRect(0, (i * h) / rows + 0.5, w * length, h / rows - 1);
    }
  } else if (packet && shown) drawGrey(pen, packet, shown, colours, w, h);
  else if (kind === "bottleneck") drawBottleneck(pen, w, h, colours);
  else drawShrinking(pen, w, h, colours);
}

/**
 * The five likeliest classes of the run that is shown.
 * @param {Overview} view
 * @param {Place} place
 */
function answers(view, { x, y, w, compact }) {
  const { packet, data } = view;
  const list = make("ol", "answers lightable");
  list.dataset.steps = "6";
  Object.assign(list.style, { left: `${x}px`, top: `${y}px`, width: `${w}px` });
  list.setAttribute("aria-label", view.word("top"));
  if (data.trace === "") {
    list.append(make("li", "none", compact ? "" : view.word("no_weights")));
    return list;
  }
  if (!packet) {
    list.setAttribute("aria-label", view.word("opening"));
    list.classList.add("waiting");
    for (const width of compact ? [] : [96, 74, 84, 62, 88]) {
      const name = make("span", "name");
      name.style.width = `${width}px`;
      list.append(box("li", "", name, make("span", "track"), make("span", "value")));
    }
    return list;
  }
  if (compact) {
    const [first] = topOf(view, packet);
    const best = `${view.nameOf(first)} ${formatShare(first.probability)}`;
    list.append(make("li", "best", best));
  } else list.append(...topRows(view, packet));
  return list;
}

/**
 * @param {Overview} view
 * @param {Packet} packet
 */
function topOf(view, packet) {
  return (view.ablating ? packet.ablation.runs[view.run] : packet.runs.on).top;
}

/**
 * The five likeliest classes of the run that is shown, each with a bar; and that none fits.
 * @param {Overview} view
 * @param {Packet} packet
 */
export function topRows(view, packet) {
  const rows = topOf(view, packet).map((one) => {
    const fill = make("i");
    fill.style.width = `${100 * one.probability}%`;
    const name = make("span", "name", view.nameOf(one));
    name.title = view.nameOf(one);
    const value = make("span", "value", formatShare(one.probability));
    return box("li", "", name, box("span", "track", fill), value);
  });
  const { classes } = view.description;
  return packet.fits
    ? rows
    : [...rows, make("li", "outside", view.word("outside_short", { classes }))];
}

/**
 * Where the lane of stage 2 or 1 leaves room, what the pyramids mean.
 * @param {Overview} view
 * @param {Layout} layout
 */
function drawCallout(view, { lines }) {
  const block = tourBlock(view.nodes);
  if (!block) return;
  const free = lines.filter(({ x1, w, lane }) => view.width - x1 > CALLOUT && w >= 46 && lane < 3);
  const line = free.find(({ lane }) => lane === 1) ?? free[0];
  if (!line) return;
  const { levels } = block;
  const [pyramid, pen] = canvasOf(118, 104);
  drawPyramid(pen, 118, 104, levels, view.colours);
  const list = make("ul");
  levels.forEach((_, i) => {
    const last = i === levels.length - 1;
    const name = levels.length === 1 ? "only" : last ? "global" : i ? "middle" : "local";
    const said = make("span", "", view.word(`callout_${name}`));
    list.prepend(box("li", "", make("span", "disc", i + 1), said));
    if (i === 0 && levels.length === 2) {
      const arrow = make("span", "arrow", "↑");
      arrow.setAttribute("aria-hidden", "true");
      list.prepend(box("li", "", arrow, make("span", "", view.word("callout_pooled"))));
    }
  });
  const callout = box("div", "callout lightable", make("b", "", view.word("callout_title")));
  callout.append(pyramid, list);
  Object.assign(callout.style, {
    left: `${line.x1 + 62}px`,
    width: `${Math.min(470, view.width - line.x1 - 64)}px`,
    top: `${line.y - 8}px`,
  });
  view.host.insertBefore(callout, view.host.querySelector(".lane"));
}

/**
 * Lines, arrowheads, arcs of residual connections, and the shapes on the lines.
 * @param {Overview} view
 * @param {Layout} layout
 */
function drawWires(view, layout) {
  const { host, nodes, width } = view;
  const { lines, panelAt } = layout;
  const first = host.querySelector(".lane");
  let markup = "";
  /** @type {(x: number, y: number) => string} */
  const head = (x, y) => `<path d="M${x - 6} ${y - 3.6}l6.2 3.6-6.2 3.6z" class="tip-of"/>`;
  /** @type {(className: string, left: number, top: number, ...children: HTMLElement[]) => HTMLElement} */
  const shape = (className, left, top, ...children) => {
    const found = box("div", `shape lightable ${className}`, ...children);
    found.setAttribute("aria-hidden", "true");
    found.style.left = `${left}px`;
    found.style.top = `${top}px`;
    host.insertBefore(found, first);
    return found;
  };
  lines.forEach((line, i) => {
    const { ids, mid, compact, w } = line;
    if (compact) {
      const [a, b] = [ids[0], ids[ids.length - 1]].map((id) => placeOf(layout, { id }));
      markup += `<path d="M${a.x} ${mid}H${b.x}" class="wire" opacity=".5"/>`;
      return;
    }
    ids.forEach((id, j) => {
      const node = nodes[id];
      const place = placeOf(layout, node);
      const right = place.x + place.w;
      const next = j < ids.length - 1 ? nodes[ids[j + 1]] : null;
      const gap = next ? placeOf(layout, next).x - right : 0;
      if (next) {
        markup += `<path d="M${right} ${mid}H${right + gap - 3}" class="wire"/>`;
        markup += head(right + gap - 1, mid);
        if (node.change) {
          const [channels, rows, columns] = node.out;
          const spatial = gap < 50 ? `${rows}²` : `${rows} × ${columns}`;
          const arched = isResidual(next) && w >= ARCHED;
          const start = node.kind === "image" ? 0 : 2;
          const text = shape(
            "",
            right + start,
            mid - 17,
            make("span", "", rows > 1 ? spatial : String(channels)),
            ...(rows > 1 ? [make("span", "", `× ${channels}`)] : []),
          );
          text.style.width = `${gap - (arched ? 12 : 6)}px`;
        }
      }
      if (isResidual(node) && w >= ARCHED) {
        const before = j ? placeOf(layout, { id: ids[j - 1] }) : null;
        const start = place.x - Math.min(6, 0.3 * (before ? place.x - before.x - before.w : 18));
        markup += arc(start, right + Math.min(8, 0.36 * (next ? gap : 16)), place.y - 7, mid);
      }
    });
    const below = lines[i + 1];
    const parted = panelAt !== null && below && below.y > panelAt && line.y < panelAt;
    if (!below || below.compact || parted) return;
    const [at, back] = [Math.min(line.x1 + 12, width - 3), below.x0 - 16];
    markup += returnLine(line, below, at, back) + head(below.x0 - 1, below.mid);
    if (!below.first) return;
    const text = make("span", "", formatShape(nodes[ids[ids.length - 1]].out));
    shape("flat", Math.max(back + 150, at - 118), line.bottom - 8, text);
  });
  if (view.open !== null && panelAt !== null) {
    const place = placeOf(layout, { id: view.open });
    const y = place.y + place.h + (lines[place.line].label ? 32 : 14);
    const [left, right] = [place.x, place.x + place.w];
    markup += `<polygon points="${left},${y} ${right},${y} ${width - 1},${panelAt} 1,${panelAt}" class="funnel"/>`;
    markup += `<path d="M${left} ${y}L1 ${panelAt}M${right} ${y}L${width - 1} ${panelAt}" class="funnel-line"/>`;
  }
  host.prepend(drawing(markup, width, layout.height, "wires lightable"));
}

/**
 * What is added to its input: an arc over the box that ends in a plus.
 * @param {number} x0
 * @param {number} x1
 * @param {number} top
 * @param {number} mid
 */
function arc(x0, x1, top, mid) {
  return (
    `<path d="M${x0} ${mid}V${top + 5}q0 -5 5 -5H${x1 - 5}q5 0 5 5V${mid - 4}" class="arc"/>` +
    `<circle cx="${x1}" cy="${mid}" r="4.4" class="plus"/>` +
    `<path d="M${x1 - 2.6} ${mid}h5.2M${x1} ${mid - 2.6}v5.2" class="cross"/>`
  );
}

/**
 * From the end of a line round to the start of the one below.
 * @param {Line} line
 * @param {Line} below
 * @param {number} at
 * @param {number} back
 */
function returnLine(line, below, at, back) {
  const y = line.bottom - 1 + (below.first ? 1 : 0);
  return (
    `<path d="M${line.x1} ${line.mid}H${at - 6}q6 0 6 6V${y - 6}q0 6 -6 6` +
    `H${back + 6}q-6 0 -6 6V${below.mid - 6}q0 6 6 6H${below.x0 - 3}" class="wire"/>`
  );
}
