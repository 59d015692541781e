// A button that copies the address of what is shown; where the browser forbids that, the address
// itself, to be copied by hand.

import { find, findInput } from "../shared/page.js";

/** @import { Component } from "../shared/types.d.ts" */

/** @param {Component<{ copy: string, copied: string, by_hand: string }>} component */
export default function ({ data, parentElement }) {
  const button = find(parentElement, "button");
  const status = find(parentElement, "span");
  const field = findInput(parentElement, "input");
  button.textContent = data.copy;
  field.setAttribute("aria-label", data.copy);
  status.textContent = "";
  field.hidden = true;
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      status.textContent = data.copied;
    } catch {
      field.value = location.href;
      field.hidden = false;
      field.select();
      status.textContent = data.by_hand;
    }
  };
}
