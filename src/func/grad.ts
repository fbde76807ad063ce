/** Derivatives of functions as functions: grad, gradAndValue, vjp, jvp, linearize. PyTorch's torch.func. */
import { isGradEnabled, withGradMode } from "../autograd/mode.js";
import { differentiate } from "../autograd/differentiate.js";
import { expand, scalar } from "../graph/record/build.js";
import { zerosOf } from "../ops/region.js";
import { Tensor } from "../tensor/core.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { isOptions, reader } from "../tensor/signature.js";
import { argumentNumbers, type Call, call, likeArguments, pullBack, shown } from "./derive.js";
import { type Plain, type PlainArguments, tensorsOf, treeOf } from "./tree.js";

/** Options of functions that differentiate. */
export interface DeriveOptions {
  /** The arguments to differentiate with respect to: one, or a list, which gives a list. Default 0. */
  argnums?: number | readonly number[];
  /** The function gives `[value, aux]`, of which only the value is differentiated; aux is handed on. Default false. */
  hasAux?: boolean;
}

type Function_ = (...args: unknown[]) => unknown;

const readGrad = reader("func.grad", "fn | argnums, hasAux");
const readGradAndValue = reader("func.gradAndValue", "fn | argnums, hasAux");

/** The value and what comes with it. @throws TypeError where `hasAux` is said and there is no pair */
export function withoutAux(name: string, value: unknown, hasAux: boolean): { value: unknown; aux: unknown } {
  if (!hasAux) return { value, aux: undefined };
  if (!Array.isArray(value) || value.length !== 2)
    throw new TypeError(`${name}: with hasAux the function has to give a list [value, aux]`);
  return { value: (value as unknown[])[0], aux: (value as unknown[])[1] };
}

function gradients(name: string, fn: Function_, args: readonly unknown[], options: DeriveOptions) {
  const { argnums = 0, hasAux = false } = options;
  const made = call(name, fn, args, argumentNumbers(name, argnums, args.length));
  const { value, aux } = withoutAux(name, made.value, hasAux);
  if (!(value instanceof Tensor))
    throw new TypeError(
      `${name}: expected a function that gives a tensor, got ${value === null ? "null" : typeof value}`,
    );
  if (value.ndim !== 0)
    throw new Error(
      `${name}: expected a function whose value is one number, of shape [], got ${formatShape(value.shape)}; use sum() or mean()`,
    );
  const one = new Tensor(scalar(1, value.dtype));
  const found = pullBack(made, [value], [one], isGradEnabled()).map((g) => shown(made, g));
  return {
    gradient: likeArguments(args, argnums, found),
    value: shown(made, value),
    aux: shown(made, aux),
  };
}

/**
 * The function that gives the gradient of `fn`, whose value is one number, with respect to its first argument or those of `argnums`
 * (`torch.func.grad`): `func.grad((x) => x.sin().sum())(x)` is cos(x). Arguments may be lists and objects of tensors; `hasAux` gives
 * `[gradient, aux]`. Of any order: `func.grad(func.grad(f))`.
 */
export function grad<A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
): (...args: PlainArguments<A>) => Plain<A[0]>;
export function grad<A extends readonly unknown[]>(
  fn: (...args: A) => Tensor,
): (...args: PlainArguments<A>) => Plain<A[0]>;
export function grad<A extends readonly unknown[], const N extends number | readonly number[]>(
  fn: (...args: A) => unknown,
  argnums: N,
): (
  ...args: PlainArguments<A>
) => N extends readonly number[] ? Tensor[] : N extends keyof A ? Plain<A[N]> : Tensor;
export function grad<A extends readonly unknown[], G = Tensor>(
  fn: (...args: A) => unknown,
  argnums: number | readonly number[] | DeriveOptions,
  options?: boolean | DeriveOptions,
): (...args: PlainArguments<A>) => G;
export function grad(...given: unknown[]): (...args: unknown[]) => unknown {
  const [fn, options = {}] = readGrad(given) as [Function_, DeriveOptions?];
  return (...args) => {
    const { gradient, aux } = gradients("func.grad", fn, args, options);
    return options.hasAux ? [gradient, aux] : gradient;
  };
}

