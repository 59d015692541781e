// Remembers a text in this tab, and hands over what another session has left there, or
// what the address brings in its fragment.

/** @import { Component } from "../shared/types.d.ts" */

/** @typedef {{ session: string, text: string }} Remembered */

/** The fragment of the address that the page was loaded with. */
const [loaded] = performance.getEntriesByType("navigation");
const loadedWith = new URLSearchParams(loaded ? new URL(loaded.name).hash.slice(1) : "");

/**
 * What is left is given again with every run until the server says that it has it: a run that is
 * about to hear of it may be given up for the next one.
 *
 * @typedef {{ name: string, session: string, text: string, taken: string, fragment: string }} Data
 * @param {Component<Data>} component
 */
export default function ({ data, setTriggerValue }) {
  const place = `transcnn/${data.name}`;
  const brought = data.fragment ? takeFragment(data.fragment) : "";
  if (brought) {
    const link = `link ${crypto.getRandomValues(new Uint32Array(2)).join()}`;
    write(place, { session: link, text: brought });
  }
  const before = read(place);
  if (before?.text && before.session !== data.session && before.session !== data.taken) {
    setTriggerValue("found", before);
  } else {
    write(place, { session: data.session, text: data.text });
  }
}

/**
 * The value of `name` in the address's fragment, which goes out of the address; "" for none. Once
 * for each address: the page may have lost the fragment since it was loaded, when the server wrote
 * other parameters.
 *
 * @param {string} name
 */
function takeFragment(name) {
  const text = new URLSearchParams(location.hash.slice(1)).get(name);
  if (text) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  const found = text ?? loadedWith.get(name) ?? "";
  loadedWith.delete(name);
  return found;
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
