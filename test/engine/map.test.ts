/** Map kernels: strides, broadcasting, several stores, in-place updates, scalars and coordinates. */
import { test } from "node:test";

import type { Instruction, Kernel } from "../../src/engine/program.js";
import { dtypeBytes, dtypeNames } from "../../src/primitives/dtypes.js";
import { check, load, numbers, randomizer, rowMajor, view } from "./programs.js";

const f32 = "float32" as const;

test("random bodies over random strided and broadcast views", () => {
  const random = randomizer(11);
  const int = (n: number): number => Math.floor(random() * n);
  for (let round = 0; round < 300; round++) {
    const dims = Array.from(
      { length: int(5) },
      () => [1, 2, 3, 5, 8, 17, 40][int(round % 10 === 0 ? 7 : 6)]!,
    );
    const dtype = (["float32", "float64", "int32", "int64"] as const)[int(4)]!;
    const axes = dims.map((_, d) => d).sort(() => random() - 0.5);
    // Three operands: row-major, permuted with gaps, and broadcast along some dims.
    const permuted = new Array<number>(dims.length).fill(0);
    let next = 1;
    for (const d of axes) {
      permuted[d] = next;
      next *= dims[d]! + (d % 2);
    }
    const mask = dims.map(() => random() < 0.5);
    const broadcast = rowMajor(dims.map((size, d) => (mask[d] ? 1 : size))).map((s, d) => (mask[d] ? 0 : s));
    const strides = [rowMajor(dims), permuted, broadcast];
    const loads = strides.map((s, i) => view(i, dtype, s, i === 1 ? 3 * dtypeBytes[dtype] : 0));
    loads.push(
      view(
        0,
        dtype,
        dims.map(() => 0),
      ),
    );
    const code: Instruction[] = loads.map((_, i) => load(i, dtype));
    code.push({ kind: "scalar", index: 0, dtype }, { kind: "scalar", index: 1, dtype });
    const numeric = code.map((_, i) => i);
    const pick = (): number => numeric[int(numeric.length)]!;
    const push = (instruction: Instruction): number => code.push(instruction) - 1;
    for (let i = 0; i < 1 + int(6); i++) {
      const op = (["add", "sub", "mul", "mul", "max", "min"] as const)[int(6)]!;
      numeric.push(push({ kind: "binary", op, a: pick(), b: pick(), dtype }));
      if (int(4) > 0) continue;
      const condition = push({ kind: "binary", op: "lt", a: pick(), b: pick(), dtype: "bool" });
      numeric.push(push({ kind: "select", condition, a: pick(), b: pick(), dtype }));
    }
    const total = dims.reduce((a, b) => a * b, 1);
    const make = (length: number): ReturnType<typeof numbers> =>
      numbers(
        dtype,
        Array.from({ length }, () => int(41) / 4 - 5),
      );
    const kernel: Kernel = {
      kind: "map",
      dims,
      body: { loads, code },
      stores: [
        { view: view(3, dtype, rowMajor(dims)), value: numeric.at(-1)! },
        { view: view(4, dtype, permuted), value: pick() },
      ],
    };
    check([kernel], [make(total), make(next + 3), make(total), make(total), make(next)], {
      scalars: [1.25, -3],
      what: `round ${round}`,
    });
  }
});

test("operands whose neighbours lie far apart are read as blocks, in every dtype, alone and beside others", () => {
  const random = randomizer(5);
  const shapes: readonly (readonly [dims: readonly number[], order: readonly number[]])[] = [
    [
      [80, 64],
      [0, 1],
    ],
    [
      [101, 70],
      [0, 1],
    ],
    [
      [7, 900],
      [0, 1],
    ],
    [
      [2, 300, 19],
      [1, 2, 0],
    ],
    [
      [30, 5, 40],
      [0, 1, 2],
    ],
    [
      [20, 33, 18],
      [0, 2, 1],
    ],
    [
      [3, 40, 5, 21],
      [1, 3, 0, 2],
    ],
  ];
  for (const [dims, order] of shapes) {
    // Dims in the order of their strides, the smallest first, with a gap behind each.
    const across = new Array<number>(dims.length).fill(0);
    let end = 1;
    for (const d of order) {
      across[d] = end;
      end *= dims[d]! + (d % 2);
    }
    const total = dims.reduce((a, b) => a * b, 1);
    for (const dtype of dtypeNames) {
      const values = (length: number): ReturnType<typeof numbers> =>
        numbers(
          dtype,
          Array.from({ length }, () =>
            dtype === "bool" ? Math.floor(random() * 2) : Math.floor(random() * 90),
          ),
        );
      const what = `${dtype} [${dims.join()}] with strides [${across.join()}]`;
      const result = { view: view(1, dtype, rowMajor(dims)), value: 0 };
      const loads = [view(0, dtype, across)];
      const copy: Kernel = { kind: "map", dims, body: { loads, code: [load(0, dtype)] }, stores: [result] };
      check([copy], [values(end), values(total)], { what });
      if (dtype !== "float32" && dtype !== "float64" && dtype !== "int32") continue;
      // The same read twice, another in the usual order and one that repeats; what is stored as it is, and what is not.
      const row = dims.map((_, d) => (d === dims.length - 1 ? 1 : 0));
      for (const repeats of [false, true]) {
        const body: Kernel = {
          kind: "map",
          dims,
          body: {
            loads: [
              view(0, dtype, across),
              view(2, dtype, across),
              view(3, dtype, repeats ? row : rowMajor(dims)),
            ],
            code: [
              load(0, dtype),
              load(1, dtype),
              load(2, dtype),
              { kind: "scalar", index: 0, dtype },
              { kind: "binary", op: "mul", a: 0, b: 3, dtype },
              { kind: "binary", op: "add", a: 4, b: 1, dtype },
              { kind: "binary", op: "sub", a: 5, b: 2, dtype },
            ],
          },
          stores: [
            { view: view(1, dtype, rowMajor(dims)), value: 6 },
            { view: view(4, dtype, rowMajor(dims)), value: 0 },
            { view: view(5, dtype, across), value: 5 },
          ],
        };
        const externals = [end, total, end, total, total, end].map(values);
        check([body], externals, {
          scalars: [3],
          what: `${what}${repeats ? ", beside one that repeats" : ""}`,
        });
      }
    }
  }
});

