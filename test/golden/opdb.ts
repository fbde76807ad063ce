/** Reads what make_opdb.py recorded of PyTorch's operator table. */
import { readdirSync, readFileSync } from "node:fs";
import type { DType } from "../../src/index.js";

export type Numbers = readonly (number | string)[];
/** Shape, dtype and elements in row-major order. */
export type Said = readonly [shape: readonly number[], dtype: DType, data: Numbers];

/** An argument: a number, a word, null for None, a list, or one of the objects of make_opdb.py. */
export type Argument =
  | number
  | string
  | boolean
  | null
  | readonly Argument[]
  | {
      readonly t?: number;
      readonly n?: string;
      readonly dtype?: DType;
      readonly slice?: readonly (number | null)[];
      readonly ellipsis?: 1;
    };

export interface Sample {
  readonly args: readonly Argument[];
  readonly kwargs?: Readonly<Record<string, Argument>>;
  readonly tensors: readonly Said[];
}

export interface Case extends Sample {
  readonly variant?: string;
  /** Values are drawn: shape and dtype alone are said. */
  readonly random?: true;
  /** The result: one tensor, several, or a number. */
  readonly tensor?: Said;
  readonly results?: readonly Said[];
  readonly value?: number | string;
  /** Of results in float32 and bfloat16 those in float64, where PyTorch's differ from them by more than their last digit. */
  readonly exact?: readonly (Numbers | null)[];
  /** Which tensors have gradients, and these, of the sum of the results times `weights`. */
  readonly wanted?: readonly number[];
  readonly grads?: readonly (Numbers | null)[];
  /** Gradients of the sum of those gradients times `weights`. */
  readonly grads2?: readonly (Numbers | null)[];
}

export interface Operation {
  /** PyTorch's name, such as "nn.functional.conv2d". */
  readonly operation: string;
  /** There is a method that changes its tensor in place. */
  readonly inplace: boolean;
  readonly cases: readonly Case[];
  /** What PyTorch does not take, and what it says. */
  readonly refused: readonly (Sample & { readonly says: string })[];
}

const folder = new URL("opdb/", import.meta.url);

export const names: readonly string[] = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));

export function readOperation(name: string): Operation {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Operation;
}
