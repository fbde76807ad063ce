/**
 * vmap: a function of one sample as a function of a batch. It is called once, on examples (graph/record/mapping.ts), and what it recorded is
 * lifted to the whole batch (graph/lift/). The gradient of what it gives is the backward pass through that one recording, lifted likewise.
 */
import { differentiate } from "../autograd/differentiate.js";
import { enclose } from "../autograd/enclose.js";
import { isGradEnabled } from "../autograd/mode.js";
import { recordJointly } from "../autograd/record-jointly.js";
import { restoreInputs } from "../autograd/record.js";
import { permute } from "../graph/record/build.js";
import { type Draw, Lifter } from "../graph/lift/lift.js";
import { type Randomness, Trace, tracing } from "../graph/record/mapping.js";
import type { Node } from "../graph/record/node.js";
import { cat } from "../ops/join.js";
import { alias } from "../ops/copy.js";
import { stateMeant, stateOf } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import { draw, randomSeed } from "../tensor/generator.js";
import { formatShape } from "../tensor/shape.js";
import { isOptions, reader } from "../tensor/signature.js";
import { type Plain, type PlainArguments, spreadOver, tensorsOf, treeOf } from "./tree.js";

/** Where the samples are: a dim, null for what all samples share, or a list or object of these, of the structure of what it is for. */
export type Dims = number | null | readonly Dims[] | { readonly [key: string]: Dims };

/** Options of `vmap`. */
export interface VmapOptions {
  /** For each argument the dim of the samples, or null where all share it. Default 0. */
  inDims?: Dims;
  /** For each result the dim in which the samples come out. Default 0. */
  outDims?: Dims;
  /** What random numbers are: an error (default), others in each sample, or the same in all. */
  randomness?: Randomness;
  /** How many samples at most are computed together: less memory, more work. All if not given. */
  chunkSize?: number | null;
}

const noSamples = "vmap: inDims is null for all arguments; at least one has to have a dim of samples";

const read = reader("vmap", "fn | inDims, outDims, randomness, *, chunkSize");

/** Numbers of the stream, asked for outside of the function. */
const drawn: Draw = (count) => ({ seed: randomSeed(), position: draw(count) });

/**
 * The function that applies `fn` to each sample of a batch, all at once (`torch.vmap`): `vmap((a, b) => a.dot(b))(x, y)` gives the dot products of
 * the rows of x and y. `fn` sees tensors without the dim of the samples, and is called once; what it computes is recorded as operations on the
 * whole batch. It may be differentiated, and may differentiate: `vmap(func.grad(loss), { inDims: [null, 0, 0] })` gives gradients of each sample.
 *
 * @throws Error in `fn` where it reads a value (`item()`), changes in place what is not its own, or draws random numbers without `randomness`
 */
export function vmap<A extends readonly Tensor[], R>(
  fn: (...args: A) => R,
  inDims?: Dims | VmapOptions,
  outDims?: Dims | VmapOptions,
  randomness?: Randomness | VmapOptions,
  options?: VmapOptions,
): (...args: PlainArguments<A>) => Plain<R>;
export function vmap<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  inDims?: Dims | VmapOptions,
  outDims?: Dims | VmapOptions,
  randomness?: Randomness | VmapOptions,
  options?: VmapOptions,
): (...args: PlainArguments<A>) => Plain<R>;
export function vmap(...given: unknown[]): (...args: unknown[]) => unknown {
  const [fn, options] = read(given) as [(...args: unknown[]) => unknown, VmapOptions | undefined];
  const { inDims = 0, outDims = 0, randomness = "error", chunkSize = null } = options ?? {};
  // By PyTorch's signatures null stands for what is not given; here it says that there are no samples.
  const last = given.at(-1);
  if (given[1] === null || (isOptions(last) && last.inDims === null)) throw new Error(noSamples);
  if (typeof fn !== "function") throw new TypeError(`vmap: expected a function, got ${typeof fn}`);
  if (randomness !== "error" && randomness !== "different" && randomness !== "same")
    throw new Error(
      `vmap: expected randomness "error", "different" or "same", got ${JSON.stringify(randomness)}`,
    );
  if (chunkSize !== null && !(Number.isInteger(chunkSize) && chunkSize > 0))
    throw new RangeError(`vmap: expected a chunkSize of at least 1, got ${chunkSize}`);
  return (...args) => {
    const batch = batchOf(args, inDims);
    const size = chunkSize ?? batch.samples;
    if (batch.samples <= size) return mapped(fn, batch, outDims, randomness);
    const chunks: unknown[] = [];
    for (let start = 0; start < batch.samples; start += size)
      chunks.push(mapped(fn, part(batch, start, Math.min(size, batch.samples - start)), outDims, randomness));
    return joined(chunks, outDims);
  };
}

