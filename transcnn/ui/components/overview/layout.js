// Where everything lies, from the description alone. No DOM and no pictures: the same numbers for
// any depth.

/** @import { Description, Layout, Line, Node, Place } from "./types.d.ts" */

const MOST = [92, 80, 68, 60]; // side of a box by stage: maps shrink, and boxes with them
const LEAST = 34;
const NAMED = 46; // side from which names stand below boxes
const ARCHED = 40; // side from which residual connections are drawn
const FOLDED = 24;
const NARROW_SIDE = 60;
const WIDEST = 2.35; // by how much gaps may grow where there is room

/**
 * The nodes of a network in the order in which an image passes.
 * @param {Description} description
 * @returns {Node[]}
 */
export function makeNodes({ boxes, size, stages }) {
  const last = stages.length - 1;
  const rest = {
    ...{ stage: null, box: null, macs: 0, inside: [], index: 0, levels: [], pooled: false },
    ...{ expansion: 1, kernel: 1, stride: 1, residual: false, twoBranch: false },
  };
  /** @type {Omit<Node, "id" | "change">[]} */
  const nodes = [{ ...rest, kind: "image", lane: 0, in: [3, size, size], out: [3, size, size] }];
  boxes.forEach((box, i) => {
    const { kind, two_branch, ...shapes } = box;
    if (kind !== "head") {
      const lane = box.stage ?? 0;
      nodes.push({ ...rest, ...shapes, kind, lane, box: i, twoBranch: two_branch ?? false });
      return;
    }
    const conv = box.inside.find(({ operation }) => operation === "convolution");
    const [mean, classifier] = box.inside.slice(-2);
    const head = { ...rest, ...shapes, lane: last, box: i };
    nodes.push({ ...head, kind: "pool", out: mean.out, macs: conv?.macs ?? 0 });
    nodes.push({ ...head, kind: "classifier", in: mean.out, macs: classifier.macs });
  });
  const { out } = nodes[nodes.length - 1];
  nodes.push({ ...rest, kind: "answers", lane: last, in: out, out });
  return nodes.map((node, id) => ({
    ...node,
    id,
    change:
      node.kind === "image" ||
      (node.out.join() !== node.in.join() && node.kind !== "classifier" && node.kind !== "answers"),
  }));
}

/**
 * What stays on one line: an H-MHSA with the bottleneck behind it, the classifier with the answers.
 * @param {Node[]} nodes
 */
export function unitsOf(nodes) {
  /** @type {Node[][]} */
  const units = [];
  nodes.forEach((node, i) => {
    const before = nodes[i - 1];
    const pair = before?.kind === "attention" && node.kind === "bottleneck";
    if (before && (pair || node.kind === "answers")) units[units.length - 1].push(node);
    else units.push([node]);
  });
  return units;
}

/**
 * Lays out `nodes` in `width` x `room` pixels. Where the node `open` is open, its panel, `panel`
 * pixels high, stands below its line.
 * @param {Description} description
 * @param {Node[]} nodes
 * @param {{ width: number, room: number, panel: number, open: number | null, narrow: boolean }} page
 * @returns {Layout}
 */
