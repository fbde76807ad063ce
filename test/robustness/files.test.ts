/** Shortened; `npm run fuzz:files` tries 100,000 and another seed each time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzzFiles } from "./files.js";

test("files that are damaged at random are read or refused", async () => {
  const { read, refused } = await fuzzFiles(1500, 1);
  assert.equal(read + refused, 1500);
  assert.ok(refused > 500);
});
