// Images to choose from, a button each. The buttons stay when their images change, and so does the
// focus.

import { followTheme } from "../shared/look.js";
import { find, make, makeButton } from "../shared/page.js";

/** @import { Component } from "../shared/types.d.ts" */
/**
 * @typedef {{ id: string, name: string, src: string, answer: string, label: string,
 *   right: boolean, pinned: boolean }} Entry
 */

/** @param {Component<{ label: string, strip: boolean, large?: boolean,
 *   pictures: Entry[] }>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const gallery = find(parentElement, ".gallery");
  followTheme(gallery);
  gallery.setAttribute("aria-label", data.label);
  while (gallery.children.length > data.pictures.length) gallery.lastChild?.remove();
  while (gallery.children.length < data.pictures.length) gallery.append(emptyButton());
  const buttons = gallery.querySelectorAll("button");
  data.pictures.forEach((entry, i) => {
    const button = buttons[i];
    const image = /** @type {HTMLImageElement} */ (button.querySelector("img"));
    if (image.src !== entry.src) Object.assign(image, { src: entry.src, alt: "" });
    find(button, "b").textContent = entry.answer;
    find(button, "small").textContent = entry.label;
    button.title = entry.name;
    button.classList.toggle("wrong", !entry.right);
    button.setAttribute("aria-pressed", String(entry.pinned));
    button.dataset.picture = entry.id;
    button.onclick = () => setTriggerValue("pinned", entry.id);
  });
  gallery.classList.toggle("one-row", data.strip);
  gallery.classList.toggle("large", data.large ?? false);
  const opened = data.pictures.findLastIndex(({ pinned }) => pinned);
  if (data.strip && opened >= 0)
    buttons[opened].scrollIntoView({ block: "nearest", inline: "nearest" });
  gallery.dataset.shown = data.pictures.map(({ id }) => id).join(",");
}

function emptyButton() {
  const button = makeButton();
  const text = make("span");
  text.append(make("b"), make("small"));
  button.append(make("img"), text);
  return button;
}
