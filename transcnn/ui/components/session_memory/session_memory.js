// Remembers a text in this tab, and hands over what another session has left there, or
// what the address brings in its fragment.

import { takeFragment } from "../shared/fragment.js";

/** @import { Component } from "../shared/types.d.ts" */

/** @typedef {{ session: string, text: string }} Remembered */

/**
 * What the address brought, by name, until the server has it.
 *
 * @type {Map<string, Remembered>}
 */
const brought = new Map();

/**
 * What is left is given again with every run until the server says that it has it: a run that is
 * about to hear of it may be given up for the next one.
 *
 * @typedef {{ name: string, session: string, text: string, taken: string, fragment: string }} Data
 * @param {Component<Data>} component
 */
export default function ({ data, setTriggerValue }) {
  const place = `transcnn/${data.name}`;
  const text = data.fragment ? takeFragment(data.fragment) : "";
  if (text) {
    const session = `link ${crypto.getRandomValues(new Uint32Array(2)).join()}`;
    brought.set(data.name, { session, text });
  }
  const link = brought.get(data.name);
  const before = link && link.session !== data.taken ? link : read(place);
  if (before?.text && before.session !== data.session && before.session !== data.taken) {
    setTriggerValue("found", before);
  } else {
    write(place, { session: data.session, text: data.text });
  }
}

/**
 * @param {string} place
 * @returns {Remembered | null}
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
 * @param {Remembered} what
 */
function write(place, what) {
  try {
    if (what.text) {
      sessionStorage.setItem(place, JSON.stringify(what));
    } else {
      sessionStorage.removeItem(place);
    }
  } catch {
    // Forbidden by the browser, or too much: then nothing is remembered.
  }
}
