/**
 * Speed of matrix products on the engines of this machine, in GFLOP/s (the best of many short runs), beside the processor's peak for
 * multiply-adds if the number is given: `npx tsx bench/gemm.ts [--threads n] [--peak GFLOP/s]`.
 */
import { parseArgs } from "node:util";
import { loadNative } from "../src/engine/cpu/native.js";
import { loadWasm } from "../src/engine/cpu/wasm.js";
import type { Engine } from "../src/engine/engine.js";
import type { Program } from "../src/engine/program.js";
import type { DTypeName } from "../src/primitives/dtypes.js";

type Layout = "NN" | "NT" | "TN";
type Shape = readonly [layout: Layout, m: number, n: number, k: number];

const shapes: readonly Shape[] = [
  ["NN", 1024, 1024, 1024],
  ["NT", 1024, 1024, 1024],
  ["TN", 1024, 1024, 1024],
  ["NN", 256, 256, 256],
  ["NN", 64, 64, 64],
  ["NT", 128, 512, 784],
  ["NN", 128, 784, 512],
  ["TN", 784, 512, 128],
  ["NT", 1024, 512, 128],
  ["NT", 64, 512, 128],
  ["NT", 64, 128, 512],
  ["NT", 32, 64, 64],
  ["NN", 128, 128, 784],
  ["TN", 784, 128, 128],
  ["NT", 128, 784, 128],
  ["NN", 128, 10, 128],
  ["TN", 128, 10, 128],
  ["NT", 128, 128, 10],
  ["NN", 32, 16, 16],
  ["NN", 64, 3, 2],
  ["TN", 3, 1, 64],
  ["NN", 1, 1024, 1024],
  ["NN", 1024, 1, 1024],
];

function program([layout, m, n, k]: Shape, dtype: Exclude<DTypeName, "bool">): Program {
  const bytes = dtype === "float64" ? 8 : 4;
  return {
    externals: [
      { bytes: m * k * bytes, access: "in" },
      { bytes: k * n * bytes, access: "in" },
      { bytes: m * n * bytes, access: "out" },
    ],
    scalars: 0,
    arenaBytes: 0,
    kernels: [
      {
        kind: "matmul",
        batch: [],
        m,
        n,
        k,
        dtype,
        a: { external: 0, offset: 0, dtype, strides: layout === "TN" ? [1, m] : [k, 1] },
        b: { external: 1, offset: 0, dtype, strides: layout === "NT" ? [1, k] : [n, 1] },
        epilogue: { loads: [], code: [{ kind: "result", index: 0, dtype }] },
        stores: [{ view: { external: 2, offset: 0, dtype, strides: [n, 1] }, value: 0 }],
      },
    ],
    commit: 1,
  };
}

/** Milliseconds on the clock, or of the processor's time where one thread computes: other programs may share the machine. */
function clock(engine: Engine): number {
  if (engine.numThreads > 1) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Nanoseconds of one run: the least of many short measurements. */
function measure(engine: Engine, what: Program): number {
  const executable = engine.compile(what);
  const storages = what.externals.map(({ bytes }) => {
    const storage = engine.allocate(bytes);
    engine.write(storage, ({ buffer, byteOffset }) => new Uint8Array(buffer, byteOffset, bytes).fill(0));
    return storage;
  });
  executable.run(storages);
  let best = Infinity;
  for (const start = performance.now(); performance.now() - start < 400;) {
    const repeats = Math.max(1, Math.min(10_000, Math.floor(2e6 / best)));
    const before = clock(engine);
    for (let i = 0; i < repeats; i++) executable.run(storages);
    best = Math.min(best, ((clock(engine) - before) * 1e6) / repeats);
  }
  executable.dispose();
  return best;
}

const { values } = parseArgs({
  options: { threads: { type: "string" }, peak: { type: "string" }, engine: { type: "string" } },
});
const engines = [loadNative, loadWasm]
  .map((load) => load())
  .filter((engine) => values.engine === undefined || engine.name === values.engine);
for (const engine of engines) {
  engine.numThreads = Number(values.threads ?? 1);
  console.log(`\n${engine.description}`);
  for (const dtype of ["float32", "float64"] as const) {
    for (const shape of shapes) {
      const [layout, m, n, k] = shape;
      const nanoseconds = measure(engine, program(shape, dtype));
      const speed = (2 * m * n * k) / nanoseconds;
      const ofPeak = values.peak
        ? `${((100 * speed) / Number(values.peak)).toFixed(0)} % of peak`.padStart(16)
        : "";
      console.log(
        `  ${dtype} ${layout} [${m}, ${k}] x [${k}, ${n}]`.padEnd(44) +
          `${(nanoseconds / 1000).toFixed(2)} µs`.padStart(14) +
          `${speed.toFixed(1)} GFLOP/s`.padStart(16) +
          ofPeak,
      );
    }
  }
}
