// Elements of the diagram and of its panels.

import { emphasise, make } from "../shared/page.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * A drawing of w x h pixels from paths of our own, hidden from screen readers.
 * @param {string} markup never a visitor's text
 * @param {number} w
 * @param {number} h
 * @param {string} [className]
 */
export function drawing(markup, w, h, className = "") {
  const element = document.createElementNS(SVG, "svg");
  element.setAttribute("width", String(w));
  element.setAttribute("height", String(h));
  element.setAttribute("viewBox", `0 0 ${w} ${h}`);
  element.setAttribute("aria-hidden", "true");
  if (className) element.setAttribute("class", className);
  element.innerHTML = markup;
  return element;
}

/**
 * An element with children; null ones are left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {(Node | string | null)[]} children
 */
export function box(tag, className, ...children) {
  const element = make(tag, className);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * Text with *emphasis*.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {string} text
 */
export function text(tag, className, text) {
  const element = make(tag, className);
  emphasise(element, text);
  return element;
}

/**
 * A picture with what it is called above and more below.
 * @param {string} above
 * @param {Node} picture
 * @param {string} [below]
 */
export function figure(above, picture, below = "") {
  return box(
    "div",
    "fig",
    above ? make("b", "", above) : null,
    picture,
    below ? make("span", "", below) : null,
  );
}

/**
 * An arrow across, or down where it is narrow, with an operation above and below it.
 * @param {string} above
 * @param {string} below
 * @param {number} [w]
 */
export function operation(above, below, w = 44) {
  return box(
    "div",
    w < 30 ? "op slim" : "op",
    above ? make("b", "", above) : null,
    drawing(
      `<path d="M1 6H${w - 6}" class="wire"/><path d="M${w - 7} 2l6 4-6 4z" class="tip-of"/>`,
      ...[w, 12],
      "across",
    ),
    drawing(
      '<path d="M6 1V16" class="wire"/><path d="M2 15l4 6 4-6z" class="tip-of"/>',
      ...[12, 22],
      "down",
    ),
    below ? make("span", "", below) : null,
  );
}

export function plus() {
  return drawing(
    '<circle cx="11" cy="11" r="8.5" class="sign"/><path d="M11 6.5v9M6.5 11h9" class="sign"/>',
    ...[22, 22],
    "plus-sign",
  );
}

/**
 * From one box to two branches, or back.
 * @param {boolean} back
 */
export function fork(back) {
  const path = back
    ? "M0 46H12q8 0 8 8V90q0 8 8 8H34M0 150H12q8 0 8 -8V106q0 -8 8 -8"
    : "M0 98H6q8 0 8 -8V54q0 -8 8 -8H34M6 98q8 0 8 8V142q0 8 8 8H34";
  return box("div", "op slim", drawing(`<path d="${path}" class="wire"/>`, ...[34, 196], "across"));
}
