/**
 * The three kernels of convolution. They are the three ways to fill in one sum over images n, channels and taps k,
 *
 *     Σ x[n, c, o · stride + k · dilation − padding] · w[out, c, k] · y[n, out, o],
 *
 * with two of x, w and y given: `convolution` gives y, `convolutionInput` x (the transposed convolution), `convolutionWeight` w. So the
 * gradient of each with respect to one of its operands is another of them. There are always three dims of space, of which the first ones have
 * size 1 where there are fewer. What lies outside of x counts as 0. The size of the result is given too, since padding need not be the same
 * at both ends, and since several sizes of x have the same size of y. Sums are added in any order and, where the engine computes them of transformed
 * tiles (native/convolution_winograd.h), round as these do.
 */
import type { Builder } from "./builder.js";
import type { KernelRow, Dense } from "./kernel.js";
import type { Shaped } from "./shaped.js";

const attributes = [
  ...["strideD", "strideH", "strideW"],
  ...["paddingD", "paddingH", "paddingW"],
  ...["dilationD", "dilationH", "dilationW"],
  "groups",
  ...["sizeD", "sizeH", "sizeW"],
] as const;

type Three = readonly [number, number, number];

interface Geometry {
  readonly stride: Three;
  readonly padding: Three;
  readonly dilation: Three;
  readonly groups: number;
  readonly size: Three;
}

function geometryOf(values: readonly number[]): Geometry {
  const three = (from: number): Three => [values[from]!, values[from + 1]!, values[from + 2]!];
  return { stride: three(0), padding: three(3), dilation: three(6), groups: values[9]!, size: three(10) };
}

const dims = [0, 1, 2] as const;

/** Calls `f` with each position of a space of three dims. */
function eachPosition(sizes: readonly number[], f: (at: Three) => void): void {
  for (let d = 0; d < sizes[0]!; d++)
    for (let h = 0; h < sizes[1]!; h++) for (let w = 0; w < sizes[2]!; w++) f([d, h, w]);
}

/** Row-major number of an element of [n, c, d, h, w]. */
const numberOf = (sizes: readonly number[], n: number, c: number, at: Three): number =>
  (((n * sizes[1]! + c) * sizes[2]! + at[0]) * sizes[3]! + at[1]) * sizes[4]! + at[2];

/** Calls `f` with the numbers of the elements of x, w and y of each term of the sum. */
function eachTerm(
  [x, w, y]: readonly (readonly number[])[],
  { stride, padding, dilation, groups }: Geometry,
  f: (x: number, w: number, y: number) => void,
): void {
  const outPerGroup = y![1]! / groups;
  for (let n = 0; n < x![0]!; n++)
    for (let out = 0; out < y![1]!; out++)
      eachPosition(y!.slice(2), (o) => {
        for (let c = 0; c < w![1]!; c++)
          eachPosition(w!.slice(2), (k) => {
            const at = dims.map(
              (d) => o[d] * stride[d] + k[d] * dilation[d] - padding[d],
            ) as unknown as Three;
            if (dims.some((d) => at[d] < 0 || at[d] >= x![d + 2]!)) return;
            const channel = Math.floor(out / outPerGroup) * w![1]! + c;
            f(numberOf(x!, n, channel, at), numberOf(w!, out, c, k), numberOf(y!, n, out, o));
          });
      });
}

/** Along each dim: `before` and `after` elements of 0 are added or, where negative, elements left out. */
function padded<Value extends Shaped>(
  b: Builder<Value>,
  a: Value,
  before: readonly number[],
  after: readonly number[],
): Value {
  const cut = (n: number): number => Math.max(0, -n);
  const sizes = a.shape.map((size, d) => Math.max(0, size - cut(before[d]!) - cut(after[d]!)));
  const starts = a.shape.map((size, d) => Math.min(cut(before[d]!), size - sizes[d]!));
  const inner = b.slice(
    a,
    starts,
    sizes,
    a.shape.map(() => 1),
  );
  // Where more is left out than there is, padding of the other end is left out as well.
  const total = a.shape.map((size, d) => size + before[d]! + after[d]!);
  const front = before.map((n, d) => Math.min(Math.max(0, n), total[d]! - sizes[d]!));
  return b.pad(
    inner,
    front,
    total.map((size, d) => size - sizes[d]! - front[d]!),
    0,
  );
}

