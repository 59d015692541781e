// The shapes of data of the overview. Indices and positions count from 0.

import type {
  Photo,
  Position,
  Prediction,
  Ramp,
  Ramps,
  Runs,
  ViewData,
} from "../shared/types.d.ts";

/** Channels, rows, columns. */
export type Shape = [number, number, number];

export interface Piece {
  operation: string;
  out: Shape;
  kernel: number;
  stride: number;
  macs: number;
}

export interface DescribedLevel {
  size: [number, number];
  grid: [number, number];
  merge: number | null;
}

/** A box of the description (analysis/overview/description.py); `inside` are its operations. */
export interface Box {
  kind: "stem" | "down" | "attention" | "bottleneck" | "head";
  stage: number | null;
  in: Shape;
  out: Shape;
  macs: number;
  inside: Piece[];
  index?: number;
  levels?: DescribedLevel[];
  pooled?: boolean;
  expansion?: number;
  kernel?: number;
  stride?: number;
  residual?: boolean;
  two_branch?: boolean;
}

export interface Description {
  model: string;
  size: number;
  classes: number;
  activation: string;
  macs: number;
  stages: { stride: number; width: number; side: number; macs: number }[];
  boxes: Box[];
}

export type Kind =
  | "image"
  | "stem"
  | "down"
  | "attention"
  | "bottleneck"
  | "pool"
  | "classifier"
  | "answers";

/** What is drawn: the boxes, the image in front, the answers behind, the head as two of them. */
export interface Node {
  id: number;
  kind: Kind;
  /** Which stage's lane it stands in, and which stage it belongs to, if any. */
  lane: number;
  stage: number | null;
  /** Which box of the description it is; null for image and answers. */
  box: number | null;
  in: Shape;
  out: Shape;
  macs: number;
  inside: Piece[];
  /** Whether the shape changes behind it. */
  change: boolean;
  index: number;
  levels: DescribedLevel[];
  pooled: boolean;
  expansion: number;
  kernel: number;
  stride: number;
  residual: boolean;
  twoBranch: boolean;
}

export interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
  line: number;
  compact: boolean;
}

export interface Line {
  ids: number[];
  x0: number;
  x1: number;
  y: number;
  mid: number;
  bottom: number;
  /** Side of its boxes. */
  w: number;
  compact: boolean;
  /** Whether names stand below its boxes. */
  label: boolean;
  lane: number;
  first: boolean;
}

export interface Layout {
  places: Map<number, Place>;
  lines: Line[];
  captions: { stage: number; x: number; y: number; rail: boolean }[];
  height: number;
  /** Top of the opened box; null while none is. */
  panelAt: number | null;
}

/** A map in the body of the packet; `lo` and `hi` where it is a channel. */
export interface PackedMap {
  o: number;
  h: number;
  w: number;
  lo?: number;
  hi?: number;
}

export interface PackedChannel extends PackedMap {
  lo: number;
  hi: number;
}

export interface PackedLevel {
  a: PackedMap;
  m: PackedMap;
  own: Position;
}

export interface PackedKernel extends PackedChannel {
  k: number[];
  pad: [number, number, number, number];
  part: boolean;
}

/** What one image does in a box; each kind of box has its own of these. */
export interface BoxMaps {
  out: PackedMap;
  map: PackedMap;
  vec: PackedMap;
  filters: { w: number[][]; r: PackedMap }[];
  conv: PackedMap;
  pool: PackedMap;
  pool_conv: PackedMap;
  token: Position;
  levels: PackedLevel[];
  sum: PackedMap;
  add: PackedMap;
  rel: number;
  br: PackedMap;
  ex: PackedMap[];
  anim: PackedKernel;
}

/** Milliseconds of the boxes, the shortest of `rounds`; the head counts as two. */
export interface Times {
  ms: number[];
  rounds: number;
}

/** What the store makes of the packet. */
export interface Packet {
  maps: BoxMaps[];
  runs: Runs;
  ablation: {
    kind: string;
    share: number;
    cells: Position[];
    of: number;
    runs: Runs;
    /** Cases that were right as trained, and how many of these were wrong without H-MHSA. */
    chosen: [number, number] | null;
  };
  fits: boolean;
  bytes: Uint8Array;
  /** The image of the ablation where it is not the one that is shown. */
  covered: ImageBitmap | null;
}

export interface OverviewData extends ViewData {
  description: Description;
  /** Key of the packet; "" for a network without weights. */
  trace: string;
  /** Key of the packet of times; "" for a network without weights. */
  times: string;
  greys: Ramps;
  open: string | null;
  tour: number | null;
  /** Addresses outside of the app, by the name of their word. */
  links: Record<string, string>;
}

export interface Colours {
  paper: string;
  card: string;
  ink: string;
  soft: string;
  line: string;
  strongLine: string;
  wire: string;
  accent: string;
  accentLine: string;
  accentInk: string;
  side: string;
  ramp: Ramp;
  grey: Ramp;
}

export type { Photo, Position, Prediction };
