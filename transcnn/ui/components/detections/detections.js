// An image with boxes and masks. A click chooses the smallest box under the pointer, arrows walk
// through the boxes; a click inside the chosen one tells where.

import { followTheme } from "../shared/look.js";
import { arrow, find, make, stop } from "../shared/page.js";

/** @import { Component } from "../shared/types.d.ts" */
/**
 * @typedef {{ left: number, top: number, width: number, height: number, text: string, says: string,
 *   colour: string, choice: number | null, dashed: boolean, mask: string | null }} Box in percent
 * @typedef {{ image: string, size: [number, number], alt: string, label: string, boxes: Box[],
 *   chosen: number | null, token: [number, number, number, number] | null }} Data
 */

const HIGHEST = 520; // pixels

/**
 * Per component, what was chosen here: it counts until the server has heard of it, since what comes
 * before that is the answer to an earlier choice; not for other boxes.
 * @type {WeakMap<Element, { boxes: string, choice: number | null }>}
 */
const sent = new WeakMap();

/** @param {Component<Data>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = find(parentElement, ".detections");
  followTheme(root);
  const [width, height] = data.size;
  const picture = find(root, ".picture");
  picture.style.aspectRatio = `${width} / ${height}`;
  picture.style.maxWidth = `${Math.round((HIGHEST * width) / height)}px`;
  const layers = [layer(data.image, data.alt)];
  for (const { mask } of data.boxes) if (mask !== null) layers.push(layer(mask, ""));
  if (data.token) {
    const token = make("div", "token");
    place(token, data.token);
    layers.push(token);
  }
  find(root, ".images").replaceChildren(...layers);
  const frame = find(root, ".frame");
  const boxes = data.boxes.map(drawBox);
  frame.replaceChildren(...boxes);
  spreadLabels(boxes.map((box) => find(box, "b")));
  frame.tabIndex = boxes.length ? 0 : -1;
  if (boxes.length) frame.setAttribute("role", "listbox");
  else frame.removeAttribute("role");
  frame.setAttribute("aria-label", boxes.length ? data.label : "");
  const shown = JSON.stringify([data.image.length, data.boxes.map(({ text }) => text)]);
  const before = sent.get(root);
  let chosen = before?.boxes === shown ? before.choice : data.chosen;
  if (chosen === data.chosen) sent.delete(root);
  const mark = () => {
    frame.removeAttribute("aria-activedescendant");
    data.boxes.forEach(({ choice }, i) => {
      const selected = choice !== null && choice === chosen;
      boxes[i].setAttribute("aria-selected", String(selected));
      if (selected) frame.setAttribute("aria-activedescendant", boxes[i].id);
    });
  };
  /**
   * @param {Box} box
   * @param {[number, number] | null} at
   */
  const choose = (box, at) => {
    chosen = box.choice;
    sent.set(root, { boxes: shown, choice: chosen });
    mark();
    find(root, ".unseen").textContent = box.says;
    setTriggerValue("picked", { choice: box.choice, at });
  };
  mark();
  const choosable = data.boxes.filter(({ choice }) => choice !== null);
  frame.onclick = (event) => {
    const area = frame.getBoundingClientRect();
    const x = (event.clientX - area.left) / area.width;
    const y = (event.clientY - area.top) / area.height;
    const box = smallestAt(choosable, 100 * x, 100 * y);
    if (box) choose(box, box.choice === chosen ? [x, y] : null);
  };
  frame.onkeydown = (event) => {
    const move = arrow(event);
    const ends = ["Home", "End"].indexOf(event.key);
    if (!choosable.length || (!move && ends < 0)) return;
    stop(event);
    const count = choosable.length;
    const now = choosable.findIndex(({ choice }) => choice === chosen);
    const next = move ? (now + move[0] + move[1] + count) % count : ends * (count - 1);
    if (next !== now) choose(choosable[next], null);
  };
  frame.dataset.boxes = String(data.boxes.length); // tests wait for it
  frame.dataset.chosen = String(data.chosen);
}

/**
 * @param {Box} box
 * @param {number} i
 */
function drawBox(box, i) {
  const element = make("div", box.dashed ? "box dashed" : "box");
  element.id = `box-${i}`;
  element.setAttribute("role", "option");
  element.setAttribute("aria-label", box.says);
  if (box.choice === null) element.setAttribute("aria-disabled", "true");
  element.style.setProperty("--colour", box.colour);
  place(element, [box.left, box.top, box.width, box.height]);
  element.append(make("b", "", box.text));
  return element;
}

/**
 * Each label in the first corner of its box where it lies on none before it; else in the first.
 * @param {HTMLElement[]} labels
 */
function spreadLabels(labels) {
  /** @type {DOMRect[]} */
  const taken = [];
  for (const label of labels) {
    const free = ["", "low", "right", "low right"].find((corner) => {
      label.className = corner;
      const area = label.getBoundingClientRect();
      return !taken.some((other) => overlap(area, other));
    });
    label.className = free ?? "";
    taken.push(label.getBoundingClientRect());
  }
}

/**
 * @param {DOMRect} one
 * @param {DOMRect} other
 */
function overlap(one, other) {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}

/**
 * @param {string} src
 * @param {string} alt
 * @returns {HTMLElement}
 */
function layer(src, alt) {
  const image = make("img");
  Object.assign(image, { src, alt });
  return image;
}

/**
 * @param {HTMLElement} element
 * @param {[number, number, number, number]} area in percent
 */
function place(element, [left, top, width, height]) {
  Object.assign(element.style, {
    left: `${left}%`,
    top: `${top}%`,
    width: `${width}%`,
    height: `${height}%`,
  });
}

/**
 * The smallest box that holds a position.
 * @param {Box[]} boxes
 * @param {number} x
 * @param {number} y
 */
export function smallestAt(boxes, x, y) {
  const around = boxes.filter(
    ({ left, top, width, height }) =>
      x >= left && x <= left + width && y >= top && y <= top + height,
  );
  return around.sort((a, b) => a.width * a.height - b.width * b.height).at(0);
}
