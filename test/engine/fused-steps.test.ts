/**
 * Runs of arithmetic on float32 that the native engine makes machine code of, and the WebAssembly engine where there are many points: random bodies, more values than there are registers and arrays than
 * there are pointers, what is computed between by other means, stores over operands, tails.
 */
import { test } from "node:test";
import type { Instruction, Kernel, Store } from "../../src/engine/program.js";
import type { BinaryOp } from "../../src/primitives/elementwise.js";
import { check, load, numbers, randomizer, view } from "./programs.js";

const f32 = "float32" as const;
const ring = ["add", "sub", "mul", "max", "min", "mul"] as const;
const special = [0, -0, Infinity, -Infinity, NaN, 1e-42, -3e38, 1, -1];

/** Programs of one map over vectors: external i is loaded by instruction i, and those from `updated` on are stored to. */
function randomBody(
  random: () => number,
  { n, inputs, steps, divides = true }: { n: number; inputs: number; steps: number; divides?: boolean },
): { kernel: Kernel; externals: Float32Array[]; scalars: number[] } {
  const int = (most: number): number => Math.floor(random() * most);
  const one = <T>(list: readonly T[]): T => list[int(list.length)]!;
  const loads = Array.from({ length: inputs }, (_, i) => view(i, f32, [1]));
  const code: Instruction[] = loads.map((_, i) => load(i, f32));
  const scalars = [0.5, -2, 3.25];
  scalars.forEach((_, index) => code.push({ kind: "scalar", index, dtype: f32 }));
  const values = code.map((_, i) => i);
  // Mostly what was made a short while ago, so that chains are long; now and then something old.
  const pick = (): number =>
    int(3) === 0 ? one(values) : values[values.length - 1 - int(Math.min(6, values.length))]!;
  const push = (instruction: Instruction): number => code.push(instruction) - 1;
  for (let i = 0; i < steps; i++) {
    const way = int(12);
    if (way < 7) {
      const op = one(divides ? ([...ring, "div"] as const) : ring);
      values.push(push({ kind: "binary", op, a: pick(), b: pick(), dtype: f32 }));
    } else if (way < 9) {
      const op = one(
        divides ? (["neg", "abs", "sqrt", "reciprocal"] as const) : (["neg", "abs", "sqrt"] as const),
      );
      values.push(push({ kind: "unary", op, a: pick(), dtype: f32 }));
    } else if (way < 11) {
      const op = one(["eq", "ne", "lt", "le", "gt", "ge"] as const satisfies readonly BinaryOp[]);
      const condition = push({ kind: "binary", op, a: pick(), b: pick(), dtype: "bool" });
      values.push(push({ kind: "select", condition, a: pick(), b: pick(), dtype: f32 }));
      if (int(4) === 0) values.push(push({ kind: "select", condition, a: pick(), b: pick(), dtype: f32 }));
      if (int(6) === 0) values.push(push({ kind: "cast", a: condition, dtype: f32 }));
    } else {
      // Exact, and not among what is fused.
      values.push(
        push({ kind: "unary", op: one(["floor", "sign", "trunc"] as const), a: pick(), dtype: f32 }),
      );
    }
  }
  const stores: Store[] = [{ view: view(inputs, f32, [1]), value: code.length - 1 }];
  // Over operands too, each at most once.
  for (let i = 0; i < inputs; i++)
    if (int(3) === 0) stores.push({ view: view(i, f32, [1]), value: one(values) });
  const number = (): number => (int(12) === 0 ? one(special) : int(400) / 16 - 12);
  const externals = Array.from({ length: inputs + 1 }, () => numbers(f32, Array.from({ length: n }, number)));
  return { kernel: { kind: "map", dims: [n], body: { loads, code }, stores }, externals, scalars };
}

/** Equal but for the last place where a NaN or an infinity is not met differently: every step is exact or rounded once. */
const exact = { float32: 0.5 };

