/**
 * Each kind of node means what plain JavaScript computes, in each dtype, fused and unfused.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import {
  binary,
  cast,
  concat,
  copy,
  expand,
  flip,
  gather,
  iota,
  matmul,
  pad,
  permute,
  random,
  reduce,
  reshape,
  scalar,
  scatterAdd,
  select,
  slice,
  take,
  takeAdd,
  unary,
  call,
  pick,
} from "../../../src/graph/record/build.js";
import { evaluate, planCacheStats } from "../../../src/graph/run/evaluate.js";
import { type Node } from "../../../src/graph/record/node.js";
import { setFusion } from "../../../src/graph/run/run.js";
import { assertMeans } from "../close.js";
import { counting, given } from "../values.js";
import { binaryOps, unaryOps, kernelOps } from "../../../src/primitives/table.js";
import { dtypes as dtypeTable } from "../../../src/primitives/dtypes.js";
import { type KernelOp, kernels } from "../../../src/primitives/kernels.js";
import {
  binary as binaryRows,
  isDefinedFor,
  unary as unaryRows,
} from "../../../src/primitives/elementwise.js";

after(() => setFusion(true));

type DType = Node["dtype"];
const numeric: readonly DType[] = ["float32", "float64", "int32"];
const floats: readonly DType[] = ["float32", "float64"];
const all: readonly DType[] = [...numeric, "bool"];

/** Values whose sums and products stay exact or close in every dtype. */
function some(shape: readonly number[], dtype: DType): Node {
  const size = shape.reduce((product, n) => product * n, 1);
  const element = (i: number): number => {
    if (dtype === "bool") return i % 3 === 1 ? 1 : 0;
    const whole = ((i * 7) % 11) - 5;
    return dtype === "int32" ? whole : whole / 4 + 0.125;
  };
  return given(
    Array.from({ length: size }, (_, i) => element(i)),
    shape,
    dtype,
  );
}

function each(dtypes: readonly DType[], what: string, make: (dtype: DType) => Node): void {
  for (const dtype of dtypes) {
    for (const fusing of [true, false]) {
      test(`${what}, ${dtype}${fusing ? "" : ", unfused"}`, () => {
        setFusion(fusing);
        assertMeans(make(dtype), what);
      });
    }
  }
}

