/** Stacks of cells that ran long ago. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { addCell, framesOf, sourceText } from "../../../../kernel/session/child/run/stack.js";

test("of thousands of cells the texts of the newest are kept; a frame of an older one names the cell and no wrong line", () => {
  for (let n = 1; n <= 5_000; n++) addCell(`Cell [${String(n)}]`, "", `cell ${String(n)}`);
  const again = addCell("Cell [1]", "", "cell 1, run again");

  const [old, young] = framesOf({ stack: "Error: no\n    at f (Cell [1]:3:4)\n    at Cell [5000]:1:2" });
  assert.deepEqual(old, { text: "f (Cell [1])", internal: false });
  assert.deepEqual(young?.at, { file: "Cell [5000]", line: 1, column: 2 });
  assert.equal(sourceText("Cell [1]"), undefined);
  assert.equal(sourceText(again), "cell 1, run again");
});
