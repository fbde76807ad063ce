/**
 * What a program means, one element at a time: the truth that engines are compared with. Floating results are rounded once for each
 * instruction, and sums are added in float64.
 */
import { dtypes } from "../../primitives/dtypes.js";
import { type Dense, IndexOutOfRange } from "../../primitives/kernel.js";
import { kernels } from "../../primitives/kernels.js";
import { RunError } from "../engine.js";
import type {
  CallKernel,
  MapKernel,
  MatmulKernel,
  Program,
  ReduceKernel,
  ShapedView,
  Store,
} from "../program.js";
import { type Context, evaluate } from "./body.js";
import { points, read, toType, type Value, wrapped, write } from "./elements.js";
import { fold } from "./fold.js";

/** Runs a program on `externals`, which it changes as the program says. @throws RunError */
export function interpret(
  program: Program,
  externals: readonly Uint8Array[],
  scalars: ArrayLike<number>,
): void {
  const arena = new Uint8Array(program.arenaBytes);
  const buffers = [arena, ...externals].map((b) => new DataView(b.buffer, b.byteOffset, b.byteLength));
  const context: Context = { buffers, scalars };
  for (const [number, kernel] of program.kernels.entries()) {
    switch (kernel.kind) {
      case "map":
        map(kernel, context);
        break;
      case "reduce":
        reduce(kernel, context);
        break;
      case "matmul":
        matmul(kernel, context);
        break;
      case "call":
        call(kernel, context, number);
        break;
    }
  }
}

function map({ dims, body, stores }: MapKernel, context: Context): void {
  points(dims).forEach((point, number) => {
    store(stores, context, point, evaluate(body, context, { point, number, results: [] }));
  });
}

function reduce(kernel: ReduceKernel, context: Context): void {
  const { body, folds, epilogue, stores } = kernel;
  const reduced = points(kernel.reduced);
  points(kernel.kept).forEach((kept, k) => {
    const all = reduced.map((r, i) =>
      evaluate(body, context, { point: [...kept, ...r], number: k * reduced.length + i, results: [] }),
    );
    const results = folds.map(({ op, value, dtype }) => {
      const folded = all.map((values) => values[value]!);
      return wrapped(fold(op, folded, body.code[value]!.dtype), dtype);
    });
    store(stores, context, kept, evaluate(epilogue, context, { point: kept, number: k, results }));
  });
}

function matmul(kernel: MatmulKernel, context: Context): void {
  const { m, n, k, dtype, epilogue, stores } = kernel;
  const isFloat = dtypes[dtype].kind === "float";
  points(kernel.batch).forEach((batch, entry) => {
    const a = points([m, k]).map((point) => read(context.buffers, kernel.a, [...batch, ...point]));
    const b = points([k, n]).map((point) => read(context.buffers, kernel.b, [...batch, ...point]));
    points([m, n]).forEach(([row, column], i) => {
      let sum: Value = isFloat ? 0 : 0n;
      for (let j = 0; j < k; j++) {
        const x = a[row! * k + j]!;
        const y = b[j * n + column!]!;
        sum = isFloat ? Number(sum) + Number(x) * Number(y) : BigInt(sum) + BigInt(x) * BigInt(y);
      }
      const point = [...batch, row!, column!];
      const number = entry * m * n + i;
      const values = evaluate(epilogue, context, { point, number, results: [toType(sum, dtype)] });
      store(stores, context, point, values);
    });
  });
}

/** `number` is the kernel's in its program, for the error. */
function call(kernel: CallKernel, { buffers, scalars }: Context, number: number): void {
  const dense = (at: ShapedView): Dense => ({
    dims: at.dims,
    data: Float64Array.from(points(at.dims), (point) => Number(read(buffers, at, point))),
  });
  const results = kernel.results.map(
    (at) => at && { dims: at.dims, data: new Float64Array(points(at.dims).length) },
  );
  const numbers = kernel.scalars.map((scalar) => scalars[scalar]!);
  try {
    kernels[kernel.primitive].js(kernel.operands.map(dense), results, kernel.attributes, numbers);
  } catch (error) {
    if (!(error instanceof IndexOutOfRange)) throw error;
    throw new RunError(number, error.index, error.rows);
  }
  kernel.results.forEach((at, r) => {
    if (at === null) return;
    points(at.dims).forEach((point, i) => write(buffers, at, point, wrapped(results[r]!.data[i]!, at.dtype)));
  });
}

function store(
  stores: readonly Store[],
  { buffers }: Context,
  point: readonly number[],
  values: readonly Value[],
): void {
  for (const { view, value } of stores) write(buffers, view, point, values[value]!);
}
