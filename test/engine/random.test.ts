/** The random stream is Philox4x32-10, read as native/philox.h says, the same on every engine. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { loadWasm } from "../../src/engine/cpu/wasm.js";
import type { Kernel } from "../../src/engine/program.js";
import { check, engines, execute, numbers, rowMajor, view } from "./programs.js";
import { philox } from "../../src/engine/reference/random.js";

function drawing(
  dims: readonly number[],
  distribution: "uniform" | "normal",
  dtype: "float32" | "float64",
): Kernel {
  return {
    kind: "map",
    dims,
    body: { loads: [], code: [{ kind: "random", distribution, key: 0, dtype }] },
    stores: [{ view: view(0, dtype, rowMajor(dims)), value: 0 }],
  };
}

test("Philox gives the published known answers", () => {
  const max = 0xffff_ffff;
  assert.deepEqual(philox([0, 0, 0, 0], [0, 0]), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  assert.deepEqual(
    philox([max, max, max, max], [max, max]),
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  );
});

test("uniform and normal numbers at any position of the stream", () => {
  for (const dtype of ["float32", "float64"] as const) {
    for (const distribution of ["uniform", "normal"] as const) {
      for (const [seed, start] of [
        [0, 0],
        [42, 1],
        [2 ** 53 - 1, 3],
        [7, 2 ** 34 + 5],
      ] as const) {
        for (const dims of [[1], [5], [100], [30, 50]]) {
          const length = dims.reduce((a, b) => a * b, 1);
          check([drawing(dims, distribution, dtype)], [numbers(dtype, new Array<number>(length).fill(0))], {
            scalars: [seed, start],
            tolerance: {
              float32: 4,
              float64: 8,
              absolute: distribution === "normal" ? (dtype === "float32" ? 2e-7 : 1e-15) : 0,
            },
            what: `${distribution} ${dtype} seed ${seed} at ${start}`,
          });
        }
      }
    }
  }
});

test("every engine and instruction set draws the same bits", () => {
  // Beside the one that CELLGRAD_ISA asks for.
  const all = engines.some(({ name }) => name === "wasm") ? engines : [...engines, loadWasm()];
  for (const dtype of ["float32", "float64"] as const) {
    for (const distribution of ["uniform", "normal"] as const) {
      for (const start of [0, 7, 2 ** 40 + 1]) {
        const empty = numbers(dtype, new Array<number>(60_001).fill(0));
        const kernel = drawing([60_001], distribution, dtype);
        const draws = all.map((engine) => execute(engine, [kernel], [empty], [42, start])[0]!);
        for (const drawn of draws)
          assert.deepEqual(drawn, draws[0], `${distribution} ${dtype} from ${start}`);
      }
    }
  }
});

test("a hundred thousand draws have the moments of their distribution", () => {
  const length = 100_000;
  for (const engine of engines) {
    const [uniform] = execute(
      engine,
      [drawing([length], "uniform", "float32")],
      [new Float32Array(length)],
      [1, 0],
    );
    const [normal] = execute(
      engine,
      [drawing([length], "normal", "float32")],
      [new Float32Array(length)],
      [1, 0],
    );
    const mean = (x: Iterable<number>): number => [...x].reduce((a, b) => a + b, 0) / length;
    assert.ok(uniform!.every((x) => x >= 0 && x < 1));
    assert.ok(Math.abs(mean(uniform!) - 0.5) < 0.005);
    assert.ok(Math.abs(mean(normal!)) < 0.015);
    assert.ok(Math.abs(mean(normal!.map((x) => x * x)) - 1) < 0.02);
    assert.ok(Math.abs(mean(normal!.map((x) => x ** 4)) - 3) < 0.15);
  }
});
