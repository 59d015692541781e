// The predictions: the five likeliest classes, and the ablations of H-MHSA.

import { choices, make } from "../shared/page.js";
import { formatShare } from "../shared/scale.js";

/** The five likeliest classes of the chosen run; a mark at the original probability. */
export function writeTop(view) {
  const { intervention: chosen } = view.selected;
  const run = chosen === "on" ? null : view.runs?.[chosen];
  const name = view.word(`intervention_${chosen}`);
  view.pick(".answers h3").textContent = run
    ? view.word("top_under", { intervention: name })
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
      fill.style.width = `${100 * probability}%`;
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

/** A tile for each intervention, with its effect on the prediction, and a sentence about all. */
export function buildInterventions(view) {
  const { runs } = view;
  const tiles = view.pick(".interventions");
  tiles.classList.toggle("waiting", !runs);
  tiles.setAttribute("aria-label", view.word("ablation"));
  const answer = view.nameOf(view.trace?.top[0]);
  view.pick(".ablation .note").textContent = answer && view.word("ablation_note", { answer });
  buildParts(view);
  const change = (name) => 100 * (runs[name].answer.probability - runs.on.answer.probability);
  const signed = (points) => {
    const text = Math.abs(points).toFixed(1);
    return text === "0.0" ? text : (points < 0 ? "−" : "+") + text;
  };
  const logitOf = (name) => runs[name].answer.logit.toFixed(2).replace("-", "−");
  const names = view.data.interventions.filter((name) => !runs || runs[name]); // "on" comes first
  const widest = runs ? Math.max(5, ...names.map((name) => Math.abs(change(name)))) : 1;
  choices(
    tiles,
    names.map((name) => {
      const content = [
        make("span", "name", view.word(`intervention_${name}`)),
        make("span", "kind", view.word(`detail_${name}`, { donor: view.data.donor })),
        make("span", "change", "\u00a0"),
        make("span", "axis"),
        make("span", "logit", "\u00a0"),
        make("span", "result", "\u00a0"),
      ];
      const [, , points, axis, logit, result] = content;
      if (runs && name === "on") {
        points.textContent = formatShare(runs.on.answer.probability);
        logit.textContent = view.word("logit_on", { value: logitOf("on") });
        result.textContent = answer;
        axis.style.visibility = "hidden";
      } else if (runs) {
        const by = change(name);
        points.textContent = view.word("points", { points: signed(by) });
        const bar = make("i");
        bar.style.left = `${50 + Math.min(0, (50 * by) / widest)}%`;
        bar.style.width = `${Math.max(1.5, (50 * Math.abs(by)) / widest)}%`;
        axis.append(bar);
        logit.textContent = view.word("logit", { before: logitOf("on"), after: logitOf(name) });
        const now = view.nameOf(runs[name].top[0]);
        result.textContent =
          now === answer ? view.word("same_answer") : view.word("now", { answer: now });
        result.classList.toggle("changed", now !== answer);
      }
      return { value: name, content };
    }),
    view.selected.intervention,
    (name) => view.selectIntervention(name),
  );
  view.pick(".verdict").textContent = runs ? verdict(view, names.slice(1), change, signed) : "";
}

/** The part of the network that the interventions act on. */
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

/**
 * Whether the prediction changes, and whether it depends on where tokens attend: a change of top-1
 * under other attention weights says so; under "off" and "mean" no weights are left to judge.
 */
function verdict(view, names, change, signed) {
  const { runs } = view;
  const answer = view.nameOf(runs.on.top[0]);
  const say = (name) => view.word(`intervention_${name}`);
  const changed = names.filter((name) => runs[name].top[0].index !== runs.on.top[0].index);
  const farthest = (among) =>
    among.reduce((a, b) => (Math.abs(change(b)) > Math.abs(change(a)) ? b : a));
  const effect = (name) => ({ answer, intervention: say(name), points: signed(change(name)) });
  const changes = changed.map((name) => `${say(name)} → ${view.nameOf(runs[name].top[0])}`);
  const first = changed.length
    ? view.word("verdict_changed", { answer, changes: changes.reduce((a, b) => view.word("and", { a, b })) })
    : view.word("verdict_same", effect(farthest(names)));
  const weights = names.filter((name) => view.data.of_attention.includes(name));
  const second = weights.some((name) => changed.includes(name))
    ? view.word("weights_matter")
    : view.word("weights_do_not_matter", effect(farthest(weights)));
  return `${first} ${second}`;
}
