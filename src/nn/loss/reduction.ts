/** How a loss over many elements becomes one number, the forms in which losses are called, and the check that input and target belong together. */
import { formatShape, sameShape } from "../../tensor/shape.js";
import type { NotGiven } from "../../ops/windows.js";
import type { Checked, Ok, Shape } from "../../tensor/shape-types.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import type { Tensor } from "../../tensor/tensor.js";
import { warn } from "../../tensor/warn.js";
import { BuiltIn } from "../module.js";
import type { AnyPair, Paired, PairRule, RowPair, SamePair } from "./pair-types.js";
import { takesTensors } from "../function-form.js";

/** "mean" (the default) divides the sum by the number of elements; "none" keeps every element's loss. */
export type Reduction = "mean" | "sum" | "none";

/** Options of all losses: how the losses of the elements become one, "mean" if not given. */
export interface LossOptions<R = Reduction> {
  reduction?: R;
}

/** What PyTorch had before `reduction`, and still takes. */
export interface LegacyOptions<Old = boolean | null> {
  /** Deprecated: false means `reduction: "sum"`. */
  sizeAverage?: Old;
  /** Deprecated: false means `reduction: "none"`. */
  reduce?: Old;
}

/** The shape of a loss: it is one number, unless every element's loss, of shape `Each`, is kept. */
export type ReducedShape<R, Each extends Shape = Shape> = 0 extends 1 & R
  ? Shape
  : NotGiven extends R
    ? []
    : [R] extends ["none"]
      ? Each
      : "none" extends R
        ? Shape
        : [];

/** The same, where the words from before `reduction` may have been used. */
type LossShape<R, Old, Each extends Shape> = 0 extends 1 & Old
  ? Shape
  : NotGiven extends Old
    ? ReducedShape<R, Each>
    : [Old] extends [null]
      ? ReducedShape<R, Each>
      : Shape;

type Own<O> = Omit<O, "reduction" | keyof LegacyOptions>;

/** Options `O` of a call, with what it says of the reduction in `R`, and `Old` in the words before. */
type CallOptions<O, N, R, Old> = Given<
  Own<O> & LossOptions<R> & LegacyOptions<Old>,
  Extract<N, readonly (keyof (Own<O> & LossOptions & LegacyOptions))[]>
>;

/** A loss of two tensors: options by name, or in PyTorch's order `N` by position; `Pairs` says which shapes belong together. */
export type LossFunction<O, N, Words extends string = Reduction, Pairs extends PairRule = AnyPair> = <
  A extends Shape,
  B extends Shape,
  const R extends Words | NotGiven = Words | NotGiven,
  const Old extends boolean | null | NotGiven = boolean | null | NotGiven,
>(
  input: Tensor<A>,
  target: Checked<Paired<Pairs, A, B>, Tensor<B>>,
  ...options: CallOptions<O, N, R, Old>
) => Tensor<LossShape<R, Old, Ok<Paired<Pairs, A, B>>>>;

/** A loss of three tensors. */
export type LossFunction3<O, N> = <
  const R extends Reduction | NotGiven = Reduction | NotGiven,
  const Old extends boolean | null | NotGiven = boolean | null | NotGiven,
>(
  a: Tensor,
  b: Tensor,
  c: Tensor,
  ...options: CallOptions<O, N, R, Old>
) => Tensor<LossShape<R, Old, Shape>>;

/**
 * A loss of an input and a target.
 * @param order names of the options in PyTorch's order
 */
export function lossFunction<O extends object, const N extends readonly (keyof O & string)[]>(
  name: string,
  order: N,
  compute: (input: Tensor, target: Tensor, options: O) => Tensor,
): LossFunction<O & LegacyOptions, N> {
  return takesTensors(
    name,
    `input, target | ${order.join(", ")}, *, reduction`,
    (input: Tensor, target: Tensor, options: O) => compute(input, target, plain(options)),
  ) as unknown as LossFunction<O & LegacyOptions, N>;
}

/** A loss of an input and a target of the same shape; they are checked before it is computed. */
export function pairedLoss<
  O extends object,
  const N extends readonly (keyof O & string)[],
  const Name extends string,
