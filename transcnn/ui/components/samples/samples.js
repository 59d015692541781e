// The sample images and the upload: one is chosen; one stop for Tab, arrows inside.

import { arrow, find, focusedBeside, make, makeButton, stop } from "../shared/page.js";

/** @import { Component } from "../shared/types.d.ts" */
/**
 * @typedef {{ name: string, title: string, src: string }} Sample
 * @typedef {{ label: string, upload: string, chosen: string,
 *   groups: { label: string, samples: Sample[] }[] }} Data
 */

const PHONE = "(max-width: 800px)";

/** @param {Component<Data>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const group = find(parentElement, ".samples");
  group.setAttribute("aria-label", data.label);
  const shown = JSON.stringify(data.groups);
  const focused = group.contains(focusedBeside(group));
  if (group.dataset.shown !== shown) {
    group.dataset.shown = shown;
    group.replaceChildren(...data.groups.flatMap(drawGroup));
  }
  if (group.dataset.picked === data.chosen) {
    removeUpload();
    uncoverPage();
  }
  const before = group.dataset.chosen;
  if (data.chosen === data.upload && before !== undefined && before !== data.chosen) uncoverPage();
  group.dataset.chosen = data.chosen;
  if (group.dataset.picked === data.chosen) delete group.dataset.picked;

  const buttons = [...group.querySelectorAll("button")];
  const chosen = buttons.findIndex((button) => button.dataset.sample === data.chosen);
  buttons.forEach((button, i) => {
    button.setAttribute("aria-checked", String(i === chosen));
    button.tabIndex = i === Math.max(0, chosen) ? 0 : -1;
    button.onclick = () => {
      group.dataset.picked = button.dataset.sample;
      setTriggerValue("picked", button.dataset.sample);
    };
    button.onkeydown = (event) => {
      const move = arrow(event);
      if (!move) return;
      stop(event);
      const next = buttons[(i + move[0] + move[1] + buttons.length) % buttons.length];
      next.focus();
      next.click();
    };
  });
  if (focused && !group.contains(focusedBeside(group))) buttons[Math.max(0, chosen)].focus();
}

/** @param {Data["groups"][number]} group */
function drawGroup({ label, samples }) {
  const buttons = samples.map(({ name, title, src }) => {
    const button = makeButton();
    const image = make("img");
    Object.assign(image, { src, alt: title });
    button.title = title;
    button.setAttribute("role", "radio");
    button.dataset.sample = name;
    button.append(image);
    return button;
  });
  return label ? [make("p", "", label), ...buttons] : buttons;
}

/** An upload is removed as by its own button, which is hidden: then the server forgets it, too. */
function removeUpload() {
  const button = find(document, '[data-testid="stSidebar"] [data-testid="stFileChipDeleteBtn"]');
  (button?.querySelector("button") ?? button)?.click();
}

/** On a phone the sidebar covers the page: it goes once an image was chosen. */
function uncoverPage() {
  if (!matchMedia(PHONE).matches) return;
  const button = find(document, '[data-testid="stSidebarCollapseButton"]');
  (button?.querySelector("button") ?? button)?.click();
}