describe("calls of kernels", () => {
  /** Operands after the first one and attributes, of a kernel whose first operand is [2, 3, 4] or what is said at the end. */
  const rest: Record<
    KernelOp,
    (dtype: DType) => [others: Node[], attributes: number[], scalars?: number[], first?: number[]]
  > = {
    sort: () => [[], [1, 0, 3]],
    cumsum: () => [[], [1]],
    cumprod: () => [[], [0]],
    cummax: () => [[], [1]],
    cummin: () => [[], [2]],
    linearRecurrence: (dtype) => [[some([2, 3, 4], dtype)], [1, 1]],
    gather: () => [[positions([2, 5, 4], 3)], [1]],
    take: () => [[positions([2, 2], 3)], [1]],
    scatterAdd: (dtype) => [[positions([2, 5, 4], 3), some([2, 5, 4], dtype)], [1]],
    positions: () => [[], [6]],
    taps: (dtype) => [[places(), some([1, 3, 5], dtype)], []],
    tapsInput: (dtype) => [[places(), some([1, 3, 5], dtype)], [4], [], [2, 3, 5]],
    tapsFactor: (dtype) => [[some([2, 1, 5, 4], dtype), places()], []],
    convolution: (dtype) => [[some([5, 3, 1, 1, 2], dtype)], convolved(3)],
    convolutionInput: (dtype) => [[some([3, 5, 1, 1, 2], dtype)], convolved(5)],
    convolutionWeight: (dtype) => [[some([2, 4, 1, 1, 3], dtype)], convolved(2)],
    maxPool: () => [[], [1, 2, 2, 1, 1, 2, 0, 1, 0, 1, 1, 1, 0, 1, 4, 2]],
    maxPoolBackward: () => [[given([0, 1, 1, 4, 2, 3], [2, 3], "int32")], [5], [], [1, 2, 3]],
    layerNorm: (dtype) => [[some([8], dtype), some([8], dtype)], [1], [0.5], [1, 6, 4]],
    layerNormBackward: (dtype) => [
      [some([6, 4], dtype), some([6], dtype), some([6], dtype), some([4], dtype)],
      [2],
      [],
      [1, 6, 4],
    ],
    moments: () => [[], []],
    batchNorm: (dtype) => [
      [some([3], dtype), given([1, 2, 3], [3], dtype), some([3], dtype), some([3], dtype)],
      [],
      [0.5],
    ],
    batchNormBackward: (dtype) => [
      [some([2, 3, 4], dtype), some([3], dtype), given([1, 2, 3], [3], dtype), some([3], dtype)],
      [1],
      [0.5],
    ],
    attention: (dtype) => [[some([2, 5, 1, 4], dtype), some([2, 5, 1, 2], dtype)], [0], [0.5]],
    attentionBackward: (dtype) => [
      [
        some([2, 3, 1, 2], dtype),
        some([2, 5, 1, 2], dtype),
        some([2, 5, 1, 4], dtype),
        some([2, 3, 1, 4], dtype),
        some([2, 3, 1], dtype),
      ],
      [1],
      [0.5],
    ],
    softmax: () => [[], [1]],
    logSoftmax: () => [[], [2]],
    softmaxBackward: (dtype) => [[some([2, 3, 4], dtype)], [1]],
    logSoftmaxBackward: (dtype) => [[some([2, 3, 4], dtype)], [2]],
    ctc: () => [[sequences(), given([2, 1, 2], [3], "int32"), given([2, 2, 0], [3], "int32")], []],
    ctcBackward: (dtype) => [
      [
        some([2, 3, 4], dtype),
        sequences(),
        given([2, 1, 2], [3], "int32"),
        given([2, 2, 0], [3], "int32"),
        some([3], dtype),
        some([3, 2, 3], dtype),
      ],
      [1],
      [],
      [1, 1, 3],
    ],
    rnn: (dtype) => [
      [some([3, 4], dtype), some([4, 4], dtype)],
      [0, 0],
    ],
    rnnBackward: (dtype) => [
      [some([3, 4], dtype), some([2, 3, 4], dtype), some([4, 4], dtype)],
      [1, 1],
    ],
    lstm: (dtype) => [[some([3, 1], dtype), some([3, 1], dtype), some([4, 1], dtype)], [0]],
    lstmBackward: (dtype) => [
      [
        some([3, 4], dtype),
        some([3, 4], dtype),
        some([2, 3, 16], dtype),
        some([2, 3, 4], dtype),
        some([3, 4], dtype),
        some([16, 4], dtype),
      ],
      [1],
    ],
    gru: (dtype) => [[some([4, 1], dtype), some([3, 1], dtype), some([3], dtype)], [1], [], [2, 4, 3]],
    gruBackward: (dtype) => [
      [
        some([3, 4], dtype),
        some([2, 3, 16], dtype),
        some([2, 3, 4], dtype),
        some([3, 4], dtype),
        some([12, 4], dtype),
      ],
      [0],
    ],
    takeAdd: (dtype) => [[positions([2, 2], 3), some([2, 2, 2, 4], dtype)], [1], [3]],
    scatterInto: (dtype) => [
      [positions([2, 5, 4], 3), some([2, 5, 4], dtype)],
      [1, 0],
    ],
    takeInto: (dtype) => [
      [positions([2, 2], 3), some([2, 2, 2, 4], dtype)],
      [1, 2],
    ],
    lu: () => [[], []],
    pivotOrder: () => [[], [5]],
    cholesky: () => [[], [], [], [2, 3, 3]],
    triangularSolve: (dtype) => [[some([2, 3, 4], dtype)], [1, 0], [], [2, 3, 3]],
    householderQr: () => [[], []],
    householderProduct: (dtype) => [[some([2, 3], dtype)], [3], [], [2, 4, 3]],
    eigh: () => [[], [], [], [2, 3, 3]],
    eig: () => [[], [], [], [2, 3, 3]],
    svd: () => [[], [0]],
    matrixExp: () => [[], [], [], [2, 3, 3]],
    fft: () => [[], [1, 0], [0.5], [4, 3, 2]],
    rfft: () => [[], [1], [0.5]],
    irfft: () => [[], [1, 5], [0.5], [4, 3, 2]],
  };
  /** Shapes of first operands of other ranks. */
  const otherwise: Partial<Record<KernelOp, readonly number[]>> = {
    attention: [2, 3, 1, 4],
    attentionBackward: [2, 3, 1, 4],
    taps: [2, 1, 3, 4],
    tapsInput: [2, 3, 5, 1],
    tapsFactor: [2, 1, 3, 4],
    convolution: [2, 3, 1, 1, 4],
    convolutionInput: [2, 3, 1, 1, 4],
    convolutionWeight: [2, 3, 1, 1, 4],
    maxPool: [2, 1, 3, 4],
    maxPoolBackward: [2, 3],
    layerNorm: [6, 4],
    layerNormBackward: [6, 4],
    ctcBackward: [3],
  };
  for (const op of kernelOps) {
    const row = kernels[op];
    const dtypes = all.filter((dtype) => row.kinds.includes(dtypeTable[dtype].kind));
    row.results.forEach((name, index) => {
      each(dtypes, `${op}, ${name}`, (dtype) => {
        const [others, attributes, scalars, [n, rows, columns] = [2, 3, 4]] = rest[op](dtype);
        // Transposed operands and parts of larger ones are read where they lie or stored densely, as the kernel has it.
        const x = permute(some([rows!, n!, columns!], dtype), [1, 0, 2]);
        const numbers = (scalars ?? []).map((value) => scalar(value, "float64"));
        const first = reshape(x, otherwise[op] ?? x.shape);
        const from = call(op, [first, ...others.map(part), ...numbers], attributes);
        const result = row.results.length === 1 ? from : pick(from, index);
        return index === 0 ? binary("max", result, result) : result;
      });
    });
  }
});

