/** Reductions along any dims, every fold and dtype, epilogues, NaN rules, empty and very long ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instruction, Kernel } from "../../src/engine/program.js";
import type { Numbers } from "./programs.js";
import { check, engines, execute, load, numbers, randomizer, rowMajor, view } from "./programs.js";
import type { DTypeName } from "../../src/primitives/dtypes.js";
import type { ReduceOp } from "../../src/primitives/reductions.js";

const ops: readonly ReduceOp[] = ["sum", "prod", "max", "min", "any", "all", "argmax", "argmin"];

function resultType(op: ReduceOp, dtype: DTypeName): DTypeName {
  if (op === "any" || op === "all") return "bool";
  if (op === "argmax" || op === "argmin") return "int32";
  return dtype === "bool" && (op === "sum" || op === "prod") ? "int32" : dtype;
}

/** Reduces an array of shape `dims` along `axes` by each of `folds`; results go to externals 1, 2, ... */
function reduction(
  dims: readonly number[],
  axes: readonly number[],
  dtype: DTypeName,
  folds: readonly ReduceOp[],
  strides: readonly number[] = rowMajor(dims),
): { kernel: Kernel; results: Numbers[] } {
  const kept = dims.map((_, d) => d).filter((d) => !axes.includes(d));
  const sizes = (list: readonly number[]): number[] => list.map((d) => dims[d]!);
  const keptStrides = rowMajor(sizes(kept));
  const types = folds.map((op) => resultType(op, dtype));
  const kernel: Kernel = {
    kind: "reduce",
    kept: sizes(kept),
    reduced: sizes(axes),
    inside: kept.filter((d) => d > Math.max(...axes)).length,
    body: {
      loads: [
        view(
          0,
          dtype,
          [...kept, ...axes].map((d) => strides[d]!),
        ),
      ],
      code: [load(0, dtype)],
    },
    folds: folds.map((op, i) => ({ op, value: 0, dtype: types[i]! })),
    epilogue: {
      loads: [],
      code: types.map((type, index): Instruction => ({ kind: "result", index, dtype: type })),
    },
    stores: types.map((type, i) => ({ view: view(1 + i, type, keptStrides), value: i })),
  };
  const count = sizes(kept).reduce((a, b) => a * b, 1);
  return { kernel, results: types.map((type) => numbers(type, new Array<number>(count).fill(0))) };
}

const shapes: readonly (readonly [dims: number[], axes: number[]])[] = [
  [[7], [0]],
  [[5, 3], [1]],
  [[5, 3], [0]],
  [[128, 10], [1]],
  [[128, 10], [0]],
  [[64, 3], [0]],
  [[3, 1500], [1]],
  [[1500, 3], [0]],
  [[20, 700], [0]],
  [[4, 5, 6], [1]],
  [
    [4, 5, 6],
    [0, 2],
  ],
  [
    [4, 5, 6],
    [2, 0],
  ],
  [
    [2, 3, 4, 5],
    [1, 2],
  ],
  [[6, 1, 5], [1]],
  [[3, 4], []],
  [[1], [0]],
  [[], []],
];

test("every fold, along any dims, of every dtype", () => {
  const random = randomizer(5);
  for (const [dims, axes] of shapes) {
    const total = dims.reduce((a, b) => a * b, 1);
    for (const dtype of ["float32", "float64", "int32", "int64", "bool"] as const) {
      const x = numbers(
        dtype,
        Array.from({ length: total }, () => Math.floor(random() * 9) / 4 - (dtype === "bool" ? 0 : 1)),
      );
      const { kernel, results } = reduction(dims, axes, dtype, ops);
      check([kernel], [x, ...results], {
        what: `${dtype} [${dims.join()}] along [${axes.join()}]`,
        tolerance: { float32: 4, float64: 64, absolute: dtype === "float64" ? 1e-12 : 0 },
      });
    }
  }
});

