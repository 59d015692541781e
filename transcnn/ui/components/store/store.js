// The store: takes a packet from the server and shows nothing.

import { decoder, readArrays, shelf, shelve, unpack } from "../shared/packets.js";

/** @import { Component, Trace } from "../shared/types.d.ts" */

/** @type {Map<string, Uint8Array>} by component: the bytes that were last shelved */
const shelved = new Map();

/** @param {Component<Uint8Array>} component */
export default function ({ data, key }) {
  if (shelved.get(key) !== data) {
    shelved.set(key, data);
    const { header, body } = unpack(data);
    if (header.kind === "names") {
      shelf.names = header.names; // never pushed out by images
      document.documentElement.lang = header.key;
      shelf.arrivals.dispatchEvent(new Event("packet"));
    } else if (header.kind === "photo") shelvePhoto(header, body);
    else if (header.kind === "trace") shelve(`trace/${header.key}`, readTrace(header, body));
    else if (header.kind === "occlusion") shelveOcclusion(header, body);
    else if (header.kind === "ablation") shelve(`ablation/${header.key}`, header.runs);
    else if (header.kind === "answer") shelve(`answer/${header.key}`, header.answer);
    else if (header.kind === "times") shelve(`times/${header.key}`, header);
    else if (header.kind === "overview") shelveOverview(header, body);
    else shelve(`tokens/${header.key}`, { ...header, arrays: readArrays(header, body) });
  }
  return () => shelved.delete(key);
}

/**
 * @param {{ key: string, crop: number[] }} header
 * @param {Uint8Array<ArrayBuffer>} jpeg
 */
async function shelvePhoto({ key, crop }, jpeg) {
  const image = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  shelve(`photo/${key}`, { image, crop });
}

/**
 * @param {{ key: string, codes: number, uniform: number, per_octave: number }} header
 * @param {Uint8Array<ArrayBuffer>} body codes, then the masked image
 */
async function shelveOcclusion(header, body) {
  const codes = new Uint16Array(body.buffer, 0, header.codes);
  const multiples = decoder(header);
  const png = new Blob([body.subarray(2 * header.codes)], { type: "image/png" });
  shelve(`occlusion/${header.key}`, {
    ...header,
    image: await createImageBitmap(png),
    multiples: Float32Array.from(codes, (code) => multiples[code]),
  });
}

/**
 * @param {{ key: string, ablation: { image: [number, number] | null } }} header
 * @param {Uint8Array<ArrayBuffer>} bytes maps, and the image of the ablation where it is another
 */
async function shelveOverview(header, bytes) {
  const { image } = header.ablation;
  const jpeg = image && new Blob([bytes.subarray(image[0], image[0] + image[1])]);
  const covered = jpeg && (await createImageBitmap(jpeg));
  shelve(`overview/${header.key}`, { ...header, bytes, covered });
}

/**
 * @param {{ uniform: number, per_octave: number, lengths: number[] } & Pick<Trace, "tokens" | "top">}
 *   header
 * @param {Uint8Array<ArrayBuffer>} body
 * @returns {Trace}
 */
function readTrace(header, body) {
  const offsets = [0];
  for (const length of header.lengths) offsets.push(offsets[offsets.length - 1] + length);
  return {
    codes: new Uint16Array(body.buffer),
    multiples: decoder(header),
    offsets,
    tokens: header.tokens,
    top: header.top,
  };
}