/** Stride 1 and no padding, along a dim of space whose result has this size. */
function convolved(size: number): number[] {
  return [1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, size];
}

/** Positions of a dim of size `rows`, from the front and from the end. */
function positions(shape: readonly number[], rows: number): Node {
  const size = shape.reduce((product, n) => product * n, 1);
  return given(
    Array.from({ length: size }, (_, i) => ((i * 7 + 2) % (2 * rows)) - rows),
    shape,
    "int32",
  );
}

/** Classes of the places of three sequences of one label. */
/** Positions of three taps of five points among 3 or 4 rows; one lies outside. */
function places(): Node {
  return given([0, 1, 2, 0, 1, 2, 2, -1, 1, 0, 1, 0, 0, 2, 1], [1, 3, 5], "int32");
}

function sequences(): Node {
  return given([0, 1, 0, 0, 2, 0, 0, 3, 0], [3, 3], "int32");
}

/** The same value, as part of a larger one that lies the other way round. */
function part(node: Node): Node {
  const twice = concat([node, flip(node, [0])], 0);
  const rank = node.shape.length;
  const starts = new Array<number>(rank).fill(0).with(0, 2 * node.shape[0]! - 1);
  return slice(twice, starts, node.shape, new Array<number>(rank).fill(1).with(0, -1));
}

test("results of a tuple that were taken are computed together, and once", () => {
  const from = call("sort", [some([50], "float32")], [0, 0, 50]);
  const values = pick(from, 0);
  const indices = pick(from, 1);
  evaluate([values]);
  assert.notEqual(indices.storage, null);
  // The tuple itself lets go of its operands.
  assert.equal(values.a, null);
});

test("a scalar of a call is no part of its structure: one plan serves all values", () => {
  const added = (alpha: number): Node =>
    takeAdd(some([3, 4], "float32"), 0, given([1, 1, 0], [3], "int32"), some([3, 4], "float32"), alpha);
  evaluate([added(1)]);
  const before = planCacheStats().plans;
  for (const alpha of [0.5, -2, 1e-3]) assertMeans(added(alpha), `alpha ${alpha}`);
  assert.equal(planCacheStats().plans, before);
});

describe("elementwise", () => {
  for (const op of unaryOps) {
    const dtypes = all.filter((dtype) => isDefinedFor(unaryRows[op], dtype));
    each(dtypes, op, (dtype) => {
      const x = some([3, 4], dtype);
      return unary(op, /log|sqrt/.test(op) ? binary("add", unary("abs", x), scalar(0.5, dtype)) : x);
    });
  }
  for (const op of binaryOps) {
    const dtypes = all.filter((dtype) => isDefinedFor(binaryRows[op], dtype));
    each(dtypes, `${op}, broadcast`, (dtype) => {
      const a = some([2, 1, 4], dtype);
      const b = some([3, 1], dtype);
      return op === "pow" ? binary(op, unary("abs", a), b) : binary(op, a, b);
    });
  }
  each(all, "select, all three broadcast", (dtype) =>
    select(some([3, 1], "bool"), some([4], dtype), some([], dtype)),
  );
  for (const to of all) each(all, `cast to ${to}`, (dtype) => cast(some([5], dtype), to));
  each(all, "copy", (dtype) => copy(some([5], dtype)));
  each(numeric, "a scalar operand", (dtype) => binary("mul", some([5], dtype), scalar(3, dtype)));
  each(all, "a scalar alone", (dtype) => scalar(1, dtype));
});

