// What the network answers: its likeliest classes, and what becomes of them without attention.

/** The likeliest classes, of the run under the chosen switch; a mark at the normal value. */
function writeTop(view) {
  const { intervention: chosen } = view.selected;
  const run = chosen === "on" ? null : view.runs?.[chosen];
  const name = view.word(`switch_${chosen}`);
  view.pick(".answers h3").textContent = run
    ? view.word("top_under", { switch: name })
    : view.word("top");
  const normal = view.trace?.top ?? [];
  const top = run?.top ?? view.trace?.top ?? Array(5).fill({ probability: 0 });
  view.pick(".top").replaceChildren(
    ...top.map(({ index, probability }) => {
      const label = view.nameOf({ index });
      const row = make("div");
      const name = make("span", "name", label);
      name.title = label;
      const track = make("span", "track");
      const fill = make("span", "fill");
      fill.style.width = 100 * probability + "%";
      track.append(fill);
      const before = run && normal.find((answer) => answer.index === index);
      if (before) {
        const mark = make("span", "normal");
        mark.style.left = `calc(${100 * before.probability}% - 1px)`;
        track.append(mark);
      }
      row.append(name, track, make("span", "value", label && formatShare(probability)));
      return row;
    }),
  );
}

/** What becomes of the answer under each switch, and the sentence that sums it up. */
function buildSwitches(view) {
  const { runs } = view;
  const switches = view.pick(".switches");
  switches.classList.toggle("waiting", !runs);
  switches.setAttribute("aria-label", view.word("without"));
  const answer = view.nameOf(view.trace?.top[0]);
  view.pick(".without small").textContent = answer && view.word("without_note", { answer });
  buildParts(view);
  const change = (name) => 100 * (runs[name].answer.probability - runs.on.answer.probability);
  const signed = (points) => {
    const text = Math.abs(points).toFixed(1);
    return text === "0.0" ? text : (points < 0 ? "−" : "+") + text;
  };
  const names = view.data.switches.filter((name) => !runs || runs[name]); // "on" comes first
  const widest = runs ? Math.max(5, ...names.map((name) => Math.abs(change(name)))) : 1;
  choices(
    switches,
    names.map((name) => {
      const content = [
        make("span", "name", view.word(`switch_${name}`)),
        make("span", "means", view.word(`means_${name}`, { lender: view.data.lender })),
        make("span", "change", "\u00a0"),
        make("span", "axis"),
        make("span", "logit", "\u00a0"),
        make("span", "result", "\u00a0"),
      ];
      const [, , points, axis, logit, result] = content;
      if (runs && name === "on") {
        points.textContent = formatShare(runs.on.answer.probability);
        logit.textContent = view.word("logit_on", { value: runs.on.answer.logit.toFixed(2) });
        result.textContent = answer;
        axis.style.visibility = "hidden";
      } else if (runs) {
        const by = change(name);
        points.textContent = view.word("points", { points: signed(by) });
        const bar = make("i");
        bar.style.left = 50 + Math.min(0, (50 * by) / widest) + "%";
        bar.style.width = Math.max(1.5, (50 * Math.abs(by)) / widest) + "%";
        axis.append(bar);
        logit.textContent = view.word("logit", {
          before: runs.on.answer.logit.toFixed(2),
          after: runs[name].answer.logit.toFixed(2),
        });
        const now = view.nameOf(runs[name].top[0]);
        result.textContent =
          now === answer ? view.word("same_answer") : view.word("now", { answer: now });
        result.classList.toggle("changed", now !== answer);
      }
      return { value: name, content };
    }),
    view.selected.intervention,
    (name) => view.selectSwitch(name),
  );
  view.pick(".verdict").textContent = runs ? verdict(view, names.slice(1), change, signed) : "";
}

/** Which H-MHSAs the switches act on. */
function buildParts(view) {
  const { stage, block, head } = view.selected;
  const gaps = {
    blocks: view.data.network.blocks.length,
    stage: stage + 1,
    block: block + 1,
    head: (head ?? 0) + 1,
  };
  const name = (part) =>
    part.startsWith("level")
      ? view.word("part_level", { level: Number(part.slice(5)) + 1 })
      : view.word(`part_${part}`, gaps);
  view.pick(".parts").setAttribute("aria-label", view.word("part"));
  choices(
    view.pick(".parts"),
    view.parts.map((part) => ({ value: part, content: [name(part)] })),
    view.selected.part,
    (part) => view.selectPart(part),
  );
}

function verdict(view, names, change, signed) {
  const { runs } = view;
  const answer = view.nameOf(runs.on.top[0]);
  const say = (name) => view.word(`switch_${name}`);
  const changes = names
    .filter((name) => runs[name].top[0].index !== runs.on.top[0].index)
    .map((name) => `${say(name)} → ${view.nameOf(runs[name].top[0])}`)
    .join(", ");
  const farthest = (among) =>
    among.reduce((a, b) => (Math.abs(change(b)) > Math.abs(change(a)) ? b : a));
  const most = farthest(names);
  const first = changes
    ? view.word("verdict_changed", { answer, changes })
    : view.word("verdict_same", { answer, switch: say(most), points: signed(change(most)) });
  const reading = farthest(names.filter((name) => !["off", "mean"].includes(name)));
  const second = view.word(Math.abs(change(reading)) < 2 ? "verdict_little" : "verdict_much", {
    switch: say(reading),
    points: signed(change(reading)),
  });
  const third = view.selected.intervention === "on" ? "" : view.word("maps_stay");
  return `${first} ${second} ${third}`;
}
