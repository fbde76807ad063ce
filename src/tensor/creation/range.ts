/**
 * Vectors of evenly spaced numbers: arange, linspace and logspace. `arange` of whole numbers gives int32, because it mostly makes indices.
 */
import { binary, cast, iota, scalar } from "../../graph/record/build.js";
import type { Node } from "../../graph/record/node.js";
import { computingDType } from "../../primitives/dtypes.js";
import { Tensor } from "../core.js";
import { checkNumber, type DType, isFloating, isInteger, getDefaultDtype } from "../dtype.js";
import { checkShape, formatShape } from "../shape.js";
import { isOptions } from "../signature.js";
import { fromTyped } from "./from-data.js";
import { checkFits, dtypeOf, finish, type TensorOptions } from "./options.js";

/** A number, or a tensor of no dims, which is read. */
type Scalar = number | Tensor;

/** The number that a bound is. @throws Error for a tensor with dims */
function numberOf(name: string, value: unknown): number {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  if (!(value instanceof Tensor))
    throw new TypeError(`${name}: expected numbers, got ${value === null ? "null" : typeof value}`);
  if (value.ndim !== 0)
    throw new Error(
      `${name}: expected a tensor of 0 dimensions as a number, got shape ${formatShape(value.shape)}`,
    );
  return Number(value.item());
}

interface Bounds {
  readonly start?: number;
  readonly end?: number;
  readonly step?: number;
}

/** start, start + step, … below end (`torch.arange`). `arange(5)` is 0 to 4. Whole arguments give int32, others float32. */
export function arange(end: number, options?: TensorOptions & Bounds): Tensor<[number]>;
export function arange(start: number, end: number, options?: TensorOptions & Bounds): Tensor<[number]>;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor<[number]>;
export function arange(options: TensorOptions & Bounds & { readonly end: number }): Tensor<[number]>;
export function arange(...args: unknown[]): Tensor<[number]> {
  const last = args[args.length - 1];
  const options = isOptions(last) ? (last as TensorOptions & Bounds) : undefined;
  const given = args.filter((x) => x !== undefined && x !== options).map((x) => numberOf("arange", x));
  // One number is the end, unless that has its name.
  const [first, second, third] =
    given.length === 1 && options?.end === undefined && options?.start === undefined ? [0, given[0]] : given;
  const byName = given.length === 1 && options?.start !== undefined;
  const start = options?.start ?? (byName ? 0 : (first ?? 0));
  const end = options?.end ?? (byName ? given[0] : second);
  const step = options?.step ?? third ?? 1;
  const numbers = [start, end, step];
  if (end === undefined || numbers.some((x) => !Number.isFinite(x))) {
    throw new RangeError(`arange: expected finite numbers, got ${given.join(", ") || "none"}`);
  }
  if (step === 0) throw new RangeError("arange: step must not be 0");
  if ((end - start) / step < 0)
    throw new RangeError(`arange: a step of ${step} does not lead from ${start} to ${end}`);
  const whole = numbers.every((x) => Number.isInteger(x));
  const dtype = dtypeOf("arange", options, whole ? "int32" : getDefaultDtype());
  if (!isFloating(dtype) && !whole) {
    // PyTorch takes the whole parts of the arguments first.
    const [from, to, by] = numbers.map(Math.trunc) as [number, number, number];
    const { requiresGrad = false } = options ?? {};
    return arange(from, to, by, { dtype, requiresGrad });
  }
  const n = Math.ceil((end - start) / step);
  checkFits("arange", [n], dtype);
  if (n > 0) [start, start + (n - 1) * step].forEach((x) => checkNumber("arange", x, dtype));
  return finish("arange", progression(n, start, step, dtype), options) as Tensor<[number]>;
}

/** start + i · step, computed in float64 unless whole. */
function progression(n: number, start: number, step: number, dtype: DType): Node {
  if (start === 0 && step === 1 && dtype !== "bool") return iota([n], dtype);
  const inner: DType = isInteger(dtype) ? computingDType(dtype) : "float64";
  const y = binary("add", binary("mul", iota([n], inner), scalar(step, inner)), scalar(start, inner));
  return cast(y, dtype);
}

/** `steps` numbers from start to end, both included, evenly spaced (`torch.linspace`). */
export function linspace<const N extends number>(
  start: Scalar,
  end: Scalar,
  steps: N,
  options?: TensorOptions,
): Tensor<[N]>;
export function linspace(start: Scalar, end: Scalar, steps: number, options?: TensorOptions): Tensor {
  checkShape("linspace", [steps]);
  const dtype = dtypeOf("linspace", options);
  const [from, to] = [numberOf("linspace", start), numberOf("linspace", end)];
  return finish("linspace", fromTyped(evenly(from, to, steps), dtype, [steps])._node, options);
}

/** Numbers at equal distances, both ends exactly: the second half counts down from the end. */
function evenly(start: number, end: number, steps: number): Float64Array {
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  return Float64Array.from({ length: steps }, (_, i) =>
    i < steps / 2 || steps === 1 ? start + i * step : end - (steps - 1 - i) * step,
  );
}

/** base to the powers `linspace(start, end, steps)` (`torch.logspace`); the base is 10 unless given. */
export function logspace<const N extends number>(
  start: Scalar,
  end: Scalar,
  steps: N,
  base?: number | (TensorOptions & { base?: number }),
  options?: TensorOptions,
): Tensor<[N]>;
export function logspace(
  start: Scalar,
  end: Scalar,
  steps: number,
  given?: number | (TensorOptions & { base?: number }),
  last?: TensorOptions,
): Tensor {
  const options: (TensorOptions & { base?: number }) | undefined = typeof given === "object" ? given : last;
  const base = typeof given === "number" ? given : (options?.base ?? 10);
  checkShape("logspace", [steps]);
  const dtype = dtypeOf("logspace", options);
  const exponents = evenly(numberOf("logspace", start), numberOf("logspace", end), steps);
  const powers = exponents.map((x) => base ** x);
  return finish("logspace", fromTyped(powers, dtype, [steps])._node, options);
}
