// A button that copies the address of what is shown; where the browser forbids that, the address
// itself, to be copied by hand.

import { find, findInput } from "../shared/page.js";

/** @import { Component } from "../shared/types.d.ts" */

/**
 * @typedef {{ copy: string, copied: string, by_hand: string, address: string | null,
 *   fragment: string }} Data
 * @param {Component<Data>} component
 */
export default function ({ data, parentElement }) {
  const button = find(parentElement, "button");
  const status = find(parentElement, "span");
  const field = findInput(parentElement, "input");
  button.textContent = data.copy;
  field.setAttribute("aria-label", data.copy);
  status.textContent = "";
  field.hidden = true;
  button.onclick = async () => {
    const address = data.address ?? addressOfPage(data.fragment);
    try {
      await navigator.clipboard.writeText(address);
      status.textContent = data.copied;
    } catch {
      field.value = address;
      field.hidden = false;
      field.select();
      status.textContent = data.by_hand;
    }
  };
}

/** @param {string} fragment */
function addressOfPage(fragment) {
  const address = new URL(location.href);
  address.hash = fragment;
  return address.href;
}