/** As `grad`, giving `[gradient, value]`, with `hasAux` `[gradient, [value, aux]]` (`torch.func.grad_and_value`). */
export function gradAndValue<A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
): (...args: PlainArguments<A>) => [Plain<A[0]>, Tensor];
export function gradAndValue<A extends readonly unknown[], G = Tensor, V = Tensor>(
  fn: (...args: A) => unknown,
  argnums?: number | readonly number[] | DeriveOptions,
  options?: boolean | DeriveOptions,
): (...args: PlainArguments<A>) => [G, V];
export function gradAndValue(...given: unknown[]): (...args: unknown[]) => [never, never] {
  const [fn, options = {}] = readGradAndValue(given) as [Function_, DeriveOptions?];
  return (...args) => {
    const { gradient, value, aux } = gradients("func.gradAndValue", fn, args, options);
    return [gradient, options.hasAux ? [value, aux] : value] as [never, never];
  };
}

/** The outputs of a call, and the structure that they stand in. */
export function outputsOf(
  name: string,
  value: unknown,
): { outputs: Tensor[]; build: (leaves: readonly unknown[]) => unknown } {
  const { leaves, build } = treeOf(value);
  return { outputs: tensorsOf(name, "a function that gives a tensor or a structure", leaves), build };
}

function checkLike(name: string, what: string, given: readonly Tensor[], like: readonly Tensor[]): void {
  if (given.length !== like.length)
    throw new Error(`${name}: expected ${like.length} ${what}, got ${given.length}`);
  given.forEach((t, i) => {
    if (!sameShape(t.shape, like[i]!.shape))
      throw new Error(
        `${name}: ${what} ${i} has shape ${formatShape(t.shape)}, expected ${formatShape(like[i]!.shape)}`,
      );
  });
}

/**
 * The value of `fn` at these arguments, and the function that takes a gradient of the value to those of the arguments, its vector-Jacobian product
 * (`torch.func.vjp`): `const [y, pull] = func.vjp(f, x); const [g] = [pull(v)]`. Of one argument `pull` gives its gradient, of several a list.
 * `{ hasAux: true }` as the last argument gives `[value, pull, aux]`.
 */
export function vjp<A extends readonly Tensor[], R>(
  fn: (...primals: A) => R,
  ...primals: PlainArguments<A>
): [Plain<R>, (...cotangents: Plain<R>[]) => A extends readonly [unknown] ? Tensor : Tensor[]];
export function vjp<R, G = Tensor>(
  fn: (...primals: never[]) => R,
  ...primalsAndOptions: unknown[]
): [Plain<R>, (...cotangents: unknown[]) => G, unknown];
export function vjp(fn: (...primals: never[]) => unknown, ...given: unknown[]): never {
  const { args, hasAux } = primalsOf(given);
  const all = args.map((_, i) => i);
  const made = call("func.vjp", fn as Function_, args, all);
  const { value, aux } = withoutAux("func.vjp", made.value, hasAux);
  const { outputs } = outputsOf("func.vjp", value);
  const pull = (...cotangents: unknown[]): unknown => {
    // Of a list of results the gradients are one list, or one after the other.
    const list = cotangents.length === 1 ? cotangents[0] : cotangents;
    const seeds = tensorsOf("func.vjp", "gradients", treeOf(list).leaves);
    checkLike("func.vjp", "gradients", seeds, outputs);
    const found = pullBack(made, outputs, seeds, isGradEnabled()).map((g) => shown(made, g));
    const result = likeArguments(args, all, found) as unknown[];
    return args.length === 1 ? result[0] : result;
  };
  const result = [shown(made, value), pull];
  return (hasAux ? [...result, shown(made, aux)] : result) as never;
}

function primalsOf(given: readonly unknown[]): { args: readonly unknown[]; hasAux: boolean } {
  const last = given.at(-1);
  const isLast = isOptions(last) && Object.keys(last).length === 1 && typeof last.hasAux === "boolean";
  return isLast
    ? { args: given.slice(0, -1), hasAux: last.hasAux as boolean }
    : { args: given, hasAux: false };
}