/** What tap k of each window of x sees, [n, groups, 1, c, d, h, w]. */
function seen<Value extends Shaped>(
  b: Builder<Value>,
  x: Value,
  k: Three,
  { stride, padding, dilation, groups }: Geometry,
  out: readonly number[],
): Value {
  const [n, channels, ...space] = x.shape;
  const first = dims.map((d) => k[d] * dilation[d] - padding[d]);
  const before = dims.map((d) => Math.max(0, -first[d]!));
  const last = dims.map((d) => first[d]! + (Math.max(1, out[d]!) - 1) * stride[d]);
  const after = dims.map((d) => Math.max(0, last[d]! + 1 - space[d]!));
  const wide = b.pad(x, [0, 0, ...before], [0, 0, ...after], 0);
  const starts = dims.map((d) => first[d]! + before[d]!);
  const values = b.slice(wide, [0, 0, ...starts], [n!, channels!, ...out], [1, 1, ...stride]);
  return b.reshape(values, [n!, groups, 1, channels! / groups, ...out]);
}

/** Of the weights those of tap k, [1, groups, out, c, 1, 1, 1]. */
function tap<Value extends Shaped>(b: Builder<Value>, w: Value, k: Three, groups: number): Value {
  const [out, c] = w.shape as [number, number];
  const values = b.slice(w, [0, 0, ...k], [out, c, 1, 1, 1], [1, 1, 1, 1, 1]);
  return b.reshape(values, [1, groups, out / groups, c, 1, 1, 1]);
}

/** The results, [n, groups, out, 1, d, h, w]. */
function grouped<Value extends Shaped>(b: Builder<Value>, y: Value, groups: number): Value {
  const [n, out, ...space] = y.shape;
  return b.reshape(y, [n!, groups, out! / groups, 1, ...space]);
}

/** The elements along the last three dims moved apart, zeros between them: element i lies at i · stride. */
function spread<Value extends Shaped>(b: Builder<Value>, a: Value, stride: Three): Value {
  let spread = a;
  for (const d of dims) {
    const { shape } = spread;
    const at = shape.length - 3 + d;
    const apart = b.reshape(spread, [...shape.slice(0, at + 1), 1, ...shape.slice(at + 1)]);
    const none = apart.shape.map(() => 0);
    const wide = b.pad(apart, none, none.with(at + 1, stride[d] - 1), 0);
    spread = b.reshape(wide, shape.with(at, shape[at]! * stride[d]));
  }
  return spread;
}

function sumOf<Value extends Shaped>(
  b: Builder<Value>,
  shape: readonly number[],
  like: Value,
  terms: readonly Value[],
): Value {
  const none = b.expand(b.scalar(0, like.dtype), shape);
  return terms.length === 0 ? none : terms.reduce((sum, term) => b.binary("add", sum, term));
}

function taps<T>(sizes: readonly number[], f: (k: Three) => T): T[] {
  const all: T[] = [];
  eachPosition(sizes, (k) => all.push(f(k)));
  return all;
}

function add(target: Dense, at: number, a: number, b: number): void {
  target.data[at]! += a * b;
}

const result = ([first]: readonly Shaped[], channels: readonly number[], { size }: Geometry): [Shaped] => [
  { dtype: first!.dtype, shape: [...channels, ...size] },
];

