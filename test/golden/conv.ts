/** What PyTorch computes for convolutions, pools and what belongs to them (make_conv.py). */
import { readFileSync } from "node:fs";
import { type DType, Tensor, tensor } from "../../src/index.js";
import { functional } from "../../src/nn/nn.js";

export interface ConvCase {
  readonly name: keyof typeof functional & string;
  /** Shapes of the first arguments. */
  readonly inputs: readonly (readonly number[])[];
  /** Positions that come after them. */
  readonly extra: readonly unknown[];
  readonly args: readonly unknown[];
  /** Shapes of tensors among the options. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
  readonly samples?: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  readonly shape: readonly number[];
  /** NaN is null. */
  readonly results: readonly (readonly (number | null)[])[];
  readonly gradients: readonly (readonly (number | null)[])[];
}

export const convCases = (
  JSON.parse(readFileSync(new URL("conv.json", import.meta.url), "utf8")) as { readonly cases: ConvCase[] }
).cases;

/** The same numbers as in make_conv.py. */
export function valuesOf(shape: readonly number[], seed: number, dtype: DType): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  const data = Float64Array.from({ length: n }, (_, i) => ((i * 37 + i * i * 11 + seed * 17) % 101) / 50 - 1);
  return tensor(data, { dtype: "float64" })
    .reshape([...shape])
    .to(dtype);
}

export interface Called {
  readonly results: readonly Tensor[];
  /** Those that get a gradient. */
  readonly inputs: readonly Tensor[];
}

/** Calls the function of a case. @param given tensors in the place of its own, those among the options last */
export function callCase(each: ConvCase, dtype: DType, given?: readonly Tensor[]): Called {
  const made = (shape: readonly number[], i: number): Tensor =>
    given?.[i] ?? valuesOf(shape, i, dtype).requiresGrad_(true);
  const inputs = each.inputs.map(made);
  const named = Object.entries(each.tensors).map(
    ([key, shape], i) => [key, made(shape, inputs.length + i)] as const,
  );
  const extra = each.extra.map((positions) => tensor(positions as number[], { dtype: "int32" }));
  const options = { ...each.options, ...Object.fromEntries(named) };
  if (each.samples !== undefined)
    Object.assign(options, { _randomSamples: tensor(each.samples as number[], { dtype }) });
  const f = functional[each.name] as (...args: unknown[]) => Tensor | Tensor[];
  const y = f(...inputs, ...extra, ...each.args, options);
  return { results: Array.isArray(y) ? y : [y], inputs: [...inputs, ...named.map(([, t]) => t)] };
}

/** A line that names a case. */
export function titleOf({ name, inputs, args, options, tensors }: ConvCase): string {
  const named = JSON.stringify({ ...options, ...tensors });
  return `${name}(${inputs.map((shape) => `[${shape.join()}]`).join(", ")}; ${JSON.stringify(args)}, ${named})`;
}
