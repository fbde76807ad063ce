/**
 * A slice of a value that is there already, made independent of where it starts: the slice reads from a leaf of its own, which begins at
 * its first element. So a loop that goes through a tensor (`x.at(t)`, a batch of a data set) has one structure, and one plan.
 */
import { rowMajor } from "./coordinates.js";
import { dtypeShift, Flag, Kind, Node } from "../record/node.js";
import { dtypeBytes } from "../../primitives/dtypes.js";
import { dtypeNumbers } from "../../primitives/table.js";

/** Turns a slice of a stored value into one from 0 on of a window, unless it is one already or the value may be overwritten. */
export function openWindow(slice: Node): void {
  const whole = slice.a!;
  const attributes = slice.attributes!;
  const rank = attributes.length / 3;
  if ((whole.flags & (Flag.variable | Flag.window)) !== 0 || slice.size === 0) return;
  const strides = rowMajor(whole.shape);
  let first = 0;
  for (let i = 0; i < rank; i++) {
    if (attributes[2 * rank + i]! < 0) return;
    first += attributes[i]! * strides[i]!;
  }
  if (first === 0) return;
  const code = Kind.leaf | (dtypeNumbers[whole.dtype] << dtypeShift);
  const window = new Node(code, whole.dtype, whole.shape, whole.size, null, null, null);
  const bytes = dtypeBytes[whole.dtype];
  const storage = whole.storage!;
  window.storage = storage.engine.part(storage, first * bytes, windowSize(whole.shape, attributes) * bytes);
  window.flags = Flag.window;
  const fromZero = attributes.map((attribute, i) => (i < rank ? 0 : attribute));
  // Both without a call between: an interrupt must not leave one without the other.
  slice.a = window;
  slice.attributes = fromZero;
}

/** How many elements of a value of this shape a slice from 0 on spans. */
export function windowSize(shape: readonly number[], attributes: readonly number[]): number {
  const rank = attributes.length / 3;
  const strides = rowMajor(shape);
  let last = 0;
  for (let i = 0; i < rank; i++)
    last += (attributes[rank + i]! - 1) * attributes[2 * rank + i]! * strides[i]!;
  return last + 1;
}
