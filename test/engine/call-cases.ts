/**
 * What each kernel of the table is called with in tests: sizes at which each of its ways is taken.
 */
import { type DTypeName, dtypeNames, dtypes, isComputed } from "../../src/primitives/dtypes.js";
import { into } from "../../src/primitives/indexed.js";
import { type KernelOp, kernels } from "../../src/primitives/kernels.js";
import type { Call, Operand } from "./call-programs.js";
import { matrixCases, pivotCases, reflectionCases, spectralCases, transformCases } from "./matrix-cases.js";
import { randomizer, rowMajor } from "./programs.js";

/** Rows that are short, of a few and of many entries, and more columns than are carried together. */
const shapes: readonly (readonly [dims: readonly number[], dim: number])[] = [
  [[], 0],
  [[1], 0],
  [[40], 0],
  [[41], 0],
  [[3, 100, 5], 1],
  [[2, 300], 1],
  [[4, 700], 0],
];
/** Rows that all threads sort together. */
const longRows: typeof shapes = [
  [[70_001], 0],
  [[65_536, 2], 0],
];
const special = [NaN, Infinity, -Infinity, 0, -0, 1e-40, 3e9, -3e9, 1, 1, 2];

function attributesOf(op: KernelOp, dims: readonly number[], dim: number): readonly (readonly number[])[] {
  const n = dims[dim] ?? 1;
  if (op === "sort")
    return [0, 1].flatMap((descending) =>
      [n, Math.ceil(n / 3), Math.ceil(n / 20)].map((count) => [dim, descending, count]),
    );
  if (op === "linearRecurrence") return [0, 1].map((reversed) => [dim, reversed]);
  return [[dim]];
}

function values(op: KernelOp, dtype: DTypeName, size: number, random: () => number): number[] {
  if (dtype === "bool") return Array.from({ length: size }, () => Number(random() < 0.5));
  const isWhole = dtypes[dtype].kind === "int";
  // Products and recurrences of long rows stay in range; their order of operations is that of the row, so no tolerance is needed.
  if (op === "cumprod" || op === "linearRecurrence")
    return Array.from({ length: size }, () => (isWhole ? 1 - 2 * Math.round(random()) : 2 * random() - 1));
  return Array.from({ length: size }, () =>
    !isWhole && random() < 0.1 && op !== "cumsum"
      ? special[Math.floor(random() * special.length)]!
      : Math.round((random() - 0.5) * (random() < 0.3 ? 10 : 2000)) / (isWhole ? 1 : 8),
  );
}

export const sizeOf = (dims: readonly number[]): number => dims.reduce((n, size) => n * size, 1);

/** Positions of a table of so many rows, from the front and from the end. */
function positions(size: number, rows: number, random: () => number): number[] {
  return Array.from({ length: size }, () => Math.floor(random() * 2 * rows) - rows);
}

/** Sizes of a table, the dim of its rows, and how many of these are read or added to. */
const tables: readonly (readonly [dims: readonly number[], dim: number, count: number])[] = [
  [[], 0, 1],
  [[6], 0, 5],
  [[6, 4], 0, 6],
  [[3, 6], 1, 7],
  [[2, 3, 6, 5], 2, 4],
  [[6, 40], 0, 300],
  [[37, 30], 1, 45],
  [[16, 9], 1, 3],
];

