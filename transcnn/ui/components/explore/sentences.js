// Attention rows in sentences.

import { emphasise, make } from "../shared/page.js";
import { formatMultiple } from "../shared/scale.js";

export function sentence(view, index) {
  const { order, strongest } = view.facts[index];
  const { g, own, places } = view.readings[index];
  const multiple = formatMultiple(strongest);
  if (places < 2 || Math.abs(strongest - 1) < 0.002) return view.word("exactly_uniform");
  if (strongest < 1.3) return view.word("nearly_uniform", { multiple });
  const offset = direction(
    view,
    Math.floor(order[0] / g) - Math.floor(own / g),
    (order[0] % g) - (own % g),
  );
  const merged = index > 0;
  if (offset) return view.word(merged ? "strongest_grid" : "strongest_token", { offset, multiple });
  return view.word(merged ? "strongest_own_grid" : "strongest_itself", { multiple });
}

/** "4 down, 3 left"; "" for no way at all. */
function direction(view, down, right) {
  const a = down && view.word(down < 0 ? "up" : "down", { n: Math.abs(down) });
  const b = right && view.word(right < 0 ? "left" : "right", { n: Math.abs(right) });
  return a && b ? view.word("and", { a, b }) : a || b || "";
}

export function writeFacts(view, element, facts, { places }) {
  const lines = [
    view.word(facts.half === 1 ? "half_on_one" : "half_on", { half: facts.half, tokens: places }),
    view.word("on_itself", { multiple: formatMultiple(facts.own) }),
    view.word("distance", { pixels: facts.distance.toFixed(0), even: facts.even.toFixed(0) }),
  ];
  while (element.children.length < lines.length) element.append(make("span"));
  lines.forEach((line, i) => emphasise(element.children[i], line));
}
