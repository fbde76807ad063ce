/**
 * Random tensors. All draw from one stream, see generator.ts.
 */
import { binary, cast, random, scalar, unary } from "../graph/record/build.js";
import { Tensor } from "./core.js";
import { fromTyped } from "./creation/from-data.js";
import { checkFits, dtypeOf, finish, parseShape, type TensorOptions } from "./creation/options.js";
import { type DType, isFloating } from "./dtype.js";
import { draw, drawingFrom, type Generator, randomSeed } from "./generator.js";
import { readNumbers } from "./reading.js";
import type { Node } from "../graph/record/node.js";
import { computingDType, wholeBits, wholeRange } from "../primitives/dtypes.js";
import { broadcast } from "../graph/record/shapes.js";
import { checkBroadcast, checkShape, checkWhole, formatShape, sizeOf } from "./shape.js";
import type { Mutable, Shape } from "./shape-types.js";

/** What random tensors take besides shape and numbers. */
export interface RandomOptions extends TensorOptions {
  /** The stream that numbers come from; the common one if not given. */
  generator?: Generator | null;
}

function checkFloating(name: string, dtype: DType): void {
  if (!isFloating(dtype))
    throw new TypeError(`${name}: expected a floating dtype such as float32, got ${dtype}`);
}

/**
 * Random numbers of the stream. Narrow floats are made of those of float32: normal ones rounded, uniform ones cut off, since what is
 * rounded could be 1.
 */
function drawnNode(distribution: "uniform" | "normal", shape: Shape, dtype: DType): Node {
  const inner = computingDType(dtype);
  const node = random(distribution, shape, inner, randomSeed(), draw(sizeOf(shape)));
  if (inner === dtype) return node;
  if (distribution === "normal") return cast(node, dtype);
  const steps = scalar(2 ** wholeBits[dtype], inner);
  return cast(binary("div", unary("floor", binary("mul", node, steps)), steps), dtype);
}

function drawn(
  name: string,
  distribution: "uniform" | "normal",
  shape: Shape,
  options?: RandomOptions,
  /** What the numbers become, if they are not kept as they are drawn. */
  kept?: DType,
): Tensor {
  const dtype = dtypeOf(name, options);
  checkFloating(name, dtype);
  checkFits(name, shape, kept ?? dtype);
  const node = drawingFrom(options?.generator, () => drawnNode(distribution, shape, dtype));
  return finish(name, node, options);
}

function streamOf(options: RandomOptions | undefined): { generator?: Generator | null } {
  return options?.generator == null ? {} : { generator: options.generator };
}

/** Uniform random numbers in [0, 1) (`torch.rand`): `rand([2, 3])`, `rand(2, 3)`. */
export function rand<const S extends Shape>(shape: S, options?: RandomOptions): Tensor<Mutable<S>>;
export function rand<const N extends number>(size: N, options?: RandomOptions): Tensor<[N]>;
export function rand<const S extends Shape>(...sizes: S): Tensor<Mutable<S>>;
export function rand<const S extends Shape>(...sizesAndOptions: [...S, RandomOptions]): Tensor<Mutable<S>>;
export function rand(...args: readonly unknown[]): Tensor {
  const { shape, options } = parseShape("rand", args);
  return drawn("rand", "uniform", shape, options);
}

/** Standard normal random numbers (`torch.randn`): `randn([2, 3])`, `randn(2, 3)`. */
export function randn<const S extends Shape>(shape: S, options?: RandomOptions): Tensor<Mutable<S>>;
export function randn<const N extends number>(size: N, options?: RandomOptions): Tensor<[N]>;
export function randn<const S extends Shape>(...sizes: S): Tensor<Mutable<S>>;
export function randn<const S extends Shape>(...sizesAndOptions: [...S, RandomOptions]): Tensor<Mutable<S>>;
export function randn(...args: readonly unknown[]): Tensor {
  const { shape, options } = parseShape("randn", args);
  return drawn("randn", "normal", shape, options);
}

/** `rand` in the shape and dtype of `x`. */
export function randLike<S extends Shape>(x: Tensor<S>, options?: RandomOptions): Tensor<S> {
  return drawn("randLike", "uniform", x.shape, { dtype: x.dtype, ...options }) as Tensor<S>;
}

/** `randn` in the shape and dtype of `x`. */
export function randnLike<S extends Shape>(x: Tensor<S>, options?: RandomOptions): Tensor<S> {
  return drawn("randnLike", "normal", x.shape, { dtype: x.dtype, ...options }) as Tensor<S>;
}

