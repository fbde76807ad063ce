/** Every elementwise operation on every dtype it has, special values included, equals plain JavaScript. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Instruction, Kernel } from "../../src/engine/program.js";
import type { Numbers, Tolerance } from "./programs.js";
import { check, elementOf, engines, execute, load, numbers, randomizer, typeOf, view } from "./programs.js";
import { type DTypeName, dtypeNames, dtypes, isComputed, wholeRange } from "../../src/primitives/dtypes.js";
import { binary, isDefinedFor, unary, type UnaryOp } from "../../src/primitives/elementwise.js";
import { binaryOps, unaryOps } from "../../src/primitives/table.js";

const unaryOf = (dtype: DTypeName) => unaryOps.filter((op) => isDefinedFor(unary[op], dtype));
const binaryOf = (dtype: DTypeName, result: "same" | "bool") =>
  binaryOps.filter((op) => binary[op].result === result && isDefinedFor(binary[op], dtype));

const special = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  Infinity,
  -Infinity,
  NaN,
  1e-40,
  -1e-40,
  1e-30,
  1e30,
  -1e30,
  88,
  -88,
  104,
  -104,
  3.4e38,
];

function floats(dtype: "float32" | "float64", seed: number): Numbers {
  const random = randomizer(seed);
  const spread = [1, 10, 100].flatMap((range) =>
    Array.from({ length: 300 }, () => (random() * 2 - 1) * range),
  );
  const magnitudes = Array.from({ length: 100 }, () => (random() - 0.5) * 2 ** (random() * 60 - 30));
  return numbers(dtype, [...special, ...spread, ...magnitudes]);
}

/** Numbers about 0, of the dtype's whole range, and its ends. */
function integers(dtype: DTypeName, seed: number): Numbers {
  const random = randomizer(seed);
  const bits = 8 * numbers(dtype, [0]).BYTES_PER_ELEMENT;
  const small = Array.from({ length: 200 }, () => Math.floor(random() * 21) - 10);
  const large = Array.from(
    { length: 100 },
    () => BigInt(Math.floor((random() - 0.5) * 2 ** 53)) << BigInt(Math.max(0, bits - 53)),
  );
  const most = 1n << BigInt(bits - 1);
  return numbers(dtype, [0, 1, -1, most - 1n, -most, 255, ...small, ...large]);
}

/** Applies one instruction to whole arrays. */
function apply(
  inputs: readonly Numbers[],
  instruction: Instruction,
): { kernels: Kernel[]; externals: Numbers[] } {
  const length = inputs[0]!.length;
  const code = [...inputs.map((values, i) => load(i, typeOf(values))), instruction];
  const out = numbers(instruction.dtype, new Array<number>(length).fill(0));
  const kernel: Kernel = {
    kind: "map",
    dims: [length],
    body: { loads: inputs.map((values, i) => view(i, typeOf(values), [1])), code },
    stores: [{ view: view(inputs.length, instruction.dtype, [1]), value: inputs.length }],
  };
  return { kernels: [kernel], externals: [...inputs, out] };
}

function checkApply(
  inputs: readonly Numbers[],
  instruction: Instruction,
  what: string,
  tolerance: Tolerance = {},
): void {
  const { kernels, externals } = apply(inputs, instruction);
  check(kernels, externals, { what, tolerance });
}

const close: Tolerance = { float32: 3, float64: 6 };
/** ln Γ and its derivative are sums of terms about as large as 10, also where they are nearly 0. */
const closeOf = (op: UnaryOp): Tolerance =>
  op === "lgamma" || op === "digamma" ? { ...close, absolute: 1e-14 } : loose.has(op) ? wide : close;
/** Polynomials of the degree that the second operand says, which has to be a small one. */
const polynomials = new Set<string>([
  "chebyshevT",
  "chebyshevU",
  "chebyshevV",
  "chebyshevW",
  "hermiteH",
  "hermiteHe",
  "laguerre",
  "legendre",
]);
/** What is made of exponentials of squares and angles, whose last bits grow with their argument. */
const loose = new Set<string>([
  ..."erfc erfcx erfinv ndtri i0e i1e k0e k1e besselJ0 besselJ1 besselY0 besselY1 airyAi igamma igammac".split(
    " ",
  ),
  ...polynomials,
]);
const wide: Tolerance = { float32: 3, float64: 8192, absolute: 1e-14 };

