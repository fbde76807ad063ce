/**
 * Random graphs mean the same whether they are fused, run one operation at a time, or computed in plain JavaScript.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { describePlan, evaluate } from "../../../src/graph/run/evaluate.js";
import { setFusion } from "../../../src/graph/run/run.js";
import { assertElements } from "../close.js";
import { randomGraph, randomLeaves } from "../random-graphs.js";
import { reference } from "../reference.js";
import { stored } from "../values.js";

after(() => setFusion(true));

const leaves = randomLeaves(1);

for (const [graphs, length] of [
  [200, 6],
  [100, 25],
] as const) {
  test(`${graphs} random graphs of ${length} operations: fused, unfused and plain JavaScript agree`, () => {
    for (let seed = 0; seed < graphs; seed++) {
      const expected = randomGraph(seed, leaves, length).map(reference);
      for (const fusing of [false, true]) {
        setFusion(fusing);
        const results = randomGraph(seed, leaves, length);
        let text = "";
        try {
          text = describePlan(results);
          // One first, so that the others start from what is there and what has been computed before.
          evaluate([results[seed % results.length]!]);
          evaluate(results);
          results.forEach((node, i) =>
            assertElements(stored(node), expected[i]!, node.dtype, `result ${i} of [${node.shape.join()}]`),
          );
        } catch (error) {
          assert.fail(`graph ${seed}, ${fusing ? "fused" : "unfused"}: ${(error as Error).stack}\n${text}`);
        }
      }
    }
  });
}
