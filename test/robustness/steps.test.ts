/** Shortened; `npm run soak:steps` has a million steps, and tells what they cost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFlat, longLoop } from "./steps.js";

test("a loop of tiny steps that never waits holds memory flat", () => {
  const tenths = longLoop(40_000);
  assert.equal(tenths.length, 10);
  checkFlat(tenths);
});
