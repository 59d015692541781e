// Small parts of the page.

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

/** Text with *emphasis* into an element, as text and nothing else. */
function emphasise(element, text) {
  element.replaceChildren(
    ...text.split("*").map((part, i) => (i % 2 ? make("b", "", part) : part)),
  );
}

function placeAt(canvas, event, count) {
  const box = canvas.getBoundingClientRect();
  const place = (share) => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
  return [
    place((event.clientY - box.top) / box.height),
    place((event.clientX - box.left) / box.width),
  ];
}

function arrow(event) {
  return { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
}

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** Buttons of which one is chosen: one stop for Tab, arrows inside. */
function choices(parent, options, chosen, choose) {
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
function table(caption, heads, rows) {
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