/** The arguments of a mapped function. */
interface Batch {
  readonly samples: number;
  readonly leaves: readonly unknown[];
  /** For each leaf the dim of the samples, from the front; null where all share it. */
  readonly dims: readonly (number | null)[];
  readonly build: (leaves: readonly unknown[]) => unknown;
}

function batchOf(args: readonly unknown[], inDims: Dims): Batch {
  if (args.length === 0)
    throw new Error("vmap: the function was called without arguments, so there is no batch");
  if (Array.isArray(inDims) && inDims.length !== args.length)
    throw new Error(`vmap: inDims has ${inDims.length} entries for ${args.length} arguments`);
  const { leaves, build } = treeOf(args);
  const spec = spreadOver("vmap: inDims", inDims, args);
  const dims = leaves.map((leaf, i) => {
    const dim = spec[i]!;
    if (dim === null) return null;
    if (!(leaf instanceof Tensor))
      throw new TypeError(
        `vmap: expected a tensor with samples along dim ${dim}, got ${leaf === null ? "null" : typeof leaf}; inDims says null for what all samples share`,
      );
    return dimFromFront("inDims", dim, leaf.ndim, leaf.shape);
  });
  const sizes = leaves.flatMap((leaf, i) => (dims[i] === null ? [] : [(leaf as Tensor).shape[dims[i]!]!]));
  if (sizes.length === 0) throw new Error(noSamples);
  if (sizes.some((n) => n !== sizes[0]))
    throw new Error(`vmap: expected the same number of samples in all arguments, got ${sizes.join(", ")}`);
  return { samples: sizes[0]!, leaves, dims, build };
}

function dimFromFront(what: string, dim: number, rank: number, shape: readonly number[]): number {
  const front = dim < 0 ? dim + rank : dim;
  if (!Number.isInteger(dim) || front < 0 || front >= rank)
    throw new RangeError(`vmap: ${what} ${dim} is out of range for shape ${formatShape(shape)}`);
  return front;
}

/** Samples `start` … `start + count − 1`. */
function part(batch: Batch, start: number, count: number): Batch {
  const leaves = batch.leaves.map((leaf, i) =>
    batch.dims[i] === null ? leaf : (leaf as Tensor).narrow(batch.dims[i]!, start, count),
  );
  return { ...batch, samples: count, leaves };
}

/** The results of chunks put together. */
function joined(chunks: readonly unknown[], outDims: Dims): unknown {
  const trees = chunks.map(treeOf);
  const dims = spreadOver("vmap: outDims", outDims, chunks[0]);
  return trees[0]!.build(
    trees[0]!.leaves.map((_, i) => {
      const parts = trees.map(({ leaves }) => leaves[i] as Tensor);
      return cat(parts, dimFromFront("outDims", dims[i]!, parts[0]!.ndim, parts[0]!.shape));
    }),
  );
}

/** A leaf of the recorded graph of one sample, and what it stands for. */
interface Input {
  readonly leaf: Tensor;
  readonly whole: Tensor;
  /** The dim of the samples; null where all share it. */
  readonly dim: number | null;
}

/** A recording and its samples. */
interface Mapping {
  readonly trace: Trace;
  readonly lifter: Lifter;
}

function mapped(
  fn: (...args: unknown[]) => unknown,
  { samples, leaves, dims, build }: Batch,
  outDims: Dims,
  randomness: Randomness,
): unknown {
  const trace = new Trace(randomness);
  const mapping = { trace, lifter: new Lifter(trace, samples, drawn) };
  const inputs: Input[] = [];
  const args = leaves.map((leaf, i) => {
    if (dims[i] === null) return leaf;
    const input = exampleOf(mapping, leaf as Tensor, dims[i]!);
    inputs.push(input);
    return alias(input.leaf);
  });
  const result = tracing(trace, () => fn(...(build(args) as unknown[])));
  if (result instanceof Promise)
    throw new TypeError("vmap: the function is asynchronous; it has to give its result at once");
  const tree = treeOf(result);
  const outputs = tensorsOf("vmap", "a function that gives a tensor or a structure", tree.leaves);
  const out = spreadOver("vmap: outDims", outDims, result).map((dim, i) => {
    if (dim === null) throw new Error("vmap: outDims is null for a result; results have a dim of samples");
    const rank = outputs[i]!.ndim + 1;
    return dimFromFront("outDims", dim, rank, [samples, ...outputs[i]!.shape]);
  });
  return tree.build(wholeOf(mapping, outputs, out, inputs));
}

