// What an address brings behind its "#", which no browser sends to a server.

/** The fragment of the address that the page was loaded with. */
const [loaded] = performance.getEntriesByType("navigation");
const loadedWith = new URLSearchParams(loaded ? new URL(loaded.name).hash.slice(1) : "");

/**
 * The value of `name` in the address's fragment, which goes out of the address; "" for none. Once
 * for each address: the page may have lost the fragment since it was loaded, when the server wrote
 * other parameters.
 *
 * @param {string} name
 */
export function takeFragment(name) {
  const text = new URLSearchParams(location.hash.slice(1)).get(name);
  if (text) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  const found = text ?? loadedWith.get(name) ?? "";
  loadedWith.delete(name);
  return found;
}