/** y of x [n, c · groups, d, h, w] and w [out, c, …k]: [n, out, …size]. */
export const convolution = {
  operands: ["x", "w"],
  results: ["y"],
  attributes,
  kinds: ["float"],
  infer: (operands, values) =>
    result(operands, [operands[0]!.shape[0]!, operands[1]!.shape[0]!], geometryOf(values)),
  cpp: {
    run: "convolve",
    check: "checkConvolution",
    scratch: "convolutionScratch",
    shared: "convolutionShared",
  },
  compose: (b, [x, w], values) => {
    const at = geometryOf(values);
    const shape = [x!.shape[0]!, w!.shape[0]!, ...at.size];
    const terms = taps(w!.shape.slice(2), (k) => {
      const products = b.binary("mul", seen(b, x!, k, at, at.size), tap(b, w!, k, at.groups));
      return b.reshape(b.reduce("sum", products, [3], false), shape);
    });
    return [sumOf(b, shape, x!, terms)];
  },
  js: ([x, w], [y], values) => {
    y!.data.fill(0);
    eachTerm([x!.dims, w!.dims, y!.dims], geometryOf(values), (i, j, k) => {
      add(y!, k, x!.data[i]!, w!.data[j]!);
    });
  },
} as const satisfies KernelRow;

/** x of y [n, out, d, h, w] and w [out, c, …k]: [n, c · groups, …size]. */
export const convolutionInput = {
  operands: ["y", "w"],
  results: ["x"],
  attributes,
  kinds: ["float"],
  infer: (operands, values) => {
    const at = geometryOf(values);
    return result(operands, [operands[0]!.shape[0]!, operands[1]!.shape[1]! * at.groups], at);
  },
  cpp: {
    run: "convolveInput",
    check: "checkConvolutionInput",
    scratch: "convolutionInputScratch",
    shared: "convolutionInputShared",
  },
  compose: (b, [y, w], values) => {
    const at = geometryOf(values);
    const { stride, padding, dilation, size } = at;
    const shape = [y!.shape[0]!, w!.shape[1]! * at.groups, ...size];
    const terms = taps(w!.shape.slice(2), (k) => {
      const products = b.binary("mul", grouped(b, y!, at.groups), tap(b, w!, k, at.groups));
      const sums = b.reduce("sum", products, [2], false);
      const places = spread(b, b.reshape(sums, [...shape.slice(0, 2), ...y!.shape.slice(2)]), stride);
      const before = dims.map((d) => k[d] * dilation[d] - padding[d]);
      const after = dims.map((d) => size[d] - places.shape[d + 2]! - before[d]!);
      return padded(b, places, [0, 0, ...before], [0, 0, ...after]);
    });
    return [sumOf(b, shape, y!, terms)];
  },
  js: ([y, w], [x], values) => {
    x!.data.fill(0);
    eachTerm([x!.dims, w!.dims, y!.dims], geometryOf(values), (i, j, k) => {
      add(x!, i, w!.data[j]!, y!.data[k]!);
    });
  },
} as const satisfies KernelRow;

/** w of x [n, c · groups, d, h, w] and y [n, out, d, h, w]: [out, c, …size]. */
export const convolutionWeight = {
  operands: ["x", "y"],
  results: ["w"],
  attributes,
  kinds: ["float"],
  infer: (operands, values) => {
    const at = geometryOf(values);
    return result(operands, [operands[1]!.shape[1]!, operands[0]!.shape[1]! / at.groups], at);
  },
  cpp: {
    run: "convolveWeight",
    check: "checkConvolutionWeight",
    scratch: "convolutionWeightScratch",
    shared: "convolutionWeightShared",
  },
  compose: (b, [x, y], values) => {
    const at = geometryOf(values);
    const shape = [y!.shape[1]!, x!.shape[1]! / at.groups, ...at.size];
    const terms = taps(at.size, (k) => {
      const products = b.binary("mul", seen(b, x!, k, at, y!.shape.slice(2)), grouped(b, y!, at.groups));
      const sums = b.reshape(b.reduce("sum", products, [0, 4, 5, 6], false), [...shape.slice(0, 2), 1, 1, 1]);
      const after = dims.map((d) => at.size[d] - 1 - k[d]);
      return b.pad(sums, [0, 0, ...k], [0, 0, ...after], 0);
    });
    return [sumOf(b, shape, x!, terms)];
  },
  js: ([x, y], [w], values) => {
    w!.data.fill(0);
    eachTerm([x!.dims, w!.dims, y!.dims], geometryOf(values), (i, j, k) => {
      add(w!, j, x!.data[i]!, y!.data[k]!);
    });
  },
} as const satisfies KernelRow;
