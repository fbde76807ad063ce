/**
 * Values that are put together from stretches along one dimension. Sums of zero-padded parts, which the gradients of slices are,
 * become one assembly: each part is computed in its place, nothing is padded or added.
 */
import { Kind } from "../record/node.js";
import type { Value } from "./values.js";

/** A stretch of `size` along the assembly's dim; a 0-d input fills it. */
export interface Stretch {
  readonly size: number;
  readonly input: Value;
}

export interface Assembly {
  readonly dim: number;
  readonly stretches: readonly Stretch[];
}

/** The inputs and attributes of a value of kind concat. */
export function asConcat({ dim, stretches }: Assembly): {
  inputs: readonly Value[];
  attributes: readonly number[];
} {
  return {
    inputs: stretches.map((stretch) => stretch.input),
    attributes: [dim, ...stretches.map((stretch) => stretch.size)],
  };
}

/** What a value of kind concat is put together from. */
export function assemblyOf(value: Value): Assembly {
  const [dim, ...sizes] = value.attributes as [number, ...number[]];
  return { dim, stretches: value.inputs.map((input, i) => ({ size: sizes[i]!, input })) };
}

/** A pad along one dim as an assembly; null where several dims are padded or nothing is inside. */
export function padAsAssembly(
  shape: readonly number[],
  input: Value,
  fill: Value,
  attributes: readonly number[],
): Assembly | null {
  const rank = shape.length;
  const padded = [...shape.keys()].filter((dim) => shape[dim] !== input.shape[dim]);
  if (padded.length !== 1 || input.size === 0) return null;
  const dim = padded[0]!;
  const stretches = [
    { size: attributes[dim]!, input: fill },
    { size: input.shape[dim]!, input },
    { size: attributes[rank + dim]!, input: fill },
  ];
  return { dim, stretches: stretches.filter(({ size }) => size > 0) };
}

/** The sum of two assemblies where at each place one of them is one of these zeros; else null. */
export function sumOfAssemblies(a: Value, b: Value, zeros: ReadonlySet<Value>): Assembly | null {
  if (a.kind !== Kind.concat || b.kind !== Kind.concat || a.attributes[0] !== b.attributes[0]) return null;
  if (a.shape.join() !== b.shape.join()) return null;
  const first = assemblyOf(a);
  const parts = [...placed(first, zeros), ...placed(assemblyOf(b), zeros)].sort((x, y) => x.start - y.start);
  const zero = first.stretches.find(({ input }) => zeros.has(input))?.input;
  if (zero === undefined) return null;
  const stretches: Stretch[] = [];
  let end = 0;
  for (const { start, size, input } of parts) {
    if (start < end) return null;
    if (start > end) stretches.push({ size: start - end, input: zero });
    stretches.push({ size, input });
    end = start + size;
  }
  const whole = a.shape[first.dim]!;
  if (end < whole) stretches.push({ size: whole - end, input: zero });
  return { dim: first.dim, stretches };
}

/** The stretches that are not zero, and where they start. */
function placed(assembly: Assembly, zeros: ReadonlySet<Value>): (Stretch & { readonly start: number })[] {
  const parts: (Stretch & { readonly start: number })[] = [];
  let start = 0;
  for (const { size, input } of assembly.stretches) {
    if (!zeros.has(input)) parts.push({ start, size, input });
    start += size;
  }
  return parts;
}
