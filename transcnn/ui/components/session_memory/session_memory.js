// Remembers a text in this tab, and hands over what another session of the tab has left.

/** @import { Component } from "../shared/types.d.ts" */

/**
 * What is left is given again with every run until the server says that it has it: a run that is
 * about to hear of it may be given up for the next one.
 *
 * @param {Component<{ name: string, session: string, text: string, taken: string }>} component
 */
export default function ({ data, setTriggerValue }) {
  const place = `transcnn/${data.name}`;
  const before = read(place);
  if (before?.text && before.session !== data.session && before.session !== data.taken) {
    setTriggerValue("found", before);
  } else {
    write(place, { session: data.session, text: data.text });
  }
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
