// Keeps keys in this browser, and hands over the one that it has, or that the address brings in its
// fragment, which no browser sends to a server.

/** @import { Component } from "../shared/types.d.ts" */

const PREFIX = "transcnn/key/";
const DAY_MS = 24 * 3600 * 1000; // by then a class is over

/**
 * @typedef {{ name: string, key: string, held: string | null, forgotten: string[] }} Data
 * @param {Component<Data>} component
 */
export default function ({ data, setStateValue }) {
  const brought = takeFragment();
  const key = data.key || brought || recall(data.name);
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

/** The key in the address's fragment, which goes out of the address; "" for none. */
function takeFragment() {
  const key = new URLSearchParams(location.hash.slice(1)).get("key") ?? "";
  if (key) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return key;
}

/**
 * The key that is kept under a name; "" for none.
 *
 * @param {string} name
 * @returns {string}
 */
function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? "{}").key ?? "";
  } catch {
    return "";
  }
}

/**
 * Removes the keys of these names, and those that are too old.
 *
 * @param {string[]} forgotten
 */
function tidy(forgotten) {
  for (const place of Object.keys(localStorage).filter((place) => place.startsWith(PREFIX))) {
    const { at } = JSON.parse(localStorage.getItem(place) ?? "{}");
    if (forgotten.includes(place.slice(PREFIX.length)) || !(Date.now() - at < DAY_MS)) {
      localStorage.removeItem(place);
    }
  }
}
