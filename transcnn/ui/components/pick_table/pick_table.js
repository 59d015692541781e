// A table whose cells can be picked: a count is a button that shows exactly its pictures. One stop
// for Tab, arrows inside.

import { followTheme } from "../shared/look.js";

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const view = parentElement.querySelector(".pick");
  followTheme(view);
  view.classList.toggle("matrix", data.matrix);
  const focused = parentElement.activeElement?.dataset?.at;
  const [head, body] = view.querySelectorAll("thead, tbody");
  head.replaceChildren(rowOf(data.head.map((text) => cellOf("th", { text, scope: "col" }))));
  body.replaceChildren(
    ...data.rows.map((row, y) =>
      rowOf(
        row.map((cell, x) => {
          if (cell.pick === undefined) return cellOf(x ? "td" : "th", { scope: "row", ...cell });
          const place = cellOf("td", {});
          place.append(buttonOf(cell, y, x));
          return place;
        }),
      ),
    ),
  );
  view.querySelector("table").setAttribute("aria-label", data.label);
  const buttons = [...body.querySelectorAll("button")];
  const frame = view.querySelector(".wide"); // it scrolls, by keyboard too
  frame.tabIndex = buttons.length ? -1 : 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", data.label);
  const stop = buttons.find((b) => b.dataset.at === focused) ?? buttons[0];
  for (const button of buttons) {
    button.tabIndex = button === stop ? 0 : -1;
    button.onclick = () => setTriggerValue("picked", button.dataset.pick);
    button.onkeydown = (event) => move(event, button, buttons);
  }
  if (focused !== undefined) stop?.focus();
}

function rowOf(cells) {
  const row = document.createElement("tr");
  row.append(...cells);
  return row;
}

function cellOf(kind, { text = "", scope, words = false }) {
  const cell = document.createElement(kind);
  if (kind === "th") cell.scope = scope;
  cell.textContent = text;
  cell.classList.toggle("words", words);
  return cell;
}

function buttonOf({ text, pick, says, share = 0, wrong = false }, y, x) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.dataset.pick = pick;
  button.dataset.at = `${y},${x}`;
  button.style.setProperty("--share", share);
  button.classList.toggle("wrong", wrong);
  if (says) button.setAttribute("aria-label", says);
  if (says) button.title = says;
  return button;
}

/** The nearest button in the direction of an arrow key. */
function move(event, from, buttons) {
  const step = {
    ArrowRight: [0, 1],
    ArrowLeft: [0, -1],
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
  }[event.key];
  if (!step) return;
  event.preventDefault();
  event.stopPropagation();
  const at = (button) => button.dataset.at.split(",").map(Number);
  const [row, column] = at(from);
  const ahead = buttons
    .map((button) => ({ button, y: at(button)[0] - row, x: at(button)[1] - column }))
    .map(({ button, y, x }) => ({
      button,
      far: step[0] ? y * step[0] : x * step[1],
      aside: Math.abs(step[0] ? x : y),
    }))
    .filter(({ far }) => far > 0)
    .sort((a, b) => a.aside * 1000 + a.far - (b.aside * 1000 + b.far));
  if (!ahead.length) return;
  from.tabIndex = -1;
  ahead[0].button.tabIndex = 0;
  ahead[0].button.focus();
}
