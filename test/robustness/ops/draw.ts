/**
 * Draws what the fuzzer of operations tries: shapes, dims, edge values. The same seed draws the same cases.
 */
import type { DType, Tensor } from "../../../src/index.js";
import { dtypeNames, wholeRange } from "../../../src/primitives/dtypes.js";
import { roundedTo } from "../../../src/primitives/elements.js";
import { isFloating, isInteger } from "../../../src/tensor/dtype.js";
import { Chance } from "../chance.js";

/** An input: a tensor to be made here and at the peer. */
export interface Sample {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What the peer is asked: an expression of the inputs a, b, c, d. */
export interface Request {
  readonly torch: string;
  readonly inputs: readonly Sample[];
}

type Result = Tensor | boolean | readonly Tensor[];

/** One operation with one set of arguments, in PyTorch's words and in ours. */
export interface Case extends Request {
  readonly ours: (a: Tensor, b: Tensor, c: Tensor, d: Tensor) => Result;
  /** Sums whose order is not PyTorch's, or a long chain of roundings: so many times the usual tolerance. */
  readonly loose?: number;
  /** The sign of a zero follows from the order of additions, which is free. */
  readonly anyZero?: boolean;
  /** PyTorch's gradient is not taken as the truth, and why. */
  readonly skipGradient?: string | undefined;
  /** From this result on all are int32 here and int64 in PyTorch. */
  readonly int32From?: number;
  /** What PyTorch refuses and we take, and why. */
  readonly wider?: string;
}

/** Draws a case of one operation. */
export type Operation = (draw: Draw) => Case;

export type Table = Readonly<Record<string, Operation>>;

export interface Kind {
  readonly shape?: readonly number[];
  readonly dtype?: DType | readonly DType[];
  /**
   * "wild": all edge values; "plain": none whose sums and squares overflow; "mild": small ones whose sums and products are exact; "unit":
   * from 0 to 1; a list: these. Default wild.
   */
  readonly values?: "wild" | "plain" | "mild" | "unit" | readonly number[];
}

export const floats: readonly DType[] = dtypeNames.filter(isFloating);
export const numbers: readonly DType[] = dtypeNames.filter((dtype) => dtype !== "bool");
export const all: readonly DType[] = dtypeNames;

const shapes = [
  [],
  [1],
  [3],
  [4],
  [17],
  [2, 3],
  [3, 1],
  [1, 4],
  [2, 1, 3],
  [2, 3, 2],
  [0],
  [0, 3],
  [2, 0],
] as const;

const special = [NaN, Infinity, -Infinity, 0, -0];
const ordinary = [1, -1, 0.5, -0.5, 2, -2, 3, -3, 1.5, 2.5, -2.5, 0.1, 0.75, -1.25, 6, 10];
const extreme32 = [
  3.4028234663852886e38, -3.4028234663852886e38, 1e30, -1e30, 1e-30, 1.1754943508222875e-38, 1e-45, -1e-45,
];
const large = [20, 88.5, 89, -88, -104, 100, 1e4, -1e4, 709.5, -745, 1e-4, -1e-7, 16777217, 2147483648];
const mild = [0, 1, -1, 2, -2, 0.5, 3, -3, 1.5, 4];
const unit = [0, 1, 0.5, 0.25, 0.125, 0.875];
const smallIntegers = [0, 1, 2, 3, 5, 7, 10, 100, 127];
const integers = [0, 1, -1, 2, -2, 3, 5, 7, -7, 10];
const extremeIntegers = [2147483647, -2147483648, -2147483647, 65536, 46341, 16777217, 127, -128];

export class Draw {
  readonly #chance: Chance;
  readonly #turn: number;
  #isFirst = true;

  /** @param turn of the first tensor's dtypes the one with this number, counted in a circle: a few cases in a row have them all */
  constructor(seed: number, turn: number) {
    this.#chance = new Chance(seed);
    this.#turn = turn;
  }

  of<T>(choices: readonly T[]): T {
    return this.#chance.of(choices);
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + this.#chance.below(high - low + 1);
  }

  /** One of the choices, of those with numbers that are no elements of uint8 none beside it: PyTorch wraps them before it computes. */
  beside<T extends number | readonly (number | null)[]>({ dtype }: Sample, choices: readonly T[]): T {
    if (dtype !== "uint8") return this.of(choices);
    return this.of(
      choices.filter((choice) => [choice].flat().every((x) => x === null || (x as number) >= 0)),
    );
  }

  oneIn(times: number): boolean {
    return this.#chance.oneIn(times);
  }

  shape(rank?: { min?: number; max?: number }): readonly number[] {
    const { min = 0, max = 9 } = rank ?? {};
    return this.of(shapes.filter((shape) => shape.length >= min && shape.length <= max));
  }