/** The operands of a gather or scatter, and of their like that have a position for each entry. */
function* indexedCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  const whole = op === "take" || op === "takeAdd" || op === "takeInto";
  const adds = kernels[op].updates === true;
  const hows = op === "scatterInto" || op === "takeInto" ? Object.values(into) : [null];
  for (const [dims, dim, count] of tables) {
    if (whole && dims.length === 0) continue;
    const rows = dims[dim] ?? 1;
    const indexDims = whole ? [count, 1] : dims.length === 0 ? [] : dims.with(dim, count);
    const pointDims = whole ? [...dims.slice(0, dim), ...indexDims, ...dims.slice(dim + 1)] : indexDims;
    const at = positions(sizeOf(indexDims), rows, random);
    const table = Array.from({ length: sizeOf(dims) }, (_, i) => i % 7);
    // Powers of 2, so that products are exact.
    const source = Array.from({ length: sizeOf(pointDims) }, (_, i) =>
      hows.length > 1 ? [1, -1, 2, 1, -2, 1, -1][i % 7]! : i % 5,
    );
    const others: Operand[] = adds ? [{ dtype, dims: pointDims, values: source }] : [];
    const scalars = op === "takeAdd" ? [1, -2] : [0];
    for (const [scalar, how] of scalars.flatMap((each) => hows.map((way) => [each, way] as const))) {
      const attributes = how === null ? [dim] : [dim, how];
      const call = { op, attributes, scalars: op === "takeAdd" ? [scalar] : [] };
      const x: Operand = { dtype, dims, values: table };
      const index: Operand = { dtype: count % 2 === 0 ? "int32" : "int64", dims: indexDims, values: at };
      yield { ...call, operands: [x, index, ...others] };
      // Positions that follow one another.
      yield { ...call, operands: [x, { ...index, values: at.map((_, i) => i % rows) }, ...others] };
      // Through strides: one position for all columns, and a table and a source that run backwards.
      const shared = indexDims.map((_, d) =>
        whole || d > dim ? 0 : sizeOf(indexDims.slice(d + 1, dim + 1)),
      );
      const backwards = (operand: Operand): Operand => ({
        ...operand,
        offset: sizeOf(operand.dims) - 1,
        strides: rowMajor(operand.dims).map((stride) => -stride),
      });
      yield {
        ...call,
        operands: [adds ? x : backwards(x), { ...index, strides: shared }, ...others.map(backwards)],
      };
    }
  }
}

function* alongDimCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const [dims, dim] of op === "sort" ? [...shapes, ...longRows] : shapes) {
    for (const attributes of attributesOf(op, dims, dim)) {
      const operands = kernels[op].operands.map(() => ({
        dtype,
        dims,
        values: values(op, dtype, sizeOf(dims), random),
      }));
      yield { op, operands, attributes, scalars: [] };
    }
  }
}

function* positionCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const n of [1, 0, 3000]) {
    const index: Operand = { dtype, dims: [n], values: positions(n, 6, random) };
    yield { op, operands: [index], attributes: [6], scalars: [] };
  }
}

/** Sizes of a convolution: of x [n, c · groups, …], of w [out, c, …], and stride, padding, dilation and size of y along each dim of space. */
interface Convolution {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly stride?: readonly [number, number, number];
  readonly padding?: readonly [number, number, number];
  readonly dilation?: readonly [number, number, number];
  readonly groups?: number;
  /** Beyond what fits; negative where less is computed. */
  readonly more?: readonly [number, number, number];
}

/** Few channels and many, lanes that are not filled, one image and several in a piece of work, bands, and taps in several blocks; winograd.test.ts has the others. */
const convolutions: readonly Convolution[] = [
  { x: [2, 3, 1, 6, 7], w: [4, 3, 1, 3, 2] },
  { x: [1, 2, 1, 9, 20], w: [3, 2, 1, 3, 3], padding: [0, 1, 1] },
  { x: [2, 4, 1, 12, 19], w: [6, 2, 1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1], groups: 2 },
  {
    x: [3, 3, 1, 1, 40],
    w: [3, 1, 1, 1, 5],
    stride: [1, 1, 3],
    padding: [0, 0, 4],
    dilation: [1, 1, 2],
    groups: 3,
  },
  { x: [1, 2, 5, 6, 7], w: [20, 2, 2, 3, 3], stride: [2, 1, 3], padding: [1, 0, 2], dilation: [2, 1, 1] },
  { x: [5, 40, 1, 4, 4], w: [33, 40, 1, 3, 2], padding: [0, 1, 1] },
  { x: [2, 1, 1, 8, 8], w: [17, 1, 1, 1, 1], stride: [1, 3, 2] },
  { x: [1, 2, 1, 5, 5], w: [2, 2, 1, 2, 2], stride: [1, 2, 2], padding: [0, -1, 1], more: [0, 1, 1] },
  { x: [2, 2, 1, 6, 9], w: [2, 2, 1, 3, 3], padding: [0, 2, 1], more: [0, -2, 1] },
  { x: [2, 2, 1, 3, 3], w: [3, 2, 1, 3, 3], stride: [1, 4, 5] },
  { x: [1, 8, 1, 40, 40], w: [9, 8, 1, 5, 5], padding: [0, 2, 2] },
  { x: [2, 18, 1, 11, 16], w: [20, 18, 1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1] },
  { x: [2, 20, 1, 7, 13], w: [17, 20, 1, 2, 2], stride: [1, 2, 3] },
  { x: [1, 40, 1, 48, 48], w: [4, 40, 1, 1, 1] },
  { x: [0, 2, 1, 3, 3], w: [3, 2, 1, 2, 2] },
  { x: [2, 0, 1, 3, 3], w: [3, 0, 1, 2, 2] },
  { x: [2, 2, 1, 2, 2], w: [3, 2, 1, 3, 3] },
];

