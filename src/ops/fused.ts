/** Operations made of others that are one kernel in PyTorch. */
import { computingDType, isComputed } from "../primitives/dtypes.js";
import type { Tensor } from "../tensor/core.js";
import { type DType, isFloating } from "../tensor/dtype.js";
import { cast } from "./cast.js";

type Operand = Tensor | null;

/** The dtype that all floating operands have, where it is one that is only stored. */
function narrowDType(operands: readonly Operand[]): DType | null {
  let found: DType | null = null;
  for (const operand of operands) {
    if (operand === null || !isFloating(operand._node.dtype)) continue;
    if (found !== null && operand._node.dtype !== found) return null;
    found = operand._node.dtype;
  }
  return found === null || isComputed(found) ? null : found;
}

/**
 * What `compute` makes of the operands, as one step where they are float16 or bfloat16: computed in float32 and rounded once at the end, its
 * gradients likewise.
 */
export function fused<const Operands extends readonly Operand[], Result extends Tensor>(
  operands: Operands,
  compute: (...operands: Operands) => Result,
): Result {
  const narrow = narrowDType(operands);
  if (narrow === null) return compute(...operands);
  const wide = operands.map((x) =>
    x === null || !isFloating(x._node.dtype) ? x : cast(x, computingDType(narrow)),
  );
  return cast(compute(...(wide as unknown as Operands)), narrow) as Result;
}
