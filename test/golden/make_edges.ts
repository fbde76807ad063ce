/**
 * Records edges.json: what PyTorch answers to a few cases of every operation of the fuzzer, for test/ops/edges.test.ts. The cases are drawn
 * again there, so only the answers are kept, with a mark of the question.
 *
 *     node --import tsx test/golden/make_edges.ts        (needs PyTorch, see test/robustness/ops/peer.ts)
 */
import { writeFileSync } from "node:fs";
import { hasTorch, howToGetTorch, Peer } from "../robustness/ops/peer.js";
import { caseOf, operations } from "../robustness/ops/table.js";
import { type Edges, markOf } from "./edges.js";

const SEED = 1;
const CASES = 8;

if (!hasTorch()) throw new Error(howToGetTorch);
const peer = new Peer();
const edges: Edges = { seed: SEED, operations: {} };
for (const name of Object.keys(operations)) {
  const cases = Array.from({ length: CASES }, (_, number) => caseOf(name, number, SEED));
  const answers = await peer.ask(cases);
  edges.operations[name] = cases.map((entry, i) => ({ mark: markOf(entry), answer: answers[i]! }));
}
peer.close();
const path = new URL("./edges.json", import.meta.url);
writeFileSync(path, JSON.stringify(edges) + "\n");
