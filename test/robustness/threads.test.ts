/** Shortened; `npm run fuzz:threads` tries 500 and another seed each time. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { device, manualSeed, randn, setNumThreads, type Tensor, tensor } from "../../src/index.js";
import { fuzzThreads, threadCounts } from "./threads.js";

const { engine } = device();

test(
  "sums over the middle are the same at any thread count, and what is made of them",
  { skip: engine !== "native" },
  () => {
    const { threads } = device();
    const results: Readonly<Record<string, (x: Tensor, dim: number) => Tensor>> = {
      sum: (x, dim) => x.sum(dim),
      std: (x, dim) => x.std(dim),
      softmax: (x, dim) => x.softmax(dim),
      logsumexp: (x, dim) => x.logsumexp(dim),
    };
    for (const [shape, dim] of [
      [[65, 500, 60], 1],
      [[3, 2000, 333], 1],
      [[9, 40, 999], 1],
      [[2000, 17, 40], 1],
      [[5000, 300], 0],
      [[30, 5, 60, 70], 2],
    ] as const) {
      manualSeed(1);
      const x = tensor(randn(shape).dataSync()).reshape([...shape]);
      for (const [name, f] of Object.entries(results)) {
        const [first, ...others] = threadCounts.map((count) => {
          setNumThreads(count);
          return f(x, dim).dataSync();
        });
        for (const other of others)
          assert.deepEqual(other, first, `${name}(${dim}) of [${shape.join(", ")}]`);
      }
    }
    setNumThreads(threads);
  },
);

test("random computations give the same bits at any thread count, and the same integers on both engines", () => {
  const { failures, exact } = fuzzThreads(30, 3, engine === "native");
  assert.deepEqual(failures, []);
  assert.ok(exact > 0 || engine !== "native");
});

test("on the lesser instruction sets too", { skip: engine !== "native" }, () => {
  for (const isa of ["base", "avx2"]) {
    const env = { ...process.env, CELLGRAD_ISA: isa };
    execFileSync(process.execPath, ["--import", "tsx", "test/robustness/threads.ts", "15", "4"], {
      env,
      stdio: "pipe",
    });
  }
});