/** Whole numbers, so that sums are exact in whatever order. */
function* convolutionCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const each of convolutions) {
    const { x, w, stride = [1, 1, 1], padding = [0, 0, 0], dilation = [1, 1, 1], groups = 1 } = each;
    const space = [0, 1, 2].map((d) => {
      const window = (w[d + 2]! - 1) * dilation[d]! + 1;
      const size = Math.floor((x[d + 2]! + 2 * padding[d]! - window) / stride[d]!) + 1;
      return Math.max(0, size + (each.more?.[d] ?? 0));
    });
    const y = [x[0]!, w[0]!, ...space];
    const [operands, size] = {
      convolution: [[x, w], y] as const,
      convolutionInput: [[y, w], x] as const,
      convolutionWeight: [[x, y], w] as const,
    }[op as "convolution"];
    yield {
      op,
      operands: operands.map((dims) => ({
        dtype,
        dims,
        values: Array.from({ length: sizeOf(dims) }, () => Math.round(random() * 8) - 4),
      })),
      attributes: [...stride, ...padding, ...dilation, groups, ...size.slice(2)],
      scalars: [],
    };
  }
}

/** Sizes of x [planes, d, h, w], and window, stride, padding, dilation and size of the result; without a window an adaptive pool. */
const pools: readonly (readonly [x: readonly number[], ...rest: (readonly [number, number, number])[]])[] = [
  [
    [3, 1, 6, 7],
    [1, 2, 2],
    [1, 2, 2],
    [0, 0, 0],
    [1, 1, 1],
    [1, 3, 3],
  ],
  [
    [2, 1, 9, 40],
    [1, 3, 3],
    [1, 1, 1],
    [0, 1, 1],
    [1, 1, 1],
    [1, 9, 40],
  ],
  [
    [2, 1, 9, 21],
    [1, 3, 4],
    [1, 3, 3],
    [0, 1, 2],
    [1, 2, 1],
    [1, 3, 8],
  ],
  [
    [1, 4, 5, 6],
    [2, 2, 3],
    [2, 1, 2],
    [1, 0, 1],
    [1, 2, 1],
    [3, 3, 3],
  ],
  [
    [1, 1, 1, 700],
    [1, 1, 2],
    [1, 1, 2],
    [0, 0, 0],
    [1, 1, 1],
    [1, 1, 350],
  ],
  [
    [4, 3, 5, 7],
    [2, 3, 4],
  ],
  [
    [2, 1, 1, 5],
    [1, 1, 8],
  ],
  [
    [0, 1, 4, 4],
    [1, 2, 2],
    [1, 2, 2],
    [0, 0, 0],
    [1, 1, 1],
    [1, 2, 2],
  ],
  // Windows of 2 × 2 side by side, in rows of one and several vectors, with a column and a line left over.
  ...[
    [3, 1, 7, 69],
    [2, 1, 4, 29],
    [2, 1, 6, 15],
    [2, 1, 5, 8],
  ].map(
    (dims) =>
      [dims, [1, 2, 2], [1, 2, 2], [0, 0, 0], [1, 1, 1], [1, dims[2]! >> 1, dims[3]! >> 1]] as readonly [
        number[],
        ...[number, number, number][],
      ],
  ),
  // Lines, windows and windows with gaps that are longer than what is computed at once.
  [
    [2, 1, 3, 1500],
    [1, 2, 3],
    [1, 1, 1],
    [0, 0, 1],
    [1, 1, 1],
    [1, 2, 1500],
  ],
  [
    [1, 1, 2, 2900],
    [1, 2, 1400],
    [1, 1, 50],
    [0, 0, 25],
    [1, 1, 2],
    [1, 1, 3],
  ],
  [
    [1, 2, 3, 2500],
    [1, 2, 2],
  ],
];

function* poolCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const [dims, ...rest] of pools) {
    const one = [1, 1, 1];
    const attributes =
      rest.length === 1
        ? [...one, ...one, 0, 0, 0, ...one, 1, ...rest[0]!]
        : [...rest.slice(0, 4).flat(), 0, ...rest[4]!];
    const operand: Operand = { dtype, dims, values: values(op, dtype, sizeOf(dims), random) };
    yield { op, operands: [operand], attributes, scalars: [] };
  }
}

/** Planes and points, and elements of a plane: several points at one element, and enough for several threads. */
const pooled: readonly (readonly [planes: number, points: number, size: number])[] = [
  [3, 5, 7],
  [0, 4, 4],
  [2, 0, 3],
  [40, 900, 1000],
];

function* poolBackwardCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const [planes, points, size] of pooled) {
    const dims = [planes, points];
    const g = { dtype, dims, values: numbersOf(dims, () => Math.round(random() * 8) - 4) };
    const indices: Operand = {
      dtype: "int32",
      dims,
      values: numbersOf(dims, () => Math.floor(random() * size)),
    };
    yield { op, operands: [g, indices], attributes: [size], scalars: [] };
  }
}

/** Images, channels, rows, entries of a row, tables, taps and points: rows of one element, side by side or not, and of several; more rows than go together. */
const tapped: readonly (readonly number[])[] = [
  [1, 1, 5, 1, 1, 2, 7],
  [2, 3, 6, 1, 1, 2, 33],
  [2, 20, 37, 1, 2, 4, 50],
  [3, 40, 28, 1, 1, 3, 56],
  [4, 17, 9, 1, 2, 1, 5],
  [2, 3, 5, 4, 2, 3, 6],
  [1, 2, 30, 70, 1, 20, 8],
  [0, 3, 4, 1, 1, 2, 3],
  [2, 3, 4, 1, 1, 2, 0],
  [2, 0, 4, 2, 2, 2, 3],
];

function* tapsCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const [batch, channels, rows, inner, tables, count, points] of tapped as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ][]) {
    const some = (...dims: number[]): Operand => floatsOf(dtype, dims, () => 2 * random() - 1);
    const table = [tables, count, points];
    // Some lie outside.
    const index: Operand = {
      dtype: "int32",
      dims: table,
      values: numbersOf(table, () => Math.floor(random() * (rows + 2)) - 1),
    };
    const [x, g, factors] = [
      some(batch, channels, rows, inner),
      some(batch, channels, points, inner),
      some(...table),
    ];
    const operands = { taps: [x, index, factors], tapsInput: [g, index, factors], tapsFactor: [x, g, index] }[
      op as "taps"
    ];
    yield { op, operands, attributes: op === "tapsInput" ? [rows] : [], scalars: [] };
  }
}

function numbersOf(dims: readonly number[], value: () => number): number[] {
  return Array.from({ length: sizeOf(dims) }, value);
}

function floatsOf(dtype: DTypeName, dims: readonly number[], value: () => number): Operand {
  const values = numbersOf(dims, value).map((each) => (dtype === "float32" ? Math.fround(each) : each));
  return { dtype, dims, values };
}

