/**
 * First values of parameters, PyTorch's nn.init: each function fills a tensor in place, unrecorded, and returns it. Random numbers come
 * from the generator that `manualSeed` sets. A weight is [out, in, ...kernel], as layers keep it.
 */
import { noGrad } from "../autograd/mode.js";
import { eye } from "../tensor/creation/constant.js";
import { tensor as tensorOf } from "../tensor/creation/from-data.js";
import { rand, randn, randperm } from "../tensor/random.js";
import { formatShape } from "../tensor/shape.js";
import { type Given, takes } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { assignValue } from "./parameter.js";

/** What stands after the layer, in PyTorch's words: decides how much its variance is to be raised. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "conv_transpose1d"
  | "conv_transpose2d"
  | "conv_transpose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leaky_relu"
  | "leakyRelu"
  | "selu";

/** A function that fills a tensor; options by name, or in the order `N` by position. */
export type Initializer<O, N extends readonly (keyof O)[]> = <T extends Tensor>(
  tensor: T,
  ...options: Given<O, N>
) => T;

function initializer<O extends object, const N extends readonly (keyof O & string)[]>(
  name: string,
  order: N,
  fill: (tensor: Tensor, options: O) => void,
): Initializer<O, N> {
  return takes(name, `tensor | ${order.join(", ")}`, (tensor: Tensor, options: O): Tensor => {
    noGrad(() => fill(tensor, options));
    return tensor;
  }) as unknown as Initializer<O, N>;
}

/** Uniform in [a, b), [0, 1) if not given. */
export const uniform_ = initializer(
  "uniform_",
  ["a", "b"],
  (tensor: Tensor, { a = 0, b = 1 }: { a?: number; b?: number }) => {
    tensor.uniform_(a, b);
  },
);

interface NormalOptions {
  /** 0 if not given. */
  mean?: number;
  /** 1 if not given. */
  std?: number;
}

/** Normal. */
export const normal_ = initializer(
  "normal_",
  ["mean", "std"],
  (tensor: Tensor, { mean = 0, std = 1 }: NormalOptions) => {
    tensor.normal_(mean, std);
  },
);

interface TruncatedOptions extends NormalOptions {
  /** The least value; -2 if not given. */
  a?: number;
  /** The greatest value; 2 if not given. */
  b?: number;
}

/** Normal, with what lies outside [a, b] drawn again. */
export const truncNormal_ = initializer(
  "truncNormal_",
  ["mean", "std", "a", "b"],
  (tensor: Tensor, { mean = 0, std = 1, a = -2, b = 2 }: TruncatedOptions) => {
    if (!(a < b) || !(std > 0))
      throw new RangeError(`truncNormal_: expected a < b and std > 0, got a ${a}, b ${b} and std ${std}`);
    const values = new Float64Array(tensor.numel());
    const [low, high] = [(a - mean) / std, (b - mean) / std];
    let filled = 0;
    while (filled < values.length) {
      // As many as are missing, and some more for those that are thrown away.
      const draws = randn([Math.ceil((values.length - filled) * 1.25) + 16], { dtype: "float64" }).dataSync();
      const before = filled;
      for (const z of draws as Float64Array)
        if (z >= low && z <= high && filled < values.length) values[filled++] = z * std + mean;
      // So far out in a tail that normal draws do not come there: uniform ones, kept in proportion to the density.
      if (filled === before) filled = fillTail(values, filled, low, high, (z) => z * std + mean);
    }
    tensor.copy_(tensorOf(values).reshape(tensor.shape));
  },
);

/** Rejection from uniform draws in [low, high], or below ten standard deviations behind the nearer end. */
function fillTail(
  values: Float64Array,
  from: number,
  low: number,
  high: number,
  place: (z: number) => number,
): number {
  const nearest = low > 0 ? low : high < 0 ? high : 0;
  const start = Math.max(low, nearest - 10);
  const end = Math.min(high, nearest + 10);
  const draws = rand([1024, 2], { dtype: "float64" }).dataSync() as Float64Array;
  let filled = from;
  for (let i = 0; i < draws.length && filled < values.length; i += 2) {
    const z = start + (end - start) * draws[i]!;
    if (draws[i + 1]! < Math.exp((nearest * nearest - z * z) / 2)) values[filled++] = place(z);
  }
  return filled;
}

/** The same number everywhere. */
export const constant_: <T extends Tensor>(tensor: T, value: number | { val: number }) => T = initializer(
  "constant_",
  ["val"],
  (tensor: Tensor, { val }: { val?: number }) => {
    if (typeof val !== "number") throw new TypeError(`constant_: expected a number, got ${String(val)}`);
    tensor.fill_(val);
  },
) as never;

