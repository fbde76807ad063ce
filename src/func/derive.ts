/**
 * What the derivatives of functions have in common: calling a function on fresh inputs, and what of the history shows outside.
 */
import { differentiate } from "../autograd/differentiate.js";
import { isGradEnabled, withGradMode } from "../autograd/mode.js";
import { record, restoreInputs } from "../autograd/record.js";
import { scalar } from "../graph/record/build.js";
import { identity } from "../graph/record/move.js";
import { alias } from "../ops/copy.js";
import { zerosOf } from "../ops/region.js";
import { stateMeant, stateOf } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import type { Op } from "../tensor/op.js";
import { mapTensors, treeOf } from "./tree.js";

const SAME: Op = {
  name: "AliasBackward0",
  saves: false,
  gradient(_y, g) {
    return [g];
  },
};

/** A call of a function on inputs of its own. */
export interface Call {
  /** What the function gave. */
  readonly value: unknown;
  /** The tensors with respect to which it can be differentiated, in the order of the structures. */
  readonly inputs: readonly Tensor[];
  /** Whether a tensor's history leads to something that requires grad besides these inputs. */
  readonly reachesOutside: (t: Tensor) => boolean;
}

/**
 * Calls `fn` with the tensors of the arguments `argnums` replaced by ones that require grad. They have the history of the originals, so that the
 * derivative can be differentiated by an outer function.
 */
export function call(
  name: string,
  fn: (...args: unknown[]) => unknown,
  args: readonly unknown[],
  argnums: readonly number[],
): Call {
  const start = scalar(0, "float32").serial;
  const isRecorded = isGradEnabled();
  const own = new Set<Tensor>();
  const inputs: Tensor[] = [];
  const replaced = args.slice();
  const value = withGradMode(true, () => {
    for (const n of argnums)
      replaced[n] = mapTensors(args[n], (x) => {
        if (!isFloating(x.dtype))
          throw new TypeError(
            `${name}: only floating tensors have gradients, argument ${n} has one of ${x.dtype}; use x.float()`,
          );
        const node = identity(x.node);
        const input = isRecorded ? record(SAME, node, x) : new Tensor(node);
        if (!input._requiresGrad) {
          input._requiresGrad = true;
          own.add(input);
        }
        inputs.push(input);
        // No leaf, so that the function may change it in place.
        return alias(input);
      });
    return fn(...replaced);
  });
  return { value, inputs, reachesOutside: (t) => isRecorded && reaches(t, own, start) };
}

/** Whether the history of `t` leads to a leaf that requires grad and is none of `own`, none of which an older node has met. */
function reaches(t: Tensor, own: ReadonlySet<Tensor>, start: number): boolean {
  const root = stateOf(t);
  if (!root._requiresGrad) return false;
  const seen = new Set([root]);
  // A set hands out what is added while it is gone through.
  for (const each of seen) {
    if (own.has(each)) continue;
    if (each._op === null || each._node.serial <= start) return true;
    restoreInputs(each);
    for (const input of [each._a, each._b, each._c, ...(each._extras?.list ?? [])])
      if (input !== null && input._requiresGrad) seen.add(stateMeant(input));
  }
  return false;
}

/** `value` as it shows outside: without a history that leads to nothing but the function's own inputs. */
export function shown(call: Call, value: unknown): unknown {
  return mapTensors(value, (t) => (call.reachesOutside(t) ? t : new Tensor(t.node)));
}

/**
 * The vector-Jacobian product: gradients of the outputs, with these to begin with, with respect to the call's inputs; zeros for inputs that they do
 * not depend on.
 */
export function pullBack(
  call: Call,
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  createGraph: boolean,
): Tensor[] {
  return pulled(call, outputs, cotangents, createGraph).map((g, i) => g ?? zerosOf(call.inputs[i]!));
}

/** As `pullBack`, with null for inputs that the outputs do not depend on. */
export function pulled(
  call: Call,
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  createGraph: boolean,
): (Tensor | null)[] {
  const roots = outputs.map((y, i) => ({ y, seed: cotangents[i]! })).filter(({ y }) => y.requiresGrad);
  return differentiate(
    roots.map(({ y }) => y),
    roots.map(({ seed }) => seed),
    call.inputs,
    { createGraph, retainGraph: true },
  );
}

/** Gradients in the structure of the arguments `argnums`: of one argument its own, of a list of them a list. */
export function likeArguments(
  args: readonly unknown[],
  argnums: number | readonly number[],
  gradients: readonly unknown[],
): unknown {
  const which = typeof argnums === "number" ? args[argnums] : argnums.map((n) => args[n]);
  return treeOf(which).build(gradients);
}

/** The numbers of arguments, from the front. @throws RangeError for one that there is not */
export function argumentNumbers(name: string, argnums: number | readonly number[], count: number): number[] {
  const list = typeof argnums === "number" ? [argnums] : argnums;
  return list.map((n) => {
    const front = n < 0 ? n + count : n;
    if (!Number.isInteger(n) || front < 0 || front >= count)
      throw new RangeError(`${name}: argnums ${n} is out of range for ${count} arguments`);
    return front;
  });
}
