// What the server sent, by key, shared by the components of a page.
//
// A store component puts packets in, the view takes them out. Kept are the last eight:
// photo, trace and runs of two pictures, and two hidden ones.

const shelf = (globalThis.transcnnShelf ??= { packets: new Map(), arrivals: new EventTarget() });

/** u32 length of the header | header: JSON | body  ->  {header, body} */
function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  return { header, body: bytes.slice(4 + length) }; // a copy, so that u16 may be read from it
}

function shelve(key, packet) {
  shelf.packets.delete(key);
  shelf.packets.set(key, packet);
  while (shelf.packets.size > 8) shelf.packets.delete(shelf.packets.keys().next().value);
  shelf.arrivals.dispatchEvent(new Event("packet"));
}
