/**
 * Views and changes in place as recorded operations: how a view is made, how it is read again once its base was changed, and what a change of
 * a view does to its base.
 */
import { wanted } from "../autograd/wanted.js";
import { isGradEnabled } from "../autograd/mode.js";
import { record } from "../autograd/record.js";
import * as graph from "../graph/record/build.js";
import { refuseEscape } from "../graph/record/mapping.js";
import { evaluate } from "../graph/run/evaluate.js";
import type { Node } from "../graph/record/node.js";
import { critical } from "../interrupts.js";
import { Alias, aliasOf, follow, passedBy, setChangeOps, stateOf } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { type Geometry, overlaps } from "../tensor/geometry.js";
import { positionsOf, readRegion, writeRegion } from "../tensor/region.js";
import type { Shape } from "../tensor/shape-types.js";

/** Input: the base. */
const AS_STRIDED: Op<Geometry> = {
  name: "AsStridedBackward0",
  saves: false,
  gradient(y, g) {
    return [unread(g, y._a._node.shape, y._attributes)];
  },
};

/** Inputs: the base as it was, the new value of the region. */
const COPY_SLICES: Op<Geometry> = {
  name: "CopySlices",
  saves: false,
  gradient(y, g) {
    const geometry = y._attributes;
    const base = y._a;
    const value = y._b;
    return [
      wanted(base) ? written(g, geometry, zerosOf(value)) : null,
      wanted(value) ? read(g, geometry) : null,
    ];
  },
};

/** The sums of what a view has where it shows one element of the base several times. */
const ADD_STRIDED: Op<Geometry> = {
  name: "AsStridedBackward0",
  saves: false,
  gradient(y, g) {
    return [read(g, y._attributes)];
  },
};

/** A change within noGrad: gradients go through it unchanged to the state before. */
const PASSING: Op = {
  name: "AliasBackward0",
  saves: false,
  gradient(_y, g) {
    return [g];
  },
};

setChangeOps({ reading: AS_STRIDED, passing: PASSING });

export function zerosOf(x: Tensor): Tensor {
  const { dtype, shape } = x._node;
  return new Tensor(graph.expand(graph.scalar(0, dtype), shape));
}

/** The elements of `x` that `geometry` names. */
export function read(x: Tensor, geometry: Geometry): Tensor {
  return record(AS_STRIDED, readRegion(x.node, geometry), x, null, null, geometry);
}

/** A copy of `base` in which the elements that `geometry` names are those of `value`. */
export function written(base: Tensor, geometry: Geometry, value: Tensor): Tensor {
  return record(COPY_SLICES, writeRegion(base.node, geometry, value.node), base, value, null, geometry);
}

/** The gradient of reading: `g` where the view's elements stand in a base of `shape`, 0 elsewhere. */
function unread(g: Tensor, shape: Shape, geometry: Geometry): Tensor {
  const { dtype } = g._node;
  const zeros = graph.expand(graph.scalar(0, dtype), shape);
  if (!overlaps(geometry)) return written(new Tensor(zeros), geometry, g);
  const flat = graph.reshape(zeros, [zeros.size]);
  const sums = graph.takeAdd(flat, 0, positionsOf(geometry), graph.reshape(g.node, [g._node.size]));
  return record(ADD_STRIDED, graph.reshape(sums, shape), g, null, null, geometry);
}

/**
 * `y`, which was computed from `x` as the elements that `geometry` names, as a view: a change in place of one is a change of the other.
 */
export function viewed(x: Tensor, y: Tensor, geometry: Geometry): Tensor {
  const { cell, base } = aliasOf(x);
  // An operation that had nothing to do gave x itself: a view is a tensor of its own.
  const view = y === x ? record(PASSING, x.node, x) : y;
  view._alias = new Alias(cell, geometry, isGradEnabled() ? base : null);
  return view;
}

/**
 * Gives `x` the value and the history of `result`, and with it the tensors that share its value. A result without history that comes of
 * a change within noGrad leaves gradients as they are.
 */
export function assign(x: Tensor, result: Tensor): void {
  const node = result.node;
  refuseEscape(x._alias?.cell.value ?? x._node, node);
  // Nothing refers to this tensor: its own fields may change.
  if (x._alias === null && x._mark === 0 && !x._requiresGrad) {
    x._node = node;
    x._op = result._op;
    x._a = result._a;
    x._b = result._b;
    x._c = result._c;
    x._attributes = result._attributes;
    x._requiresGrad = result._requiresGrad;
    x._extras = result._extras;
    return;
  }
  const alias = aliasOf(x);
  const { cell, geometry, base } = alias;
  const state = result._op === null ? passedBy(x, node) : result;
  if (geometry === null) {
    // A training loop without an optimizer changes its leaves in each step: computed now, the graph does not grow from step to step.
    if (x._requiresGrad && x._op === null && cell.variable === null) evaluate([node]);
    critical(() => {
      cell.value = alias.seen = node;
      follow(x, alias, node, state);
    });
    return;
  }
  const before = base === null ? null : stateOf(base);
  const region = writeRegion(cell.value, geometry, node);
  // A change of no elements has a history too, and other tensors see by a new node that there was a change.
  const whole = region === cell.value ? graph.copy(region) : region;
  const isLeaf = before !== null && before._requiresGrad && before._op === null;
  if (isLeaf && cell.variable === null) evaluate([whole]);
  critical(() => {
    cell.value = whole;
    if (base !== null && before !== null) {
      const baseAlias = aliasOf(base);
      baseAlias.seen = whole;
      const isRecorded = isGradEnabled() && !isLeaf;
      follow(
        base,
        baseAlias,
        whole,
        isRecorded ? joined(before, result, whole, geometry) : passedBy(base, whole),
      );
    }
    alias.seen = whole;
    follow(x, alias, node, state);
  });
}

/** The state of a base after a recorded change of a view; null where nothing has a history. */
function joined(before: Tensor, result: Tensor, whole: Node, geometry: Geometry): Tensor | null {
  const after = record(COPY_SLICES, whole, before, result, null, geometry);
  return after._op === null ? null : after;
}