export function layOut({ stages }, nodes, { width, room, panel, open, narrow }) {
  const lanes = stages.map((_, s) => unitsOf(nodes.filter(({ lane }) => lane === s)));
  const openLane = open === null ? null : nodes[open].lane;
  let shrink = 1;
  let spread = 1;
  let best = place();
  for (let tries = 1; tries < 14; tries++) {
    if (narrow || openLane !== null || best.height <= room) break;
    shrink *= 0.94;
    best = place();
  }
  if (narrow || openLane !== null || !best.lines.every(({ w }) => w >= NAMED)) return best;
  for (spread = WIDEST; spread > 1; spread -= 0.15) {
    const wide = place();
    const same = wide.lines.length === best.lines.length;
    if (same && wide.lines.every(({ w }, i) => w === best.lines[i].w)) return wide;
  }
  return best;

  /**
   * All lanes below each other.
   * @returns {Layout}
   */
  function place() {
    /** @type {Map<number, Place>} */
    const places = new Map();
    /** @type {Line[]} */
    const lines = [];
    /** @type {Layout["captions"]} */
    const captions = [];
    let y = 0;
    /** @type {number | null} */
    let panelAt = null;
    lanes.forEach((units, s) => {
      const folded = openLane !== null && openLane !== s && !narrow;
      const left = folded ? 76 : narrow ? 24 : s ? 26 : 0;
      const free = width - left - (narrow ? 4 : 14);
      const largest = Math.round(MOST[Math.min(s, 3)] * shrink * (openLane === s ? 0.72 : 1));
      const [most, least] = folded
        ? [FOLDED, 7]
        : narrow
          ? [NARROW_SIDE, NARROW_SIDE]
          : [largest, LEAST];
      const found = fit(units, free, most, least, folded, narrow ? 99 : 1);
      captions.push({ stage: s, x: folded ? 0 : left, y: folded ? y + 9 : y, rail: folded });
      if (!folded) y += 23;
      const many = openLane === s && !narrow && found.lines.length > 1;
      found.lines.forEach((line, i) => {
        // The other lines of a deep stage fold, too.
        const compact = folded || (many && !line.some(({ id }) => id === open));
        const w = compact && !folded ? FOLDED : found.w;
        const arc = !compact && w >= ARCHED ? 11 : compact ? 6 : 5;
        const h = Math.max(...line.map((node) => sizeOf(node, w, compact)[1]));
        let x = left;
        line.forEach((node, j) => {
          const [wide, high] = sizeOf(node, w, compact);
          const top = y + arc + (h - high) / 2;
          places.set(node.id, { x, y: top, w: wide, h: high, line: lines.length, compact });
          x += wide + (j < line.length - 1 ? gapAfter(node, compact, w) : 0);
        });
        const label = !compact && w >= NAMED && (openLane === null || narrow);
        const mid = y + arc + h / 2;
        const ids = line.map(({ id }) => id);
        const bottom = y + arc + h + (compact ? 6 : label ? 33 : 18) + (compact ? 0 : 8);
        const common = { label, ids, x0: left, x1: x, y, mid, bottom, w, compact };
        lines.push({ ...common, lane: s, first: i === 0 });
        y = bottom;
        if (open !== null && ids.includes(open)) {
          panelAt = y + 12;
          y += 12 + panel + 14;
        }
      });
      if (!folded && s < lanes.length - 1) y += narrow ? 12 : 4; // the shape on the line ends here
    });
    return { places, lines, captions, height: y, panelAt };
  }

  /**
   * As few lines as there can be, on them the largest boxes that fit.
   * @param {Node[][]} units
   * @param {number} free
   * @param {number} most
   * @param {number} least
   * @param {boolean} compact
   * @param {number} from lines that there may be at once
   */
  function fit(units, free, most, least, compact, from) {
    for (let count = from; count < 40; count++)
      for (let w = most; w >= least; w -= w > 30 ? 2 : 1) {
        const lines = wrap(units, free, w, compact);
        if (lines && lines.length <= count) return { w, lines };
      }
    return { w: least, lines: wrap(units, free, least, compact, true) ?? [] };
  }

  /**
   * Units on lines of `free` pixels; null where one is longer, unless it must be (`force`).
   * @param {Node[][]} units
   * @param {number} free
   * @param {number} w
   * @param {boolean} compact
   */
  function wrap(units, free, w, compact, force = false) {
    /** @type {Node[][]} */
    const lines = [[]];
    let x = 0;
    for (const unit of units) {
      const need = unit.reduce(
        (sum, node, j) =>
          sum +
          sizeOf(node, w, compact)[0] +
          (j < unit.length - 1 ? gapAfter(node, compact, w) : 0),
        0,
      );
      if (need > free && !force) return null;
      const line = lines[lines.length - 1];
      const lead = line.length ? gapAfter(line[line.length - 1], compact, w) : 0;
      if (line.length && x + lead + need > free) {
        lines.push([...unit]);
        x = need;
      } else {
        line.push(...unit);
        x += lead + need;
      }
    }
    return lines;
  }

  /**
   * Width and height of a node on a line with boxes of side w.
   * @param {Node} node
   * @param {number} w
   * @param {boolean} compact
   */
  function sizeOf({ kind }, w, compact) {
    if (kind === "image") {
      const side = compact ? FOLDED : Math.max(w, Math.min(100, w * 1.1));
      return [side, side];
    }
    if (kind === "answers") return compact ? [150, 20] : [narrow ? 190 : 184, 88];
    if (kind === "classifier") return [compact ? 10 : Math.max(22, Math.round(w * 0.42)), w];
    return [w, compact ? Math.min(FOLDED, Math.max(w, 18)) : w];
  }

  /**
   * @param {Node} node
   * @param {boolean} compact
   * @param {number} w
   */
  function gapAfter({ id, kind, change }, compact, w) {
    if (compact) return w < 14 ? 2 : 5;
    if (kind === "classifier") return 24;
    if (kind === "image") return 64;
    const small = w < ARCHED;
    if (!change) return small ? 9 : (w < 48 ? 16 : 22) * spread;
    const next = nodes[id + 1];
    const arched = next && isResidual(next) && !small; // room for the arc to start
    const gap = kind === "pool" ? 42 : arched ? 60 : small ? 46 : 56;
    return gap * (small ? 1 : 1 + (spread - 1) * 0.3);
  }
}

/**
 * Whether what a node computes is added to its input.
 * @param {Pick<Node, "kind" | "residual">} node
 */
export function isResidual({ kind, residual }) {
  return kind === "attention" || residual;
}

export { ARCHED, NAMED };
