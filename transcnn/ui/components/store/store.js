// The store: takes a packet from the server and shows nothing.

import { readArrays, shelf, shelve, unpack } from "../shared/packets.js";

const shelved = new Map(); // by component: the bytes that were last shelved

export default function (component) {
  const { data, key } = component;
  if (shelved.get(key) !== data) {
    shelved.set(key, data);
    const { header, body } = unpack(data);
    if (header.kind === "names") {
      shelf.names = header.names; // never pushed out by pictures
      document.documentElement.lang = header.key;
      shelf.arrivals.dispatchEvent(new Event("packet"));
    } else if (header.kind === "photo") shelvePhoto(header, body);
    else if (header.kind === "trace") shelve(`trace/${header.key}`, readTrace(header, body));
    else if (header.kind === "hiding") shelveHiding(header, body);
    else if (header.kind === "without") shelve(`without/${header.key}`, header.runs);
    else shelve(`tokens/${header.key}`, { ...header, arrays: readArrays(header, body) });
  }
  return () => shelved.delete(key);
}

async function shelvePhoto(header, jpeg) {
  const image = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  shelve(`photo/${header.key}`, { image, crop: header.crop });
}

async function shelveHiding(header, body) {
  const codes = new Uint16Array(body.buffer, 0, header.codes);
  const multiples = decoder(header);
  const picture = new Blob([body.subarray(2 * header.codes)], { type: "image/png" });
  const image = await createImageBitmap(picture);
  shelve(`hiding/${header.key}`, {
    ...header,
    image,
    multiples: Float32Array.from(codes, (code) => multiples[code]),
  });
}

function readTrace(header, body) {
  const codes = new Uint16Array(body.buffer);
  const multiples = decoder(header);
  let offset = 0;
  const offsets = header.lengths.map((length) => (offset += length) - length);
  return { codes, multiples, offsets, tokens: header.tokens, top: header.top };
}

/** Code -> multiple of an even share; 0: no such place. */
function decoder(header) {
  const multiples = new Float32Array(65536);
  for (let code = 1; code < 65536; code++)
    multiples[code] = 2 ** ((code - header.even) / header.per_octave);
  return multiples;
}
