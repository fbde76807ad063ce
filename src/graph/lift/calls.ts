/**
 * Calls of kernels for a batch: what makes of a call for one sample the call for all of them. Operands that differ from sample to sample have
 * the batch as a dim in front.
 */
import {
  binary,
  call,
  concat,
  expand,
  iota,
  permute,
  pick,
  reshape,
  scalar,
  slice,
} from "../record/build.js";
import type { Node } from "../record/node.js";
import { kernels, type KernelOp } from "../../primitives/kernels.js";

/** An operand, for one sample and for all. */
export interface Lifted {
  readonly sample: Node;
  /** Null where it is the same for all samples. */
  readonly batch: Node | null;
}

/** Of a call: its attributes, operands and scalars, and the number of samples. */
export interface Called {
  readonly op: KernelOp;
  readonly operands: readonly Lifted[];
  readonly attributes: readonly number[];
  readonly scalars: readonly Node[];
  readonly samples: number;
}

type Rule = (called: Called) => Node;

/** The operand for all samples, also where it is the same for each. */
export function spread({ sample, batch }: Lifted, samples: number): Node {
  return batch ?? expand(reshape(sample, [1, ...sample.shape]), [samples, ...sample.shape]);
}

/** The first attribute is a dim, and all operands have their dims in common. */
const alongDim: Rule = ({ op, operands, attributes, scalars, samples }) => {
  const [dim, ...rest] = attributes;
  return call(op, [...operands.map((x) => spread(x, samples)), ...scalars], [dim! + 1, ...rest]);
};

/** Each element by itself. */
const elementwise: Rule = ({ op, operands, attributes, scalars, samples }) =>
  call(op, [...operands.map((x) => spread(x, samples)), ...scalars], attributes);

/** The positions in a dim of `rows` entries as those in all samples' dims put one after the other. */
function inRows(index: Node, rows: number, samples: number): Node {
  const front = call("positions", [index], [rows]);
  const first = binary("mul", iota([samples], index.dtype), scalar(rows, index.dtype));
  return binary(
    "add",
    front,
    reshape(first, [samples, ...new Array<number>(index.shape.length - 1).fill(1)]),
  );
}

/** Dims `from` … `from + count − 1` of x put behind the first. */
function toFront(x: Node, from: number, count: number): Node {
  const dims = x.shape.map((_, i) => i);
  return permute(x, [
    0,
    ...dims.slice(from, from + count),
    ...dims.slice(1, from),
    ...dims.slice(from + count),
  ]);
}

/** Undoes `toFront`. */
function fromFront(x: Node, to: number, count: number): Node {
  const dims = x.shape.map((_, i) => i);
  return permute(x, [
    0,
    ...dims.slice(1 + count, to + count),
    ...dims.slice(1, 1 + count),
    ...dims.slice(to + count),
  ]);
}

/** Entries of the dim in front, with all samples' put one after the other. */
function rowsOf(x: Node): Node {
  return reshape(x, [x.shape[0]! * x.shape[1]!, ...x.shape.slice(2)]);
}

const take: Rule = ({ operands: [x, index], attributes, samples }) => {
  const dim = attributes[0]!;
  if (index!.batch === null) return call("take", [x!.batch!, index!.sample], [dim + 1]);
  const rank = index!.sample.shape.length;
  if (x!.batch === null) {
    // The batch is the first of the index's dims.
    const y = call("take", [x!.sample, index!.batch], [dim]);
    const dims = y.shape.map((_, i) => i);
    return permute(y, [dim, ...dims.filter((d) => d !== dim)]);
  }
  const rows = toFront(x!.batch, dim + 1, 1);
  const y = call("take", [rowsOf(rows), inRows(index!.batch, rows.shape[1]!, samples)], [0]);
  return fromFront(y, dim + 1, rank);
};

const takeAdd: Rule = (called) => {
  const { operands, attributes, scalars, samples } = called;
  const [base, index, source] = operands;
  const dim = attributes[0]!;
  const bases = spread(base!, samples);
  const sources = spread(source!, samples);
  if (index!.batch === null) return call("takeAdd", [bases, index!.sample, sources, ...scalars], [dim + 1]);
  const rank = index!.sample.shape.length;
  const rows = toFront(bases, dim + 1, 1);
  const entries = rowsOf(rows);
  const added = toFront(sources, dim + 1, rank);
  const at = inRows(index!.batch, rows.shape[1]!, samples);
  const y = call(
    "takeAdd",
    [entries, at, reshape(added, [...at.shape, ...entries.shape.slice(1)]), ...scalars],
    [0],
  );
  return fromFront(reshape(y, rows.shape), dim + 1, 1);
};

/** Images of all samples [samples, n, c, …] as images with the channels of all samples: [n, samples · c, …]. */
function channelsOf(x: Node): Node {
  const [samples, n, c, ...space] = x.shape as [number, number, number, ...number[]];
  return reshape(permute(x, [1, 0, ...x.shape.map((_, i) => i).slice(2)]), [n, samples * c, ...space]);
}