/**
 * How the outputs of a call move with its inputs: the gradient is linear in the gradient that it begins with, so that its own gradient with
 * respect to that one is the Jacobian-vector product.
 */
export function pushForward(
  made: Call,
  outputs: readonly Tensor[],
  tangents: readonly Tensor[],
  createGraph: boolean,
): Tensor[] {
  return pushed(made, outputs, tangents, createGraph).map((t, i) => t ?? zerosOf(outputs[i]!));
}

/** As `pushForward`, with null for outputs that do not depend on the inputs. */
export function pushed(
  made: Call,
  outputs: readonly Tensor[],
  tangents: readonly Tensor[],
  createGraph: boolean,
): (Tensor | null)[] {
  const seeds = outputs.map((y) => {
    const seed = new Tensor(expand(scalar(0, y.dtype), y.shape));
    seed._requiresGrad = true;
    return seed;
  });
  const roots = outputs.map((y, i) => ({ y, seed: seeds[i]! })).filter(({ y }) => y.requiresGrad);
  if (roots.length === 0) return outputs.map(() => null);
  const back = withGradMode(true, () =>
    differentiate(
      roots.map(({ y }) => y),
      roots.map(({ seed }) => seed),
      made.inputs,
      { createGraph: true, retainGraph: true },
    ),
  );
  const moving = back.flatMap((g, i) => (g?.requiresGrad ? [{ g, tangent: tangents[i]! }] : []));
  return differentiate(
    moving.map(({ g }) => g),
    moving.map(({ tangent }) => tangent),
    seeds,
    { createGraph, retainGraph: true },
  );
}

/**
 * The value of `fn` at the primals, and how it moves when these move by the tangents, the Jacobian-vector product (`torch.func.jvp`):
 * `const [y, dy] = func.jvp(f, [x], [v])`. With `hasAux` `[value, tangent, aux]`.
 * @throws Error where primals and tangents differ in number or shape
 */
export function jvp<R>(
  fn: (...primals: never[]) => R,
  primals: readonly unknown[] | Tensor,
  tangents: readonly unknown[] | Tensor,
  options: { hasAux?: boolean; strict?: boolean } = {},
): [Plain<R>, Plain<R>, ...unknown[]] {
  const args = primals instanceof Tensor ? [primals] : primals;
  const moves = tensorsOf(
    "func.jvp",
    "tangents",
    treeOf(tangents instanceof Tensor ? [tangents] : tangents).leaves,
  );
  const { hasAux = false, strict = false } = options;
  const made = call(
    "func.jvp",
    fn as Function_,
    args,
    args.map((_, i) => i),
  );
  checkLike("func.jvp", "tangents", moves, made.inputs);
  const { value, aux } = withoutAux("func.jvp", made.value, hasAux);
  const { outputs, build } = outputsOf("func.jvp", value);
  const moved = pushed(made, outputs, moves, isGradEnabled()).map((t, i) => {
    if (t === null && strict) throw new Error(`func.jvp: output ${i} does not depend on the primals`);
    return shown(made, t ?? zerosOf(outputs[i]!));
  });
  const result = [shown(made, value), build(moved)];
  return (hasAux ? [...result, shown(made, aux)] : result) as [Plain<R>, Plain<R>, ...unknown[]];
}

/**
 * The value of `fn` at the primals, and the function that gives for tangents how the value moves, without calling `fn` again
 * (`torch.func.linearize`).
 */
export function linearize<R>(
  fn: (...primals: never[]) => R,
  ...primals: readonly unknown[]
): [Plain<R>, (...tangents: readonly unknown[]) => Plain<R>] {
  const made = call(
    "func.linearize",
    fn as Function_,
    primals,
    primals.map((_, i) => i),
  );
  const { outputs, build } = outputsOf("func.linearize", made.value);
  const push = (...tangents: readonly unknown[]): Plain<R> => {
    const moves = tensorsOf("func.linearize", "tangents", treeOf(tangents).leaves);
    checkLike("func.linearize", "tangents", moves, made.inputs);
    return build(pushForward(made, outputs, moves, isGradEnabled()).map((t) => shown(made, t))) as Plain<R>;
  };
  return [shown(made, made.value) as Plain<R>, push];
}
