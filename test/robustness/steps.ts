/**
 * `npm run soak:steps -- [STEPS]`: a plain loop of a million tiny steps, which never waits for anything. What the first tenth takes each later one
 * takes as well, and memory stays where it is. Prints a table.
 */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { manualSeed, nn, optim, randn, type Tensor } from "../../src/index.js";

/** A tenth of the loop. */
export interface Tenth {
  /** Microseconds a step. */
  readonly step: number;
  /** Bytes of the process, of V8's heap and of ArrayBuffers at its end. */
  readonly resident: number;
  readonly heap: number;
  readonly buffers: number;
}

/** Trains the article's network, 2-3-1. */
export function longLoop(steps: number): Tenth[] {
  manualSeed(0);
  const model = nn.sequential(new nn.Linear(2, 3), new nn.Sigmoid(), new nn.Linear(3, 1), new nn.Sigmoid());
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const x = randn([64, 2]);
  const y = x.sum(1, { keepdim: true }).gt(0).to("float32");
  const tenths: Tenth[] = [];
  const each = steps / 10;
  let loss: Tensor | undefined;
  for (let tenth = 0; tenth < 10; tenth++) {
    const begin = performance.now();
    for (let i = 0; i < each; i++) {
      optimizer.zeroGrad();
      loss = nn.functional.mseLoss(model.forward(x), y);
      loss.backward();
      optimizer.step();
    }
    const step = (1000 * (performance.now() - begin)) / each;
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
    tenths.push({ step, resident: rss, heap: heapUsed, buffers: arrayBuffers });
  }
  assert.ok(loss!.item() < 0.2);
  return tenths;
}

/** @throws where memory has grown: V8 collects in its own time, so the later half is compared with the earlier one */
export function checkFlat(tenths: readonly Tenth[]): void {
  for (const kind of ["resident", "heap", "buffers"] as const) {
    const most = (some: readonly Tenth[]): number => Math.max(...some.map((tenth) => tenth[kind]));
    const [before, after] = [most(tenths.slice(0, 5)), most(tenths.slice(5))];
    assert.ok(after < before + 32e6, `${kind} memory has grown from ${before} to ${after} bytes`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const tenths = longLoop(Number(process.argv[2] ?? 1_000_000));
  const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
  console.table(
    tenths.map(({ step, resident, heap, buffers }) => ({
      "µs a step": Number(step.toFixed(2)),
      "process, MB": megabytes(resident),
      "heap, MB": megabytes(heap),
      "buffers, MB": megabytes(buffers),
    })),
  );
  checkFlat(tenths);
}
