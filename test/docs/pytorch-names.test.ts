/** The page of PyTorch's names is that of the names there are now. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { page, pageText } from "./pytorch-names.js";

test("docs/pytorch-names.md is up to date", () => {
  assert.equal(readFileSync(page, "utf8"), pageText(), "run node --import tsx test/docs/pytorch-names.ts");
});