/** Rows, and how they have weights: each element one, some together one, each row one; rows of several spans, and several pieces of rows. */
const normalizations: readonly (readonly [rows: number, n: number, weights: number, inner: number])[] = [
  [1, 1, 1, 1],
  [3, 5, 5, 1],
  [0, 5, 5, 1],
  [70, 130, 130, 1],
  [2, 5000, 5000, 1],
  [300, 1000, 1000, 1],
  [4, 6, 12, 1],
  [6, 12, 8, 3],
  [4, 300, 2, 300],
  [128, 1500, 40, 150],
];

function* normalizationCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const [rows, n, weights, inner] of normalizations) {
    const some = (...dims: number[]): Operand => floatsOf(dtype, dims, () => 2 * random() - 1);
    const [x, weight] = [some(rows, n), some(weights)];
    const operands =
      op === "layerNorm" ? [x, weight, some(weights)] : [some(rows, n), x, some(rows), some(rows), weight];
    yield { op, operands, attributes: [inner], scalars: op === "layerNorm" ? [1e-5] : [] };
  }
}

/** Channels of one element, of few and of many; more columns than are carried together, and rows that are not whole blocks. */
const channels: readonly (readonly [outer: number, channels: number, inner: number])[] = [
  [1, 1, 1],
  [5, 3, 1],
  [77, 600, 1],
  [40, 30, 9],
  [3, 4, 100],
  [2, 3, 5000],
  [3, 0, 4],
];

function* batchNormCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const dims of channels) {
    const some = (...sizes: number[]): Operand => floatsOf(dtype, sizes, () => 2 * random() - 1);
    const c = dims[1];
    const x = some(...dims);
    const variance = floatsOf(dtype, [c], () => 0.5 + random());
    const statistics = [some(c), variance, some(c)];
    const scalars = [1e-5];
    if (op === "batchNorm") yield { op, operands: [x, ...statistics, some(c)], attributes: [], scalars };
    else
      for (const ofBatch of [0, 1])
        yield { op, operands: [some(...dims), x, ...statistics], attributes: [ofBatch], scalars };
  }
}

/** Rows that are short, of some vectors and of several spans, dense and not; columns of more than one block, and more rows than are added near. */
const softmaxes: readonly (readonly [dims: readonly number[], dim: number])[] = [
  ...shapes,
  [[0, 5], 1],
  [[5, 0], 1],
  [[3, 1], 1],
  [[2, 9000], 1],
  [[100, 1000], 1],
  [[2, 21, 600], 1],
];

function* softmaxCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const [dims, dim] of softmaxes) {
    const g = floatsOf(dtype, dims, () => 2 * random() - 1);
    const x = floatsOf(dtype, dims, () => 8 * (2 * random() - 1));
    // A part that is minus infinity, as where a mask hides it.
    const masked = { ...x, values: x.values.map((value, i) => (i % 7 === 3 ? -Infinity : value)) };
    const probabilities = floatsOf(dtype, dims, () => random() / 10);
    const logarithms = floatsOf(dtype, dims, () => -8 * random());
    const before = { softmax: [x, masked], logSoftmax: [x, masked] }[op as string];
    const lists = before?.map((each) => [each]) ?? [
      [g, op === "softmaxBackward" ? probabilities : logarithms],
    ];
    for (const operands of lists) yield { op, operands, attributes: [dim], scalars: [] };
  }
}

/** One query and key, sizes that are not whole vectors, several heads, more queries than keys, several blocks of both, and entries of several pieces. */
const attentions: readonly (readonly [n: number, l: number, s: number, h: number, e: number, f: number])[] = [
  [1, 1, 1, 1, 1, 1],
  [0, 2, 3, 1, 4, 5],
  [1, 5, 7, 3, 4, 3],
  [2, 9, 4, 1, 16, 32],
  [2, 40, 40, 2, 16, 16],
  [1, 130, 600, 1, 8, 20],
  [1, 300, 270, 2, 3, 1],
];

function* attentionCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const [n, l, s, h, e, f] of attentions)
    for (const causal of [0, 1]) {
      const some = (...dims: number[]): Operand => floatsOf(dtype, dims, () => 2 * random() - 1);
      const operands = [some(n, l, h, e), some(n, s, h, e), some(n, s, h, f)];
      // Logarithms of sums of so many exponentials, about.
      const logs = floatsOf(dtype, [n, l, h], () => Math.log(s) + random());
      if (op === "attentionBackward")
        operands.splice(0, 3, some(n, l, h, f), ...operands, some(n, l, h, f), logs);
      yield { op, operands, attributes: [causal], scalars: [0.7] };
    }
}

function* momentCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  // Far from 0, where squares alone would lose all digits.
  for (const dims of channels)
    yield { op, operands: [floatsOf(dtype, dims, () => 50 + random())], attributes: [], scalars: [] };
}

/** Times, sequences, classes and labels. */
const alignments: readonly (readonly [times: number, count: number, classes: number, labels: number])[] = [
  [1, 1, 2, 1],
  [6, 3, 4, 2],
  [0, 2, 3, 1],
  [5, 0, 3, 1],
  [4, 3, 3, 0],
  [3, 2, 3, 5],
  [60, 20, 12, 25],
];

function* alignmentCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const [steps, count, size, labels] of alignments) {
    const width = 2 * labels + 1;
    const whole = (dims: number[], values: number[]): Operand => ({ dtype: "int32", dims, values });
    const label = (): number => 1 + Math.floor(random() * (size - 1));
    const classes = Array.from({ length: count }, () =>
      Array.from({ length: width }, (_, l) => (l % 2 === 0 ? 0 : label())),
    );
    const logProbs = floatsOf(dtype, [steps, count, size], () => -3 * random() - 0.5);
    const shortened = Array.from({ length: count }, (_, n) => n % 3);
    const rest = [
      whole([count, width], classes.flat()),
      whole(
        [count],
        shortened.map((less) => Math.max(0, steps - less)),
      ),
      whole(
        [count],
        shortened.map((less) => 2 * Math.max(0, labels - less)),
      ),
    ];
    if (op === "ctc") {
      yield { op, operands: [logProbs, ...rest], attributes: [], scalars: [] };
      continue;
    }
    const [loss, alpha] = [
      { data: new Float64Array(count), dims: [count] },
      { data: new Float64Array(count * steps * width), dims: [count, steps, width] },
    ];
    const dense = [logProbs, ...rest].map(({ dims, values: all }) => ({
      data: Float64Array.from(all),
      dims,
    }));
    kernels.ctc.js(dense, [loss, alpha], [], []);
    const given = [loss, alpha].map(({ data, dims }): Operand => {
      let i = 0;
      return floatsOf(dtype, dims, () => data[i++]!);
    });
    const operands = [floatsOf(dtype, [count], random), logProbs, ...rest, ...given];
    for (const zeroInfinity of [0, 1]) yield { op, operands, attributes: [zeroInfinity], scalars: [] };
  }
}

/**
 * Times, examples and size of a state: rows of whole vectors and others, blocks of examples that are not filled, sums in several parts, and one
 * example alone.
 */
const recurrences: readonly (readonly [times: number, examples: number, size: number])[] = [
  [1, 1, 1],
  [3, 2, 5],
  [4, 37, 16],
  [2, 9, 130],
  [2, 3, 264],
  [5, 1, 128],
  [3, 1, 24],
  [0, 2, 3],
  [2, 0, 3],
];

