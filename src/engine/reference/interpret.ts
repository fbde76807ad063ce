/**
 * What a program means, one element at a time: the truth that engines are compared with. Floating results are rounded once for each
 * instruction, and sums are added in float64.
 */
import type { Body, Program, ShapedView, View } from "../program.js";
import { dtypeBytes, type DTypeName, dtypes } from "../../primitives/dtypes.js";
import { roundedTo } from "../../primitives/elements.js";
import {
  binary,
  type BinaryOp,
  type BinaryRow,
  unary,
  type UnaryOp,
  type UnaryRow,
} from "../../primitives/elementwise.js";
import { bfloat16Bits, bfloat16Of, float16Bits, float16Of } from "../../primitives/narrow-floats.js";
import { type Dense, IndexOutOfRange } from "../../primitives/kernel.js";
import { kernels } from "../../primitives/kernels.js";
import { RunError } from "../engine.js";
import type { ReduceOp } from "../../primitives/reductions.js";

/** A value of a body at one point: a bigint for int64, else a number, 0 and 1 for bool. */
type Value = number | bigint;
type Values = Value[];

function read(buffers: readonly DataView[], view: View, point: readonly number[]): Value {
  return readElement(buffers[view.external + 1]!, place(view, point), view.dtype);
}

function write(buffers: readonly DataView[], view: View, point: readonly number[], value: Value): void {
  writeElement(buffers[view.external + 1]!, place(view, point), view.dtype, value);
}

export function readElement(memory: DataView, at: number, dtype: DTypeName): Value {
  switch (dtype) {
    case "float32":
      return memory.getFloat32(at, true);
    case "float64":
      return memory.getFloat64(at, true);
    case "int32":
      return memory.getInt32(at, true);
    case "int64":
      return memory.getBigInt64(at, true);
    case "int8":
      return memory.getInt8(at);
    case "uint8":
    case "bool":
      return memory.getUint8(at);
    case "float16":
      return float16Of(memory.getUint16(at, true));
    case "bfloat16":
      return bfloat16Of(memory.getUint16(at, true));
  }
}

/** Writes a value as `dtype` holds it. */
export function writeElement(memory: DataView, at: number, dtype: DTypeName, value: Value): void {
  const x = toType(value, dtype);
  switch (dtype) {
    case "float32":
      return memory.setFloat32(at, Number(x), true);
    case "float64":
      return memory.setFloat64(at, Number(x), true);
    case "int32":
      return memory.setInt32(at, Number(x), true);
    case "int64":
      return memory.setBigInt64(at, BigInt(x), true);
    case "int8":
      return memory.setInt8(at, Number(x));
    case "uint8":
    case "bool":
      return memory.setUint8(at, Number(x));
    case "float16":
      return memory.setUint16(at, float16Bits(Number(x)), true);
    case "bfloat16":
      return memory.setUint16(at, bfloat16Bits(Number(x)), true);
  }
}

function place(view: View, point: readonly number[]): number {
  let element = 0;
  point.forEach((coordinate, d) => (element += coordinate * view.strides[d]!));
  return view.offset + element * dtypeBytes[view.dtype];
}

const clamp = (x: bigint, bits: bigint): bigint =>
  x < -(1n << (bits - 1n)) ? -(1n << (bits - 1n)) : x >= 1n << (bits - 1n) ? (1n << (bits - 1n)) - 1n : x;

/** The int64 that a fraction is cut off to. */
function whole(x: number, bits: bigint): bigint {
  if (Number.isNaN(x)) return 0n;
  return Number.isFinite(x)
    ? clamp(BigInt(Math.trunc(x)), bits)
    : x > 0
      ? clamp(1n << 64n, bits)
      : clamp(-(1n << 64n), bits);
}

