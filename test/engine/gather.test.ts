/** gather and scatterAdd: rows by index, negative indices, broadcast index views, errors. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { RunError } from "../../src/engine/engine.js";
import type { Kernel } from "../../src/engine/program.js";
import { check, engines, execute, numbers, randomizer, rowMajor, view } from "./programs.js";

test("gather and scatterAdd, with an index per element or per row", () => {
  const random = randomizer(3);
  for (const dims of [
    [1, 5, 1],
    [1, 6, 4],
    [3, 7, 1],
    [2, 4, 5],
    [1, 300, 40],
  ] as const) {
    const [outer, count, inner] = dims;
    const rows = 6;
    const total = outer * count * inner;
    for (const index of [rowMajor(dims), [0, 1, 0], [count, 1, 0]]) {
      for (const dtype of ["float32", "float64", "int32", "bool"] as const) {
        const at = numbers(
          "int32",
          Array.from({ length: total }, () => Math.floor(random() * 2 * rows) - rows),
        );
        const table = numbers(
          dtype,
          Array.from({ length: outer * rows * inner }, (_, i) => i % 7),
        );
        const points = numbers(
          dtype,
          Array.from({ length: total }, (_, i) => i % 5),
        );
        const tableStrides = [rows * inner, inner, 1];
        const gather: Kernel = {
          kind: "gather",
          dims,
          rows,
          source: view(0, dtype, tableStrides),
          index: view(1, "int32", index),
          out: view(2, dtype, rowMajor(dims)),
        };
        const scatterAdd: Kernel = {
          kind: "scatterAdd",
          dims,
          rows,
          source: view(2, dtype, rowMajor(dims)),
          index: view(1, "int32", index),
          target: view(0, dtype, tableStrides),
        };
        const what = `${dtype} [${dims.join()}] index ${index.join()}`;
        check([gather], [table, at, points], { what });
        check([scatterAdd], [table, at, points], { what });
      }
    }
  }
});

test("an index out of range stops the run, names the index, and later kernels do not run", () => {
  for (const engine of engines) {
    for (const bad of [4, -5, 2147483647]) {
      const gather: Kernel = {
        kind: "gather",
        dims: [1, 3, 1],
        rows: 4,
        source: view(0, "float32", [4, 1, 1]),
        index: view(1, "int32", [0, 1, 0]),
        out: view(2, "float32", [3, 1, 1]),
      };
      assert.throws(
        () =>
          execute(engine, [gather], [new Float32Array(4), new Int32Array([0, bad, 1]), new Float32Array(3)]),
        (error) => error instanceof RunError && error.index === bad && error.rows === 4 && error.kernel === 0,
      );
    }
  }
});
