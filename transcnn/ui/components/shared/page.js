// Small parts of the page.

export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

/** Text with *emphasis* into an element, as text and nothing else. */
export function emphasise(element, text) {
  element.replaceChildren(
    ...text.split("*").map((part, i) => (i % 2 ? make("b", "", part) : part)),
  );
}

const photosAt = new Map(); // by address: the image, kept while its pages are open

/** The image at an address, which may still be loading. */
export function photoAt(src) {
  if (!photosAt.has(src)) {
    const image = new Image();
    photosAt.set(src, image);
    image.src = src;
  }
  return photosAt.get(src);
}

/** Row and column of the cell under the pointer; a map is as wide as it is high if nothing is said. */
export function placeAt(canvas, event, rows, columns = rows) {
  const box = canvas.getBoundingClientRect();
  const [down, across] = [event.clientY - box.top, event.clientX - box.left];
  return nearestCell([(down / box.height) * rows, (across / box.width) * columns], rows, columns);
}

/** The cell that holds a place counted in cells, or the nearest one inside. */
export function nearestCell([down, across], rows, columns) {
  const held = (place, count) => Math.max(0, Math.min(count - 1, Math.floor(place)));
  return [held(down, rows), held(across, columns)];
}

export function arrow(event) {
  return { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
}

export function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** Buttons of which one is chosen: one stop for Tab, arrows inside. */
export function choices(parent, options, chosen, choose) {
  const inside = parent.contains(parent.getRootNode().activeElement);
  const buttons = options.map(({ value, content }, i) => {
    const button = make("button");
    button.type = "button";
    button.setAttribute("role", "radio");
    button.setAttribute("aria-checked", value === chosen);
    button.tabIndex = value === chosen ? 0 : -1;
    button.append(...content);
    button.onclick = () => choose(value);
    button.onkeydown = (event) => {
      const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!move) return;
      stop(event);
      choose(options[(i + move + options.length) % options.length].value);
    };
    return button;
  });
  parent.replaceChildren(...buttons);
  if (inside) parent.querySelector("[aria-checked=true]")?.focus();
}

/** A table that scrolls by itself; the heads name its columns. */
export function table(caption, heads, rows) {
  const scroll = make("div", "scroll");
  scroll.tabIndex = 0;
  const element = make("table");
  element.append(make("caption", "", caption));
  const titles = element.createTHead().insertRow();
  for (const head of heads) {
    const title = make("th", "", head);
    title.scope = "col";
    titles.append(title);
  }
  const body = element.createTBody();
  for (const cells of rows) {
    const row = body.insertRow();
    for (const cell of cells) row.insertCell().textContent = cell;
  }
  scroll.append(element);
  return scroll;
}

/**
 * Write parameters into the address, without a new entry in the history; null takes one out. What
 * they mean, the server knows (ui/app/links.py).
 */
export function writeAddress(link) {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(link))
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}
