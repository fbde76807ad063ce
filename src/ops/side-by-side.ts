/**
 * Joining tensors side by side, below or behind one another, and bringing them to one shape for it.
 */
import type { Tensor } from "../tensor/core.js";
import { broadcast } from "../graph/record/shapes.js";
import { checkBroadcast, checkShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { cat, checkList } from "./join.js";
import { checkTensor } from "./operand.js";

/** Tensors that were given as a list or one by one. */
function listed(name: string, args: readonly unknown[]): readonly Tensor[] {
  const list = (args.length === 1 && Array.isArray(args[0]) ? args[0] : args) as readonly Tensor[];
  for (const t of list) checkTensor(name, t);
  return list;
}

/** Of one tensor the result, of several a list. */
function each(name: string, args: readonly unknown[], f: (x: Tensor) => Tensor): Tensor | Tensor[] {
  const list = listed(name, args);
  return args.length === 1 && !Array.isArray(args[0]) ? f(list[0]!) : list.map(f);
}

function atLeast1(x: Tensor): Tensor {
  return x.ndim === 0 ? x.reshape([1]) : x;
}

function atLeast2(x: Tensor): Tensor {
  return x.ndim < 2 ? x.reshape([1, x.numel()]) : x;
}

function atLeast3(x: Tensor): Tensor {
  if (x.ndim < 2) return x.reshape([1, x.numel(), 1]);
  return x.ndim === 2 ? x.unsqueeze(-1) : x;
}

/** A tensor of 0 dims as one of 1; others as they are (`torch.atleast_1d`). Of several tensors a list. */
export function atleast1d(x: Tensor): Tensor;
export function atleast1d(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor[];
export function atleast1d(...args: readonly unknown[]): Tensor | Tensor[] {
  return each("atleast1d", args, atLeast1);
}

/** A tensor of less than 2 dims as a row [1, n]; others as they are (`torch.atleast_2d`). Of several tensors a list. */
export function atleast2d(x: Tensor): Tensor;
export function atleast2d(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor[];
export function atleast2d(...args: readonly unknown[]): Tensor | Tensor[] {
  return each("atleast2d", args, atLeast2);
}

/** A vector as [1, n, 1], a matrix as [m, n, 1]; others as they are (`torch.atleast_3d`). Of several tensors a list. */
export function atleast3d(x: Tensor): Tensor;
export function atleast3d(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor[];
export function atleast3d(...args: readonly unknown[]): Tensor | Tensor[] {
  return each("atleast3d", args, atLeast3);
}

/** Joins along dim 1, vectors along dim 0 (`torch.hstack`). @throws Error when other sizes differ */
export function hstack(tensors: readonly Tensor[]): Tensor {
  checkList("hstack", tensors);
  const list = tensors.map(atLeast1);
  return cat(list, list[0]!.ndim === 1 ? 0 : 1);
}

/** Joins along dim 0, vectors as rows (`torch.vstack`). @throws Error when other sizes differ */
export function vstack(tensors: readonly Tensor[]): Tensor {
  checkList("vstack", tensors);
  return cat(tensors.map(atLeast2), 0);
}

/** Joins along dim 2 (`torch.dstack`). @throws Error when other sizes differ */
export function dstack(tensors: readonly Tensor[]): Tensor {
  checkList("dstack", tensors);
  return cat(tensors.map(atLeast3), 2);
}

/** Joins along dim 1, vectors as columns (`torch.column_stack`). @throws Error when other sizes differ */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  checkList("columnStack", tensors);
  return cat(
    tensors.map((x) => (x.ndim < 2 ? x.reshape([x.numel(), 1]) : x)),
    1,
  );
}

/** The shape that shapes broadcast to (`torch.broadcast_shapes`). @throws Error where sizes differ and neither is 1 */
export function broadcastShapes(...shapes: readonly (number | Shape)[]): number[] {
  let common: Shape = [];
  for (const given of shapes) {
    const shape = typeof given === "number" ? [given] : given;
    checkShape("broadcastShapes", shape);
    checkBroadcast("broadcastShapes", common, shape);
    common = broadcast(common, shape);
  }
  return common.slice();
}

/** The tensors expanded to one shape, as views (`torch.broadcast_tensors`). @throws Error where sizes differ and neither is 1 */
export function broadcastTensors(...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): Tensor[] {
  const list = listed("broadcastTensors", tensors);
  let common: Shape = [];
  for (const t of list) {
    checkBroadcast("broadcastTensors", common, t.shape);
    common = broadcast(common, t.shape);
  }
  return list.map((t) => t.expand(common));
}