describe("reduction", () => {
  for (const op of ["sum", "prod", "max", "min", "argmax", "argmin"] as const) {
    for (const [dims, keepdim] of [
      [[0], false],
      [[1], true],
      [[2], false],
      [[0, 2], false],
      [[0, 1, 2], true],
    ] as const) {
      each(numeric, `${op} over ${dims.join()}`, (dtype) =>
        reduce(op, some([2, 3, 4], dtype), dims, keepdim),
      );
    }
  }
  for (const op of ["any", "all"] as const)
    each(["bool"], op, (dtype) => reduce(op, some([3, 4], dtype), [1], false));
  each(numeric, "sum of a transposed product", (dtype) => {
    const x = some([3, 4], dtype);
    return reduce("sum", permute(binary("mul", x, x), [1, 0]), [1], false);
  });
  each(numeric, "sum over an empty dimension", (dtype) => reduce("sum", some([3, 0], dtype), [1], false));
});

describe("matrix product", () => {
  each(numeric, "plain", (dtype) => matmul(some([3, 5], dtype), some([5, 4], dtype)));
  each(floats, "transposed left", (dtype) =>
    matmul(permute(some([5, 3], dtype), [1, 0]), some([5, 4], dtype)),
  );
  each(floats, "transposed right", (dtype) =>
    matmul(some([3, 5], dtype), permute(some([4, 5], dtype), [1, 0])),
  );
  each(floats, "broadcast batch", (dtype) => matmul(some([2, 1, 3, 5], dtype), some([6, 5, 4], dtype)));
  each(floats, "batch that shares the right side", (dtype) =>
    matmul(some([4, 3, 5], dtype), some([5, 2], dtype)),
  );
  each(floats, "one row a batch", (dtype) => matmul(some([4, 1, 5], dtype), some([5, 2], dtype)));
  each(floats, "of a computed operand", (dtype) => {
    const x = some([3, 5], dtype);
    return matmul(unary("tanh", x), permute(binary("mul", x, x), [1, 0]));
  });
  each(floats, "of heads that were split off and merged again", (dtype) => {
    const x = some([2, 3, 8], dtype);
    const heads = permute(reshape(x, [2, 3, 2, 4]), [0, 2, 1, 3]);
    const scores = matmul(heads, permute(heads, [0, 1, 3, 2]));
    return matmul(reshape(permute(matmul(scores, heads), [0, 2, 1, 3]), [2, 3, 8]), some([8, 5], dtype));
  });
  each(floats, "with an inner size of 0", (dtype) => matmul(some([3, 0], dtype), some([0, 4], dtype)));
});

