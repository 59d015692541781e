// The tour: six steps, each lights what it speaks of.

import { make, makeButton } from "../shared/page.js";
import { box } from "./elements.js";
import { formatCount } from "./numbers.js";

/** @import { Node } from "./types.d.ts" */
/** @import { Overview } from "./overview.js" */

export const STEPS = 6;
const REMEMBERED = "transcnn.tour";

/** What the browser remembers of the tour: the step that was last seen, and whether all were. */
export function remembered() {
  try {
    const { step, done } = JSON.parse(localStorage.getItem(REMEMBERED) ?? "{}");
    return { step: Number(step) || 0, done: Boolean(done) };
  } catch {
    return { step: 0, done: false }; // no storage in a private window, or not ours
  }
}

/** @param {number} step */
export function remember(step) {
  try {
    const done = step === STEPS || remembered().done;
    localStorage.setItem(REMEMBERED, JSON.stringify({ step, done }));
  } catch {
    // not remembered: no storage in a private window
  }
}

/**
 * The block that the tour opens: the first with the most levels; none without H-MHSA.
 * @param {Node[]} nodes
 */
export function tourBlock(nodes) {
  const attention = nodes.filter(({ kind, pooled }) => kind === "attention" && !pooled);
  const most = Math.max(...attention.map(({ levels }) => levels.length));
  return attention.find(({ levels }) => levels.length === most);
}

/**
 * The steps that light a node.
 * @param {Node} node
 * @param {Node | undefined} block
 */
export function stepsOf(node, block) {
  if (node.kind === "image" || node.kind === "stem") return "1";
  if (node.kind === "answers") return "6";
  if (node.kind === "attention") return node.id === block?.id ? "2 3 4 5 6" : "6";
  return block && node.id === block.id + 1 ? "5" : "";
}

/**
 * What a step says, by the numbers of this network and image.
 * @param {Overview} view
 * @param {number} step
 */
export function tourText(view, step) {
  const { description, packet } = view;
  const block = /** @type {Node} */ (tourBlock(view.nodes));
  const { levels } = block;
  const [first, second, last] = [levels[0], levels[1] ?? levels[0], levels[levels.length - 1]];
  const tokens = (/** @type {{ size: number[] }} */ { size }) => formatCount(size[0] * size[1]);
  const values = {
    size: description.size,
    first: description.stages[0].stride,
    last: description.stages[description.stages.length - 1].stride,
    tokens: tokens(first),
    grid: first.grid[0],
    inside: formatCount(first.grid[0] ** 2),
    merged: tokens(second),
    remaining: tokens(last),
  };
  if (step === 2)
    return [view.word("tour_2", values), packet ? view.word("tour_2_colour") : ""].join(" ").trim();
  if (step < STEPS) return view.word(`tour_${step}`, values);
  if (!packet) return view.word("no_weights");
  const { kind, share, runs } = packet.ablation;
  const attention = view.nodes.filter((node) => node.kind === "attention");
  const turned = runs.on.top[0].index !== runs.off.top[0].index;
  const outcome = {
    blocks: attention.length,
    percent: Math.round(100 * share),
    class: view.nameOf(runs.on.top[0]),
  };
  if (kind === "none") return view.word(turned ? "tour_6_changes" : "tour_6_stays", outcome);
  return view.word(`tour_6_${kind}`, outcome);
}

/**
 * The bar that takes the place of the head.
 * @param {Overview} view
 */
export function tourBar(view) {
  const { tour } = view;
  const title = (/** @type {number} */ step) => view.word(`tour_${step}_title`);
  const discs = Array.from({ length: STEPS }, (_, i) => {
    const button = makeButton(String(i + 1));
    const label = view.word("tour_step", { step: i + 1, title: title(i + 1) });
    button.setAttribute("aria-label", label);
    if (i + 1 === tour) button.setAttribute("aria-current", "step");
    button.dataset.act = `step-${i + 1}`;
    button.onclick = () => view.goTour(i + 1);
    return button;
  });
  const button = (
    /** @type {string} */ name,
    /** @type {string} */ className,
    /** @type {() => void} */ act,
  ) => {
    const found = makeButton(view.word(name));
    found.className = `button small ${className}`;
    found.dataset.act = name;
    found.onclick = act;
    return found;
  };
  const back = button("tour_back", "", () => view.goTour(tour - 1));
  back.disabled = tour === 1;
  const last = tour === STEPS;
  const next = button(last ? "tour_finish" : "tour_next", "main next", () =>
    last ? view.endTour(true) : view.goTour(tour + 1),
  );
  const skip = last ? null : button("tour_skip", "", () => view.endTour(true));
  return [
    make("h1", "unseen", view.word("heading")),
    box("div", "discs", ...discs),
    box("div", "", make("h2", "", title(tour)), make("p", "", tourText(view, tour))),
    box("div", "acts", skip, back, next),
  ];
}