for (const dtype of ["float32", "float64"] as const) {
  test(`unary operations on ${dtype}`, () => {
    const x = floats(dtype, 1);
    for (const op of unaryOf(dtype)) {
      const result = unary[op].result === "bool" ? "bool" : dtype;
      checkApply([x], { kind: "unary", op, a: 0, dtype: result }, `${op} ${dtype}`, closeOf(op));
    }
  });

  test(`binary operations on ${dtype}`, () => {
    const x = floats(dtype, 2);
    const y = numbers(
      dtype,
      [...x].map((_, i) => x[(i * 7 + 3) % x.length]!),
    );
    const small = numbers(
      dtype,
      [...x].map((v) => Math.max(-30, Math.min(30, Math.round(Number(v) * 4) / 4))),
    );
    for (const op of binaryOf(dtype, "same")) {
      const tolerance = loose.has(op) ? wide : close;
      if (polynomials.has(op)) {
        const [at, degrees] = [x, x].map((list, k) =>
          numbers(
            dtype,
            [...list].map((v) =>
              k === 0 ? Math.max(-3, Math.min(3, Number(v))) : Math.max(-2, Math.min(20, Number(v))),
            ),
          ),
        ) as [Numbers, Numbers];
        const what = { kind: "binary", op, a: 0, b: 1, dtype } as const;
        checkApply([at, degrees], what, `${op} ${dtype}`, { float32: 3, float64: 8192, absolute: 1e-11 });
        continue;
      }
      checkApply([x, y], { kind: "binary", op, a: 0, b: 1, dtype }, `${op} ${dtype}`, tolerance);
      checkApply(
        [y, small],
        { kind: "binary", op, a: 0, b: 1, dtype },
        `${op} ${dtype} by small numbers`,
        tolerance,
      );
    }
    for (const op of binaryOf(dtype, "bool")) {
      checkApply([x, y], { kind: "binary", op, a: 0, b: 1, dtype: "bool" }, `${op} ${dtype}`);
      checkApply([x, x], { kind: "binary", op, a: 0, b: 1, dtype: "bool" }, `${op} ${dtype} with itself`);
    }
  });
}

test("every special value against every other", () => {
  const pairs = special.flatMap((x) => special.map((y) => [x, y] as const));
  for (const dtype of ["float32", "float64"] as const) {
    const x = numbers(
      dtype,
      pairs.map((p) => p[0]),
    );
    const y = numbers(
      dtype,
      pairs.map((p) => p[1]),
    );
    for (const op of binaryOf(dtype, "same"))
      if (!polynomials.has(op))
        checkApply(
          [x, y],
          { kind: "binary", op, a: 0, b: 1, dtype },
          `${op} ${dtype}`,
          loose.has(op) ? wide : close,
        );
  }
});

for (const dtype of ["int32", "int64"] as const) {
  test(`${dtype} arithmetic wraps, and dividing by zero gives zero`, () => {
    const x = integers(dtype, 3);
    const y = numbers(
      dtype,
      [...x].map((_, i) => x[(i * 5 + 2) % x.length]!),
    );
    const exponent = numbers(
      dtype,
      [...x].map((v) => BigInt(v) % 8n),
    );
    for (const op of binaryOf(dtype, "same").filter((each) => each !== "pow")) {
      checkApply([x, y], { kind: "binary", op, a: 0, b: 1, dtype }, `${op} ${dtype}`);
      checkApply([y, exponent], { kind: "binary", op, a: 0, b: 1, dtype }, `${op} ${dtype} by small numbers`);
    }
    checkApply([x, exponent], { kind: "binary", op: "pow", a: 0, b: 1, dtype }, `pow ${dtype}`);
    for (const op of binaryOf(dtype, "bool"))
      for (const other of [y, exponent])
        checkApply([x, other], { kind: "binary", op, a: 0, b: 1, dtype: "bool" }, `${op} ${dtype}`);
    for (const op of unaryOf(dtype)) {
      const result = unary[op].result === "bool" ? "bool" : dtype;
      checkApply([x], { kind: "unary", op, a: 0, dtype: result }, `${op} ${dtype}`);
    }
  });
}

