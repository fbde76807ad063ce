/**
 * Derivatives at a point: jacobian, hessian, and the products with them (vjp, jvp, hvp, vhp). PyTorch's torch.autograd.functional: what is given and
 * what comes back is a tensor where one is given, a list where a list is.
 */
import { isGradEnabled } from "../autograd/mode.js";
import { reshape } from "../ops/movement.js";
import { stack } from "../ops/join.js";
import { zerosOf } from "../ops/region.js";
import { scalar } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { reader } from "../tensor/signature.js";
import { type Call, call, pulled } from "./derive.js";
import { outputsOf, pushed } from "./grad.js";
import { unitsOf } from "./jacobian.js";
import { vmap } from "./vmap.js";

/** A tensor or a list of them. */
export type Tensors = Tensor | readonly Tensor[];

/** Of a tensor a tensor, of a list a list. */
type Like<I> = I extends Tensor ? Tensor : { -readonly [K in keyof I]: Tensor };

/** Options of all of these. */
export interface FunctionalOptions {
  /** Whether the result can be differentiated itself. Default false. */
  createGraph?: boolean;
  /** Whether it is an error that an output does not depend on an input, where otherwise zeros stand. Default false. */
  strict?: boolean;
}

/** Options of `jacobian`. */
export interface JacobianOptions extends FunctionalOptions {
  /** Compute all rows at once, by vmap. Default false. */
  vectorize?: boolean;
  /** Row by row, or column by column, which needs `vectorize`. Default "reverse-mode". */
  strategy?: "reverse-mode" | "forward-mode";
}

/** Options of `hessian`. */
export interface HessianOptions extends FunctionalOptions {
  /** Compute all rows at once, by vmap. Default false. */
  vectorize?: boolean;
  /** How the gradient is differentiated. Default "reverse-mode". */
  outerJacobianStrategy?: "reverse-mode" | "forward-mode";
}

type Differentiable = (...inputs: Tensor[]) => Tensors;

/** The function called at the inputs. */
interface Point {
  readonly name: string;
  readonly call: Call;
  readonly outputs: readonly Tensor[];
  readonly options: FunctionalOptions;
}

function at(name: string, fn: Differentiable, inputs: Tensors, options: FunctionalOptions): Point {
  const list = inputs instanceof Tensor ? [inputs] : inputs;
  const made = call(
    name,
    fn as (...args: unknown[]) => unknown,
    list,
    list.map((_, i) => i),
  );
  const { outputs } = outputsOf(name, made.value);
  if (options.strict)
    outputs.forEach((y, i) => {
      if (!y.requiresGrad)
        throw new Error(
          `${name}: output ${i} of the function does not depend on the inputs, and strict is true`,
        );
    });
  return { name, call: made, outputs, options };
}

/** What comes out: with its history only where `createGraph` asks for it. */
function result(point: Point, t: Tensor): Tensor {
  return point.options.createGraph && point.call.reachesOutside(t) ? t : new Tensor(t.node);
}

function gradientsAt(
  point: Point,
  outputs: readonly Tensor[],
  seeds: readonly Tensor[],
  createGraph: boolean,
): Tensor[] {
  return pulled(point.call, outputs, seeds, createGraph).map((g, i) => {
    if (g !== null) return g;
    if (point.options.strict)
      throw new Error(`${point.name}: the outputs do not depend on input ${i}, and strict is true`);
    return zerosOf(point.call.inputs[i]!);
  });
}

/** Of a list with one tensor for each input the tensor where there was one input. */
function like(inputs: Tensors, list: readonly Tensor[]): Tensors {
  return inputs instanceof Tensor ? list[0]! : [...list];
}

function productsWith(name: string, v: Tensors | null | undefined, wanted: readonly Tensor[]): Tensor[] {
  if (v === null || v === undefined) {
    if (wanted.length === 1 && wanted[0]!.numel() === 1)
      return wanted.map((y) => new Tensor(scalar(1, y.dtype)).reshape(y.shape));
    throw new Error(`${name}: v may be left out only for a single number`);
  }
  const list = v instanceof Tensor ? [v] : [...v];
  if (list.length !== wanted.length)
    throw new Error(`${name}: expected ${wanted.length} tensors as v, got ${list.length}`);
  list.forEach((t, i) => {
    if (!sameShape(t.shape, wanted[i]!.shape))
      throw new Error(
        `${name}: v ${i} has shape ${formatShape(t.shape)}, expected that of its counterpart, ${formatShape(wanted[i]!.shape)}`,
      );
  });
  return list;
}

const readJacobian = reader("jacobian", "func, inputs | createGraph, strict, vectorize, strategy");

