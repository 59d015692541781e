// The predictions: the five likeliest classes, and the ablations of H-MHSA.

import { choices, make, probabilityBars } from "../shared/page.js";
import { formatShare } from "../shared/scale.js";

/** @import { Runs } from "../shared/types.d.ts" */
/** @import { Explore } from "./explore.js" */

/**
 * The five likeliest classes of the chosen run; a mark at the original probability.
 * @param {Explore} view
 */
export function writeTop(view) {
  const { intervention } = view.selected;
  const run = intervention === "on" ? undefined : view.runs?.[intervention];
  view.pick(".predictions h3").textContent = run
    ? view.word("top_under", { intervention: view.word(`intervention_${intervention}`) })
    : view.word("top");
  const original = view.trace?.top ?? [];
  const top = run?.top ?? view.trace?.top ?? Array(5).fill({ index: -1, probability: 0 });
  probabilityBars(
    view.pick(".top"),
    top.map(({ index, probability }) => ({
      name: view.nameOf({ index }),
      probability,
      before: run && original.find((other) => other.index === index)?.probability,
    })),
    formatShare,
  );
  writePair(view, run?.top);
}

/**
 * Where another intervention than none is chosen: both predictions beside each other below the
 * tiles, and above the maps that these are the original network's.
 * @param {Explore} view
 * @param {Runs[string]["top"] | undefined} after the likeliest classes under it
 */
function writePair(view, after) {
  const [pair, note] = [view.pick(".pair"), view.pick(".maps-note")];
  pair.hidden = note.hidden = !after;
  if (!after) return;
  const intervention = view.word(`intervention_${view.selected.intervention}`);
  note.textContent = view.word("maps_original", { intervention });
  view.pick(".after-name").textContent = intervention;
  const before = view.trace?.top ?? [];
  for (const [place, top] of /** @type {const} */ ([
    [".before", before],
    [".after", after],
  ]))
    probabilityBars(
      view.pick(`.pair ${place}`),
      top.map(({ index, probability }) => ({ name: view.nameOf({ index }), probability })),
      formatShare,
    );
}

/**
 * A tile for each intervention, with its effect on the prediction, and a sentence about all.
 * @param {Explore} view
 */
export function buildInterventions(view) {
  const { runs } = view;
  const tiles = view.pick(".interventions");
  tiles.classList.toggle("waiting", !runs);
  tiles.setAttribute("aria-label", view.word("ablation"));
  const answer = view.nameOf(view.trace?.top[0]);
  view.pick(".ablation .note").textContent = answer && view.word("ablation_note", { answer });
  buildParts(view);
  const change = (/** @type {string} */ name) => (runs ? changeOf(runs, name) : 0);
  const logitOf = (/** @type {string} */ name) =>
    runs?.[name].answer.logit.toFixed(2).replace("-", "−");
  const names = view.data.interventions.filter((name) => !runs || runs[name]); // "on" comes first
  const widest = runs ? Math.max(5, ...names.map((name) => Math.abs(change(name)))) : 1;
  choices(
    tiles,
    names.map((name) => {
      const [points, axis, logit, result] = [
        make("span", "change", "\u00a0"),
        make("span", "axis"),
        make("span", "logit", "\u00a0"),
        make("span", "result", "\u00a0"),
      ];
      const content = [
        make("span", "name", view.word(`intervention_${name}`)),
        make("span", "kind", view.word(`detail_${name}`, { donor: view.data.donor })),
        points,
        axis,
        logit,
        result,
      ];
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
  view.pick(".verdict").textContent = runs ? verdict(view, runs, names.slice(1)) : "";
}

/**
 * Change of the probability of the original prediction, in percentage points.
 * @param {Runs} runs
 * @param {string} name of an intervention
 */
function changeOf(runs, name) {
  return 100 * (runs[name].answer.probability - runs.on.answer.probability);
}

/** @param {number} points */
function signed(points) {
  const text = Math.abs(points).toFixed(1);
  return text === "0.0" ? text : (points < 0 ? "−" : "+") + text;
}

/**
 * The part of the network that the interventions act on.
 * @param {Explore} view
 */
function buildParts(view) {
  const { stage, block, head } = view.selected;
  const gaps = {
    blocks: view.blocks.length,
    stage: stage + 1,
    block: block + 1,
    head: (head ?? 0) + 1,
  };
  const name = (/** @type {string} */ part) =>
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
 * @param {Explore} view
 * @param {Runs} runs
 * @param {string[]} names of the interventions
 */
function verdict(view, runs, names) {
  const answer = view.nameOf(runs.on.top[0]);
  const title = (/** @type {string} */ name) => view.word(`intervention_${name}`);
  const changed = names.filter((name) => runs[name].top[0].index !== runs.on.top[0].index);
  const size = (/** @type {string} */ name) => Math.abs(changeOf(runs, name));
  /** @param {string[]} among */
  const largest = (among) => {
    const name = among.reduce((a, b) => (size(b) > size(a) ? b : a));
    return { answer, intervention: title(name), points: signed(changeOf(runs, name)) };
  };
  const changes = changed.map((name) => `${title(name)} → ${view.nameOf(runs[name].top[0])}`);
  const first = changed.length
    ? view.word("verdict_changed", {
        answer,
        changes: changes.reduce((a, b) => view.word("and", { a, b })),
      })
    : view.word("verdict_same", largest(names));
  const weights = names.filter((name) => view.data.of_attention.includes(name));
  const second = weights.some((name) => changed.includes(name))
    ? view.word("weights_matter")
    : view.word("weights_do_not_matter", largest(weights));
  return `${first} ${second}`;
}