test("random bodies give what single steps give, with special values, stores over operands and tails", () => {
  const random = randomizer(41);
  for (let round = 0; round < 400; round++) {
    const n = [1, 15, 16, 17, 64, 200, 1000, 1024, 1030, 3000][round % 10]!;
    const { kernel, externals, scalars } = randomBody(random, {
      n,
      inputs: 1 + Math.floor(random() * 5),
      steps: 2 + Math.floor(random() * 14),
    });
    check([kernel], externals, { scalars, tolerance: exact, what: `round ${round}, ${n} points` });
  }
});

test("bodies with more values and arrays than a processor has registers", () => {
  const random = randomizer(43);
  for (let round = 0; round < 60; round++) {
    const { kernel, externals, scalars } = randomBody(random, {
      n: [37, 512, 2000][round % 3]!,
      inputs: 8 + Math.floor(random() * 12),
      steps: 60 + Math.floor(random() * 120),
      // The greater of 0 and -0 may be either, which only a division would show.
      divides: false,
    });
    check([kernel], externals, { scalars, tolerance: exact, what: `round ${round}` });
  }
});

test("many points, of which WebAssembly makes modules", () => {
  const random = randomizer(47);
  for (let round = 0; round < 14; round++) {
    const { kernel, externals, scalars } = randomBody(random, {
      n: [32768, 33333, 40000][round % 3]!,
      inputs: 1 + (round % 7),
      steps: round % 7 === 6 ? 150 : 2 + Math.floor(random() * 14),
      divides: round % 7 !== 6,
    });
    check([kernel], externals, { scalars, tolerance: exact, what: `round ${round}` });
  }
});

test("one over a root, of what was computed before and of memory", () => {
  const n = 1234;
  const code: Instruction[] = [
    load(0, f32),
    { kind: "unary", op: "rsqrt", a: 0, dtype: f32 },
    { kind: "binary", op: "mul", a: 1, b: 0, dtype: f32 },
    { kind: "unary", op: "abs", a: 2, dtype: f32 },
    { kind: "unary", op: "rsqrt", a: 3, dtype: f32 },
  ];
  const stores = [1, 4].map((value, i) => ({ view: view(i + 1, f32, [1]), value }));
  const x = numbers(
    f32,
    Array.from({ length: n }, (_, i) => i / 16),
  );
  const kernel: Kernel = { kind: "map", dims: [n], body: { loads: [view(0, f32, [1])], code }, stores };
  // Two roundings where the reference has one.
  check([kernel], [x, x.slice(), x.slice()], { tolerance: { float32: 2 } });
});

test("an optimizer's update: three arrays change in place, each of what the others were", () => {
  const n = 5000;
  const given = (i: number) =>
    numbers(
      f32,
      Array.from({ length: n }, (_, j) => Math.abs(((j * 7 + i * 13) % 31) / 8 - (i === 2 ? 0 : 2))),
    );
  const loads = [0, 1, 2, 3].map((i) => view(i, f32, [1]));
  const code: Instruction[] = [
    ...loads.map((_, i) => load(i, f32)),
    ...[0, 1, 2].map((index) => ({ kind: "scalar", index, dtype: f32 }) as const),
  ];
  const push = (instruction: Instruction): number => code.push(instruction) - 1;
  const binary = (op: BinaryOp, a: number, b: number): number =>
    push({ kind: "binary", op, a, b, dtype: f32 });
  const mean = binary("add", binary("mul", 1, 4), binary("mul", 3, 5));
  const square = binary("add", binary("mul", 2, 4), binary("mul", binary("mul", 3, 3), 5));
  const root = binary("add", push({ kind: "unary", op: "sqrt", a: square, dtype: f32 }), 6);
  const next = binary("sub", 0, binary("mul", binary("div", mean, root), 5));
  const stores = [mean, square, next].map((value, i) => ({ view: view([1, 2, 0][i]!, f32, [1]), value }));
  const kernel: Kernel = { kind: "map", dims: [n], body: { loads, code }, stores };
  check([kernel], [0, 1, 2, 3].map(given), { scalars: [0.75, 0.25, 1e-3], tolerance: exact });
});