/** Makes every element 0. */
export function zeros_<T extends Tensor>(tensor: T): T {
  return constant_(tensor, 0);
}

/** Makes every element 1. */
export function ones_<T extends Tensor>(tensor: T): T {
  return constant_(tensor, 1);
}

/** The identity matrix. @throws Error unless the tensor is a matrix */
export function eye_<T extends Tensor>(tensor: T): T {
  const [rows, columns] = matrix("eye_", tensor);
  return assigned(tensor, eye(rows, columns, { dtype: tensor.dtype }));
}

/**
 * The weight [out, in, ...kernel] of a convolution that leaves as many channels as it can as they are: 1 in the kernel's middle where channels in and
 * out are the same, in each of `groups` (1 if not given), else 0.
 * @throws Error unless there are 3 to 5 dimensions and the groups divide the first
 */
export const dirac_ = initializer(
  "dirac_",
  ["groups"],
  (tensor: Tensor, { groups = 1 }: { groups?: number }) => {
    const [out = 0, inputs = 0, ...kernel] = tensor.shape;
    if (tensor.ndim < 3 || tensor.ndim > 5)
      throw new Error(`dirac_: the tensor must have 3, 4 or 5 dimensions, not ${formatShape(tensor.shape)}`);
    if (!(groups >= 1) || out % groups !== 0)
      throw new Error(`dirac_: ${out} channels cannot be divided into ${groups} groups`);
    const field = kernel.reduce((product, size) => product * size, 1);
    const middle = kernel.reduce((at, size) => at * size + Math.floor(size / 2), 0);
    const values = new Float64Array(tensor.numel());
    const perGroup = out / groups;
    for (let group = 0; group < groups; group++)
      for (let i = 0; i < Math.min(perGroup, inputs); i++)
        values[((group * perGroup + i) * inputs + i) * field + middle] = 1;
    tensor.copy_(tensorOf(values).reshape(tensor.shape));
  },
);

/** Normal with standard deviation `std`, and in each column the share `sparsity` of the rows 0 (Martens 2010). @throws Error unless the tensor is a matrix */
export const sparse_ = initializer(
  "sparse_",
  ["sparsity", "std"],
  (tensor: Tensor, { sparsity, std = 0.01 }: { sparsity?: number; std?: number }) => {
    const [rows, columns] = matrix("sparse_", tensor);
    if (!(sparsity !== undefined && sparsity >= 0 && sparsity <= 1))
      throw new RangeError(`sparse_: sparsity must be between 0 and 1, not ${String(sparsity)}`);
    const values = Float64Array.from(
      randn([rows * columns], { dtype: "float64" }).dataSync() as Float64Array,
      (z) => z * std,
    );
    const count = Math.ceil(sparsity * rows);
    for (let column = 0; column < columns; column++)
      for (const row of (randperm(rows).dataSync() as Int32Array).subarray(0, count))
        values[row * columns + column] = 0;
    tensor.copy_(tensorOf(values).reshape([rows, columns]));
  },
);

interface GainOptions {
  /** 1 if not given. */
  gain?: number;
}

/** Uniform in ±gain √(6 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
export const xavierUniform_ = initializer(
  "xavierUniform_",
  ["gain"],
  (tensor: Tensor, { gain = 1 }: GainOptions) => {
    const { fanIn, fanOut } = fans("xavierUniform_", tensor);
    const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
    tensor.uniform_(-bound, bound);
  },
);

/** Normal with standard deviation gain √(2 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
export const xavierNormal_ = initializer(
  "xavierNormal_",
  ["gain"],
  (tensor: Tensor, { gain = 1 }: GainOptions) => {
    const { fanIn, fanOut } = fans("xavierNormal_", tensor);
    tensor.normal_(0, gain * Math.sqrt(2 / (fanIn + fanOut)));
  },
);

/** Options of `kaimingUniform_` and `kaimingNormal_`. */
export interface KaimingOptions {
  /** Negative slope of the leaky ReLU that follows; 0 if not given. */
  a?: number;
  /** Whether variances are kept on the way forward ("fan_in", the default) or back ("fan_out"). */
  mode?: "fan_in" | "fan_out" | "fanIn" | "fanOut";
  /** "leaky_relu" if not given. */
  nonlinearity?: Nonlinearity;
}

const KAIMING_ORDER: [a: "a", mode: "mode", nonlinearity: "nonlinearity"] = ["a", "mode", "nonlinearity"];

/** Uniform in ±gain √(3 / fan) (He et al. 2015). */
export const kaimingUniform_ = initializer(
  "kaimingUniform_",
  KAIMING_ORDER,
  (tensor: Tensor, options: KaimingOptions) => {
    const bound = Math.sqrt(3) * kaimingDeviation("kaimingUniform_", tensor, options);
    tensor.uniform_(-bound, bound);
  },
);

