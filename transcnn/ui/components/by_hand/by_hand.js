// The map of the example by hand: whole numbers to be edited, sent together when one has changed.

import { followTheme } from "../shared/look.js";
import { make } from "../shared/page.js";

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const view = parentElement.querySelector(".hand");
  followTheme(view);
  const body = view.querySelector("tbody");
  view.querySelector("table").setAttribute("aria-label", data.label);
  if (!body.children.length)
    for (const line of data.numbers) {
      const row = body.insertRow();
      for (const _ of line) row.insertCell().append(make("input"));
    }
  const inputs = [...body.querySelectorAll("input")];
  inputs.forEach((input, i) => {
    const [y, x] = [Math.floor(i / 4), i % 4];
    Object.assign(input, { type: "number", min: -data.largest, max: data.largest, step: 1 });
    if (input !== parentElement.activeElement) input.value = data.numbers[y][x];
    input.setAttribute("aria-label", data.place.replace("{row}", y + 1).replace("{column}", x + 1));
    input.onchange = () => {
      const held = Math.round(Number(input.value) || 0);
      input.value = Math.max(-data.largest, Math.min(data.largest, held));
      setStateValue(
        "numbers",
        inputs.map((one) => Number(one.value)),
      );
    };
  });
}
