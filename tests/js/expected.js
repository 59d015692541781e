// What the library computes (tests/js/write_expected.py), and comparing with it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { packetOf } from "../../transcnn/ui/components/shared/packets.js";
import shelveAll from "../../transcnn/ui/components/store/store.js";

export const expected = JSON.parse(readFileSync(new URL("expected.json", import.meta.url), "utf8"));

/** A packet as the app's store gets it, and as the views find it. */
export function received(kind) {
  shelveAll({ data: new Uint8Array(Buffer.from(expected[kind], "base64")), key: kind });
  return packetOf(`${kind}/key`);
}

/** The difference is at most a share of what is wanted, and `besides`. */
export function near(found, wanted, share, what, besides = 1e-6) {
  const apart = Math.abs(found - wanted);
  assert.ok(apart <= share * Math.abs(wanted) + besides, `${what}: ${found}, not ${wanted}`);
}
