/**
 * Of a graph that was recorded for one sample the graph for all of a batch, with the batch as a dim in front: node by node, so that the planner
 * sees one operation on many samples. What does not depend on the sample stays as it is.
 */
import {
  binary,
  cast,
  concat,
  copy,
  expand,
  flip,
  matmul,
  pad,
  permute,
  random,
  reduce,
  reshape,
  scalar,
  select,
  slice,
  unary,
} from "../record/build.js";
import { operandsOf, type Trace } from "../record/mapping.js";
import {
  Flag,
  keepsDims,
  Kind,
  kindOf,
  type Node,
  distributions,
  opOf,
  roundingMask,
} from "../record/node.js";
import { copyOrigins } from "../record/origin.js";
import { product } from "../record/shapes.js";
import { binaryOps, kernelOps, reduceOps, unaryOps } from "../../primitives/table.js";
import { liftCall, type Lifted, operandCount, spread } from "./calls.js";

/** Takes `count` numbers from the random stream. */
export type Draw = (count: number) => { readonly seed: number; readonly position: number };

export class Lifter {
  readonly #batches = new Map<Node, Node>();
  /** Of tuples what gives their results. */
  readonly #tuples = new Map<Node, (result: number | null) => Node>();

  constructor(
    readonly trace: Trace,
    readonly samples: number,
    private readonly draw: Draw,
  ) {}

  /** A node of one sample that stands for the entries of `batch` along its first dim. */
  example(batch: Node): Node {
    const node = this.trace.example(batch, batch.shape.slice(1));
    this.#batches.set(node, batch);
    return node;
  }

  /** The values for all samples, [samples, ...shape]. */
  batch(root: Node): Node {
    if (!this.trace.depends(root)) return spread({ sample: root, batch: null }, this.samples);
    this.#lift(root);
    return this.#batches.get(root)!;
  }

  /** The sum over all samples. */
  sum(root: Node): Node {
    const { samples } = this;
    if (!this.trace.depends(root)) return binary("mul", root, scalar(samples, root.dtype));
    const kind = kindOf(root);
    if (root.storage === null) {
      // Where a sum is taken of products, the batch becomes a part of the inner size; nothing of all samples' products is stored.
      const a = root.a!;
      if (kind === Kind.permute) return permute(this.sum(a), root.attributes!);
      if (kind === Kind.reshape) return reshape(this.sum(a), root.attributes!);
      if (kind === Kind.matmul && a.shape.length === 2 && root.b!.shape.length === 2)
        return this.#sumOfProducts(root);
      if (kind === Kind.binary && binaryOps[opOf(root)] === "add" && this.#areLike(root))
        return binary("add", this.sum(a), this.sum(root.b!));
    }
    return reduce("sum", this.batch(root), [0], false);
  }

  #areLike({ a, b, shape }: Node): boolean {
    return (
      a!.shape.length === shape.length &&
      a!.size === product(shape) &&
      b!.size === a!.size &&
      b!.shape.length === shape.length
    );
  }