/**
 * Normal random numbers with the given mean and standard deviation (`torch.normal`): of a shape where both are numbers, else in the shape that
 * the tensors broadcast to.
 */
export function normal<const S extends Shape>(
  mean: number,
  std: number,
  shape: S,
  options?: RandomOptions,
): Tensor<Mutable<S>>;
export function normal(mean: Tensor, std?: number | Tensor): Tensor;
export function normal(mean: number, std: Tensor): Tensor;
export function normal(
  mean: number | Tensor,
  std: number | Tensor = 1,
  size?: Shape,
  options?: RandomOptions,
): Tensor {
  if (typeof std === "number" && !(std >= 0))
    throw new RangeError(`normal: expected a standard deviation ≥ 0, got ${std}`);
  const tensors = [mean, std].filter((x) => x instanceof Tensor);
  if (tensors.length === 0 && size === undefined)
    throw new TypeError("normal: expected normal(mean, std, [sizes]), or a tensor as mean or std");
  let shape = size?.slice() ?? [];
  if (tensors.length > 0) {
    for (const t of tensors) {
      checkFloating("normal", t.dtype);
      checkBroadcast("normal", shape, t.shape);
      shape = broadcast(shape, t.shape).slice();
    }
  }
  checkShape("normal", shape);
  const dtype = dtypeOf("normal", options, tensors[0]?.dtype);
  const z = drawn("normal", "normal", shape, { dtype, ...streamOf(options) }).node;
  const nodeOf = (x: number | Tensor): Node =>
    typeof x === "number" ? scalar(x, dtype) : cast(x.node, dtype);
  return finish("normal", binary("add", binary("mul", z, nodeOf(std)), nodeOf(mean)), options);
}

/** The least and the greatest whole numbers from which on a dtype has gaps or ends. */
function wholeNumbers(dtype: DType): readonly [number, number] {
  if (dtype === "bool") return [0, 1];
  if (!isFloating(dtype)) return wholeRange(dtype);
  const most = 2 ** wholeBits[dtype];
  return [-most, most];
}

function checkHolds(dtype: DType, least: number, greatest: number): void {
  const [from, to] = wholeNumbers(dtype);
  if (least < from || greatest > to)
    throw new RangeError(
      `randint: numbers from ${least} to ${greatest} do not fit in ${dtype}, which holds whole numbers from ${from} to ${to}` +
        (dtype === "float64" || dtype === "int64" ? "" : `; pass { dtype: "int64" }`),
    );
}

/** Whole random numbers from low to high − 1, int32 unless another dtype is given (`torch.randint`): `randint(10, [3])`, `randint(5, 10, [3])`. */
export function randint<const S extends Shape>(
  high: number,
  shape: S,
  options?: RandomOptions,
): Tensor<Mutable<S>>;
export function randint<const S extends Shape>(
  low: number,
  high: number,
  shape: S,
  options?: RandomOptions,
): Tensor<Mutable<S>>;
export function randint(...args: unknown[]): Tensor {
  const numbers = args.filter((x) => typeof x === "number");
  const [low, high] = numbers.length > 1 ? [numbers[0]!, numbers[1]!] : [0, numbers[0]!];
  const shape = args.find((x) => Array.isArray(x)) as Shape | undefined;
  if (numbers.length === 0 || shape === undefined) {
    throw new TypeError("randint: expected randint(high, [sizes]) or randint(low, high, [sizes])");
  }
  checkWhole("randint", "low", low);
  checkWhole("randint", "high", high);
  if (!(low < high)) throw new RangeError(`randint: expected low < high, got ${low} and ${high}`);
  checkShape("randint", shape);
  const last = args[args.length - 1];
  const options = Array.isArray(last) ? undefined : (last as RandomOptions | undefined);
  const dtype = dtypeOf("randint", options, "int32");
  checkHolds(dtype, low, high - 1);
  const u = drawn(
    "randint",
    "uniform",
    shape.slice(),
    { dtype: "float64", ...streamOf(options) },
    dtype,
  ).node;
  const number = unary("floor", binary("mul", u, scalar(high - low, "float64")));
  return finish("randint", cast(binary("add", number, scalar(low, "float64")), dtype), options);
}

