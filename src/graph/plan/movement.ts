/**
 * From a moved value to its operand: coordinates for elementwise consumers, whole views for those that need a strided buffer.
 */
import {
  broadcastTo,
  type Coordinates,
  flat,
  type Split,
  splitColumn,
  throughFlip,
  throughPermute,
  throughReshape,
  throughSlice,
} from "./coordinates.js";
import type { Operand } from "./group.js";
import { Kind } from "../record/node.js";
import type { Value } from "./values.js";

/** Coordinates of the operand of a movement, or how to split a dimension first, or null when strides cannot say it. */
export function throughMovement(
  value: Value,
  at: Coordinates,
  dims: readonly number[],
): Coordinates | Split | null {
  const from = sourceOf(value).shape;
  switch (value.kind) {
    case Kind.permute:
      return throughPermute(at, value.attributes);
    case Kind.expand:
      return fresh(at, broadcastTo(at, from, value.shape, dims.length));
    case Kind.slice:
      return throughSlice(at, value.attributes);
    case Kind.flip:
      return throughFlip(at, value.attributes, value.shape);
    case Kind.reshape:
      return throughReshape(at, value.shape, from, dims);
    default:
      throw new Error(`kind ${value.kind} is no movement`);
  }
}

function fresh(old: Coordinates, at: Coordinates): Coordinates {
  return old === at ? { offset: at.offset.slice(), step: at.step.map((row) => row.slice()) } : at;
}

/** What a movement moves: a reshape of reshapes is one reshape. */
export function sourceOf(value: Value): Value {
  return value.kind === Kind.reshape ? withoutReshapes(value) : value.inputs[0]!;
}

/** The value below a chain of reshapes: it has the same row-major order. */
export function withoutReshapes(value: Value): Value {
  while (value.kind === Kind.reshape) value = value.inputs[0]!;
  return value;
}

/**
 * The value as a strided view of something that is not a movement, or null when strides cannot say it. A dim that a reshape splits may be one again
 * below, as where heads are put apart and side by side again.
 */
export function viewOf(value: Value, at: Coordinates, dims: readonly number[]): Operand | null {
  const splits: Split[] = [];
  while (value.isMovement) {
    const base = sourceOf(value);
    if (value.kind === Kind.reshape && !base.isMovement) break;
    const below = throughMovement(value, at, dims);
    if (below === null) return null;
    if ("dim" in below) {
      at = fresh(at, at);
      splitColumn(at, below);
      dims = dims.toSpliced(below.dim, 1, dims[below.dim]! / below.inner, below.inner);
      splits.push(below);
    } else {
      at = below;
      value = base;
    }
  }
  const view = flat(at, value.shape, dims.length);
  for (const { dim, inner } of splits.reverse()) {
    const [outerStride, stride] = [view.strides[dim]!, view.strides[dim + 1]!];
    if (outerStride !== stride * inner) return null;
    view.strides.splice(dim, 2, stride);
  }
  return { base: withoutReshapes(value), view };
}