/** A value as `dtype` holds it, a number as floats are cast: floats are rounded, integers wrap, see native/scalar_math.h. */
export function toType(x: Value, dtype: DTypeName): Value {
  switch (dtype) {
    case "float32":
    case "float64":
    case "float16":
    case "bfloat16":
      return roundedTo(dtype, Number(x));
    case "bool":
      return x != 0 ? 1 : 0;
    case "int64":
      return typeof x === "bigint" ? BigInt.asIntN(64, x) : whole(x, 64n);
    case "int32":
      return Number(typeof x === "bigint" ? BigInt.asIntN(32, x) : whole(x, 32n));
    case "int8":
    case "uint8": {
      const int64 = typeof x === "bigint" ? x : Math.abs(x) < 2 ** 63 ? whole(x, 64n) : 0n;
      return Number(dtype === "int8" ? BigInt.asIntN(8, int64) : BigInt.asUintN(8, int64));
    }
  }
}

/** What a function gave, as its dtype holds it: integers wrap. */
export function wrapped(x: Value, dtype: DTypeName): Value {
  const isWhole = dtypes[dtype].kind === "int" && typeof x === "number" && Number.isFinite(x);
  return toType(isWhole ? BigInt(Math.trunc(x)) : x, dtype);
}

/** An elementwise function of the table, of values of one dtype. */
export function unaryOf(op: UnaryOp, operand: DTypeName): (x: Value) => Value {
  const row: UnaryRow = unary[op];
  return (operand === "int64" ? row.jsBig! : row.js) as (x: Value) => Value;
}

export function binaryOf(op: BinaryOp, operands: DTypeName): (x: Value, y: Value) => Value {
  const row: BinaryRow = binary[op];
  const js = operands === "int64" ? row.jsBig! : (row.jsOf?.[dtypes[operands].kind] ?? row.js);
  return js as (x: Value, y: Value) => Value;
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
  results: readonly Value[],
): Values {
  const values: Values = [];
  for (const i of body.code) {
    const value = (): Value => {
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
          return unaryOf(i.op, body.code[i.a]!.dtype)(values[i.a]!);
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
    values.push(
      i.kind === "binary" ||
        i.kind === "unary" ||
        (i.kind === "cast" && dtypes[body.code[i.a]!.dtype].kind !== "float")
        ? wrapped(value(), i.dtype)
        : toType(value(), i.dtype),
    );
  }
  return values;
}

function fold(op: ReduceOp, values: readonly Value[], from: DTypeName): Value {
  const isFloat = dtypes[from].kind === "float";
  const best = (better: (x: Value, y: Value) => boolean): number => {
    let at = 0;
    values.forEach((x, i) => {
      const y = values[at]!;
      if ((x !== x && y === y) || better(x, y)) at = i;
    });
    return at;
  };
  const extreme = (better: (x: Value, y: Value) => boolean, empty: number): Value =>
    values.length > 0
      ? values[best(better)]!
      : dtypes[from].kind === "bool"
        ? Number(empty > 0)
        : isFloat
          ? empty
          : edge(from, empty);
  switch (op) {
    case "sum":
      return isFloat
        ? values.reduce<number>((s, x) => s + Number(x), 0)
        : values.reduce<bigint>((s, x) => s + BigInt(x), 0n);
    case "prod":
      return isFloat
        ? values.reduce<number>((s, x) => s * Number(x), 1)
        : values.reduce<bigint>((s, x) => BigInt.asIntN(64, s * BigInt(x)), 1n);
    case "max":
      return extreme((x, y) => x > y, -Infinity);
    case "min":
      return extreme((x, y) => x < y, Infinity);
    case "any":
      return Number(values.some((x) => x != 0));
    case "all":
      return Number(values.every((x) => x != 0));
    case "argmax":
      return best((x, y) => x > y);
    case "argmin":
      return best((x, y) => x < y);
  }
}

/** The integer next to an infinite number. */
function edge(dtype: DTypeName, infinite: number): bigint {
  return whole(infinite, BigInt(8 * dtypeBytes[dtype]));
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
            wrapped(
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
            const isFloat = dtypes[kernel.dtype].kind === "float";
            let sum: Value = isFloat ? 0 : 0n;
            for (let i = 0; i < k; i++) {
              const x = a[row! * k + i]!;
              const y = b[i * n + column!]!;
              sum = isFloat ? Number(sum) + Number(x) * Number(y) : BigInt(sum) + BigInt(x) * BigInt(y);
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
          points(at.dims).forEach((point, i) =>
            write(buffers, at, point, wrapped(results[r]!.data[i]!, at.dtype)),
          );
        });
        break;
      }
    }
  }
}