  /** A shape in which no size is 0. */
  fullShape(rank?: { min?: number; max?: number }): readonly number[] {
    const { min = 0, max = 9 } = rank ?? {};
    return this.of(
      shapes.filter(
        (shape) => shape.length >= min && shape.length <= max && !(shape as readonly number[]).includes(0),
      ),
    );
  }

  tensor(kind: Kind = {}): Sample {
    const shape = kind.shape ?? this.shape();
    const dtype = this.#dtype(kind.dtype ?? floats);
    const pool = this.#pool(kind.values ?? "wild", dtype);
    const size = shape.reduce((a, b) => a * b, 1);
    const data = Array.from({ length: size }, () => {
      const x = this.of(pool);
      if (dtype === "bool") return x === 0 ? 0 : 1;
      if (!isInteger(dtype)) return roundedTo(dtype, x);
      const [least, greatest] = wholeRange(dtype);
      return Number.isFinite(x) ? Math.min(Math.max(Math.trunc(x), least), greatest) : 0;
    });
    return { dtype, shape, data };
  }

  #dtype(choices: DType | readonly DType[]): DType {
    if (typeof choices === "string") return choices;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return isFirst ? choices[this.#turn % choices.length]! : this.of(choices);
  }

  /** Mostly one kind of edge at a time: where NaN is everywhere nothing else is seen. */
  #pool(values: Kind["values"], dtype: DType): readonly number[] {
    if (Array.isArray(values)) return values as readonly number[];
    if (dtype === "bool") return [0, 1];
    if (dtype === "uint8") return smallIntegers;
    if (dtype === "int8") return [...smallIntegers, -1, -2, -128];
    if (isInteger(dtype)) {
      return values !== "wild" || !this.oneIn(3) ? integers : [...integers, ...extremeIntegers];
    }
    if (values === "unit") return this.oneIn(3) ? [0, 1] : unit;
    const mood = this.whole(0, 5);
    if (mood === 0) return [1, 1, 2, 2, -1];
    if (mood === 1) return values === "mild" ? mild : ordinary;
    if (mood === 2) return [...mild, NaN];
    if (mood === 3) return [...mild, Infinity, -Infinity];
    if (mood === 4) return [0, -0, ...special, 1, -1];
    if (values === "plain") return [...ordinary, ...special, 20, 88.5, -104, 1e4, -1e4, 1e-4, -1e-7];
    if (values !== "wild") return mild;
    return [...ordinary, ...large, ...(dtype === "float64" ? [1e300, -1e308, 5e-324] : extreme32)];
  }

  /** Two tensors whose shapes broadcast, of dtypes of their own half of the time. */
  pair(kind: Kind = {}): [Sample, Sample] {
    const a = this.tensor(kind);
    const other = kind.dtype ?? floats;
    const dtype = this.oneIn(2) || typeof other === "string" ? a.dtype : other;
    const b = this.tensor({ ...kind, dtype, shape: this.broadcastable(a.shape) });
    return this.oneIn(2) ? [a, b] : [b, a];
  }

  /** A shape that broadcasts with this one. */
  broadcastable(shape: readonly number[]): readonly number[] {
    const way = this.whole(0, 4);
    if (way === 0) return [];
    if (way === 1) return shape.map((n) => (this.oneIn(2) ? 1 : n));
    if (way === 2) return shape.slice(1);
    return shape;
  }

  /** A dim of a tensor of this rank, from the front or from the end; a 0-d tensor has dims 0 and −1. */
  dim(rank: number): number {
    const limit = Math.max(1, rank);
    return this.whole(-limit, limit - 1);
  }

  /** One dim, several, an empty list, or none given. */
  dims(rank: number): number | readonly number[] | undefined {
    const way = this.whole(0, 5);
    if (way === 0) return undefined;
    if (way === 1) return [];
    if (way < 4 || rank < 2) return this.dim(rank);
    return this.oneIn(2) ? [0, -1] : [1];
  }

  /** Positions in a dim of `size`; negative ones are as many from the end where they are wanted. */
  positions(shape: readonly number[], size: number, negative = false): Sample {
    const count = shape.reduce((a, b) => a * b, 1);
    const data = Array.from({ length: count }, () => this.whole(negative ? -size : 0, Math.max(0, size - 1)));
    return { dtype: "int32", shape, data };
  }
}

/** Whether a sample holds a number that is not finite. */
export function hasSpecial({ data }: Sample): boolean {
  return data.some((x) => !Number.isFinite(x));
}

/** A number, a list or undefined as Python writes it. */
export function py(x: number | boolean | string | null | undefined | readonly unknown[]): string {
  if (x === undefined || x === null) return "None";
  if (typeof x === "boolean") return x ? "True" : "False";
  if (typeof x === "string") return JSON.stringify(x);
  if (typeof x === "object") return `[${x.map((y) => py(y as number)).join(", ")}]`;
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  return String(x);
}
