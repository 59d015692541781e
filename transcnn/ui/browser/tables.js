// The readings as tables, largest first: the same numbers for people who do not see the maps.

function writeTables(view) {
  if (!view.readings) return;
  const tables = view.readings.map((reading, i) => {
    const { order, total } = view.facts[i];
    const scroll = make("div", "scroll");
    scroll.tabIndex = 0;
    const table = make("table");
    const head = view.columns[i].head.textContent;
    table.append(
      make("caption", "", view.word("table_caption", { ordinal: view.ordinal(i), head })),
    );
    const titles = table.createTHead().insertRow();
    for (const name of ["table_place", "table_multiple", "table_share"]) {
      const title = make("th", "", view.word(name));
      title.scope = "col";
      titles.append(title);
    }
    const body = table.createTBody();
    for (const k of order) {
      const cells = [
        `${Math.floor(k / reading.g) + 1}, ${(k % reading.g) + 1}`,
        formatExactly(reading.multiple[k]),
        ((100 * reading.multiple[k]) / total).toFixed(2) + " %",
      ];
      const row = body.insertRow();
      for (const text of cells) row.insertCell().textContent = text;
    }
    scroll.append(table);
    return scroll;
  });
  view.pick(".tables").replaceChildren(...tables);
}
