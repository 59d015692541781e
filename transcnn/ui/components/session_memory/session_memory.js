// Remembers a text in this tab, and hands over what another session of the tab has left.

/** @import { Component } from "../shared/types.d.ts" */

/** @param {Component<{ name: string, session: string, text: string }>} component */
export default function ({ data, setTriggerValue }) {
  const place = `transcnn/${data.name}`;
  const before = read(place);
  if (before && before.session !== data.session && before.text) {
    setTriggerValue("found", before.text);
  }
  write(place, { session: data.session, text: data.text });
}

/**
 * @param {string} place
 * @returns {{ session: string, text: string } | null}
 */
function read(place) {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? "null");
  } catch {
    return null; // forbidden by the browser
  }
}

/**
 * @param {string} place
 * @param {{ session: string, text: string }} what
 */
function write(place, what) {
  try {
    sessionStorage.setItem(place, JSON.stringify(what));
  } catch {
    // Forbidden by the browser, or too much: then nothing is remembered.
  }
}