test("columns in groups of rows, short rows side by side, blocks and what is left over", () => {
  const random = randomizer(17);
  for (const [dims, axes] of [
    [[260, 1030], [0]],
    [[11, 4100], [0]],
    [[7, 300], [0]],
    [[1003, 37], [0]],
    [[3, 45, 150], [1]],
    [
      [40, 3, 9, 31],
      [0, 2, 3],
    ],
    [[130, 49], [1]],
    [[90, 101], [1]],
    [[2, 20003], [1]],
  ] as const) {
    const total = dims.reduce((a, b) => a * b, 1);
    for (const dtype of total > 100_000
      ? (["float32"] as const)
      : (["float32", "float64", "int32", "bool"] as const)) {
      const x = numbers(
        dtype,
        Array.from({ length: total }, () => Math.floor(random() * 50) / 4 - 6),
      );
      const { kernel, results } = reduction(dims, axes, dtype, [
        "sum",
        "max",
        "min",
        "any",
        "argmax",
        "argmin",
      ]);
      check([kernel], [x, ...results], { what: `${dtype} [${dims.join()}] along [${axes.join()}]` });
    }
    const factors = numbers(
      "float32",
      Array.from({ length: total }, (_, i) => (i % 7 === 0 ? -1 : i % 11 === 0 ? 2 : i % 11 === 5 ? 0.5 : 1)),
    );
    const { kernel, results } = reduction(dims, axes, "float32", ["prod", "all"]);
    check([kernel], [factors, ...results], { what: `products of [${dims.join()}] along [${axes.join()}]` });
  }
});

test("transposed and broadcast views", () => {
  const x = numbers(
    "float32",
    Array.from({ length: 600 }, (_, i) => ((i * 7) % 31) - 15),
  );
  for (const strides of [
    [1, 20],
    [0, 1],
    [1, 0],
    [30, 1],
  ]) {
    for (const axes of [[0], [1], [0, 1]]) {
      const { kernel, results } = reduction([20, 30], axes, "float32", ["sum", "max", "argmin"], strides);
      check([kernel], [x, ...results], {
        what: `strides ${strides.join()} along ${axes.join()}`,
        tolerance: { float32: 2 },
      });
    }
  }
});

test("NaN wins in max, min, argmax and argmin, the first of several; the first of equals is named", () => {
  for (const length of [3, 10, 17, 50, 100, 2000]) {
    for (const axes of [[0], [1]]) {
      const dims = axes[0] === 1 ? [4, length] : [length, 4];
      const x = numbers(
        "float32",
        Array.from({ length: 4 * length }, (_, i) => i % 3),
      );
      const at = (row: number, i: number): number => (axes[0] === 1 ? row * length + i : i * 4 + row);
      x[at(1, length - 1)] = NaN;
      x[at(2, 1)] = NaN;
      x[at(2, 2)] = NaN;
      x[at(3, 0)] = -Infinity;
      const { kernel, results } = reduction(dims, axes, "float32", ["max", "min", "argmax", "argmin"]);
      check([kernel], [x, ...results], { what: `length ${length} along ${axes.join()}` });
    }
  }
});

test("empty reductions give the identity", () => {
  for (const dtype of ["float32", "float64", "int32", "bool"] as const) {
    const { kernel, results } = reduction([3, 0], [1], dtype, ["sum", "prod", "max", "min", "any", "all"]);
    check([kernel], [numbers(dtype, []), ...results], { what: dtype });
  }
  const { kernel, results } = reduction([0, 3], [1], "float32", ["sum"]);
  check([kernel], [numbers("float32", []), ...results]);
});

