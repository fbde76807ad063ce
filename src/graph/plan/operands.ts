/**
 * Kernels that read buffers rather than compute what they read: matrix products and calls. Here their operands become strided views; an
 * operand that strides cannot express, or not as its kernel takes them, has to be stored densely first.
 */
import { broadcastTo, flat, identity, rowMajor } from "./coordinates.js";
import type { Operand } from "./group.js";
import { Kind } from "../record/node.js";
import { viewOf, withoutReshapes } from "./movement.js";
import type { Value } from "./values.js";
import { kernels } from "../../primitives/kernels.js";

/** Views of all operands, in the order in which the kernel names them; but of what a kernel updates, which lies where the result does. */
export function operandsOf(value: Value): Operand[] {
  switch (value.kind) {
    case Kind.matmul: {
      const [a, b] = value.inputs as [Value, Value];
      const batch = value.shape.slice(0, -2);
      const [m, n] = value.shape.slice(-2) as [number, number];
      const k = a.shape.at(-1)!;
      return [broadcastView(a, [...batch, m, k]), broadcastView(b, [...batch, k, n])];
    }
    case Kind.call:
    case Kind.tuple: {
      const { operands, strided, updates } = kernels[value.kernelOp];
      const inputs = value.inputs.slice(0, operands.length);
      const cuts = strided?.(inputs, value.attributes);
      const views = inputs.map((input, i) => (cuts ? stridedView(input, cuts[i]!) : denseView(input)));
      return updates ? views.slice(1) : views;
    }
    default:
      return [];
  }
}

/** A dense row-major view: of the buffer where the value lies so already, else of a copy. */
function denseView(value: Value): Operand {
  const found = viewOf(value, identity(value.shape.length), value.shape);
  const strides = rowMajor(value.shape);
  const isDense = found?.view.strides.every((stride, i) => value.shape[i] === 1 || stride === strides[i]);
  return found !== null && isDense ? found : dense(value, value.shape);
}

function dense(value: Value, sizes: readonly number[]): Operand {
  return { base: withoutReshapes(value), view: { offset: 0, strides: rowMajor(sizes) } };
}

function broadcastView(value: Value, dims: readonly number[]): Operand {
  const at = broadcastTo(identity(dims.length), value.shape, dims, dims.length);
  const view = viewOf(value, at, dims);
  return view ?? { base: withoutReshapes(value), view: flat(at, value.shape, dims.length) };
}

/**
 * A view whose dims, cut into runs at these positions, are gone through with one stride for each run; where there is none the value is stored
 * densely.
 */
function stridedView(value: Value, cuts: readonly number[]): Operand {
  const dims = value.shape;
  const found = viewOf(value, identity(dims.length), dims);
  if (found === null) return dense(value, dims);
  const { strides } = found.view;
  const ends = [...cuts, dims.length];
  const fits = ends.every((end, i) => isOneRun(dims, strides, i === 0 ? 0 : ends[i - 1]!, end));
  return fits ? found : dense(value, dims);
}

/** Whether one stride leads through the dims from `first` up to `end` in row-major order. */
function isOneRun(dims: readonly number[], strides: readonly number[], first: number, end: number): boolean {
  let next: number | null = null;
  for (let i = Math.min(end, dims.length) - 1; i >= first; i--) {
    if (dims[i] === 1) continue;
    if (next !== null && strides[i] !== next) return false;
    next = strides[i]! * dims[i]!;
  }
  return true;
}
