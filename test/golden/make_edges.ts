/**
 * Records edges/: what PyTorch answers to a few cases of every operation of the fuzzer, for test/ops/edges.test.ts. The cases are drawn
 * again there, so only the answers are kept, with a mark of the question.
 *
 *     node --import tsx test/golden/make_edges.ts        (needs PyTorch, see test/robustness/ops/peer.ts)
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { hasTorch, howToGetTorch, Peer } from "../robustness/ops/peer.js";
import { caseOf, operations } from "../robustness/ops/table.js";
import { type Edges, fileOf, folder, markOf, seed } from "./edges.js";

/** Enough that each operation meets each of nine dtypes. */
const CASES = 12;

if (!hasTorch()) throw new Error(howToGetTorch);
const peer = new Peer();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const operation of Object.keys(operations)) {
  const asked = Array.from({ length: CASES }, (_, number) => caseOf(operation, number, seed));
  const answers = await peer.ask(asked);
  const cases = asked.map((entry, i) => ({ mark: markOf(entry), answer: answers[i]! }));
  writeFileSync(fileOf(operation), JSON.stringify({ operation, cases } satisfies Edges) + "\n");
}
peer.close();