/**
 * The Jacobian of `fn` at the inputs (`torch.autograd.functional.jacobian`): for an output of shape S and an input of shape T its shape is
 * [...S, ...T]. For lists of outputs and inputs it is a list for each output of lists for each input.
 * @throws Error with `strict` where an output does not depend on an input
 */
export function jacobian(
  fn: (input: Tensor) => Tensor,
  inputs: Tensor,
  options?: JacobianOptions | boolean,
  ...rest: (boolean | string | JacobianOptions)[]
): Tensor;
export function jacobian<J = Tensor[]>(
  fn: (...inputs: Tensor[]) => Tensors,
  inputs: Tensors,
  options?: JacobianOptions | boolean,
  ...rest: (boolean | string | JacobianOptions)[]
): J;
export function jacobian(...given: unknown[]): unknown {
  const [fn, inputs, options = {}] = readJacobian(given) as [Differentiable, Tensors, JacobianOptions?];
  const { vectorize = false, strategy = "reverse-mode", createGraph = false, strict = false } = options;
  if (strategy === "forward-mode" && !vectorize)
    throw new Error('jacobian: strategy "forward-mode" needs vectorize: true');
  if (strict && vectorize) throw new Error("jacobian: strict and vectorize do not go together");
  const point = at("jacobian", fn, inputs, options);
  const keepsGraph = createGraph && isGradEnabled();
  const xs = point.call.inputs;
  const byOutput = (y: Tensor): Tensor[] => {
    const row = (v: Tensor): Tensor[] => gradientsAt(point, [y], [v], keepsGraph || strict);
    const units = unitsOf(y);
    const rows = vectorize
      ? vmap(row)(units)
      : transposed(
          Array.from({ length: y.numel() }, (_, i) => row(units.select(0, i))),
          xs,
        );
    return rows.map((g, i) => reshape(g, [...y.shape, ...xs[i]!.shape]));
  };
  const byInput = (): Tensor[][] => {
    const none = xs.map(zerosOf);
    const columns = xs.map((x, i) => {
      const column = (v: Tensor): Tensor[] =>
        pushed(point.call, point.outputs, none.with(i, v), keepsGraph).map(
          (t, k) => t ?? zerosOf(point.outputs[k]!),
        );
      return vmap(column, { outDims: -1 })(unitsOf(x));
    });
    return point.outputs.map((y, k) => xs.map((x, i) => reshape(columns[i]![k]!, [...y.shape, ...x.shape])));
  };
  const found = strategy === "forward-mode" ? byInput() : point.outputs.map(byOutput);
  const jacobians = found.map((row) =>
    like(
      inputs,
      row.map((g) => result(point, g)),
    ),
  );
  return point.call.value instanceof Tensor ? jacobians[0] : jacobians;
}

/** For each input the stack of its rows. */
function transposed(rows: readonly (readonly Tensor[])[], xs: readonly Tensor[]): Tensor[] {
  return xs.map((x, i) =>
    rows.length === 0 ? zerosOf(x).expand([0, ...x.shape]) : stack(rows.map((row) => row[i]!)),
  );
}

const readHessian = reader("hessian", "func, inputs | createGraph, strict, vectorize, outerJacobianStrategy");

function numberOf(name: string, value: Tensors): Tensor {
  if (!(value instanceof Tensor) || value.numel() !== 1)
    throw new Error(`${name}: expected a function whose value is one number`);
  return value.ndim === 0 ? value : reshape(value, []);
}

/**
 * The second derivatives of `fn`, whose value is one number, at the inputs (`torch.autograd.functional.hessian`): for inputs of shapes S and T a tensor
 * of shape [...S, ...T], of a list of inputs a list of lists.
 */
export function hessian(
  fn: (input: Tensor) => Tensor,
  inputs: Tensor,
  options?: HessianOptions | boolean,
  ...rest: (boolean | string | HessianOptions)[]
): Tensor;
export function hessian<H = Tensor[][]>(
  fn: (...inputs: Tensor[]) => Tensors,
  inputs: Tensors,
  options?: HessianOptions | boolean,
  ...rest: (boolean | string | HessianOptions)[]
): H;
export function hessian(...given: unknown[]): unknown {
  const [fn, inputs, options = {}] = readHessian(given) as [Differentiable, Tensors, HessianOptions?];
  const { outerJacobianStrategy = "reverse-mode", ...rest } = options;
  const gradient = (...xs: Tensor[]): Tensors => {
    const inner = at("hessian", (...t) => numberOf("hessian", fn(...t)), xs, {
      strict: options.strict,
      createGraph: true,
    });
    const one = new Tensor(scalar(1, inner.outputs[0]!.dtype));
    const found = gradientsAt(inner, inner.outputs, [one], true);
    return like(inputs, found);
  };
  return jacobian(gradient, inputs, { ...rest, strategy: outerJacobianStrategy });
}

