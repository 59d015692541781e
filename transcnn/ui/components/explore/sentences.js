// What a reading says in words.

function sentence(view, index) {
  const { order, strongest } = view.facts[index];
  const { g, own, places } = view.readings[index];
  const multiple = formatMultiple(strongest);
  if (places < 2 || Math.abs(strongest - 1) < 0.002) return view.word("says_flat");
  if (strongest < 1.3) return view.word("says_nearly_flat", { multiple });
  const place = direction(
    view,
    Math.floor(order[0] / g) - Math.floor(own / g),
    (order[0] % g) - (own % g),
  );
  const cell = index > 0 || view.block.levels.length === 1;
  if (place) return view.word(cell ? "says_cell" : "says_place", { place, multiple });
  return view.word(cell ? "says_own_cell" : "says_itself", { multiple });
}

/** "4 down, 3 left"; "" for no way at all. */
function direction(view, down, right) {
  const a = down && view.word(down < 0 ? "up" : "down", { n: Math.abs(down) });
  const b = right && view.word(right < 0 ? "left" : "right", { n: Math.abs(right) });
  return a && b ? view.word("and", { a, b }) : a || b || "";
}

function writeFacts(view, element, facts, { places }) {
  const lines = [
    view.word(facts.half === 1 ? "fact_half_one" : "fact_half", { half: facts.half, places }),
    view.word("fact_own", { multiple: formatMultiple(facts.own) }),
    view.word("fact_distance", { pixels: facts.distance.toFixed(0), even: facts.even.toFixed(0) }),
  ];
  while (element.children.length < lines.length) element.append(make("span"));
  lines.forEach((line, i) => emphasise(element.children[i], line));
}