/** Normal with standard deviation gain / √fan (He et al. 2015). */
export const kaimingNormal_ = initializer(
  "kaimingNormal_",
  KAIMING_ORDER,
  (tensor: Tensor, options: KaimingOptions) => {
    tensor.normal_(0, kaimingDeviation("kaimingNormal_", tensor, options));
  },
);

/** gain times a matrix whose rows (or columns, if there are more rows) are orthonormal; dims after the first count as one (Saxe et al. 2014). */
export const orthogonal_ = initializer(
  "orthogonal_",
  ["gain"],
  (tensor: Tensor, { gain = 1 }: GainOptions) => {
    if (tensor.ndim < 2)
      throw new Error(
        `orthogonal_: the tensor must have at least 2 dimensions, not ${formatShape(tensor.shape)}`,
      );
    if (tensor.numel() === 0) return;
    const rows = tensor.shape[0]!;
    const columns = tensor.numel() / rows;
    const [vectors, length] = [Math.min(rows, columns), Math.max(rows, columns)];
    const values = Float64Array.from(randn([vectors, length], { dtype: "float64" }).dataSync());
    orthonormalize(values, vectors, length);
    const result: Tensor = tensorOf(values).reshape([vectors, length]).mul(gain);
    tensor.copy_((rows <= columns ? result : result.transpose(0, 1)).reshape(tensor.shape));
  },
);

/** By how much the standard deviation is to be raised for what follows the layer. `param` is leaky_relu's negative slope (0.01). */
export function calculateGain(
  nonlinearity: Nonlinearity,
  param: number | null | { param?: number | null } = 0.01,
): number {
  const slope = (typeof param === "object" ? param?.param : param) ?? 0.01;
  switch (nonlinearity) {
    case "linear":
    case "conv1d":
    case "conv2d":
    case "conv3d":
    case "conv_transpose1d":
    case "conv_transpose2d":
    case "conv_transpose3d":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leaky_relu":
    case "leakyRelu":
      if (typeof slope !== "number")
        throw new TypeError(`calculateGain: expected the negative slope as a number, got ${String(slope)}`);
      return Math.sqrt(2 / (1 + slope ** 2));
    case "selu":
      return 3 / 4;
    default:
      throw new Error(`calculateGain: unknown nonlinearity ${JSON.stringify(nonlinearity satisfies never)}`);
  }
}

function kaimingDeviation(name: string, tensor: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = "fan_in", nonlinearity = "leaky_relu" } = options;
  const { fanIn, fanOut } = fans(name, tensor);
  if (!["fan_in", "fan_out", "fanIn", "fanOut"].includes(mode))
    throw new TypeError(`${name}: mode is "fan_in" or "fan_out", not ${JSON.stringify(mode)}`);
  return calculateGain(nonlinearity, a) / Math.sqrt(mode === "fan_in" || mode === "fanIn" ? fanIn : fanOut);
}

/** Numbers of inputs and outputs of one unit. */
function fans(name: string, tensor: Tensor): { fanIn: number; fanOut: number } {
  const [out, inputs, ...kernel] = tensor.shape;
  if (out === undefined || inputs === undefined)
    throw new Error(`${name}: the tensor must have at least 2 dimensions, not ${formatShape(tensor.shape)}`);
  const field = kernel.reduce((product, size) => product * size, 1);
  return { fanIn: inputs * field, fanOut: out * field };
}

function matrix(name: string, tensor: Tensor): readonly [number, number] {
  const [rows, columns, ...rest] = tensor.shape;
  if (rows === undefined || columns === undefined || rest.length > 0)
    throw new Error(`${name}: the tensor must be a matrix, not ${formatShape(tensor.shape)}`);
  return [rows, columns];
}

/** Gram and Schmidt, twice for each row, which is enough for full precision. */
function orthonormalize(values: Float64Array, rows: number, length: number): void {
  const row = (i: number): Float64Array => values.subarray(i * length, (i + 1) * length);
  for (let i = 0; i < rows; i++) {
    const current = row(i);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = row(j);
        const overlap = current.reduce((sum, value, k) => sum + value * other[k]!, 0);
        for (let k = 0; k < length; k++) current[k]! -= overlap * other[k]!;
      }
    }
    const norm = Math.sqrt(current.reduce((sum, value) => sum + value * value, 0));
    for (let k = 0; k < length; k++) current[k]! /= norm;
  }
}

function assigned<T extends Tensor>(tensor: T, values: Tensor): T {
  assignValue(tensor, values);
  return tensor;
}
