// The sample images: one is chosen; one stop for Tab, arrows inside.

import { arrow, find, make, makeButton, stop } from "../shared/page.js";

/** @import { Component } from "../shared/types.d.ts" */
/**
 * @typedef {{ label: string, samples: { name: string, title: string, src: string }[],
 *   chosen: string | null }} Data
 */

/** @param {Component<Data>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const group = find(parentElement, ".samples");
  group.setAttribute("aria-label", data.label);
  if (group.children.length !== data.samples.length)
    group.replaceChildren(
      ...data.samples.map(({ name, title, src }) => {
        const button = makeButton();
        const image = make("img");
        Object.assign(image, { src, alt: title });
        button.title = title;
        button.setAttribute("role", "radio");
        button.dataset.sample = name;
        button.append(image);
        button.onclick = () => {
          group.dataset.picked = name;
          setTriggerValue("picked", name);
        };
        return button;
      }),
    );
  if (data.chosen !== null && group.dataset.picked === data.chosen) {
    delete group.dataset.picked;
    removeUpload();
  }
  const chosen = data.samples.findIndex(({ name }) => name === data.chosen);
  const buttons = [...group.querySelectorAll("button")];
  buttons.forEach((button, i) => {
    button.setAttribute("aria-checked", String(i === chosen));
    button.tabIndex = i === Math.max(0, chosen) ? 0 : -1;
    button.onkeydown = (event) => {
      const move = arrow(event);
      if (!move) return;
      stop(event);
      const next = buttons[(i + move[0] + move[1] + buttons.length) % buttons.length];
      next.focus();
      next.click();
    };
  });
}

/** An upload is removed as by its own button, which is hidden: then the server forgets it, too. */
function removeUpload() {
  const button = find(document, '[data-testid="stSidebar"] [data-testid="stFileChipDeleteBtn"]');
  (button?.querySelector("button") ?? button)?.click();
}
