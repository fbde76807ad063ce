import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutComment } from "./comments.js";

test("every public name of the runtime has a doc comment", () => {
  assert.deepEqual(withoutComment("src/index.ts"), []);
});
