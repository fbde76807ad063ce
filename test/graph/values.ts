/**
 * Leaves from plain arrays and plain arrays from nodes, for tests.
 */
import { engine } from "../../src/engine/current.js";
import { leaf } from "../../src/graph/record/build.js";
import { evaluate } from "../../src/graph/run/evaluate.js";
import type { Node } from "../../src/graph/record/node.js";
import type { Bytes } from "../../src/engine/engine.js";
import { type DTypeName, dtypeBytes } from "../../src/primitives/dtypes.js";
import { asNumbers, elementsOf, writeElements } from "../../src/primitives/elements.js";

/** A leaf with these elements in row-major order. */
export function given(data: readonly number[], shape: readonly number[], dtype: DTypeName = "float32"): Node {
  const storage = engine().allocate(data.length * dtypeBytes[dtype]);
  engine().write(storage, ({ buffer, byteOffset }) =>
    writeElements(dtype, buffer, byteOffset, data.length, (elements) =>
      elements instanceof BigInt64Array ? elements.set(data.map(BigInt)) : elements.set(data),
    ),
  );
  return leaf(storage, dtype, shape);
}

/** Elements 0, 1, 2, … times `scale` plus `start`. */
export function counting(shape: readonly number[], dtype: DTypeName = "float32", scale = 1, start = 0): Node {
  const size = shape.reduce((product, n) => product * n, 1);
  return given(
    Array.from({ length: size }, (_, i) => start + scale * i),
    shape,
    dtype,
  );
}

/** Evaluates a node and gives its elements. */
export function read(node: Node): number[] {
  evaluate([node]);
  return stored(node);
}

/** The elements of a node that has been evaluated. */
export function stored(node: Node): number[] {
  if (node.storage === null) throw new Error("the node has not been evaluated");
  const { buffer, byteOffset } = placeOf(node);
  return Array.from(asNumbers(elementsOf(node.dtype, buffer, byteOffset, node.size)));
}

/** Where a node's value lies, on an engine that can be read at once. */
export function placeOf({ storage }: Node): Bytes {
  return storage!.engine.readSync!(storage!);
}