/** Undoes `channelsOf`. */
function samplesOf(x: Node, samples: number): Node {
  const [n, c, ...space] = x.shape as [number, number, ...number[]];
  const apart = reshape(x, [n, samples, c / samples, ...space]);
  return permute(apart, [1, 0, ...apart.shape.map((_, i) => i).slice(2)]);
}

/** With the same weights for all, samples are more images; otherwise they are groups of channels. */
const convolution: Rule = ({ op, operands, attributes, samples }) => {
  const [images, other] = operands;
  if (op !== "convolutionWeight" && other!.batch === null) {
    const y = call(op, [rowsOf(images!.batch!), other!.sample], attributes);
    return reshape(y, [samples, y.shape[0]! / samples, ...y.shape.slice(1)]);
  }
  const grouped = attributes.with(9, attributes[9]! * samples);
  const x = channelsOf(spread(images!, samples));
  const others = spread(other!, samples);
  if (op !== "convolutionWeight") return samplesOf(call(op, [x, rowsOf(others)], grouped), samples);
  const w = call(op, [x, channelsOf(others)], grouped);
  return reshape(w, [samples, w.shape[0]! / samples, ...w.shape.slice(1)]);
};

/** Each image has a table of its own. */
const taps: Rule = ({ op, operands: [x, ...tables], attributes, samples }) => {
  const images = x!.sample.shape[0]!;
  const each = (table: Lifted): Node => {
    const all = spread(table, samples);
    const [, count, ...rest] = all.shape as [number, number, ...number[]];
    const turns = count === 0 ? 0 : images / count;
    const apart = reshape(all, [samples, 1, count, ...rest]);
    return reshape(expand(apart, [samples, turns, count, ...rest]), [samples * images, ...rest]);
  };
  const y = call(op, [rowsOf(spread(x!, samples)), ...tables.map(each)], attributes);
  return reshape(y, [samples, images, ...y.shape.slice(1)]);
};

const rules: Partial<Record<KernelOp, Rule>> = {
  sort: alongDim,
  cumsum: alongDim,
  cumprod: alongDim,
  cummax: alongDim,
  cummin: alongDim,
  linearRecurrence: alongDim,
  softmax: alongDim,
  logSoftmax: alongDim,
  softmaxBackward: alongDim,
  logSoftmaxBackward: alongDim,
  gather: alongDim,
  scatterAdd: alongDim,
  positions: elementwise,
  convolution,
  convolutionInput: convolution,
  convolutionWeight: convolution,
  take,
  takeAdd,
  taps,
  tapsInput: taps,
};

/** Kernels that take rows, or planes, each by itself: samples are more of them. How many operands have rows; the others are the same for all. */
const rowsApart: Partial<Record<KernelOp, number>> = {
  maxPool: 1,
  maxPoolBackward: 2,
  layerNorm: 1,
  attention: 3,
  attentionBackward: 6,
  taps: 1,
  tapsInput: 1,
};

/** The call for all samples: of a kernel without a rule each sample's by itself. A tuple is told by what `pick` makes of it. */
export function liftCall(called: Called): (result: number | null) => Node {
  const apart = rowsApart[called.op];
  if (apart !== undefined && called.operands.slice(apart).every(({ batch }) => batch === null)) {
    const own = called.operands.slice(0, apart).map((x) => rowsOf(spread(x, called.samples)));
    const rest = called.operands.slice(apart).map(({ sample }) => sample);
    const whole = call(called.op, [...own, ...rest, ...called.scalars], called.attributes);
    return (result) => {
      const y = result === null ? whole : pick(whole, result);
      return reshape(y, [called.samples, y.shape[0]! / called.samples, ...y.shape.slice(1)]);
    };
  }
  const rule = rules[called.op];
  if (rule !== undefined) {
    const whole = rule(called);
    return (result) => (result === null ? whole : pick(whole, result));
  }
  const calls = Array.from({ length: called.samples }, (_, i) =>
    call(called.op, [...called.operands.map((x) => entry(x, i)), ...called.scalars], called.attributes),
  );
  return (result) => {
    const results = result === null ? calls : calls.map((each) => pick(each, result));
    return concat(
      results.map((y) => reshape(y, [1, ...y.shape])),
      0,
    );
  };
}

/** One sample's part of an operand. */
function entry({ sample, batch }: Lifted, i: number): Node {
  if (batch === null) return sample;
  const { shape } = batch;
  const part = slice(
    batch,
    shape.map((_, d) => (d === 0 ? i : 0)),
    [1, ...shape.slice(1)],
    shape.map(() => 1),
  );
  return reshape(part, shape.slice(1));
}

/** How many operands a kernel has; what follows in a call's list are its scalars. */
export function operandCount(op: KernelOp): number {
  return kernels[op].operands.length;
}
