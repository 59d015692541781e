// A table whose cells can be picked: a count is a button that shows exactly its images. One stop
// for Tab, arrows inside.

import { followTheme } from "../shared/look.js";
import { arrow, find, focusedBeside, make, makeButton, stop } from "../shared/page.js";

/** @import { Component } from "../shared/types.d.ts" */
/**
 * @typedef {{ text?: string, scope?: string, words?: boolean, pick?: string, says?: string,
 *   share?: number, wrong?: boolean }} Cell
 *   `pick`: what is picked with it; `share`: how dark it is
 * @typedef {{ label: string, head: string[], rows: Cell[][], matrix: boolean }} Data
 */

/** @param {Component<Data>} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const view = find(parentElement, ".pick");
  followTheme(view);
  view.classList.toggle("matrix", data.matrix);
  const focused = focusedBeside(view)?.dataset.at;
  const body = find(view, "tbody");
  find(view, "thead").replaceChildren(
    rowOf(data.head.map((text) => cellOf("th", { text, scope: "col" }))),
  );
  body.replaceChildren(
    ...data.rows.map((row, y) =>
      rowOf(
        row.map((cell, x) => {
          if (cell.pick === undefined) return cellOf(x ? "td" : "th", { scope: "row", ...cell });
          const holder = cellOf("td", {});
          holder.append(buttonOf(cell, y, x));
          return holder;
        }),
      ),
    ),
  );
  find(view, "table").setAttribute("aria-label", data.label);
  const buttons = [...body.querySelectorAll("button")];
  const frame = find(view, ".wide"); // it scrolls, by keyboard too
  frame.tabIndex = buttons.length ? -1 : 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", data.label);
  const tabStop = buttons.find((b) => b.dataset.at === focused) ?? buttons[0];
  for (const button of buttons) {
    button.tabIndex = button === tabStop ? 0 : -1;
    button.onclick = () => setTriggerValue("picked", button.dataset.pick);
    button.onkeydown = (event) => move(event, button, buttons);
  }
  if (focused !== undefined) tabStop?.focus();
}

/** @param {HTMLElement[]} cells */
function rowOf(cells) {
  const row = make("tr");
  row.append(...cells);
  return row;
}

/**
 * @param {"th" | "td"} kind
 * @param {Cell} cell
 */
function cellOf(kind, { text = "", scope = "", words = false }) {
  const cell = make(kind, "", text);
  if (kind === "th") cell.scope = scope;
  cell.classList.toggle("words", words);
  return cell;
}

/**
 * @param {Cell} cell
 * @param {number} y
 * @param {number} x
 */
function buttonOf({ text, pick, says, share = 0, wrong = false }, y, x) {
  const button = makeButton(text);
  button.dataset.pick = pick;
  button.dataset.at = `${y},${x}`;
  button.style.setProperty("--share", String(share));
  button.classList.toggle("wrong", wrong);
  if (says) button.setAttribute("aria-label", says);
  if (says) button.title = says;
  return button;
}

/**
 * The focus goes to the nearest button in the direction of an arrow key.
 * @param {KeyboardEvent} event
 * @param {HTMLButtonElement} from
 * @param {HTMLButtonElement[]} buttons
 */
function move(event, from, buttons) {
  const step = arrow(event);
  if (!step) return;
  stop(event);
  const at = (/** @type {HTMLElement} */ button) =>
    (button.dataset.at ?? "").split(",").map(Number);
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