test("body and epilogue: softmax's denominator, variance, and a result used with loads of the kept dims", () => {
  const f32 = "float32" as const;
  for (const [rows, columns] of [
    [128, 10],
    [3, 2500],
    [64, 3],
  ] as const) {
    const random = randomizer(9);
    const x = numbers(
      f32,
      Array.from({ length: rows * columns }, () => random() * 4 - 2),
    );
    const shift = numbers(
      f32,
      Array.from({ length: rows }, () => random()),
    );
    const kernel: Kernel = {
      kind: "reduce",
      kept: [rows],
      reduced: [columns],
      inside: 0,
      body: {
        loads: [view(0, f32, [columns, 1]), view(1, f32, [1, 0])],
        code: [
          load(0, f32),
          load(1, f32),
          { kind: "binary", op: "sub", a: 0, b: 1, dtype: f32 },
          { kind: "unary", op: "exp", a: 2, dtype: f32 },
          { kind: "binary", op: "mul", a: 0, b: 0, dtype: f32 },
        ],
      },
      folds: [
        { op: "sum", value: 3, dtype: f32 },
        { op: "sum", value: 4, dtype: f32 },
      ],
      epilogue: {
        loads: [view(1, f32, [1])],
        code: [
          { kind: "result", index: 0, dtype: f32 },
          { kind: "unary", op: "log", a: 0, dtype: f32 },
          load(0, f32),
          { kind: "binary", op: "add", a: 1, b: 2, dtype: f32 },
          { kind: "result", index: 1, dtype: f32 },
          { kind: "scalar", index: 0, dtype: f32 },
          { kind: "binary", op: "div", a: 4, b: 5, dtype: f32 },
        ],
      },
      stores: [
        { view: view(2, f32, [1]), value: 3 },
        { view: view(3, f32, [2]), value: 6 },
      ],
    };
    check([kernel], [x, shift, new Float32Array(rows), new Float32Array(2 * rows)], {
      scalars: [columns],
      tolerance: { float32: 8 },
      what: `${rows} x ${columns}`,
    });
  }
});

test("the row-major number in a reduction counts the kept dims first, whichever way the engine goes", () => {
  for (const strides of [
    [1, 6],
    [50, 1],
  ]) {
    const kernel: Kernel = {
      kind: "reduce",
      kept: [6],
      reduced: [50],
      inside: strides[0] === 1 ? 1 : 0,
      body: {
        loads: [view(0, "float32", strides)],
        code: [
          load(0, "float32"),
          { kind: "index", dtype: "float32" },
          { kind: "coordinate", dim: 1, dtype: "float32" },
          { kind: "binary", op: "mul", a: 1, b: 2, dtype: "float32" },
          { kind: "binary", op: "add", a: 3, b: 0, dtype: "float32" },
          { kind: "random", distribution: "uniform", key: 0, dtype: "float64" },
        ],
      },
      folds: [
        { op: "sum", value: 4, dtype: "float32" },
        { op: "sum", value: 5, dtype: "float64" },
      ],
      epilogue: {
        loads: [],
        code: [
          { kind: "result", index: 0, dtype: "float32" },
          { kind: "result", index: 1, dtype: "float64" },
        ],
      },
      stores: [
        { view: view(1, "float32", [1]), value: 0 },
        { view: view(2, "float64", [1]), value: 1 },
      ],
    };
    const x = numbers(
      "float32",
      Array.from({ length: 300 }, (_, i) => i % 4),
    );
    check([kernel], [x, new Float32Array(6), new Float64Array(6)], {
      scalars: [1234567890123, 77],
      tolerance: { float32: 4, float64: 100 },
    });
  }
});

test("long float32 sums are as exact as pairwise summation", () => {
  const length = 3_000_000;
  const x = new Float32Array(length).fill(0.1);
  const exact = length * Math.fround(0.1);
  // Half a unit in the last place for each level of the tree.
  const bound = Math.log2(length) * 2 ** -24;
  for (const [dims, axes] of [
    [[length], [0]],
    [[length / 10, 10], [0]],
    [[10, length / 10], [1]],
    [[length / 1000, 1000], [0]],
  ] as const) {
    const { kernel, results } = reduction(dims, axes, "float32", ["sum", "max", "argmax"]);
    for (const engine of engines) {
      const [, sum, max, argmax] = execute(engine, [kernel], [x, ...results]);
      const count = sum!.length;
      for (const value of sum!) assert.ok(Math.abs(Number(value) / (exact / count) - 1) < bound, `${value}`);
      assert.ok(max!.every((value) => value === x[0]) && argmax!.every((at) => at === 0));
    }
  }
});
