/**
 * What a reduction or a product adds in which order follows from the sizes alone: not from how its operand lies in memory, nor from what else
 * its body computes. So bits do not depend on which values of a graph are stored.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { engine, useEngine } from "../../src/engine/current.js";
import { type DType, manualSeed, randn, type Tensor } from "../../src/index.js";

const first = engine().name;
after(() => useEngine(first));

const reductions: Record<string, (x: Tensor) => Tensor> = {
  "sum of the first dim": (x) => x.sum(0),
  "sum of the last dim": (x) => x.sum(-1),
  "sum of the middle": (x) => x.sum(1),
  "sum of all": (x) => x.sum(),
  "mean of two dims": (x) => x.mean([0, -1]),
  variance: (x) => x.var(0),
  softmax: (x) => x.softmax(1),
  norm: (x) => x.norm(),
};

const shapes = [
  [4, 4],
  [33, 17],
  [3, 40, 7],
  [5, 1500],
  [1500, 5],
  [2, 700, 30],
  [64, 3, 900],
  [300, 600],
  [70, 20, 50],
] as const;

/** More than ten operations in one body: its tile is shorter than that of a plain sum. */
function long(x: Tensor): Tensor {
  let y = x;
  for (let i = 0; i < 6; i++)
    y = y
      .mul(1.01)
      .sin()
      .add(x.mul(0.1 * i));
  return y;
}

for (const name of ["native", "wasm"] as const) {
  test(`${name}: transposed, sliced and computed operands give the bits of stored ones`, (t) => {
    try {
      useEngine(name);
    } catch {
      t.skip(`the ${name} engine is not built here`);
      return;
    }
    const operands: Record<string, (shape: readonly number[]) => Tensor> = {
      transposed: (shape) => randn([shape[1]!, shape[0]!, ...shape.slice(2)]).transpose(0, 1),
      reversed: (shape) => randn(shape.toReversed()).permute(shape.map((_, d) => shape.length - 1 - d)),
      sliced: (shape) =>
        randn(shape.map((n) => n + 3)).slice(...shape.map((n) => [2, n + 2] as [number, number])),
      computed: (shape) => long(randn(shape.slice())),
    };
    for (const [what, operand] of Object.entries(operands)) {
      for (const shape of shapes) {
        for (const [reduction, reduce] of Object.entries(reductions)) {
          const bits = (stored: boolean): number[] => {
            manualSeed(shape[0]);
            const x = operand(shape);
            if (stored) x.dataSync();
            return Array.from(reduce(x).dataSync(), Number);
          };
          assert.deepEqual(bits(false), bits(true), `${reduction} of ${what} [${shape.join(", ")}]`);
        }
      }
    }
  });

  test(`${name}: a product with one row has the bits of stored operands for transposed and sliced ones`, (t) => {
    try {
      useEngine(name);
    } catch {
      t.skip(`the ${name} engine is not built here`);
      return;
    }
    const parts: Record<string, (rows: number, columns: number, dtype: DType) => Tensor> = {
      transposed: (rows, columns, dtype) => randn([columns, rows], { dtype }).t(),
      "with a step": (rows, columns, dtype) =>
        randn([rows, 2 * columns], { dtype }).slice(":", [0, 2 * columns, 2]),
      "a part of a transposed one": (rows, columns, dtype) =>
        randn([columns + 2, rows + 3], { dtype })
          .t()
          .slice([2, rows + 2], [1, columns + 1]),
    };
    for (const [what, part] of Object.entries(parts)) {
      for (const dtype of ["float32", "float64"] as const) {
        for (const k of [3, 100, 127, 128, 129, 200, 1000, 5003]) {
          for (const n of [1, 3, 4, 10, 65, 300]) {
            const bits = (stored: boolean): number[] => {
              manualSeed(k);
              const [a, b] = [part(1, k, dtype), part(k, n, dtype)];
              if (stored) for (const operand of [a, b]) operand.dataSync();
              return Array.from(a.matmul(b).dataSync(), Number);
            };
            assert.deepEqual(bits(false), bits(true), `${dtype} [1, ${k}] by [${k}, ${n}], ${what}`);
          }
        }
      }
    }
  });
}