describe("movement", () => {
  const x = (dtype: DType): Node => some([2, 3, 4], dtype);
  each(all, "reshape", (dtype) => reshape(x(dtype), [6, 4]));
  each(all, "permute", (dtype) => permute(x(dtype), [2, 0, 1]));
  each(all, "reshape of a permute", (dtype) => reshape(permute(x(dtype), [2, 0, 1]), [8, 3]));
  each(all, "a reshape that strides cannot say", (dtype) =>
    reshape(permute(some([6, 4], dtype), [1, 0]), [3, 8]),
  );
  each(all, "expand", (dtype) => expand(some([3, 1], dtype), [2, 3, 4]));
  each(all, "slice with steps", (dtype) => slice(x(dtype), [1, 0, 3], [1, 2, 2], [1, 2, -2]));
  each(all, "flip", (dtype) => flip(x(dtype), [0, 2]));
  each(numeric, "pad", (dtype) => pad(x(dtype), [1, 0, 2], [0, 1, 1], 3));
  each(numeric, "pad along one dimension", (dtype) => pad(x(dtype), [0, 2, 0], [0, 1, 0], 3));
  each(numeric, "a sum of zero-padded parts", (dtype) => {
    const padded = (before: number, size: number): Node =>
      pad(binary("mul", some([2, size], dtype), scalar(3, dtype)), [0, before], [0, 9 - before - size], 0);
    return binary("add", binary("add", padded(5, 2), padded(0, 3)), padded(3, 1));
  });
  each(numeric, "a sum of padded parts that overlap, or are padded with something else", (dtype) => {
    const padded = (before: number, value: number): Node =>
      pad(some([3], dtype), [before], [5 - before], value);
    return binary(
      "add",
      binary("add", padded(0, 0), padded(2, 0)),
      binary("add", padded(5, 1), padded(0, 0)),
    );
  });
  each(all, "concat", (dtype) => concat([x(dtype), some([2, 1, 4], dtype), x(dtype)], 1));
  each(numeric, "concat of computed parts", (dtype) =>
    concat([binary("mul", x(dtype), x(dtype)), permute(some([4, 3, 2], dtype), [2, 1, 0])], 2),
  );
  each(numeric, "a chain of all of them under arithmetic", (dtype) => {
    const y = binary("add", x(dtype), scalar(1, dtype));
    return binary(
      "mul",
      reshape(flip(permute(y, [1, 0, 2]), [1]), [3, 8]),
      slice(reshape(y, [3, 8]), [0, 7], [3, 8], [1, -1]),
    );
  });
});

describe("indexing", () => {
  const index = (values: readonly number[], shape: readonly number[]): Node => given(values, shape, "int32");
  each(all, "gather", (dtype) => gather(some([3, 4], dtype), 1, index([0, -1, 3, 1, 2, 2], [3, 2])));
  each(all, "gather with an index smaller than its table", (dtype) =>
    gather(some([3, 4, 5], dtype), 1, index([0, -1, 3, 1], [2, 1, 2])),
  );
  each(all, "take rows", (dtype) => take(some([3, 4], dtype), 0, index([2, 0, -1, 1], [2, 2])));
  each(all, "take from the middle", (dtype) => take(some([2, 3, 4], dtype), 1, index([2, 0], [2])));
  each(numeric, "take from a transposed table", (dtype) =>
    take(permute(some([4, 3], dtype), [1, 0]), 0, index([2, 1], [2])),
  );
  each(numeric, "scatterAdd", (dtype) =>
    scatterAdd(some([3, 4], dtype), 0, index([0, 0, 0, 0, 1, 2, 1, 2], [2, 4]), some([2, 4], dtype)),
  );
  each(numeric, "scatterAdd into a part", (dtype) =>
    scatterAdd(some([3, 4], dtype), 1, index([1, 3, 1, 0], [2, 2]), some([2, 4], dtype)),
  );
  each(numeric, "takeAdd", (dtype) =>
    takeAdd(some([3, 2], dtype), 0, index([1, 1, -1, 0], [2, 2]), some([2, 2, 2], dtype)),
  );
});

describe("creation", () => {
  each(numeric, "iota", (dtype) => iota([3, 4], dtype));
  each(numeric, "iota seen through movement", (dtype) =>
    binary("add", flip(permute(iota([3, 4], dtype), [1, 0]), [0]), some([4, 3], dtype)),
  );
  each(["float32", "float64"], "uniform random numbers", (dtype) =>
    random("uniform", [3, 4], dtype, 2 ** 40 + 3, 17),
  );
  each(["float32", "float64"], "normal random numbers", (dtype) => random("normal", [3, 5], dtype, 5, 0));
  each(["float32"], "random numbers seen through movement", (dtype) =>
    binary("mul", permute(random("uniform", [3, 4], dtype, 1, 2), [1, 0]), some([4, 3], dtype)),
  );
  each(["float32"], "random numbers reduced", (dtype) =>
    reduce("sum", random("uniform", [3, 4], dtype, 1, 2), [0], false),
  );
});

describe("empty values", () => {
  each(numeric, "elementwise", (dtype) => binary("add", some([0, 3], dtype), some([3], dtype)));
  each(numeric, "concat", (dtype) => concat([some([0, 3], dtype), some([2, 3], dtype)], 0));
  each(numeric, "take nothing", (dtype) => take(some([2, 3], dtype), 0, given([], [0], "int32")));
  each(numeric, "sum to a scalar", (dtype) => reduce("sum", counting([0], dtype), [0], false));
});
