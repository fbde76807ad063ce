/**
 * What the functions that make tensors have in common: their options, how sizes are given, and whether a tensor fits into memory.
 */
import { formatBytes, OutOfMemory } from "../../engine/engine.js";
import type { Node } from "../../graph/record/node.js";
import { platform } from "../../platform/node.js";
import { dtypeBytes } from "../../primitives/dtypes.js";
import { Tensor } from "../core.js";
import { type DType, dtypeList, isDType, isFloating, getDefaultDtype } from "../dtype.js";
import { checkShape, sizeOf } from "../shape.js";
import type { Shape } from "../shape-types.js";

/** What functions that make tensors take besides shape and values. */
export interface TensorOptions {
  /** Default `getDefaultDtype()`, float32. */
  dtype?: DType;
  /** Whether operations on the tensor are recorded for differentiation. Default false. */
  requiresGrad?: boolean;
}

/** Applies and checks the options. @internal */
export function finish(name: string, node: Node, options: TensorOptions | undefined): Tensor {
  const t = new Tensor(node);
  if (options?.requiresGrad) {
    if (!isFloating(node.dtype))
      throw new TypeError(`${name}: only floating tensors can require grad, not ${node.dtype}`);
    t.requiresGrad_();
  }
  return t;
}

/** @internal */
export function dtypeOf(
  name: string,
  options: TensorOptions | undefined,
  otherwise: DType = getDefaultDtype(),
): DType {
  const dtype = options?.dtype ?? otherwise;
  if (!isDType(dtype)) {
    throw new TypeError(`${name}: ${String(dtype)} is not a dtype; there are ${dtypeList}`);
  }
  return dtype;
}

/** @throws OutOfMemory for a tensor that could never be stored. @internal */
export function checkFits(name: string, shape: Shape, dtype: DType): void {
  const bytes = sizeOf(shape) * dtypeBytes[dtype];
  // Asking how much there is takes longer than most tensors.
  if (bytes < 1e9) return;
  const text = `${name}([${shape.join(", ")}]) needs ${formatBytes(bytes)}, more than`;
  const total = platform.totalMemory();
  if (bytes > total)
    throw new OutOfMemory(bytes, `${text} the ${formatBytes(total)} of memory that there are`);
  const { largestBuffer, largestBufferReason } = platform;
  if (bytes > largestBuffer) {
    const most = formatBytes(largestBuffer);
    throw new OutOfMemory(bytes, `${text} the ${most} that one tensor may have ${largestBufferReason}`);
  }
}

/** Reads `zeros([2, 3], options)`, `zeros(3, options)` and `zeros(2, 3)`. @internal */
export function parseShape(
  name: string,
  args: readonly unknown[],
): { shape: Shape; options?: TensorOptions } {
  const last = args[args.length - 1];
  const hasOptions = typeof last === "object" && last !== null && !Array.isArray(last);
  const sizes = hasOptions ? args.slice(0, -1) : args.filter((x, i) => x !== undefined || i === 0);
  // A list that the caller may go on and change is copied.
  const shape = (Array.isArray(sizes[0]) ? sizes[0].slice() : sizes) as Shape;
  if (Array.isArray(sizes[0]) && sizes.length > 1) {
    throw new TypeError(
      `${name}: expected ${name}([sizes], { options }), got a second argument ${String(sizes[1])}`,
    );
  }
  checkShape(name, shape);
  return hasOptions ? { shape, options: last as TensorOptions } : { shape };
}
