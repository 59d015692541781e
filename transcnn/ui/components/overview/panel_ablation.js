// Attention taken away: three runs side by side.

import { choices, make } from "../shared/page.js";
import { formatShare } from "../shared/scale.js";
import { box, text } from "./elements.js";
import { canvasOf } from "./maps.js";
import { formatCount } from "./numbers.js";

/** @import { Overview } from "./overview.js" */
/** @import { Packet } from "./types.d.ts" */

export const RUNS = ["on", "uniform", "off"];
const SIDE = 176;

/** @param {Overview} view */
export function openAblation(view) {
  const { packet } = view;
  if (!packet) return [make("p", "note", view.word("no_weights"))];
  const { runs, kind, cells, of } = packet.ablation;
  const [canvas, pen] = canvasOf(SIDE);
  view.drawRun(pen, SIDE);
  canvas.removeAttribute("aria-hidden");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", view.data.alt);
  const cell = SIDE / Math.sqrt(of);
  for (const [row, column] of cells)
    for (const [colour, weight] of /** @type {[string, number][]} */ ([
      ["#14130F", 3],
      ["#fff", 1],
    ])) {
      pen.strokeStyle = colour;
      pen.lineWidth = weight;
      pen.strokeRect(column * cell + 1.5, row * cell + 1.5, cell - 3, cell - 3);
    }
  const covered =
    kind === "none"
      ? view.word("whole_image")
      : view.word(`covered_${kind}`, { cells: cells.length, of });
  const group = box("div", "runs");
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-label", view.word("ablation_title"));
  const first = runs.on.top[0];
  choices(
    group,
    RUNS.map((name) => {
      const { top } = runs[name];
      const turned = top[0].index !== first.index;
      const big = `${view.nameOf(top[0])} ${formatShare(top[0].probability)}`;
      const content = [
        make("b", "", view.word(`run_${name}`)),
        make("span", "soft", view.word(`run_${name}_note`)),
        make("span", turned ? "big turned" : "big", big),
        ...top.map((one) => {
          const fill = make("i");
          fill.style.width = `${100 * one.probability}%`;
          return box(
            "span",
            one.index === first.index ? "row same" : "row",
            make("span", "name", view.nameOf(one)),
            box("span", "track", fill),
            make("span", "value", formatShare(one.probability)),
          );
        }),
      ];
      return { value: name, content };
    }),
    view.run,
    (name) => view.selectRun(name),
  );
  const image = box("div", "fig", canvas, make("span", "", covered));
  return [box("div", "ablation-runs", image, group), text("p", "verdict", verdict(view, packet))];
}

/**
 * What the runs say, chosen by their numbers.
 * @param {Overview} view
 * @param {Packet} packet
 */
export function verdict(view, { ablation, runs: whole, fits }) {
  const { on, off } = ablation.runs;
  const values = (/** @type {Packet["runs"]} */ runs) => ({
    class: view.nameOf(runs.on.top[0]),
    other: view.nameOf(runs.off.top[0]),
    before: formatShare(runs.on.answer.probability),
    after: formatShare(runs.off.answer.probability),
  });
  const turned = on.top[0].index !== off.top[0].index;
  const said = [view.word(turned ? "verdict_changes" : "verdict_stays", values(ablation.runs))];
  if (ablation.kind !== "none") {
    const stays = whole.on.top[0].index === whole.off.top[0].index;
    said.push(view.word(stays ? "verdict_whole_stays" : "verdict_whole_changes", values(whole)));
  }
  if (ablation.chosen) {
    const [right, wrong] = ablation.chosen.map(formatCount);
    said.push(view.word("verdict_chosen", { right, wrong }));
  }
  if (!fits) said.push(view.word("verdict_outside", { classes: view.description.classes }));
  return said.join(" ");
}
