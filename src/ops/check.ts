/**
 * Checks of values: at once where the values are known or their bounds are, otherwise when they are computed, by an error with the
 * words and the line of the operation that asked.
 */
import { record } from "../autograd/record.js";
import { boundsOf } from "../graph/record/bounds.js";
import * as graph from "../graph/record/build.js";
import { blame } from "../graph/record/origin.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { isComputed, readNumbers, readsAtOnce } from "../tensor/reading.js";

/**
 * Checks that positions lie in [-size, size), before the caller records an operation that reads there.
 * @param say the message for a position outside
 * @throws RangeError now, or when a position that is not known yet is used
 */
export function checkPositions(index: Tensor, size: number, say: (position: number) => string): void {
  const { node } = index;
  const known = boundsOf(node);
  if (known !== null && known.low >= -size && known.high < size) return;
  if (!isComputed(index)) blame(node, size, say);
  else
    throw new RangeError(
      say(readNumbers(index, "an index").find((value) => value < -size || value >= size)!),
    );
}

/**
 * Class labels as positions in [0, classes), with 0 where a label is `ignored`.
 * @param say the message for a label outside
 * @throws RangeError now, or when a label that is not known yet is used as a position
 */
export function labelPositions(
  labels: Tensor,
  classes: number,
  ignored: number,
  say: (label: number) => string,
): Tensor {
  const { node } = labels;
  const known = boundsOf(node, ignored);
  const isInside = known !== null && known.low >= 0 && known.high < classes;
  const ignoredHere = graph.binary("eq", node, graph.scalar(ignored, node.dtype));
  if (isInside) return new Tensor(graph.select(ignoredHere, graph.scalar(0, node.dtype), node));
  if (isComputed(labels)) {
    const outside = readNumbers(labels, "labels").find(
      (label) => label !== ignored && (label < 0 || label >= classes),
    );
    if (outside !== undefined) throw new RangeError(say(outside));
  }
  // A position below 0 would count from the end, so labels below 0 are moved out of range.
  const moved = graph.binary("sub", node, graph.scalar(classes, node.dtype));
  const isBelow = graph.binary("lt", node, graph.scalar(0, node.dtype));
  const positions = graph.select(
    ignoredHere,
    graph.scalar(0, node.dtype),
    graph.select(isBelow, moved, node),
  );
  blame(positions, classes, (position) => say(position < 0 ? position + classes : position));
  return new Tensor(positions);
}

const CHECKED: Op = {
  name: "CheckedBackward0",
  saves: false,
  gradient(_y, g) {
    return [g];
  },
};

/**
 * `result`, on the condition that all values of `x` lie in [low, high]; NaN is let through. To be used on what was made of `x` and is small,
 * such as a loss, so that whoever computes it meets the check.
 * @param say the message for a value outside and its position in row-major order
 * @throws RangeError now, or when `result` is computed
 */
export function checkedRange(
  result: Tensor,
  x: Tensor,
  low: number,
  high: number,
  say: (value: number, position: number) => string,
): Tensor {
  const { node } = x;
  const known = boundsOf(node);
  if (node.size === 0 || (known !== null && known.low >= low && known.high <= high)) return result;
  const isOutside = (value: number) => value < low || value > high;
  if (isComputed(x)) {
    const values = readNumbers(x, "a check");
    const position = values.findIndex(isOutside);
    if (position >= 0) throw new RangeError(say(values[position]!, position));
    return result;
  }
  // The first value outside gives the largest number, and only if there is none the index is 0, the one that a single row has.
  const outside = graph.binary(
    "or",
    graph.binary("lt", node, graph.scalar(low, node.dtype)),
    graph.binary("gt", node, graph.scalar(high, node.dtype)),
  );
  const fromEnd = graph.binary("sub", graph.scalar(node.size, "int32"), graph.iota(node.shape, "int32"));
  const marked = graph.select(outside, fromEnd, graph.scalar(0, "int32"));
  const all = node.shape.map((_, dim) => dim);
  const index = graph.reshape(graph.reduce("max", marked, all, false), [1]);
  const told = (found: number): string | Promise<string> => {
    const position = node.size - found;
    const checked = new Tensor(node);
    return readsAtOnce(checked)
      ? say(readNumbers(checked, "a check")[position]!, position)
      : checked.data().then((values) => say(values[position]!, position));
  };
  blame(index, 1, told, node);
  const passed = graph.reshape(graph.positions(index, 1), []);
  const isPassed = graph.binary("eq", passed, graph.scalar(0, "int32"));
  return record(CHECKED, graph.select(isPassed, result.node, result.node), result);
}