>(
  name: Name,
  order: N,
  compute: (input: Tensor, target: Tensor, options: O) => Tensor,
): LossFunction<O & LegacyOptions, N, Reduction, SamePair<Name>> {
  const checked = (input: Tensor, target: Tensor, options: O): Tensor => {
    sameShapes(name, input, target);
    return compute(input, target, options);
  };
  return lossFunction(name, order, checked) as unknown as LossFunction<
    O & LegacyOptions,
    N,
    Reduction,
    SamePair<Name>
  >;
}

/** A loss of an input and a target of the same shape [N, C] or [C], with one number for each row. */
export function rowLoss<
  O extends object,
  const N extends readonly (keyof O & string)[],
  const Name extends string,
>(
  name: Name,
  order: N,
  compute: (input: Tensor, target: Tensor, options: O) => Tensor,
): LossFunction<O & LegacyOptions, N, Reduction, RowPair<Name>> {
  return pairedLoss(name, order, compute) as unknown as LossFunction<
    O & LegacyOptions,
    N,
    Reduction,
    RowPair<Name>
  >;
}

/** A loss of three tensors with these names. */
export function lossFunction3<O extends object, const N extends readonly (keyof O & string)[]>(
  name: string,
  tensors: string,
  order: N,
  compute: (a: Tensor, b: Tensor, c: Tensor, options: O) => Tensor,
): LossFunction3<O & LegacyOptions, N> {
  return takesTensors(
    name,
    `${tensors} | ${order.join(", ")}`,
    (a: Tensor, b: Tensor, c: Tensor, options: O) => compute(a, b, c, plain(options)),
  );
}

/** The options with `reduction` in the place of what PyTorch had before it. */
function plain<O extends object>(options: O): O {
  if (!("sizeAverage" in options) && !("reduce" in options)) return options;
  return {
    ...options,
    sizeAverage: undefined,
    reduce: undefined,
    reduction: reductionOf(options as LegacyOptions),
  };
}

/** The reduction that options ask for, in today's words or in those before. */
export function reductionOf<W extends string = Reduction>(
  options: LossOptions<W> & LegacyOptions,
): W | Reduction {
  const { sizeAverage, reduce, reduction = "mean" } = options;
  if ((sizeAverage ?? null) === null && (reduce ?? null) === null) return reduction;
  const meant = reduce === false ? "none" : sizeAverage === false ? "sum" : "mean";
  warn(`sizeAverage and reduce are deprecated; write { reduction: "${meant}" }`);
  return meant;
}

/** The mean, the sum, or each element's loss. */
export function reduced<R extends Reduction = "mean">(loss: Tensor, reduction?: R): Tensor<ReducedShape<R>>;
export function reduced(loss: Tensor, reduction: Reduction = "mean"): Tensor {
  switch (reduction) {
    case "mean":
      return loss.mean();
    case "sum":
      return loss.sum();
    case "none":
      return loss;
    default:
      throw new Error(
        `reduction must be "mean", "sum" or "none", not ${JSON.stringify(reduction satisfies never)}`,
      );
  }
}

/** @throws Error unless the shapes are equal: [N, 1] and [N] would broadcast to [N, N], which nobody means */
export function sameShapes(name: string, input: Tensor, target: Tensor): void {
  if (sameShape(input.shape, target.shape)) return;
  const advice =
    input.numel() === target.numel()
      ? `; reshape the target: target.reshape([${input.shape.join(", ")}])`
      : "";
  throw new Error(
    `${name}: input ${formatShape(input.shape)} and target ${formatShape(target.shape)} must have the same shape${advice}`,
  );
}

/** The options of a loss as a layer, in PyTorch's order by position or by name, with `reduction` in today's words. */
export function lossOptions<O extends object>(
  name: string,
  order: readonly (keyof O & string)[],
  given: readonly unknown[],
): Readonly<Partial<O>> {
  return plain(optionsOf<O>(name, `${order.join(", ")}, *, reduction`, given));
}

/** Names that all losses of PyTorch's older form take by position. */
export const LEGACY: [sizeAverage: "sizeAverage", reduce: "reduce", reduction: "reduction"] = [
  "sizeAverage",
  "reduce",
  "reduction",
];

/** A loss as a layer: `forward(input, target)`. */
export abstract class Loss<R extends Reduction = Reduction> extends BuiltIn {
  readonly reduction: Reduction;

  constructor(reduction?: R) {
    super();
    this.reduction = reduction ?? "mean";
  }

  abstract override forward(...inputs: never[]): Tensor<ReducedShape<R>>;
}
