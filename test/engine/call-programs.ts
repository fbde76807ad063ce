/**
 * A program of one call, from operands that are written down as lists of numbers.
 */
import type { CallKernel, ShapedView } from "../../src/engine/program.js";
import { type DTypeName, dtypeBytes } from "../../src/primitives/dtypes.js";
import { type KernelOp, kernels } from "../../src/primitives/kernels.js";
import { type Numbers, numbers, rowMajor } from "./programs.js";

export interface Operand {
  readonly dtype: DTypeName;
  readonly dims: readonly number[];
  /** As they lie in memory. */
  readonly values: readonly number[];
  /** In elements; row-major unless something else is said. */
  readonly strides?: readonly number[];
  readonly offset?: number;
}

export interface Call {
  readonly op: KernelOp;
  readonly operands: readonly Operand[];
  readonly attributes: readonly number[];
  readonly scalars: readonly number[];
}

export interface CallProgram {
  readonly kernel: CallKernel;
  readonly externals: readonly Numbers[];
  readonly scalars: readonly number[];
}

/** Each operand is an external of its own, and then each result, filled with zeros; what is updated lies in the first one. */
export function programOf({ op, operands, attributes, scalars }: Call): CallProgram {
  const row = kernels[op];
  const shapes = operands.map(({ dtype, dims }) => ({ dtype, shape: dims }));
  const results = row.updates ? [] : row.infer(shapes, attributes);
  const views = operands.map(
    ({ dtype, dims, strides = rowMajor(dims), offset = 0 }, external): ShapedView => ({
      external,
      offset: offset * dtypeBytes[dtype],
      dtype,
      dims,
      strides,
    }),
  );
  const kernel: CallKernel = {
    kind: "call",
    primitive: op,
    operands: views,
    results: row.updates
      ? [views[0]!]
      : results.map(({ dtype, shape }, i) => ({
          external: operands.length + i,
          offset: 0,
          dtype,
          dims: shape,
          strides: rowMajor(shape),
        })),
    attributes,
    scalars: scalars.map((_, i) => i),
  };
  const zeros = results.map(({ dtype, shape }) =>
    numbers(dtype, new Array<number>(shape.reduce((n, size) => n * size, 1)).fill(0)),
  );
  return {
    kernel,
    externals: [...operands.map(({ dtype, values }) => numbers(dtype, values)), ...zeros],
    scalars,
  };
}