const readProduct = (name: string) => reader(name, "func, inputs | v, createGraph, strict");
const [readVjp, readJvp, readHvp, readVhp] = ["vjp", "jvp", "hvp", "vhp"].map(readProduct) as [
  ReturnType<typeof readProduct>,
  ReturnType<typeof readProduct>,
  ReturnType<typeof readProduct>,
  ReturnType<typeof readProduct>,
];

/** Options of products with derivatives. */
export interface ProductOptions extends FunctionalOptions {
  /** What the derivative is multiplied by. */
  v?: Tensors | null;
}

type More = (boolean | ProductOptions)[];
type Read = [Differentiable, Tensors, ProductOptions?];

/** The value as the function gave it, and one tensor for each of its outputs. */
function valueOf(point: Point): Tensors {
  const list = point.outputs.map((y) => result(point, y));
  return point.call.value instanceof Tensor ? list[0]! : list;
}

/**
 * `[value, vᵀ · J]`: the value of `fn` at the inputs and the product of `v`, of the value's shape, with the Jacobian
 * (`torch.autograd.functional.vjp`).
 */
export function vjp<const I extends Tensors, R extends Tensors>(
  fn: (...inputs: Tensor[]) => R,
  inputs: I,
  v?: Tensors | ProductOptions | null,
  ...rest: More
): [Like<R>, Like<I>];
export function vjp(...given: unknown[]): [never, never] {
  const [fn, inputs, options = {}] = readVjp(given) as Read;
  const point = at("vjp", fn, inputs, options);
  const seeds = productsWith("vjp", options.v, point.outputs);
  const found = gradientsAt(point, point.outputs, seeds, (options.createGraph ?? false) && isGradEnabled());
  const product = like(
    inputs,
    found.map((g) => result(point, g)),
  );
  return [valueOf(point), product] as [never, never];
}

/**
 * `[value, J · v]`: the value of `fn` at the inputs and the product of the Jacobian with `v`, of the inputs' shapes
 * (`torch.autograd.functional.jvp`).
 */
export function jvp<const I extends Tensors, R extends Tensors>(
  fn: (...inputs: Tensor[]) => R,
  inputs: I,
  v?: Tensors | ProductOptions | null,
  ...rest: More
): [Like<R>, Like<R>];
export function jvp(...given: unknown[]): [never, never] {
  const [fn, inputs, options = {}] = readJvp(given) as Read;
  const point = at("jvp", fn, inputs, options);
  const tangents = productsWith("jvp", options.v, point.call.inputs);
  const moved = pushed(
    point.call,
    point.outputs,
    tangents,
    (options.createGraph ?? false) && isGradEnabled(),
  );
  const list = moved.map((t, i) => {
    if (t === null && options.strict)
      throw new Error(`jvp: output ${i} does not depend on the inputs, and strict is true`);
    return result(point, t ?? zerosOf(point.outputs[i]!));
  });
  return [valueOf(point), point.call.value instanceof Tensor ? list[0] : list] as [never, never];
}

function secondProduct(name: string, [fn, inputs, options = {}]: Read): [never, never] {
  const point = at(name, (...xs) => numberOf(name, fn(...xs)), inputs, options);
  const v = productsWith(name, options.v, point.call.inputs);
  const one = new Tensor(scalar(1, point.outputs[0]!.dtype));
  const first = gradientsAt(point, point.outputs, [one], true);
  // The Hessian is symmetric.
  const found = gradientsAt(point, first, v, (options.createGraph ?? false) && isGradEnabled());
  const product = like(
    inputs,
    found.map((g) => result(point, g)),
  );
  return [valueOf(point), product] as [never, never];
}

/** `[value, H · v]`: the value of `fn`, one number, and the product of its second derivatives with `v` (`torch.autograd.functional.hvp`). */
export function hvp<const I extends Tensors>(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: I,
  v?: Tensors | ProductOptions | null,
  ...rest: More
): [Tensor, Like<I>];
export function hvp(...given: unknown[]): [never, never] {
  return secondProduct("hvp", readHvp(given) as Read);
}

/** `[value, vᵀ · H]`, which is `hvp`, since second derivatives are symmetric (`torch.autograd.functional.vhp`). */
export function vhp<const I extends Tensors>(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: I,
  v?: Tensors | ProductOptions | null,
  ...rest: More
): [Tensor, Like<I>];
export function vhp(...given: unknown[]): [never, never] {
  return secondProduct("vhp", readVhp(given) as Read);
}
