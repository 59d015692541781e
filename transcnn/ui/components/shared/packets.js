// What the server sent, by key, shared by the components of a page.
//
// A store component puts packets in, a view takes them out. The last sixteen are kept: image,
// trace, answer, ablations, tokens and overview of two images, two occlusion experiments, and the
// times of two networks.

/** @import { Shelf, ShapedArray } from "./types.d.ts" */
/** @typedef {{ name: string, type: keyof typeof ARRAY_TYPES, shape: number[] }} ArrayEntry */

const KEPT = 16;

globalThis.transcnnShelf ??= { packets: new Map(), names: [], arrivals: new EventTarget() };

/** @type {Shelf} */
export const shelf = globalThis.transcnnShelf;

/**
 * u32 length of the header | header: JSON | body  ->  {header, body}
 * @param {Uint8Array} bytes
 */
export function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { header, body: bytes.slice(4 + length) }; // a copy, so that u16 may be read from it
}

const ARRAY_TYPES = { f4: Float32Array, u2: Uint16Array, u1: Uint8Array };

/**
 * The arrays of a packet by name; every one begins at a multiple of 4 bytes.
 * @param {{ arrays: ArrayEntry[] }} header
 * @param {Uint8Array<ArrayBuffer>} body
 * @returns {Record<string, ShapedArray>}
 */
export function readArrays(header, body) {
  let offset = 0;
  return Object.fromEntries(
    header.arrays.map(({ name, type, shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const values = new ARRAY_TYPES[type](body.buffer, offset, size);
      offset += Math.ceil(values.byteLength / 4) * 4;
      return [name, { shape, values }];
    }),
  );
}

/**
 * Code of an attention weight -> multiple of uniform attention; 0: no such token.
 * @param {{ uniform: number, per_octave: number }} header
 */
export function decoder({ uniform, per_octave }) {
  return Float32Array.from({ length: 65536 }, (_, code) =>
    code === 0 ? 0 : 2 ** ((code - uniform) / per_octave),
  );
}

/**
 * @param {string} key
 * @returns {any} the packet, of the kind that its key begins with; undefined while it is not there
 */
export function packetOf(key) {
  return shelf.packets.get(key);
}

/**
 * @param {string} key
 * @param {unknown} packet
 */
export function shelve(key, packet) {
  shelf.packets.delete(key);
  shelf.packets.set(key, packet);
  for (const oldest of shelf.packets.keys()) {
    if (shelf.packets.size <= KEPT) break;
    shelf.packets.delete(oldest);
  }
  shelf.arrivals.dispatchEvent(new Event("packet"));
}