test("bool logic", () => {
  const x = numbers(
    "bool",
    Array.from({ length: 77 }, (_, i) => i & 1),
  );
  const y = numbers(
    "bool",
    Array.from({ length: 77 }, (_, i) => i & 2),
  );
  for (const op of [...binaryOf("bool", "same"), ...binaryOf("bool", "bool")])
    checkApply([x, y], { kind: "binary", op, a: 0, b: 1, dtype: "bool" }, op);
  for (const op of unaryOf("bool")) checkApply([x], { kind: "unary", op, a: 0, dtype: "bool" }, op);
});

/** The ends of the integers' ranges and what lies about them; halves between neighbours of the narrow floats, their ends and subnormals. */
const castEdges = [
  ...dtypeNames.filter((dtype) => dtypes[dtype].kind === "int").flatMap((dtype) => wholeRange(dtype)),
  ...[
    2 ** 31,
    2 ** 32,
    -(2 ** 31) - 1,
    2147483520,
    2 ** 40 + 512,
    2 ** 62,
    2 ** 63,
    -(2 ** 63),
    2 ** 64,
    1e30,
    -1e30,
  ],
  ...[0.99, -0.99, 255.9, 256, 300, -1, -300, 127.5, 128, -129],
  ...[2049, 2051, 65504, 65519.99, 65520, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -40],
  ...[2 ** -14, 2 ** -14 - 2 ** -25, 2 ** -24, 2 ** -25, 3 * 2 ** -25, 2 ** -26, 1023.5 * 2 ** -24],
  ...[257, 259, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.39e38, 2 ** -126, 2 ** -133, 2 ** -134, 3 * 2 ** -134],
];

for (const from of dtypeNames) {
  test(`casts from ${from} round to the nearest, truncate, saturate or wrap, and turn NaN into 0`, () => {
    const { kind } = dtypes[from];
    const edges = castEdges.flatMap((x) => [x, -x]);
    const x =
      kind === "float"
        ? numbers(from, [...edges, ...special, ...floats("float64", 4)].map(Number))
        : kind === "int"
          ? integers(from, 5)
          : numbers(from, [0, 1, 1, 0, 1]);
    for (const dtype of dtypeNames) checkApply([x], { kind: "cast", a: 0, dtype }, `${from} to ${dtype}`);
  });
}

test("every float16 and bfloat16 is what its bits say, and casts back to them", () => {
  for (const dtype of ["float16", "bfloat16"] as const) {
    const x = numbers(dtype, new Array<number>(65536).fill(0));
    for (let i = 0; i < 65536; i++) x[i] = i;
    checkApply([x], { kind: "cast", a: 0, dtype: "float32" }, `${dtype} to float32`);
    const wide = numbers(
      "float32",
      Array.from(x, (_, i) => Number(elementOf(x, i))),
    );
    checkApply([wide], { kind: "cast", a: 0, dtype }, `float32 to ${dtype}`);
  }
});

test("what engines only store has no arithmetic", () => {
  for (const dtype of dtypeNames.filter((each) => !isComputed(each))) {
    assert.deepEqual(unaryOf(dtype), []);
    assert.deepEqual([...binaryOf(dtype, "same"), ...binaryOf(dtype, "bool")], []);
    const x = numbers(dtype, [1, 2, 3]);
    for (const engine of engines) {
      const { kernels, externals } = apply([x], { kind: "unary", op: "neg", a: 0, dtype });
      assert.throws(() => execute(engine, kernels, externals), /not defined for the dtype/);
    }
  }
});

test("select takes one of two values of any dtype", () => {
  const length = 130;
  const condition = numbers(
    "bool",
    Array.from({ length }, (_, i) => i % 3),
  );
  for (const dtype of dtypeNames) {
    const x = numbers(
      dtype,
      Array.from({ length }, (_, i) => i),
    );
    const y = numbers(
      dtype,
      Array.from({ length }, (_, i) => (i % 5 ? -i : 0)),
    );
    checkApply([condition, x, y], { kind: "select", condition: 0, a: 1, b: 2, dtype }, `select ${dtype}`);
  }
});

test("every length from 0 to 70, and lengths about a tile", () => {
  for (const length of [...Array(71).keys(), 191, 192, 193, 1023, 1024, 1025, 5000]) {
    const x = numbers(
      "float32",
      Array.from({ length }, (_, i) => i / 7 - 3),
    );
    checkApply([x], { kind: "unary", op: "tanh", a: 0, dtype: "float32" }, `length ${length}`, close);
    checkApply([x, x], { kind: "binary", op: "lt", a: 0, b: 1, dtype: "bool" }, `length ${length}`);
  }
});
