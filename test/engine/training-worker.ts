/** What the workers of workers.test.ts do: train a network, or compute until somebody sets a flag. */
import { parentPort, workerData } from "node:worker_threads";

import { engine } from "../../src/engine/current.js";
import { RunStopped } from "../../src/engine/engine.js";
import { device, manualSeed, nn, optim, randn, setNumThreads } from "../../src/index.js";
import { view } from "./programs.js";

export type Task =
  | { readonly task: "train"; readonly threads: number }
  | { readonly task: "compute"; readonly flag: Int32Array };

/** All weights after a few steps of Adam, at sizes where every kernel is cut into pieces. */
export function train(threads: number): Float32Array {
  setNumThreads(threads);
  manualSeed(7);
  const model = nn.sequential(new nn.Linear(200, 300), new nn.Tanh(), new nn.Linear(300, 10));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const [x, target] = [randn([500, 200]), randn([500, 10])];
  for (let step = 0; step < 10; step++) {
    optimizer.zeroGrad();
    nn.functional.mseLoss(model.forward(x), target).backward();
    optimizer.step();
  }
  const weights = model.parameters().map((p) => p.dataSync() as Float32Array);
  const all = new Float32Array(weights.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of weights) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** One run that would take minutes, until the flag is set. */
function computeUntil(flag: Int32Array): void {
  const native = engine();
  const f32 = "float32" as const;
  const executable = native.compile({
    externals: [{ bytes: 4, access: "out" }],
    scalars: 1,
    arenaBytes: 0,
    kernels: [
      {
        kind: "reduce",
        kept: [],
        reduced: [1_000_000, 1_000_000],
        inside: 0,
        body: {
          loads: [],
          code: [
            { kind: "scalar", index: 0, dtype: f32 },
            { kind: "coordinate", dim: 0, dtype: f32 },
            { kind: "binary", op: "pow", a: 1, b: 0, dtype: f32 },
          ],
        },
        folds: [{ op: "sum", value: 2, dtype: f32 }],
        epilogue: { loads: [], code: [{ kind: "result", index: 0, dtype: f32 }] },
        stores: [{ view: view(0, f32, []), value: 0 }],
      },
    ],
    commit: 1,
  });
  native.interruptFlag(flag);
  try {
    executable.run([native.allocate(4)]);
  } catch (error) {
    if (!(error instanceof RunStopped)) throw error;
  }
}

if (parentPort !== null) {
  const asked = workerData as Task;
  parentPort.postMessage({ began: device().description });
  if (asked.task === "train") parentPort.postMessage({ weights: train(asked.threads) });
  else {
    parentPort.postMessage("computing");
    computeUntil(asked.flag);
    parentPort.postMessage("stopped");
  }
}
