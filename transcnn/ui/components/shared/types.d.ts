// The shapes of data that several modules use. Positions count from 0.

/** Row and column. */
export type Position = [number, number];

/** Left, top and side of a square, as shares of the network's input. */
export type Square = [number, number, number];

/** One round of attention: grids of `grid` x `grid` tokens on a map of `side` x `side`. */
export interface Level {
  grid: number;
  side: number;
  /** Counts the levels of all blocks, as the packet of a trace does. */
  number: number;
}

export interface Block {
  stage: number;
  block: number;
  heads: number;
  side: number;
  levels: Level[];
}

export interface Network {
  name: string;
  /** Side of the input in pixels. */
  input: number;
  blocks: Block[];
  /** Whether its attention is no H-MHSA. */
  pooled: boolean;
  /** Each with its boxes in order: how many levels attention has, 0 for a bottleneck. */
  stages: { side: number; boxes: number[] }[];
}

/** A class by its index among the names, with what the network gives it. */
export interface Prediction {
  index: number;
  probability: number;
  logit: number;
}

/** An image as it was given; the network sees its crop (left, top, width, height as shares). */
export interface Photo {
  image: ImageBitmap;
  crop: [number, number, number, number];
}

/** Attention weights of all blocks as codes; `multiples`: code -> multiple of uniform attention. */
export interface Trace {
  codes: Uint16Array;
  multiples: Float32Array;
  /** By the number of the level: where its codes begin. */
  offsets: number[];
  /** By block: the query token to begin with. */
  tokens: Position[];
  top: Prediction[];
}

/** Runs by intervention: the original prediction's class, and the likeliest classes. */
export type Runs = Record<string, { answer: Prediction; top: Prediction[] }>;

export interface ShapedArray {
  shape: number[];
  values: Float32Array | Uint16Array | Uint8Array;
}

/** The attention of one query token on one level; lists are over its grid, row by row. */
export interface AttentionRow {
  /** Tokens of the grid along an axis. */
  g: number;
  /** Tokens of the block's map that a token of this level stands for, along an axis. */
  factor: number;
  /** Which grid of the level holds the query token. */
  grid: Position;
  /** Where in the grid the query token is. */
  own: number;
  /** Attention weights as multiples of uniform attention; 0: no such token. */
  multiple: Float64Array;
  /** How many tokens the grid has: fewer at an edge that the map does not fill. */
  count: number;
}

/** Colours from cold to warm, as CSS and as bytes, each with the ink that can be read on it. */
export interface Ramp {
  colours: string[];
  bytes: number[][];
  inks: string[];
}

export interface Look {
  ramp: Ramp;
  paper: string;
  ink: string;
  soft: string;
  line: string;
  strongLine: string;
  accent: string;
}

/** Stops of the ramp as "#RRGGBB", for each theme. */
export interface Ramps {
  light: string[];
  dark: string[];
}

export interface Selection {
  stage: number;
  block: number;
  head: number | null;
  token: Position | null;
  intervention: string;
  level: number;
  part: string;
}

export type Words = Record<string, string>;

/** What Streamlit hands to a component; `Data` is what Python gave it. */
export interface Component<Data> {
  data: Data;
  key: string;
  parentElement: ShadowRoot;
  setStateValue(name: string, value: unknown): void;
  setTriggerValue(name: string, value: unknown): void;
}

/** What the views of a trace get from Python. */
export interface ViewData {
  words: Words;
  ramps: Ramps;
  network: Network;
  /** Keys of the packets. */
  photo: string;
  trace: string;
  /** Parameters of the address. */
  link: Record<string, string | number | null>;
  alt: string;
  selected: Selection;
  error: string | null;
}

/** A button of a group in which one is chosen. */
export interface Choice<Value> {
  value: Value;
  content: (string | Node)[];
}

export interface Shelf {
  packets: Map<string, unknown>;
  /** The names of the classes, in the language of the page. */
  names: string[];
  arrivals: EventTarget;
}

declare global {
  var transcnnShelf: Shelf | undefined;
}
