// A matrix of whole numbers to be edited, sent together when one has changed.

import { positionOf } from "../shared/grid.js";
import { followTheme } from "../shared/look.js";
import { fill, find, focusedBeside, make } from "../shared/page.js";

/** @import { Component } from "../shared/types.d.ts" */

/** @param {Component<{ label: string, place: string, numbers: number[][], largest: number }>} component */
export default function ({ data, parentElement, setStateValue }) {
  const { largest } = data;
  const view = find(parentElement, ".hand");
  followTheme(view);
  find(view, "table").setAttribute("aria-label", data.label);
  const body = /** @type {HTMLTableSectionElement} */ (view.querySelector("tbody"));
  if (!body.children.length)
    for (const line of data.numbers) {
      const row = body.insertRow();
      for (const _ of line) row.insertCell().append(make("input"));
    }
  const inputs = [...body.querySelectorAll("input")];
  inputs.forEach((input, i) => {
    const [y, x] = positionOf(i, data.numbers[0].length);
    Object.assign(input, { type: "number", min: -largest, max: largest, step: 1 });
    if (input !== focusedBeside(view)) input.value = String(data.numbers[y][x]);
    input.setAttribute("aria-label", fill(data.place, { row: y + 1, column: x + 1 }));
    input.onchange = () => {
      const whole = Math.round(Number(input.value) || 0);
      input.value = String(Math.max(-largest, Math.min(largest, whole)));
      setStateValue(
        "numbers",
        inputs.map(({ value }) => Number(value)),
      );
    };
  });
}
