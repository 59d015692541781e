// What the boxes of a network are called, and what each does, from the description.

import { formatCount, formatMacs, formatMs, formatPart, formatShape } from "./numbers.js";

/** @import { Description, Node, Times } from "./types.d.ts" */
/** @typedef {(name: string, values?: Record<string, unknown>) => string} Word */

/**
 * @param {Word} word
 * @param {Node} node
 */
export function nameOf(word, node) {
  const { kind, lane, index, pooled } = node;
  const values = { stage: lane + 1, number: index + 1 };
  if (kind === "attention")
    return word(pooled ? "box_pooled_attention" : "box_attention", { ...values });
  return word(`box_${kind}`, values);
}

/**
 * Below a box: the kernel of a bottleneck, else its name in short.
 * @param {Word} word
 * @param {Node} node
 */
export function labelOf(word, { kind, kernel, pooled }) {
  if (kind === "bottleneck") return `${kernel} × ${kernel}`;
  if (kind === "image") return "";
  return word(kind === "attention" && pooled ? "label_pooled_attention" : `label_${kind}`);
}

/**
 * What a box does, in one sentence.
 * @param {Word} word
 * @param {Node} node
 * @param {Description} description
 */
export function explain(word, node, { size }) {
  const { kind, inside, in: entry, out, expansion, kernel, stride, residual, twoBranch } = node;
  const values = { size, side: out[1], channels: out[0], kernel };
  if (kind === "stem") return word(inside.length > 1 ? "say_stem_two" : "say_stem", values);
  if (kind === "down") return word(twoBranch ? "say_down_two" : "say_down");
  if (kind === "pool") {
    const conv = inside.some(({ operation }) => operation === "convolution");
    return word(conv ? "say_pool_conv" : "say_pool", { ...values, tokens: entry[1] * entry[2] });
  }
  if (kind === "classifier") return word("say_classifier", { width: entry[0], classes: out[0] });
  if (kind === "attention") return explainAttention(word, node);
  if (kind === "bottleneck") {
    const parts = [
      expansion > 1 ? word("say_expand", { channels: expansion * entry[0] }) : "",
      word(stride > 1 ? "say_kernel_stride" : "say_kernel", { kernel, stride }),
      word("say_project", values),
      residual ? word("say_residual") : "",
    ];
    return parts.join("") + word("say_end");
  }
  return word("say_image", values);
}

/**
 * @param {Word} word
 * @param {Node} node
 */
function explainAttention(word, { levels, pooled }) {
  const last = levels[levels.length - 1].size;
  const values = {
    grid: levels[0].grid[0],
    levels: levels.length,
    tokens: formatCount(last[0] * last[1]),
  };
  if (levels.length === 1) return word("say_attention_1", values);
  if (pooled) return word("say_attention_pooled", values);
  return word(levels.length === 2 ? "say_attention_2" : "say_attention_more", values);
}

/**
 * The milliseconds of a node; null while they are not there, and for image and answers.
 * @param {Node} node
 * @param {Times | null} times
 */
export function timeOf({ id, box }, times) {
  return times && box !== null ? times.ms[id - 1] : null; // the image is in front
}

/** @param {Times} times */
export function wholeTime({ ms }) {
  return ms.reduce((sum, one) => sum + one, 0);
}

/**
 * "17 M multiply-adds, 3.6 % of the network; 0.9 ms, 3.1 % of the time, …".
 * @param {Word} word
 * @param {Node} node
 * @param {Description} description
 * @param {Times | null} times
 */
export function costOf(word, node, description, times) {
  const { macs } = node;
  const cost = word("cost", { macs: formatMacs(macs), part: formatPart(macs, description.macs) });
  const ms = timeOf(node, times);
  if (!times || ms === null) return cost;
  const part = formatPart(ms, wholeTime(times));
  return word("cost_time", { cost, ms: formatMs(ms), part });
}

/**
 * Name, sentence, output and cost: all that a box says.
 * @param {Word} word
 * @param {Node} node
 * @param {Description} description
 * @param {Times | null} times
 */
export function fullName(word, node, description, times) {
  const parts = [
    `${nameOf(word, node)}. ${explain(word, node, description)}`,
    `${word("output_of", { shape: formatShape(node.out) })}.`,
  ];
  if (node.macs) parts.push(`${costOf(word, node, description, times)}.`);
  return parts.join(" ");
}

/**
 * The name of a level, or of a step of attention that is no H-MHSA; counted from 1.
 * @param {Word} word
 * @param {Node} node
 * @param {number} index
 */
export function levelName(word, { levels, pooled }, index) {
  const level = index + 1;
  const last = index === levels.length - 1;
  if (pooled) return word(levels.length === 1 ? "step_only" : index ? "step_pooled" : "step_local");
  return word(last ? "level_global" : index ? "level" : "level_local", { level });
}

/**
 * The name of a box in links: image, stem, down.S, att.S.B, irb.S.I, pool, cls.
 * @param {Node} node
 */
export function keyOf({ kind, lane, index }) {
  if (kind === "attention") return `att.${lane}.${index}`;
  if (kind === "bottleneck") return `irb.${lane}.${index}`;
  if (kind === "down") return `down.${lane}`;
  return kind === "classifier" ? "cls" : kind;
}
