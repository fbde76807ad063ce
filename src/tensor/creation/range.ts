/**
 * Vectors of evenly spaced numbers: arange, linspace and logspace. `arange` of whole numbers gives int32, because it mostly makes indices.
 */
import { binary, cast, iota, scalar } from "../../graph/record/build.js";
import type { Node } from "../../graph/record/node.js";
import { computingDType } from "../../primitives/dtypes.js";
import type { Tensor } from "../core.js";
import { checkNumber, type DType, isInteger } from "../dtype.js";
import { checkShape } from "../shape.js";
import { fromTyped } from "./from-data.js";
import { checkFits, dtypeOf, finish, type TensorOptions } from "./options.js";

/** start, start + step, … below end (`torch.arange`). `arange(5)` is 0 to 4. Whole arguments give int32, others float32. */
export function arange(end: number, options?: TensorOptions): Tensor<[number]>;
export function arange(start: number, end: number, options?: TensorOptions): Tensor<[number]>;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor<[number]>;
export function arange(...args: unknown[]): Tensor<[number]> {
  const last = args[args.length - 1];
  const options = typeof last === "object" && last !== null ? (last as TensorOptions) : undefined;
  const numbers = args.filter((x): x is number => typeof x === "number");
  const [start, end, step] =
    numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
  if (numbers.length === 0 || numbers.some((x) => !Number.isFinite(x))) {
    throw new RangeError(`arange: expected finite numbers, got ${numbers.join(", ") || "none"}`);
  }
  if (step === 0) throw new RangeError("arange: step must not be 0");
  if ((end - start) / step < 0)
    throw new RangeError(`arange: a step of ${step} does not lead from ${start} to ${end}`);
  const whole = numbers.every((x) => Number.isInteger(x));
  const dtype = dtypeOf("arange", options, whole ? "int32" : "float32");
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
  start: number,
  end: number,
  steps: N,
  options?: TensorOptions,
): Tensor<[N]>;
export function linspace(start: number, end: number, steps: number, options?: TensorOptions): Tensor {
  checkShape("linspace", [steps]);
  const dtype = dtypeOf("linspace", options);
  return finish("linspace", fromTyped(evenly(start, end, steps), dtype, [steps])._node, options);
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
  start: number,
  end: number,
  steps: N,
  options?: TensorOptions & { base?: number },
): Tensor<[N]>;
export function logspace(
  start: number,
  end: number,
  steps: number,
  options?: TensorOptions & { base?: number },
): Tensor {
  const base = options?.base ?? 10;
  checkShape("logspace", [steps]);
  const dtype = dtypeOf("logspace", options);
  return finish(
    "logspace",
    fromTyped(
      evenly(start, end, steps).map((x) => base ** x),
      dtype,
      [steps],
    )._node,
    options,
  );
}