function* recurrentCases(op: KernelOp, dtype: DTypeName, random: () => number): Generator<Call> {
  for (const [times, n, size] of recurrences) {
    const sequence = [times, n, size];
    const [many, state] = [(parts: number): number[] => [times, n, parts * size], [n, size]];
    const weights = (parts: number): number[] => [parts * size, size];
    const shapes = {
      rnn: [sequence, state, weights(1)],
      rnnBackward: [sequence, state, sequence, weights(1)],
      lstm: [many(4), state, state, weights(4)],
      lstmBackward: [sequence, state, state, many(4), sequence, state, weights(4)],
      gru: [many(3), state, weights(3), [3 * size]],
      gruBackward: [sequence, state, many(4), sequence, state, weights(3)],
    }[op as "rnn"];
    // Sums of products with weights stay as small as they are in a layer.
    const operands = shapes.map((dims) => ({
      dtype,
      dims,
      values: Array.from(
        { length: sizeOf(dims) },
        () => Math.fround(random() - 0.5) / (dims[1] === size && dims[0] !== n ? Math.sqrt(size) : 1),
      ).map((value) => (dtype === "float32" ? Math.fround(value) : value)),
    }));
    const rest = op.startsWith("rnn") ? [[0], [1]] : [[]];
    for (const reversed of [0, 1])
      for (const more of rest) yield { op, operands, attributes: [reversed, ...more], scalars: [] };
  }
}

/** Kernels with sums in the operands' dtype, where the truth is computed in float64: how far apart they may be. */
export function toleranceOf(op: KernelOp, dtype: DTypeName): { absolute: number } | undefined {
  const scale = sumsInOperands.get(generators[op]);
  if (scale === undefined) return undefined;
  return { absolute: scale * (dtype === "float32" ? 1e-5 : 1e-13) };
}

/** How large the results of these are, beside 1. */
const sumsInOperands = new Map<typeof indexedCases, number>([
  [recurrentCases, 1],
  [normalizationCases, 10],
  [momentCases, 1],
  [tapsCases, 10],
  [batchNormCases, 10],
  [softmaxCases, 8],
  [attentionCases, 10],
  [alignmentCases, 10],
]);

const generators: Record<KernelOp, typeof indexedCases> = {
  sort: alongDimCases,
  cumsum: alongDimCases,
  cumprod: alongDimCases,
  cummax: alongDimCases,
  cummin: alongDimCases,
  linearRecurrence: alongDimCases,
  gather: indexedCases,
  take: indexedCases,
  scatterAdd: indexedCases,
  takeAdd: indexedCases,
  scatterInto: indexedCases,
  takeInto: indexedCases,
  positions: positionCases,
  taps: tapsCases,
  tapsInput: tapsCases,
  tapsFactor: tapsCases,
  lu: matrixCases,
  pivotOrder: pivotCases,
  cholesky: matrixCases,
  triangularSolve: matrixCases,
  householderQr: matrixCases,
  householderProduct: reflectionCases,
  eigh: spectralCases,
  eig: spectralCases,
  svd: spectralCases,
  matrixExp: spectralCases,
  fft: transformCases,
  rfft: transformCases,
  irfft: transformCases,
  convolution: convolutionCases,
  convolutionInput: convolutionCases,
  convolutionWeight: convolutionCases,
  maxPool: poolCases,
  maxPoolBackward: poolBackwardCases,
  layerNorm: normalizationCases,
  layerNormBackward: normalizationCases,
  moments: momentCases,
  batchNorm: batchNormCases,
  batchNormBackward: batchNormCases,
  attention: attentionCases,
  attentionBackward: attentionCases,
  softmax: softmaxCases,
  logSoftmax: softmaxCases,
  softmaxBackward: softmaxCases,
  logSoftmaxBackward: softmaxCases,
  ctc: alignmentCases,
  ctcBackward: alignmentCases,
  rnn: recurrentCases,
  rnnBackward: recurrentCases,
  lstm: recurrentCases,
  lstmBackward: recurrentCases,
  gru: recurrentCases,
  gruBackward: recurrentCases,
};

/** The same calls each time. */
export function callCases(op: KernelOp, dtype: DTypeName): Generator<Call> {
  return generators[op](op, dtype, randomizer(7));
}

/** Dtypes that the first operand may have. */
export function dtypesOf(op: KernelOp): readonly DTypeName[] {
  const { kinds, moves } = kernels[op];
  return dtypeNames.filter(
    (dtype) => (isComputed(dtype) || moves === true) && kinds.includes(dtypes[dtype].kind),
  );
}
