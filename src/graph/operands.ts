/**
 * Kernels that read buffers rather than compute what they read: matrix products, gather and scatter, calls. Here their operands become
 * strided views; an operand that strides cannot express has to be stored densely first.
 */
import { broadcastTo, flat, identity, rowMajor } from "./coordinates.js";
import type { Operand } from "./group.js";
import { Kind } from "./node.js";
import { viewOf, withoutReshapes } from "./movement.js";
import type { Value } from "./values.js";

function product(sizes: readonly number[]): number {
  return sizes.reduce((size, n) => size * n, 1);
}

/** [outer, count, inner] and the number of rows of a gather or scatter. */
export interface IndexedShape {
  readonly dims: readonly [number, number, number];
  readonly rows: number;
}

export function indexedShape(value: Value): IndexedShape {
  const dim = value.attributes[0]!;
  const table = value.inputs[0]!.shape;
  const index = value.inputs[1]!;
  if (value.kind === Kind.take || value.kind === Kind.takeAdd) {
    const dims = [product(table.slice(0, dim)), index.size, product(table.slice(dim + 1))] as const;
    return { dims, rows: table[dim]! };
  }
  const shape = index.shape;
  const dims = [product(shape.slice(0, dim)), shape[dim] ?? 1, product(shape.slice(dim + 1))] as const;
  return { dims, rows: table[dim] ?? 1 };
}

/** Views of all operands, in the order in which the kernel names them. */
export function operandsOf(value: Value): Operand[] {
  const [a, b, c] = value.inputs;
  const dim = value.attributes[0]!;
  switch (value.kind) {
    case Kind.matmul: {
      const batch = value.shape.slice(0, -2);
      const [m, n] = value.shape.slice(-2) as [number, number];
      const k = a!.shape.at(-1)!;
      return [broadcastView(a!, [...batch, m, k]), broadcastView(b!, [...batch, k, n])];
    }
    case Kind.gather:
      return [collapsed(a!, dim, dim + 1), collapsed(b!, dim, dim + 1)];
    case Kind.take:
      return [collapsed(a!, dim, dim + 1), collapsed(b!, 0, b!.shape.length)];
    case Kind.scatterAdd:
      return [collapsed(c!, dim, dim + 1), collapsed(b!, dim, dim + 1)];
    case Kind.takeAdd:
      return [collapsed(c!, dim, dim + b!.shape.length), collapsed(b!, 0, b!.shape.length)];
    case Kind.call:
      return value.inputs.map(denseView);
    default:
      return [];
  }
}

/** Row-major: where it lies so already, or stored so. */
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

/** A view over [dims before from, dims up to to, dims after], each part with one stride. */
function collapsed(value: Value, from: number, to: number): Operand {
  const dims = value.shape;
  const parts = [dims.slice(0, from), dims.slice(from, to), dims.slice(to)];
  const found = viewOf(value, identity(dims.length), dims);
  if (found !== null) {
    const { offset, strides } = found.view;
    const outer = collapse(parts[0]!, strides.slice(0, from));
    const rows = collapse(parts[1]!, strides.slice(from, to));
    const inner = collapse(parts[2]!, strides.slice(to));
    if (outer !== null && rows !== null && inner !== null) {
      return { base: found.base, view: { offset, strides: [outer, rows, inner] } };
    }
  }
  return dense(value, parts.map(product));
}

/** One stride for several dims, or null when there is none. */
function collapse(dims: readonly number[], strides: readonly number[]): number | null {
  let stride: number | null = null;
  let next = 0;
  for (let i = dims.length - 1; i >= 0; i--) {
    if (dims[i] === 1) continue;
    if (stride === null) {
      stride = strides[i]!;
    } else if (strides[i] !== next) {
      return null;
    }
    next = strides[i]! * dims[i]!;
  }
  return stride ?? 0;
}