/** One sample's part of `whole`, as a leaf that requires grad where that does. */
function exampleOf({ lifter }: Mapping, whole: Tensor, dim: number): Input {
  const leaf = new Tensor(lifter.example(moved(whole.node, dim, 0)));
  leaf._requiresGrad = whole._requiresGrad && isGradEnabled();
  return { leaf, whole, dim };
}

/** The dim `from` moved to `to`. */
function moved(x: Node, from: number, to: number): Node {
  const order = x.shape.map((_, d) => d).filter((d) => d !== from);
  order.splice(to, 0, from);
  return permute(x, order);
}

/**
 * For all samples what was recorded for one.
 * @param dims for each the dim of the samples; null for the sum over them
 */
function wholeOf(
  mapping: Mapping,
  outputs: readonly Tensor[],
  dims: readonly (number | null)[],
  inputs: readonly Input[],
): Tensor[] {
  const { trace, lifter } = mapping;
  const nodes = outputs.map((y, i) => {
    const dim = dims[i]!;
    return dim === null ? lifter.sum(y.node) : moved(lifter.batch(y.node), 0, dim);
  });
  if (!isGradEnabled() || !outputs.some((y) => stateOf(y)._requiresGrad))
    return nodes.map((node) => new Tensor(node));
  const leaves = new Set(inputs.map(({ leaf }) => leaf));
  const enclosed = enclose(outputs, leaves, whatIsInside(trace, leaves));
  const captured = enclosed.captured.map((whole, i): Input => ({
    leaf: enclosed.standIns[i]!,
    whole,
    dim: null,
  }));
  const read = [...inputs.filter(({ leaf }) => leaf._requiresGrad), ...captured];
  const shown = recordJointly(
    "VmapBackward",
    nodes,
    read.map(({ whole }) => whole),
    (gradients) => gradientsOf(mapping, enclosed.outputs, dims, read, gradients),
  );
  return nodes.map((node, i) => (enclosed.outputs[i]!._requiresGrad ? shown[i]! : new Tensor(node)));
}

/** The gradients of what was read: the backward pass of one sample, for all samples. */
function gradientsOf(
  mapping: Mapping,
  outputs: readonly Tensor[],
  dims: readonly (number | null)[],
  inputs: readonly Input[],
  gradients: readonly (Tensor | null)[],
): (Tensor | null)[] {
  const seeds: Input[] = [];
  const roots: Tensor[] = [];
  outputs.forEach((root, i) => {
    const whole = gradients[i];
    if (!whole || !root._requiresGrad) return;
    roots.push(root);
    const dim = dims[i]!;
    if (dim !== null) seeds.push(exampleOf(mapping, whole, dim));
    else {
      const leaf = new Tensor(whole.node);
      leaf._requiresGrad = whole._requiresGrad && isGradEnabled();
      seeds.push({ leaf, whole, dim });
    }
  });
  const found = tracing(mapping.trace, () =>
    differentiate(
      roots,
      seeds.map(({ leaf }) => leaf),
      inputs.map(({ leaf }) => leaf),
      { createGraph: isGradEnabled(), retainGraph: true },
    ),
  );
  const own = found.flatMap((g, i) => (g === null ? [] : [{ g, dim: inputs[i]!.dim }]));
  const whole = wholeOf(
    mapping,
    own.map(({ g }) => g),
    own.map(({ dim }) => dim),
    [...inputs, ...seeds],
  );
  let next = 0;
  return found.map((g) => (g === null ? null : whole[next++]!));
}

/** What belongs to the recording of one sample: what its values or its history have of an example. */
function whatIsInside(trace: Trace, leaves: ReadonlySet<Tensor>): (t: Tensor) => boolean {
  const known = new Map<Tensor, boolean>();
  const knownOf = (t: Tensor): boolean | undefined => {
    const found = known.get(t);
    if (found !== undefined) return found;
    if (leaves.has(t)) return true;
    if (trace.depends(t._node)) return true;
    return t._op === null || t._node.serial <= trace.start ? false : undefined;
  };
  return (root) => {
    const stack = [root];
    while (stack.length > 0) {
      const t = stack.at(-1)!;
      if (knownOf(t) !== undefined) {
        stack.pop();
        continue;
      }
      restoreInputs(t);
      const inputs = [t._a, t._b, t._c, ...(t._extras?.list ?? [])]
        .filter((input) => input?._requiresGrad === true)
        .map((input) => stateMeant(input!));
      const open = inputs.filter((input) => knownOf(input) === undefined);
      if (open.length > 0) stack.push(...open);
      else {
        known.set(
          t,
          inputs.some((input) => knownOf(input)),
        );
        stack.pop();
      }
    }
    return knownOf(root)!;
  };
}
