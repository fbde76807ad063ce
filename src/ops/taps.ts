/** Sums of a few entries along a dim, each times a factor (src/primitives/taps.ts), and their gradients, which are sums of the same kind. */
import { record } from "../autograd/record.js";
import { wanted } from "../autograd/wanted.js";
import { call, take } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import { ones } from "../tensor/creation/constant.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import type { Op } from "../tensor/op.js";
import { sizeOf } from "../tensor/shape.js";
import { reshape } from "./movement.js";

/** Inputs: x, factors, index. */
const TAPS: Op = {
  name: "TapsBackward0",
  saves: true,
  gradient(y, g) {
    const [x, factors, index] = [y._a, y._b, y._c];
    return [
      wanted(x) ? spreadAt(g, index, factors, x._node.shape[2]!) : null,
      wanted(factors) ? productsAt(x, g, index) : null,
    ];
  },
};

/** Inputs: g, factors, index. */
const TAPS_INPUT: Op = {
  name: "TapsInputBackward0",
  saves: true,
  gradient(y, h) {
    const [g, factors, index] = [y._a, y._b, y._c];
    return [wanted(g) ? sumAt(h, index, factors) : null, wanted(factors) ? productsAt(h, g, index) : null];
  },
};

/** Inputs: x, g, index. */
const TAPS_FACTOR: Op = {
  name: "TapsFactorBackward0",
  saves: true,
  gradient(y, h) {
    const [x, g, index] = [y._a, y._b, y._c];
    return [
      wanted(x) ? spreadAt(g, index, h, x._node.shape[2]!) : null,
      wanted(g) ? sumAt(x, index, h) : null,
    ];
  },
};

/**
 * Sums [batch, channels, points, inner] of entries of x [batch, channels, rows, inner] at int32 positions [tables, taps, points] times factors of
 * their shape; image b has table b mod `tables`. Taps at positions that are no rows are left out.
 */
export function sumAt(x: Tensor, index: Tensor, factors: Tensor): Tensor {
  return record(TAPS, call("taps", [x.node, index.node, factors.node], []), x, factors, index);
}

/** Entries of dim `dim` at positions from the front. They are moved, and their gradient is a sum of taps. */
export function entriesAt(x: Tensor, dim: number, positions: Int32Array): Tensor {
  const { dtype, shape } = x._node;
  const planes = reshape(x, [1, sizeOf(shape.slice(0, dim)), shape[dim]!, sizeOf(shape.slice(dim + 1))]);
  const index = fromTyped(positions, "int32", [positions.length]);
  const table = reshape(index, [1, 1, positions.length]);
  const node = take(planes.node, 2, index.node);
  return reshape(
    record(TAPS, node, planes, ones(table.shape, { dtype }), table),
    shape.with(dim, positions.length),
  );
}

/** What comes back to x: each factor times the gradient of its point, added at its position. */
function spreadAt(g: Tensor, index: Tensor, factors: Tensor, rows: number): Tensor {
  const node = call("tapsInput", [g.node, index.node, factors.node], [rows]);
  return record(TAPS_INPUT, node, g, factors, index);
}

/** What comes back to the factors: the product of the entry and the gradient of the point. */
function productsAt(x: Tensor, g: Tensor, index: Tensor): Tensor {
  return record(TAPS_FACTOR, call("tapsFactor", [x.node, g.node, index.node], []), x, g, index);
}
