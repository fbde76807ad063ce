/**
 * `npm run fuzz:ops -- [CASES] [SEED] [OPERATION…]`: every operation against PyTorch on edge values: NaN, ±∞, −0, 0-d and empty
 * tensors, ties, repeated and negative indices, the extremes of each dtype. Compared are values, dtypes, shapes, gradients, and what is
 * refused. CASES are tried of each operation, 200 if not given. Needs PyTorch, see peer.ts.
 */
import { pathToFileURL } from "node:url";
import { type Finding, judge } from "./compare.js";
import type { Case } from "./draw.js";
import { hasTorch, howToGetTorch, Peer, wordOf } from "./peer.js";
import { caseOf, operations } from "./table.js";

/** Cases asked at a time: the pipes must not fill up on both sides. */
const BATCH = 50;
/** Findings shown of one operation and fault. */
const SHOWN = 2;

export interface Found extends Finding {
  readonly operation: string;
  readonly number: number;
  readonly entry: Case;
}

/** Tries `count` cases of each operation. */
export async function fuzz(
  peer: Peer,
  names: readonly string[],
  count: number,
  seed: number,
  report: (found: Found) => void,
): Promise<number> {
  let tried = 0;
  for (const operation of names) {
    for (let first = 0; first < count; first += BATCH) {
      const cases = Array.from({ length: Math.min(BATCH, count - first) }, (_, i) =>
        caseOf(operation, first + i, seed),
      );
      const answers = await peer.ask(cases);
      for (const [i, entry] of cases.entries()) {
        tried++;
        const finding = await judge(entry, answers[i]!);
        if (finding !== null) report({ ...finding, operation, number: first + i, entry });
      }
    }
  }
  return tried;
}

async function main(args: readonly string[]): Promise<void> {
  if (!hasTorch()) {
    console.error(howToGetTorch);
    process.exitCode = 1;
    return;
  }
  const count = Number(args[0] ?? 200);
  const seed = Number(args[1] ?? Math.floor(Math.random() * 2 ** 31));
  const names = args.length > 2 ? args.slice(2) : Object.keys(operations);
  const peer = new Peer();
  const counts = new Map<string, number>();
  const tried = await fuzz(peer, names, count, seed, (found) => {
    const key = `${found.operation}: ${found.fault}`;
    const seen = (counts.get(key) ?? 0) + 1;
    counts.set(key, seen);
    if (seen <= SHOWN) console.log(describe(found));
  });
  peer.close();
  for (const [key, seen] of counts) if (seen > SHOWN) console.log(`${key}: ${seen} times`);
  const failed = [...counts.values()].reduce((a, b) => a + b, 0);
  console.log(`${tried} cases of ${names.length} operations, seed ${seed}: ${failed} differ from PyTorch`);
  if (failed > 0) process.exitCode = 1;
}

function describe({ operation, number, entry, fault, text }: Found): string {
  const inputs = entry.inputs.map(
    ({ dtype, shape, data }, i) =>
      `  ${"abcd"[i]!} = ${dtype} [${shape.join(", ")}] ${data.slice(0, 20).map(wordOf).join(" ")}`,
  );
  return [`${operation} ${number}: ${fault}: ${text}`, `  ${entry.torch}`, ...inputs].join("\n");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(process.argv.slice(2));
}
