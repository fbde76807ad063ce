/** Softmax and its logarithm along a dim, and the ways back. */
import type { Builder } from "./builder.js";
import { type Dense, eachRow, type KernelRow } from "./kernel.js";
import type { Shaped } from "./shaped.js";

/** Sums along the dim, kept; a number has none. */
function sumAlong<Value extends Shaped>(b: Builder<Value>, x: Value, dim: number): Value {
  return x.shape.length === 0 ? x : b.reduce("sum", x, [dim], true);
}

/** x less the greatest along the dim, so that no exponential overflows. */
function shifted<Value extends Shaped>(b: Builder<Value>, x: Value, dim: number): Value {
  return b.binary("sub", x, x.shape.length === 0 ? x : b.reduce("max", x, [dim], true));
}

/** Calls `f` for each row along the dim with the positions of its elements. */
function eachRowOf(x: Dense, dim: number, f: (positions: readonly number[]) => void): void {
  eachRow(x.dims, dim, (at) => {
    f(Array.from({ length: x.dims[dim] ?? 1 }, (_, i) => at(i)));
  });
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

type Along = Pick<KernelRow, "attributes" | "results" | "kinds" | "infer">;

/** Along dim `attributes[0]` of the operands, which have one shape. */
const along = {
  results: ["y"],
  attributes: ["dim"],
  kinds: ["float"],
  infer: ([x]) => [x!],
} as const satisfies Along;

/** eˣ / Σ eˣ */
export const softmax = {
  ...along,
  operands: ["x"],
  cpp: { run: "softmax", check: "checkSoftmax", scratch: "softmaxScratch" },
  compose: (b, [x], [dim]) => {
    const e = b.unary("exp", shifted(b, x!, dim!));
    return [b.binary("div", e, sumAlong(b, e, dim!))];
  },
  js: ([x], [y], [dim]) => {
    eachRowOf(x!, dim!, (row) => {
      const greatest = Math.max(...row.map((i) => x!.data[i]!));
      const sum = sumOf(row.map((i) => Math.exp(x!.data[i]! - greatest)));
      for (const i of row) y!.data[i] = Math.exp(x!.data[i]! - greatest) / sum;
    });
  },
} as const satisfies KernelRow;

/** x − ln Σ eˣ */
export const logSoftmax = {
  ...along,
  operands: ["x"],
  cpp: { run: "logSoftmax", check: "checkSoftmax", scratch: "softmaxScratch" },
  compose: (b, [x], [dim]) => {
    const a = shifted(b, x!, dim!);
    return [b.binary("sub", a, b.unary("log", sumAlong(b, b.unary("exp", a), dim!)))];
  },
  js: ([x], [y], [dim]) => {
    eachRowOf(x!, dim!, (row) => {
      const greatest = Math.max(...row.map((i) => x!.data[i]!));
      const total = Math.log(sumOf(row.map((i) => Math.exp(x!.data[i]! - greatest))));
      for (const i of row) y!.data[i] = x!.data[i]! - greatest - total;
    });
  },
} as const satisfies KernelRow;

/** Of the gradient g of y = softmax(x) that of x: (g − Σ g y) y */
export const softmaxBackward = {
  ...along,
  operands: ["g", "y"],
  results: ["dx"],
  cpp: { run: "softmaxBackward", check: "checkSoftmaxBackward" },
  compose: (b, [g, y], [dim]) => {
    const mean = sumAlong(b, b.binary("mul", g!, y!), dim!);
    return [b.binary("mul", b.binary("sub", g!, mean), y!)];
  },
  js: ([g, y], [dx], [dim]) => {
    eachRowOf(g!, dim!, (row) => {
      const mean = sumOf(row.map((i) => g!.data[i]! * y!.data[i]!));
      for (const i of row) dx!.data[i] = (g!.data[i]! - mean) * y!.data[i]!;
    });
  },
} as const satisfies KernelRow;

/** Of the gradient g of y = ln softmax(x) that of x: g − eʸ Σ g */
export const logSoftmaxBackward = {
  ...along,
  operands: ["g", "y"],
  results: ["dx"],
  cpp: { run: "logSoftmaxBackward", check: "checkSoftmaxBackward", scratch: "softmaxScratch" },
  compose: (b, [g, y], [dim]) => [
    b.binary("sub", g!, b.binary("mul", b.unary("exp", y!), sumAlong(b, g!, dim!))),
  ],
  js: ([g, y], [dx], [dim]) => {
    eachRowOf(g!, dim!, (row) => {
      const sum = sumOf(row.map((i) => g!.data[i]!));
      for (const i of row) dx!.data[i] = g!.data[i]! - Math.exp(y!.data[i]!) * sum;
    });
  },
} as const satisfies KernelRow;
