/**
 * Calls of kernels that an engine lacks become what their rows say they are composed of: values of a plan, which are merged and fused like
 * those that nodes stand for. So a graph does not depend on the engine that computes it.
 */
import { dtypeShift, keepdimBit, Kind, opShift } from "../record/node.js";
import { broadcast, product, sameNumbers } from "../record/shapes.js";
import type { Value } from "./values.js";
import type { Builder } from "../../primitives/builder.js";
import type { DTypeName } from "../../primitives/dtypes.js";
import {
  binary as binaryRows,
  type BinaryOp,
  unary as unaryRows,
  type UnaryOp,
} from "../../primitives/elementwise.js";
import type { Shaped } from "../../primitives/shaped.js";
import { kernels } from "../../primitives/kernels.js";
import { reductions, type ReduceOp } from "../../primitives/reductions.js";
import {
  binaryNumbers,
  dtypeNumbers,
  kernelOpNumbers,
  reduceNumbers,
  unaryNumbers,
} from "../../primitives/table.js";

/** What a value is, but for its operands: said by a node, or by what stands for one. */
export interface Recipe extends Shaped {
  /** As `Node.code`. */
  readonly code: number;
  readonly size: number;
}

/** Makes values of a plan. */
export interface Maker {
  make(recipe: Recipe, inputs: readonly Value[], attributes: readonly number[]): Value;
  /** A number that the plan adds to the scalars of its runs. */
  constant(value: number, dtype: DTypeName): Value;
}

const noNumbers: readonly number[] = [];

export class Composer implements Builder<Value> {
  constructor(private readonly maker: Maker) {}

  scalar(value: number, dtype: DTypeName): Value {
    return this.maker.constant(value, dtype);
  }

  iota(shape: readonly number[], dtype: DTypeName): Value {
    return this.made(Kind.iota, 0, dtype, shape, [], shape);
  }

  unary(op: UnaryOp, a: Value): Value {
    const dtype = unaryRows[op].result === "bool" ? "bool" : a.dtype;
    return this.made(Kind.unary, unaryNumbers[op], dtype, a.shape, [a]);
  }

  binary(op: BinaryOp, a: Value, b: Value): Value {
    const dtype = binaryRows[op].result === "bool" ? "bool" : a.dtype;
    return this.made(Kind.binary, binaryNumbers[op], dtype, broadcast(a.shape, b.shape), [a, b]);
  }

  select(condition: Value, a: Value, b: Value): Value {
    const shape = broadcast(condition.shape, broadcast(a.shape, b.shape));
    return this.made(Kind.select, 0, a.dtype, shape, [condition, a, b]);
  }

  cast(a: Value, dtype: DTypeName): Value {
    return a.dtype === dtype ? a : this.made(Kind.cast, 0, dtype, a.shape, [a]);
  }

  reduce(op: ReduceOp, a: Value, dims: readonly number[], keepdim: boolean): Value {
    const shape = keepdim
      ? a.shape.map((size, dim) => (dims.includes(dim) ? 1 : size))
      : a.shape.filter((_, dim) => !dims.includes(dim));
    const { result } = reductions[op];
    const dtype = result === "same" ? a.dtype : result;
    return this.made(Kind.reduce, reduceNumbers[op], dtype, shape, [a], dims, keepdim ? keepdimBit : 0);
  }

  reshape(a: Value, shape: readonly number[]): Value {
    return sameNumbers(a.shape, shape) ? a : this.made(Kind.reshape, 0, a.dtype, shape, [a], shape);
  }

  expand(a: Value, shape: readonly number[]): Value {
    return sameNumbers(a.shape, shape) ? a : this.made(Kind.expand, 0, a.dtype, shape, [a], shape);
  }

  slice(a: Value, starts: readonly number[], sizes: readonly number[], steps: readonly number[]): Value {
    if (sameNumbers(a.shape, sizes) && steps.every((step) => step === 1)) return a;
    return this.made(Kind.slice, 0, a.dtype, sizes, [a], [...starts, ...sizes, ...steps]);
  }

  flip(a: Value, dims: readonly number[]): Value {
    return this.made(Kind.flip, 0, a.dtype, a.shape, [a], dims);
  }

  pad(a: Value, before: readonly number[], after: readonly number[], value: number): Value {
    const shape = a.shape.map((size, dim) => before[dim]! + size + after[dim]!);
    const fill = this.scalar(value, a.dtype);
    return this.made(Kind.pad, Number(value === 0), a.dtype, shape, [a, fill], [...before, ...after]);
  }

  positions(index: Value, rows: number): Value {
    const [{ dtype, shape }] = kernels.positions.infer([index], [rows]) as [Shaped];
    return this.made(Kind.call, kernelOpNumbers.positions, dtype, shape, [index], [rows]);
  }

  private made(
    kind: number,
    op: number,
    dtype: DTypeName,
    shape: readonly number[],
    inputs: readonly Value[],
    attributes = noNumbers,
    bits = 0,
  ): Value {
    const code = kind | (op << opShift) | (dtypeNumbers[dtype] << dtypeShift) | bits;
    return this.maker.make({ code, dtype, shape, size: product(shape) }, inputs, attributes);
  }
}
