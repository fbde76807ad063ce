/** Matrix products: every layout, batches, sizes about the block sizes, epilogues, dtypes. */
import { test } from "node:test";

import type { Kernel, MatmulKernel } from "../../src/engine/program.js";
import { check, load, numbers, randomizer, rowMajor, view } from "./programs.js";

type Type = "float32" | "float64" | "int32" | "int64";

function product(
  m: number,
  n: number,
  k: number,
  dtype: Type,
  layout: { a?: readonly number[]; b?: readonly number[] } = {},
): MatmulKernel {
  return {
    kind: "matmul",
    batch: [],
    m,
    n,
    k,
    dtype,
    a: view(0, dtype, layout.a ?? [k, 1]),
    b: view(1, dtype, layout.b ?? [n, 1]),
    epilogue: { loads: [], code: [{ kind: "result", index: 0, dtype }] },
    stores: [{ view: view(2, dtype, [n, 1]), value: 0 }],
  };
}

/** Small integers: sums are exact in every dtype, so the order of addition cannot hide an error. */
function filled(dtype: Type, length: number, seed: number): ReturnType<typeof numbers> {
  const random = randomizer(seed);
  return numbers(
    dtype,
    Array.from({ length }, () => Math.floor(random() * 9) - 4),
  );
}

test("all small sizes", () => {
  for (const m of [1, 2, 3, 4, 7, 16, 17]) {
    for (const n of [1, 2, 3, 8, 15, 16, 17, 33]) {
      for (const k of [0, 1, 2, 5, 16, 40]) {
        for (const dtype of ["float32", "float64", "int32", "int64"] as const) {
          check(
            [product(m, n, k, dtype)],
            [filled(dtype, m * k, 1), filled(dtype, k * n, 2), filled(dtype, m * n, 3)],
            {
              what: `${dtype} ${m}x${n}x${k}`,
            },
          );
        }
      }
    }
  }
});

test("row-major, transposed and strided operands, about the block sizes", () => {
  for (const [m, n, k] of [
    [13, 31, 60],
    [29, 65, 100],
    [64, 3, 2],
    [3, 2, 64],
    [1, 130, 40],
    [130, 1, 40],
    [30, 35, 90],
    [3, 20, 1700],
    [1, 30, 900],
    [20, 40, 256],
    [256, 40, 20],
    [90, 1, 5],
    [100, 10, 64],
    // Large enough to be cut for threads, with and without packing.
    [60, 1100, 40],
    [200, 70, 130],
  ] as const) {
    for (const dtype of ["float32", "float64"] as const) {
      const layouts = [
        {},
        { a: [1, m] },
        { b: [1, k] },
        { a: [1, m], b: [1, k] },
        { a: [2 * k, 2], b: [3 * n, 3] },
        { a: [0, 1], b: [1, 0] },
      ];
      for (const layout of layouts) {
        check(
          [product(m, n, k, dtype, layout)],
          [filled(dtype, 2 * m * k, 1), filled(dtype, 3 * k * n, 2), filled(dtype, m * n, 3)],
          { what: `${dtype} ${m}x${n}x${k} ${JSON.stringify(layout)}` },
        );
      }
    }
  }
});

test("batches, with either operand shared", () => {
  const batch = [2, 3];
  for (const [m, n, k] of [
    [4, 5, 6],
    [20, 33, 17],
  ] as const) {
    const full = (rows: number, columns: number): number[] => rowMajor([...batch, rows, columns]);
    const shared = (columns: number): number[] => [0, 0, columns, 1];
    const partly = (rows: number, columns: number): number[] => [0, rows * columns, columns, 1];
    for (const a of [full(m, k), shared(k), partly(m, k)]) {
      for (const b of [full(k, n), shared(n), partly(k, n)]) {
        const kernel: Kernel = {
          ...product(m, n, k, "float32"),
          batch,
          a: view(0, "float32", a),
          b: view(1, "float32", b),
          stores: [{ view: view(2, "float32", full(m, n)), value: 0 }],
        };
        check(
          [kernel],
          [filled("float32", 6 * m * k, 1), filled("float32", 6 * k * n, 2), filled("float32", 6 * m * n, 3)],
          { what: `${m}x${n}x${k} ${a.join()} ${b.join()}` },
        );
      }
    }
  }
});

test("epilogue: bias, ReLU, a strided second store, and adding to what is there", () => {
  const f32 = "float32" as const;
  for (const [m, n, k] of [
    [4, 3, 2],
    [64, 3, 2],
    [128, 10, 128],
    [70, 1500, 20],
    [33, 65, 520],
    [60, 2100, 40],
  ] as const) {
    const kernel: Kernel = {
      ...product(m, n, k, f32),
      epilogue: {
        loads: [view(3, f32, [0, 1]), view(2, f32, [n, 1])],
        code: [
          { kind: "result", index: 0, dtype: f32 },
          load(0, f32),
          { kind: "binary", op: "add", a: 0, b: 1, dtype: f32 },
          { kind: "scalar", index: 0, dtype: f32 },
          { kind: "binary", op: "max", a: 2, b: 3, dtype: f32 },
          load(1, f32),
          { kind: "binary", op: "add", a: 4, b: 5, dtype: f32 },
        ],
      },
      stores: [
        { view: view(2, f32, [n, 1]), value: 6 },
        { view: view(4, f32, [1, m]), value: 2 },
      ],
    };
    check(
      [kernel],
      [
        filled(f32, m * k, 1),
        filled(f32, k * n, 2),
        filled(f32, m * n, 3),
        filled(f32, n, 4),
        filled(f32, m * n, 5),
      ],
      { scalars: [0], what: `${m}x${n}x${k}` },
    );
  }
});
