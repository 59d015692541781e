// Scrolls to where it is mounted once the page is about something else; not when it is opened.

/** @import { Component } from "../shared/types.d.ts" */

/** @type {Map<string, string>} by component: what the page was about */
const shown = new Map();

/** @param {Component<string>} component */
export default function ({ data, key, parentElement }) {
  const before = shown.get(key);
  shown.set(key, data);
  if (before !== undefined && before !== data) {
    // The component itself takes no room: what stands around it does.
    const here = parentElement.host.closest('[data-testid="stMain"]');
    here?.scrollTo({ top: 0 });
  }
  return () => shown.delete(key);
}
