/**
 * What a program means, one element at a time: the truth that engines are compared with. Floating results are rounded once for each
 * instruction, and sums are added in float64.
 */
import type { Body, Program, ShapedView, View } from "../program.js";
import { dtypeBytes, type DTypeName, dtypes } from "../../primitives/dtypes.js";
import { binary, type BinaryOp, type BinaryRow, unary } from "../../primitives/elementwise.js";
import { type Dense, IndexOutOfRange } from "../../primitives/kernel.js";
import { kernels } from "../../primitives/kernels.js";
import { RunError } from "../engine.js";
import type { ReduceOp } from "../../primitives/reductions.js";

/** Values of a body at one point; booleans are 0 and 1. */
type Values = number[];

function read(buffers: readonly DataView[], view: View, point: readonly number[]): number {
  const at = place(view, point);
  const memory = buffers[view.external + 1]!;
  switch (view.dtype) {
    case "float32":
      return memory.getFloat32(at, true);
    case "float64":
      return memory.getFloat64(at, true);
    case "int32":
      return memory.getInt32(at, true);
    case "bool":
      return memory.getUint8(at);
  }
}

function write(buffers: readonly DataView[], view: View, point: readonly number[], value: number): void {
  const at = place(view, point);
  const memory = buffers[view.external + 1]!;
  switch (view.dtype) {
    case "float32":
      return memory.setFloat32(at, value, true);
    case "float64":
      return memory.setFloat64(at, value, true);
    case "int32":
      return memory.setInt32(at, value, true);
    case "bool":
      return memory.setUint8(at, value);
  }
}

function place(view: View, point: readonly number[]): number {
  let element = 0;
  point.forEach((coordinate, d) => (element += coordinate * view.strides[d]!));
  return view.offset + element * dtypeBytes[view.dtype];
}

/** A number as `dtype` holds it. */
export function toType(x: number, dtype: DTypeName): number {
  switch (dtype) {
    case "float32":
      return Math.fround(x);
    case "float64":
      return x;
    case "int32":
      return Number.isNaN(x) ? 0 : Math.max(-2147483648, Math.min(2147483647, Math.trunc(x))) | 0;
    case "bool":
      return x !== 0 ? 1 : 0;
  }
}

/** Whole numbers wrap around. */
export function wrap(value: number, dtype: DTypeName): number {
  return dtype === "int32" && Number.isFinite(value) ? Math.trunc(value) | 0 : value;
}

/** An elementwise function of the table, of values of one dtype. */
export function binaryOf(op: BinaryOp, operands: DTypeName): (x: number, y: number) => number {
  const row: BinaryRow = binary[op];
  return row.jsOf?.[dtypes[operands].kind] ?? row.js;
}

/** Philox4x32-10: the four words of one block. */
export function philox(
  counter: readonly [number, number, number, number],
  seed: readonly [number, number],
): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = seed.map(BigInt) as [bigint, bigint];
  const low = 0xffff_ffffn;
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & low, (p0 >> 32n) ^ c3 ^ k1, p0 & low];
    k0 = (k0 + 0x9e3779b9n) & low;
    k1 = (k1 + 0xbb67ae85n) & low;
  }
  return [c0, c1, c2, c3].map(Number);
}

const split = (x: number): [number, number] => [x % 2 ** 32, Math.floor(x / 2 ** 32)];

/** Position q of the stream that `seed` names, as documented in native/philox.h. */
export function draw(seed: number, q: number, normal: boolean, dtype: DTypeName): number {
  const float64 = dtype === "float64";
  const block = split(Math.floor(q / (float64 ? 2 : 4)));
  const w = philox([...block, 0, 0], split(seed));
  const wide = (pair: number): number =>
    (Math.floor(w[2 * pair]! / 32) * 2 ** 26 + Math.floor(w[2 * pair + 1]! / 64)) * 2 ** -53;
  const short = (lane: number): number => Math.floor(w[lane]! / 256) * 2 ** -24;
  if (!normal) return float64 ? wide(q % 2) : short(q % 4);
  const pair = q % 4 >= 2 ? 2 : 0;
  const u1 = float64 ? wide(0) + 2 ** -53 : short(pair) + 2 ** -24;
  const u2 = float64 ? wide(1) : short(pair + 1);
  return Math.sqrt(-2 * Math.log(u1)) * sineOfTurns(u2, q % 2 ? 0 : 1);
}

/** sin of u turns and some quarters: the nearest quarter is taken off exactly, since a multiple of pi/2 is no float64. */
function sineOfTurns(u: number, quarters: number): number {
  const nearest = Math.round(4 * u);
  const quarter = nearest + quarters;
  const rest = 2 * Math.PI * (u - nearest / 4);
  const size = quarter % 2 ? Math.cos(rest) : Math.sin(rest);
  return quarter & 2 ? -size : size;
}

interface Context {
  readonly buffers: readonly DataView[];
  readonly scalars: ArrayLike<number>;
}

