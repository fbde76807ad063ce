/**
 * First values of parameters, PyTorch's nn.init: each function fills a tensor in place, unrecorded, and returns it. Random numbers come
 * from the generator that `manualSeed` sets. A weight is [out, in, ...kernel], as layers keep it.
 */
import { noGrad } from "../autograd/mode.js";
import { eye } from "../tensor/creation/constant.js";
import { tensor as tensorOf } from "../tensor/creation/from-data.js";
import { randn } from "../tensor/random.js";
import { formatShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { assignValue } from "./parameter.js";

/** What stands after the layer: decides how much its variance is to be raised. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/** Uniform in [low, high). */
export function uniform_<T extends Tensor>(tensor: T, low = 0, high = 1): T {
  return noGrad(() => tensor.uniform_(low, high));
}

/** Normal. */
export function normal_<T extends Tensor>(tensor: T, mean = 0, std = 1): T {
  return noGrad(() => tensor.normal_(mean, std));
}

/** The same number everywhere. */
export function constant_<T extends Tensor>(tensor: T, value: number): T {
  return noGrad(() => tensor.fill_(value));
}

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

/** Uniform in ±gain √(6 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
export function xavierUniform_<T extends Tensor>(tensor: T, { gain = 1 }: { gain?: number } = {}): T {
  const { fanIn, fanOut } = fans("xavierUniform_", tensor);
  const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
  return uniform_(tensor, -bound, bound);
}

/** Normal with standard deviation gain √(2 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
export function xavierNormal_<T extends Tensor>(tensor: T, { gain = 1 }: { gain?: number } = {}): T {
  const { fanIn, fanOut } = fans("xavierNormal_", tensor);
  return normal_(tensor, 0, gain * Math.sqrt(2 / (fanIn + fanOut)));
}

/** Options of `kaimingUniform_` and `kaimingNormal_`. */
export interface KaimingOptions {
  /** Negative slope of the leaky ReLU that follows; 0 if not given. */
  a?: number;
  /** Whether variances are kept on the way forward ("fanIn", the default) or back. */
  mode?: "fanIn" | "fanOut";
  /** "leakyRelu" if not given. */
  nonlinearity?: Nonlinearity;
}

/** Uniform in ±gain √(3 / fan) (He et al. 2015). */
export function kaimingUniform_<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  const bound = Math.sqrt(3) * kaimingDeviation("kaimingUniform_", tensor, options);
  return uniform_(tensor, -bound, bound);
}

/** Normal with standard deviation gain / √fan (He et al. 2015). */
export function kaimingNormal_<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  return normal_(tensor, 0, kaimingDeviation("kaimingNormal_", tensor, options));
}

/** gain times a matrix whose rows (or columns, if there are more rows) are orthonormal; dims after the first count as one (Saxe et al. 2014). */
export function orthogonal_<T extends Tensor>(tensor: T, { gain = 1 }: { gain?: number } = {}): T {
  const rows = tensor.shape[0] ?? 0;
  if (tensor.ndim < 2 || rows === 0)
    throw new Error(
      `orthogonal_: the tensor must have at least 2 dimensions, not ${formatShape(tensor.shape)}`,
    );
  const columns = tensor.numel() / rows;
  const [vectors, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const values = Float64Array.from(randn([vectors, length], { dtype: "float64" }).dataSync());
  orthonormalize(values, vectors, length);
  const result = tensorOf(values).reshape([vectors, length]).mul(gain);
  return assigned(tensor, (rows <= columns ? result : result.transpose(0, 1)).reshape(tensor.shape));
}

/** By how much the standard deviation is to be raised for what follows the layer. `param` is leakyRelu's negative slope (0.01). */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  switch (nonlinearity) {
    case "linear":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + param ** 2));
    case "selu":
      return 3 / 4;
    default:
      throw new Error(`calculateGain: unknown nonlinearity ${JSON.stringify(nonlinearity satisfies never)}`);
  }
}

function kaimingDeviation(name: string, tensor: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  return calculateGain(nonlinearity, a) / Math.sqrt(fans(name, tensor)[mode]);
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
