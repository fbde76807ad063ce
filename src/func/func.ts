/** The namespace `func`: functions of functions. PyTorch's torch.func, with the products with Hessians of torch.autograd.functional. */
import { Tensor } from "../tensor/core.js";
import { hessian as hessianAt, type HessianOptions, type Tensors } from "./functional.js";
import { jacfwd, jacrev } from "./jacobian.js";
import type { PlainArguments } from "./tree.js";

export { grad, gradAndValue, jvp, linearize, vjp, type DeriveOptions } from "./grad.js";
export { functionalCall, stackModuleState } from "./functional-call.js";
export { hvp, jacobian, vhp, type HessianOptions, type JacobianOptions } from "./functional.js";
export { jacfwd, type JacfwdOptions, jacrev, type JacrevOptions } from "./jacobian.js";
export { type Dims, vmap, type VmapOptions } from "./vmap.js";

/**
 * The function that gives the second derivatives of `fn`, whose value is one number, with respect to its first argument or those of `argnums`
 * (`torch.func.hessian`): columns of the Jacobian of `jacrev(fn)`, all at once. Given inputs in place of `argnums`, the second derivatives there
 * (`torch.autograd.functional.hessian`).
 */
export function hessian<A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
): (...args: PlainArguments<A>) => Tensor;
export function hessian(fn: (input: Tensor) => Tensor, inputs: Tensor, options?: HessianOptions): Tensor;
export function hessian<H = Tensor[][]>(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options?: HessianOptions,
): H;
export function hessian<A extends readonly unknown[], H = Tensor>(
  fn: (...args: A) => unknown,
  argnums?: number | readonly number[] | { argnums?: number | readonly number[] },
): (...args: PlainArguments<A>) => H;
export function hessian(
  fn: (...args: never[]) => unknown,
  second?: Tensors | number | readonly number[] | { argnums?: number | readonly number[] },
  options?: HessianOptions,
): unknown {
  const isPoint = second instanceof Tensor || (Array.isArray(second) && second[0] instanceof Tensor);
  if (isPoint) return hessianAt(fn as (...inputs: Tensor[]) => Tensor, second as Tensors, options);
  const numbers = second as number | readonly number[] | { argnums?: number | readonly number[] } | undefined;
  const argnums =
    typeof numbers === "object" && "argnums" in numbers ? numbers.argnums : (numbers as number | undefined);
  return jacfwd(jacrev(fn as (...args: unknown[]) => unknown, argnums), argnums);
}
