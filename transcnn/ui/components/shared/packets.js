// What the server sent, by key, shared by the components of a page.
//
// A store component puts packets in, a view takes them out. Kept are the last ten: photo, trace,
// runs and tokens of two pictures, and two with places hidden.

export const shelf = (globalThis.transcnnShelf ??= {
  packets: new Map(),
  names: [],
  arrivals: new EventTarget(),
});

/** u32 length of the header | header: JSON | body  ->  {header, body} */
export function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { header, body: bytes.slice(4 + length) }; // a copy, so that u16 may be read from it
}

const ARRAY_TYPES = { f4: Float32Array, u2: Uint16Array, u1: Uint8Array };

/** The arrays of a packet by name, each {shape, values}; every one begins at a multiple of 4. */
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

export function shelve(key, packet) {
  shelf.packets.delete(key);
  shelf.packets.set(key, packet);
  while (shelf.packets.size > 10) shelf.packets.delete(shelf.packets.keys().next().value);
  shelf.arrivals.dispatchEvent(new Event("packet"));
}
