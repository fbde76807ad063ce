/**
 * What convolutions and pools say of their windows: sizes given once or for each dim of space, and inputs with or without a batch.
 */
import type { Tensor } from "../tensor/core.js";
import { formatShape } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { reshape } from "./movement.js";
import { checkTensor } from "./operand.js";

/** One number for all dims of space, or one for each. */
export type Sizes = number | readonly number[];

/** Padding of a convolution: how much at both ends, or a word for it. */
export type ConvPadding = Sizes | "same" | "valid";

declare const notGiven: unique symbol;
/** No value is of this type. What the compiler finds for an option that was left out has it among what it may be. */
export interface NotGiven {
  readonly [notGiven]: never;
}
/** Type of sizes that may be left out; also the name under which the compiler shows that they were. */
export type SizesOrDefault = Sizes | NotGiven;
export type PaddingOrDefault = ConvPadding | NotGiven;
export type CountOrDefault = number | NotGiven;
export type FlagOrDefault = boolean | NotGiven;

export type Three = readonly [number, number, number];

/**
 * A parameter as a list of one number for each dim.
 * @throws TypeError for what is neither a number nor a list of them, RangeError for fractions, numbers below `least` and other lengths
 */
export function listOf(name: string, what: string, value: Sizes, dims: number, least: number): number[] {
  const list = typeof value === "number" ? [value] : value;
  if (!Array.isArray(list))
    throw new TypeError(`${name}: expected ${what} as a number or ${dims} of them, got ${typeof value}`);
  if (list.length !== 1 && list.length !== dims)
    throw new RangeError(
      `${name}: expected ${what} as a number or ${dims} of them, got ${formatShape(list as Shape)}`,
    );
  for (const each of list as readonly unknown[])
    if (!Number.isInteger(each) || (each as number) < least)
      throw new RangeError(
        `${name}: ${what} must be ${least === 0 ? "whole and not negative" : `a whole number of at least ${least}`}, got ${String(each)}`,
      );
  return list.length === dims ? [...(list as number[])] : new Array<number>(dims).fill(list[0] as number);
}

/** A list for up to three dims as one for three, what the dims in front of them have first. */
export function three(list: readonly number[], front: number): Three {
  return [...new Array<number>(3 - list.length).fill(front), ...list] as unknown as Three;
}

/** Names of the sizes of an input, for errors: [N, C, H, W]. */
export function layout(dims: number, batched: boolean): string {
  return `[${[...(batched ? ["N"] : []), "C", ...["D", "H", "W"].slice(3 - dims)].join(", ")}]`.replace(
    "C, W",
    "C, L",
  );
}

/** An input with a batch, in three dims of space. */
export interface Batched {
  /** [n, c, d, h, w]. */
  readonly x: Tensor;
  readonly space: readonly number[];
  /** A result [n, c, d, h, w] as the input was: with a batch or without, in as many dims. */
  unbatched(y: Tensor): Tensor;
}

/** @throws Error when the input has other dims than [N, C, …] or [C, …] */
export function batched(name: string, input: Tensor, dims: number): Batched {
  checkTensor(name, input);
  const { shape } = input;
  if (shape.length !== dims + 1 && shape.length !== dims + 2)
    throw new Error(
      `${name}: expected an input ${layout(dims, true)} or ${layout(dims, false)}, got ${formatShape(shape)}`,
    );
  const space = shape.slice(-dims);
  const channels = shape.at(-dims - 1)!;
  const hasBatch = shape.length === dims + 2;
  const n = hasBatch ? shape[0]! : 1;
  return {
    x: reshape(input, [n, channels, ...three(space, 1)]),
    space,
    unbatched(y) {
      const [count, out, ...sizes] = y._node.shape;
      const after = sizes.slice(3 - dims);
      return reshape(y, hasBatch ? [count!, out!, ...after] : [out!, ...after]);
    },
  };
}

/** What a pool says of its windows, for each dim of space. */
export interface PoolWindows {
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  /** Whether the last window may reach past the end. */
  readonly ceil: boolean | undefined;
}

/**
 * How many windows there are along each dim; the last one always begins in the input or its padding in front.
 * @throws RangeError for padding of more than half a window, Error where there is no window
 */
export function outputSize(name: string, space: readonly number[], at: PoolWindows): number[] {
  return space.map((n, d) => {
    const [window, stride, padding] = [at.window[d]!, at.stride[d]!, at.padding[d]!];
    const reach = at.dilation[d]! * (window - 1) + 1;
    if (padding > Math.floor(reach / 2))
      throw new RangeError(
        `${name}: padding must be at most half of a window, got padding ${padding} and a window of ${reach}`,
      );
    const steps = (n + 2 * padding - reach) / stride;
    let outputs = (at.ceil === true ? Math.ceil(steps) : Math.floor(steps)) + 1;
    if (at.ceil === true && (outputs - 1) * stride >= n + padding) outputs--;
    if (outputs < 1)
      throw new Error(
        `${name}: windows of ${formatShape(at.window)} are larger than the padded input ${formatShape(space.map((m, i) => m + 2 * at.padding[i]!))}`,
      );
    return outputs;
  });
}
