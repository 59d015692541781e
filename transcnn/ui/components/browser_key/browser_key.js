// Keeps keys in this browser, and hands over the one that it has, or that the address brings in its
// fragment, which no browser sends to a server.

import { takeFragment } from "../shared/fragment.js";

/** @import { Component } from "../shared/types.d.ts" */

const PREFIX = "transcnn/key/";
const DAY_MS = 24 * 3600 * 1000; // by then a class is over

/**
 * @typedef {{ name: string, key: string, held: string | null, forgotten: string[] }} Data
 * @param {Component<Data>} component
 */
export default function ({ data, setStateValue }) {
  const brought = takeFragment("key");
  const key = data.key || brought || read(PREFIX + data.name).key;
  try {
    tidy(data.forgotten);
    if (data.name && key) {
      localStorage.setItem(PREFIX + data.name, JSON.stringify({ key, at: Date.now() }));
    }
  } catch {
    // Forbidden by the browser: then the key is this page's alone.
  }
  if (data.name && !data.key && key !== data.held) {
    setStateValue("held", { name: data.name, key });
  }
}

/**
 * The key that is kept in a place, and when it was, in milliseconds; no key and a time that is long
 * over for what is not there, no key, or forbidden.
 *
 * @param {string} place
 * @returns {{ key: string, at: number }}
 */
function read(place) {
  try {
    return { key: "", at: 0, ...JSON.parse(localStorage.getItem(place) ?? "{}") };
  } catch {
    return { key: "", at: 0 };
  }
}

/**
 * Removes the keys of these names, and those that are too old.
 *
 * @param {string[]} forgotten
 */
function tidy(forgotten) {
  for (const place of Object.keys(localStorage).filter((place) => place.startsWith(PREFIX))) {
    const { at } = read(place);
    if (forgotten.includes(place.slice(PREFIX.length)) || !(Date.now() - at < DAY_MS)) {
      localStorage.removeItem(place);
    }
  }
}
