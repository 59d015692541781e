// The card of a glossary term: opens beside a link to #term-<name> anywhere on the page.

import { find } from "../shared/page.js";

/** @import { Component } from "../shared/types.d.ts" */

const GAP = 6; // pixels between the link and the card
const EDGE = 16; // pixels that stay free at the sides of the window

/** @param {Component<{ terms: Record<string, [string, string]>, close: string }>} component */
export default function ({ data, parentElement }) {
  const card = find(parentElement, ".card");
  const close = find(card, "button");
  close.textContent = data.close;
  close.onclick = () => card.hidePopover();

  /** @param {MouseEvent} event */
  const open = (event) => {
    const link = event.target instanceof Element && event.target.closest('a[href^="#term-"]');
    if (!(link instanceof HTMLAnchorElement)) return;
    const found = data.terms[link.hash.slice("#term-".length)];
    if (!found) return;
    event.preventDefault();
    find(card, "b").textContent = found[0];
    find(card, ".says").textContent = found[1];
    card.showPopover();
    place(card, link);
    close.focus();
    card.ontoggle = (/** @type {ToggleEvent} */ { newState }) => {
      if (newState === "closed") link.focus({ preventScroll: true });
    };
  };
  document.addEventListener("click", open);
  return () => document.removeEventListener("click", open);
}

/**
 * Below the link, above it where there is no room.
 * @param {HTMLElement} card
 * @param {HTMLElement} link
 */
function place(card, link) {
  const at = link.getClientRects()[0];
  const { width, height } = card.getBoundingClientRect();
  const left = Math.min(at.left, document.documentElement.clientWidth - width - EDGE);
  const below = at.bottom + GAP;
  const top = below + height > window.innerHeight ? at.top - GAP - height : below;
  card.style.left = `${Math.max(EDGE, left)}px`;
  card.style.top = `${Math.max(EDGE, top)}px`;
}