/** A random order of 0 … n − 1, int32 (`torch.randperm`). */
export function randperm<const N extends number>(n: N, options?: RandomOptions): Tensor<[N]>;
export function randperm(n: number, options?: RandomOptions): Tensor {
  checkShape("randperm", [n]);
  const u = readNumbers(
    drawn("randperm", "uniform", [n], { dtype: "float64", ...streamOf(options) }),
    "randperm",
  );
  const order = Int32Array.from({ length: n }, (_, i) => i);
  // Fisher and Yates.
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(u[i]! * (i + 1));
    const moved = order[i]!;
    order[i] = order[j]!;
    order[j] = moved;
  }
  return finish("randperm", fromTyped(order, dtypeOf("randperm", options, "int32"), [n])._node, options);
}

/** `randint` in the shape and dtype of `x`: `randintLike(x, 10)`, `randintLike(x, 5, 10)` (`torch.randint_like`). */
export function randintLike<S extends Shape>(x: Tensor<S>, high: number, options?: RandomOptions): Tensor<S>;
export function randintLike<S extends Shape>(
  x: Tensor<S>,
  low: number,
  high: number,
  options?: RandomOptions,
): Tensor<S>;
export function randintLike(x: Tensor, a: number, b?: number | RandomOptions, c?: RandomOptions): Tensor {
  const [low, high] = typeof b === "number" ? [a, b] : [0, a];
  return randint(low, high, x.shape, { dtype: x.dtype, ...(typeof b === "object" ? b : c) });
}

/** 1 with the probability that stands at each place of `p`, else 0, in the dtype of `p` (`torch.bernoulli`); with a number it takes the place of them all. */
export function bernoulli<S extends Shape>(
  p: Tensor<S>,
  probability?: number | { p?: number; generator?: Generator | null } | null,
  options?: { generator?: Generator | null },
): Tensor<S> {
  const named = typeof probability === "object" ? probability : options;
  const number =
    typeof probability === "number"
      ? probability
      : typeof probability === "object"
        ? probability?.p
        : undefined;
  const { dtype } = p;
  if (number === undefined) checkFloating("bernoulli", dtype);
  else if (!(number >= 0 && number <= 1))
    throw new RangeError(`bernoulli: expected a probability from 0 to 1, got ${number}`);
  const inner = isFloating(dtype) ? dtype : "float32";
  const u = drawn("bernoulli", "uniform", p.shape, { dtype: inner, ...streamOf(named ?? undefined) }).node;
  const bound = number === undefined ? p.node : scalar(number, inner);
  return new Tensor<S>(cast(binary("lt", u, bound), dtype));
}

/**
 * Draws `count` positions for each row of weights [N] or [B, N], with or without putting back; int32 (`torch.multinomial`).
 * @throws Error when weights are negative, sum to 0, or are fewer than `count` without `replacement`.
 */
export function multinomial(
  weights: Tensor,
  count: number,
  given: boolean | { replacement?: boolean; generator?: Generator | null } = {},
  options: { generator?: Generator | null } = {},
): Tensor {
  if (weights.ndim !== 1 && weights.ndim !== 2) {
    throw new Error(`multinomial: expected weights [N] or [B, N], got ${formatShape(weights.shape)}`);
  }
  checkFloating("multinomial", weights.dtype);
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`multinomial: expected a count ≥ 1, got ${count}`);
  const n = weights.shape[weights.ndim - 1]!;
  const rows = weights.numel() / Math.max(1, n);
  const replacement = typeof given === "boolean" ? given : (given.replacement ?? false);
  if (!replacement && count > n) {
    throw new Error(`multinomial: cannot draw ${count} of ${n} without replacement`);
  }
  const drawnHere = drawn("multinomial", "uniform", [rows, count], {
    dtype: "float64",
    ...streamOf(typeof given === "boolean" ? options : given),
  });
  const u = readNumbers(drawnHere, "multinomial");
  const w = readNumbers(weights, "multinomial");
  const out = new Int32Array(rows * count);
  for (let r = 0; r < rows; r++) {
    const left = Float64Array.from(w.subarray(r * n, (r + 1) * n));
    for (let k = 0; k < count; k++) out[r * count + k] = drawOne(left, u[r * count + k]!, !replacement);
  }
  return fromTyped(out, "int32", weights.ndim === 1 ? [count] : [rows, count]);
}

function drawOne(weights: Float64Array, u: number, remove: boolean): number {
  let total = 0;
  for (const w of weights) {
    if (!(w >= 0)) throw new RangeError(`multinomial: expected weights ≥ 0, got ${w}`);
    total += w;
  }
  if (!(total > 0)) throw new RangeError("multinomial: the weights left sum to 0");
  let rest = u * total;
  let chosen = -1;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    chosen = i;
    rest -= weights[i]!;
    if (rest < 0) break;
  }
  if (remove) weights[chosen] = 0;
  return chosen;
}
