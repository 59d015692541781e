// Small parts of the page.

import { nearestCell } from "./grid.js";

/** @import { Choice, Position } from "./types.d.ts" */

/**
 * An element of a component's own HTML.
 * @param {ParentNode} root
 * @param {string} selector
 */
export function find(root, selector) {
  return /** @type {HTMLElement} */ (root.querySelector(selector));
}

/**
 * @param {ParentNode} root
 * @param {string} selector
 */
export function findCanvas(root, selector) {
  return /** @type {HTMLCanvasElement} */ (root.querySelector(selector));
}

/**
 * @param {ParentNode} root
 * @param {string} selector
 */
export function findInput(root, selector) {
  return /** @type {HTMLInputElement} */ (root.querySelector(selector));
}

/**
 * The element that has the focus, inside or outside of the shadow tree of `element`.
 * @param {Element} element
 */
export function focusedBeside(element) {
  const root = /** @type {Document | ShadowRoot} */ (element.getRootNode());
  return /** @type {HTMLElement | null} */ (root.activeElement);
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string | number} [text]
 */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = String(text);
  return element;
}

/**
 * A button that submits nothing.
 * @param {string} [text]
 */
export function makeButton(text) {
  const button = make("button", "", text);
  button.type = "button";
  return button;
}

/**
 * Text with *emphasis* into an element, as text and nothing else.
 * @param {Element} element
 * @param {string} text
 */
export function emphasise(element, text) {
  element.replaceChildren(
    ...text.split("*").map((part, i) => (i % 2 ? make("b", "", part) : part)),
  );
}

/**
 * A sentence with its placeholders filled.
 * @param {string} sentence
 * @param {Record<string, unknown>} values
 */
export function fill(sentence, values) {
  return sentence.replace(/{(\w+)}/g, (_, name) => String(values[name]));
}

/** @type {Map<string, HTMLImageElement>} by address, kept while its pages are open */
const images = new Map();

/**
 * The image at an address, which may still be loading.
 * @param {string} src
 */
export function photoAt(src) {
  const image = images.get(src) ?? new Image();
  if (!images.has(src)) {
    images.set(src, image);
    image.src = src;
  }
  return image;
}

/**
 * Row and column of the cell under the pointer.
 * @param {HTMLElement} canvas
 * @param {MouseEvent} event
 * @param {number} rows
 * @param {number} [columns] as many as rows if nothing is said
 */
export function cellUnder(canvas, event, rows, columns = rows) {
  const box = canvas.getBoundingClientRect();
  const [down, across] = [event.clientY - box.top, event.clientX - box.left];
  return nearestCell([(down / box.height) * rows, (across / box.width) * columns], rows, columns);
}

/** @type {Record<string, Position | undefined>} */
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * The way of an arrow key; undefined for other keys.
 * @param {KeyboardEvent} event
 */
export function arrow(event) {
  return ARROWS[event.key];
}

/** @param {Event} event */
export function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** @param {Event} event */
export function byFinger(event) {
  return event instanceof PointerEvent && event.pointerType === "touch";
}

/**
 * Buttons of which one is chosen: one stop for Tab, arrows inside.
 * @template Value
 * @param {HTMLElement} parent
 * @param {Choice<Value>[]} options
 * @param {Value} chosen
 * @param {(value: Value) => void} choose
 */
export function choices(parent, options, chosen, choose) {
  const inside = parent.contains(focusedBeside(parent));
  const buttons = options.map(({ value, content }, i) => {
    const button = makeButton();
    button.setAttribute("role", "radio");
    button.setAttribute("aria-checked", String(value === chosen));
    button.tabIndex = value === chosen ? 0 : -1;
    button.append(...content);
    button.onclick = () => choose(value);
    button.onkeydown = (event) => {
      const move = arrow(event);
      if (!move) return;
      stop(event);
      choose(options[(i + move[0] + move[1] + options.length) % options.length].value);
    };
    return button;
  });
  parent.replaceChildren(...buttons);
  if (inside) find(parent, "[aria-checked=true]")?.focus();
}

/**
 * A table that scrolls by itself; the heads name its columns.
 * @param {string} caption
 * @param {string[]} heads
 * @param {(string | number)[][]} rows
 */
export function table(caption, heads, rows) {
  const scroll = make("div", "scroll");
  scroll.tabIndex = 0;
  const element = make("table");
  element.append(make("caption", "", caption));
  const titles = element.createTHead().insertRow();
  for (const head of heads) {
    const title = make("th", "", head);
    title.scope = "col";
    titles.append(title);
  }
  const body = element.createTBody();
  for (const cells of rows) {
    const row = body.insertRow();
    for (const cell of cells) row.insertCell().textContent = String(cell);
  }
  scroll.append(element);
  return scroll;
}

/**
 * The likeliest classes as bars; a mark at the probability `before`, where there is one.
 * @param {HTMLElement} parent
 * @param {{ name: string, probability: number, before?: number, className?: string }[]} rows
 * @param {(share: number) => string} format
 */
export function probabilityBars(parent, rows, format) {
  parent.replaceChildren(
    ...rows.map(({ name, probability, before, className }) => {
      const row = make("div", className);
      const text = make("span", "name", name);
      text.title = name;
      const track = make("span", "track");
      const bar = make("span", "fill");
      bar.style.width = `${100 * probability}%`;
      track.append(bar);
      if (before !== undefined) {
        const mark = make("span", "normal");
        mark.style.left = `calc(${100 * before}% - 1px)`;
        track.append(mark);
      }
      row.append(text, track, make("span", "value", name && format(probability)));
      return row;
    }),
  );
}

/**
 * Write parameters into the address, without a new entry in the history; null takes one out. What
 * they mean, the server knows (ui/app/links.py).
 * @param {Record<string, string | number | null>} link
 */
export function writeAddress(link) {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(link))
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, String(value));
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}