  #sumOfProducts(root: Node): Node {
    const left = this.batch(root.a!);
    const right = this.batch(root.b!);
    const [, m, k] = left.shape as [number, number, number];
    const n = right.shape[2]!;
    const columns = reshape(permute(left, [1, 0, 2]), [m, this.samples * k]);
    return matmul(columns, reshape(right, [this.samples * k, n]), root.code & roundingMask);
  }

  #isDone(node: Node): boolean {
    return this.#batches.has(node) || this.#tuples.has(node) || !this.trace.depends(node);
  }

  /** Operands before what is computed from them, without a deep stack. */
  #lift(root: Node): void {
    const stack = [root];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if (this.#isDone(node)) {
        stack.pop();
        continue;
      }
      const open = operandsOf(node).filter((operand) => !this.#isDone(operand));
      if (open.length > 0) {
        stack.push(...open);
        continue;
      }
      stack.pop();
      if (kindOf(node) === Kind.tuple) this.#tuples.set(node, this.#call(node));
      else {
        const batch = this.#apply(node);
        if ((node.flags & Flag.saved) !== 0) batch.flags |= Flag.saved;
        copyOrigins(node, batch);
        this.#batches.set(node, batch);
      }
    }
  }

  #of(sample: Node): Lifted {
    return { sample, batch: this.#batches.get(sample) ?? null };
  }

  /** An operand that is broadcast to `rank` dims: with the batch in front where it differs from sample to sample. */
  #broadcast(sample: Node, rank: number): Node {
    const { batch } = this.#of(sample);
    if (batch === null) return sample;
    const missing = rank - sample.shape.length;
    return missing === 0
      ? batch
      : reshape(batch, [this.samples, ...new Array<number>(missing).fill(1), ...sample.shape]);
  }

  #call(node: Node): (result: number | null) => Node {
    const op = kernelOps[opOf(node)]!;
    const list = node.list!;
    const count = operandCount(op);
    return liftCall({
      op,
      operands: list.slice(0, count).map((operand) => this.#of(operand)),
      attributes: node.attributes!,
      scalars: list.slice(count),
      samples: this.samples,
    });
  }

  #apply(node: Node): Node {
    const { samples } = this;
    const { shape, a, b, c, attributes } = node;
    const rank = shape.length;
    const rounding = node.code & roundingMask;
    const one = (): Node => this.#batches.get(a!)!;
    const all = [samples, ...shape];
    switch (kindOf(node)) {
      case Kind.unary:
        return unary(unaryOps[opOf(node)]!, one(), rounding);
      case Kind.binary:
        return binary(binaryOps[opOf(node)]!, this.#broadcast(a!, rank), this.#broadcast(b!, rank), rounding);
      case Kind.select:
        return select(this.#broadcast(a!, rank), this.#broadcast(b!, rank), this.#broadcast(c!, rank));
      case Kind.cast:
        return cast(one(), node.dtype);
      case Kind.copy:
        return copy(one());
      case Kind.reduce:
        return reduce(
          reduceOps[opOf(node)]!,
          one(),
          attributes!.map((dim) => dim + 1),
          keepsDims(node),
          rounding,
        );
      case Kind.matmul:
        return this.#matmul(a!, b!, rounding);
      case Kind.reshape:
        return reshape(one(), all);
      case Kind.permute:
        return permute(one(), [0, ...attributes!.map((dim) => dim + 1)]);
      case Kind.expand:
        return expand(this.#broadcast(a!, rank), all);
      case Kind.slice: {
        const starts = attributes!.slice(0, rank);
        return slice(one(), [0, ...starts], all, [1, ...attributes!.slice(2 * rank)]);
      }
      case Kind.flip:
        return flip(
          one(),
          attributes!.map((dim) => dim + 1),
        );
      case Kind.pad:
        return pad(one(), [0, ...attributes!.slice(0, rank)], [0, ...attributes!.slice(rank)], b!.value!);
      case Kind.concat:
        return concat(
          node.list!.map((part) => spread(this.#of(part), samples)),
          attributes![1]! + 1,
        );
      case Kind.random: {
        const { seed, position } = this.draw(samples * node.size);
        return random(distributions[opOf(node)]!, all, node.dtype, seed, position);
      }
      case Kind.call:
        return this.#call(node)(null);
      case Kind.pick:
        return this.#tuples.get(a!)!(attributes![0]!);
      default:
        throw new Error(`vmap: a node of kind ${kindOf(node)} has no rule`);
    }
  }

  #matmul(a: Node, b: Node, rounding: number): Node {
    const left = this.#batches.get(a);
    const right = this.#batches.get(b);
    const m = a.shape.length;
    const n = b.shape.length;
    if (left !== undefined && right === undefined && n === 2) {
      // One big product rather than many small ones.
      const k = b.shape[0]!;
      const rows = matmul(reshape(left, [product(left.shape.slice(0, -1)), k]), b, rounding);
      return reshape(rows, [...left.shape.slice(0, -1), b.shape[1]!]);
    }
    const rank = Math.max(m, n);
    return matmul(this.#broadcast(a, rank), this.#broadcast(b, rank), rounding);
  }
}
