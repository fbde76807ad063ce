/**
 * All that an engine can do, numbered. Encoder and decoder of programs share the numbers: scripts/primitives.mjs writes them for C++, with a
 * hash of the table by which an engine refuses programs that were numbered otherwise.
 */
import { dtypeNames, dtypes } from "./dtypes.js";
import { binary, type BinaryOp, unary, type UnaryOp } from "./elementwise.js";
import { type KernelOp, kernels } from "./kernels.js";
import { reductions, type ReduceOp } from "./reductions.js";

export const unaryOps = Object.keys(unary) as readonly UnaryOp[];
export const binaryOps = Object.keys(binary) as readonly BinaryOp[];
export const reduceOps = Object.keys(reductions) as readonly ReduceOp[];
export const kernelOps = Object.keys(kernels) as readonly KernelOp[];

/** What makes one value of an elementwise body out of others (engine/program.ts). */
export const instructionKinds = [
  "load",
  "scalar",
  "index",
  "coordinate",
  "random",
  "unary",
  "binary",
  "select",
  "cast",
  "result",
] as const;

export const kernelKinds = ["map", "reduce", "matmul", "call"] as const;

/** Names with their numbers. */
export function numbered<Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> {
  return Object.fromEntries(names.map((name, i) => [name, i])) as Record<Name, number>;
}

export const dtypeNumbers = numbered(dtypeNames);
export const unaryNumbers = numbered(unaryOps);
export const binaryNumbers = numbered(binaryOps);
export const reduceNumbers = numbered(reduceOps);
export const kernelOpNumbers = numbered(kernelOps);
export const instructionNumbers = numbered(instructionKinds);
export const kernelNumbers = numbered(kernelKinds);

/** Changes with every name, number, dtype and C++ function of the table; a signed 32-bit number (FNV-1a). */
export const tableHash = hashOf(
  JSON.stringify([dtypes, unary, binary, reductions, kernels, instructionKinds, kernelKinds]),
);

function hashOf(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