test("an update in place reads the old values, also beside other stores", () => {
  for (const length of [1, 3, 16, 100, 3000]) {
    const w = numbers(
      f32,
      Array.from({ length }, (_, i) => i),
    );
    const g = numbers(
      f32,
      Array.from({ length }, (_, i) => 1 / (i + 1)),
    );
    const kernel: Kernel = {
      kind: "map",
      dims: [length],
      body: {
        loads: [view(0, f32, [1]), view(1, f32, [1])],
        code: [
          load(0, f32),
          load(1, f32),
          { kind: "scalar", index: 0, dtype: f32 },
          { kind: "binary", op: "mul", a: 1, b: 2, dtype: f32 },
          { kind: "binary", op: "sub", a: 0, b: 3, dtype: f32 },
          { kind: "binary", op: "add", a: 0, b: 1, dtype: f32 },
        ],
      },
      // New w over w, the sum over g, and both old values copied out.
      stores: [
        { view: view(0, f32, [1]), value: 4 },
        { view: view(1, f32, [1]), value: 5 },
        { view: view(2, f32, [1]), value: 0 },
        { view: view(3, f32, [1]), value: 1 },
      ],
    };
    check([kernel], [w, g, w.slice(), g.slice()], { scalars: [0.5], what: `length ${length}` });
  }
});

test("a bias along rows, a column along columns, and transposes", () => {
  for (const [rows, columns] of [
    [64, 3],
    [128, 10],
    [5, 300],
    [3000, 7],
    [33, 1],
    [2, 1100],
  ] as const) {
    const total = rows * columns;
    const x = numbers(
      f32,
      Array.from({ length: total }, (_, i) => i % 97),
    );
    const bias = numbers(
      f32,
      Array.from({ length: columns }, (_, i) => i / 8),
    );
    const scale = numbers(
      f32,
      Array.from({ length: rows }, (_, i) => (i % 5) - 2),
    );
    const kernel: Kernel = {
      kind: "map",
      dims: [rows, columns],
      body: {
        loads: [view(0, f32, [columns, 1]), view(1, f32, [0, 1]), view(2, f32, [1, 0])],
        code: [
          load(0, f32),
          load(1, f32),
          load(2, f32),
          { kind: "binary", op: "add", a: 0, b: 1, dtype: f32 },
          { kind: "binary", op: "mul", a: 3, b: 2, dtype: f32 },
        ],
      },
      stores: [
        { view: view(3, f32, [columns, 1]), value: 4 },
        { view: view(4, f32, [1, rows]), value: 4 },
      ],
    };
    check([kernel], [x, bias, scale, x.slice(), x.slice()], { what: `${rows} x ${columns}` });
  }
});

test("index, coordinates, scalars and fills", () => {
  for (const dims of [[7], [4, 5, 6], [40, 50], [1, 1], [3, 1, 700]]) {
    const total = dims.reduce((a, b) => a * b, 1);
    for (const dtype of dtypeNames) {
      const code: Instruction[] = [
        { kind: "index", dtype },
        ...dims.map((_, dim): Instruction => ({ kind: "coordinate", dim, dtype })),
        { kind: "scalar", index: 1, dtype },
      ];
      const kernel: Kernel = {
        kind: "map",
        dims,
        body: { loads: [], code },
        stores: code.map((_, i) => ({ view: view(i, dtype, rowMajor(dims)), value: i })),
      };
      check(
        [kernel],
        code.map(() => numbers(dtype, new Array<number>(total).fill(0))),
        {
          scalars: [0, 3],
          what: `${dtype} ${dims.join("x")}`,
        },
      );
    }
  }
});

test("kernels hand values on through the arena", () => {
  const length = 100;
  const x = numbers(
    f32,
    Array.from({ length }, (_, i) => i),
  );
  const square = (from: number, to: number): Kernel => ({
    kind: "map",
    dims: [length],
    body: {
      loads: [{ external: from, offset: from < 0 ? 64 : 0, dtype: f32, strides: [1] }],
      code: [load(0, f32), { kind: "binary", op: "mul", a: 0, b: 0, dtype: f32 }],
    },
    stores: [{ view: { external: to, offset: to < 0 ? 64 : 0, dtype: f32, strides: [1] }, value: 1 }],
  });
  check([square(0, -1), square(-1, 1)], [x, x.slice()], { arenaBytes: 1024 });
});

test("empty spaces compute nothing", () => {
  const kernel: Kernel = {
    kind: "map",
    dims: [3, 0],
    body: { loads: [view(0, f32, [0, 1])], code: [load(0, f32)] },
    stores: [{ view: view(0, f32, [0, 1]), value: 0 }],
  };
  check([kernel], [numbers(f32, [])]);
});