function evaluate(
  body: Body,
  context: Context,
  point: readonly number[],
  number: number,
  results: readonly number[],
): Values {
  const values: Values = [];
  for (const i of body.code) {
    const value = (): number => {
      switch (i.kind) {
        case "load":
          return read(context.buffers, body.loads[i.index]!, point);
        case "scalar":
          return context.scalars[i.index]!;
        case "index":
          return number;
        case "coordinate":
          return point[i.dim]!;
        case "random":
          return draw(
            context.scalars[i.key]!,
            context.scalars[i.key + 1]! + number,
            i.distribution === "normal",
            i.dtype,
          );
        case "unary": {
          return unary[i.op].js(values[i.a]!);
        }
        case "binary":
          return binaryOf(i.op, body.code[i.a]!.dtype)(values[i.a]!, values[i.b]!);
        case "select":
          return values[i.condition] ? values[i.a]! : values[i.b]!;
        case "cast":
          return values[i.a]!;
        case "result":
          return results[i.index]!;
      }
    };
    const wraps = i.dtype === "int32" && (i.kind === "binary" || i.kind === "unary");
    values.push(wraps ? value() | 0 : toType(value(), i.dtype));
  }
  return values;
}

function fold(op: ReduceOp, values: readonly number[], from: DTypeName): number {
  const int = from === "int32" || from === "bool";
  const best = (better: (x: number, y: number) => boolean): number => {
    let at = 0;
    values.forEach((x, i) => {
      const y = values[at]!;
      if ((Number.isNaN(x) && !Number.isNaN(y)) || better(x, y)) at = i;
    });
    return at;
  };
  const lowest = from === "int32" ? -2147483648 : from === "bool" ? 0 : -Infinity;
  const highest = from === "int32" ? 2147483647 : from === "bool" ? 1 : Infinity;
  switch (op) {
    case "sum":
      return int ? values.reduce((s, x) => (s + x) | 0, 0) : values.reduce((s, x) => s + x, 0);
    case "prod":
      return int ? values.reduce((s, x) => Math.imul(s, x), 1) : values.reduce((s, x) => s * x, 1);
    case "max":
      return values.reduce((s, x) => Math.max(s, x), lowest);
    case "min":
      return values.reduce((s, x) => Math.min(s, x), highest);
    case "any":
      return Number(values.some((x) => x !== 0));
    case "all":
      return Number(values.every((x) => x !== 0));
    case "argmax":
      return best((x, y) => x > y);
    case "argmin":
      return best((x, y) => x < y);
  }
}

/** Every point of `dims`, row-major. */
export function points(dims: readonly number[]): number[][] {
  return dims.reduce<number[][]>(
    (all, size) => all.flatMap((p) => Array.from({ length: size }, (_, i) => [...p, i])),
    [[]],
  );
}

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
        points(kernel.dims).forEach((point, number) => {
          const values = evaluate(kernel.body, context, point, number, []);
          for (const { view, value } of kernel.stores) write(buffers, view, point, values[value]!);
        });
        break;
      case "reduce": {
        const reduced = points(kernel.reduced);
        points(kernel.kept).forEach((kept, k) => {
          const all = reduced.map((r, i) =>
            evaluate(kernel.body, context, [...kept, ...r], k * reduced.length + i, []),
          );
          const results = kernel.folds.map((f) =>
            toType(
              fold(
                f.op,
                all.map((values) => values[f.value]!),
                kernel.body.code[f.value]!.dtype,
              ),
              f.dtype,
            ),
          );
          const values = evaluate(kernel.epilogue, context, kept, k, results);
          for (const { view, value } of kernel.stores) write(buffers, view, kept, values[value]!);
        });
        break;
      }
      case "matmul": {
        const { m, n, k } = kernel;
        points(kernel.batch).forEach((batch, entry) => {
          const a = points([m, k]).map((point) => read(buffers, kernel.a, [...batch, ...point]));
          const b = points([k, n]).map((point) => read(buffers, kernel.b, [...batch, ...point]));
          points([m, n]).forEach(([row, column], number) => {
            let sum = 0;
            for (let i = 0; i < k; i++) {
              const x = a[row! * k + i]!;
              const y = b[i * n + column!]!;
              sum = kernel.dtype === "int32" ? (sum + Math.imul(x, y)) | 0 : sum + x * y;
            }
            const point = [...batch, row!, column!];
            const result = toType(sum, kernel.dtype);
            const values = evaluate(kernel.epilogue, context, point, entry * m * n + number, [result]);
            for (const { view, value } of kernel.stores) write(buffers, view, point, values[value]!);
          });
        });
        break;
      }
      case "call": {
        const dense = (at: ShapedView): Dense => ({
          dims: at.dims,
          data: Float64Array.from(points(at.dims), (point) => read(buffers, at, point)),
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
          points(at.dims).forEach((point, i) =>
            write(buffers, at, point, toType(wrap(results[r]!.data[i]!, at.dtype), at.dtype)),
          );
        });
        break;
      }
    }
  }
}
