/** Elementwise bodies: the values that their instructions have at one point. */
import { type DTypeName, dtypes } from "../../primitives/dtypes.js";
import {
  binary,
  type BinaryOp,
  type BinaryRow,
  unary,
  type UnaryOp,
  type UnaryRow,
} from "../../primitives/elementwise.js";
import type { Body, Instruction } from "../program.js";
import { read, toType, type Value, wrapped } from "./elements.js";
import { draw } from "./random.js";

/** A function of the table of primitives, for operands of one dtype. */
function unaryOf(op: UnaryOp, operand: DTypeName): (x: Value) => Value {
  const row: UnaryRow = unary[op];
  return (operand === "int64" ? row.jsBig! : row.js) as (x: Value) => Value;
}

/** As `unaryOf`. */
export function binaryOf(op: BinaryOp, operands: DTypeName): (x: Value, y: Value) => Value {
  const row: BinaryRow = binary[op];
  const js = operands === "int64" ? row.jsBig! : (row.jsOf?.[dtypes[operands].kind] ?? row.js);
  return js as (x: Value, y: Value) => Value;
}

/** What a run computes with. */
export interface Context {
  /** The arena, then the externals. */
  readonly buffers: readonly DataView[];
  readonly scalars: ArrayLike<number>;
}

/** Where a body is evaluated. */
export interface At {
  readonly point: readonly number[];
  /** The point's row-major number. */
  readonly number: number;
  /** Of an epilogue: what was reduced or multiplied there. */
  readonly results: readonly Value[];
}

/** The values of all instructions, each rounded or wrapped to its dtype. */
export function evaluate(body: Body, context: Context, at: At): Value[] {
  const values: Value[] = [];
  for (const instruction of body.code) {
    const value = valueOf(instruction, body, context, at, values);
    values.push(
      wraps(instruction, body) ? wrapped(value, instruction.dtype) : toType(value, instruction.dtype),
    );
  }
  return values;
}

/** Whether what an instruction gives is an integer that wraps, and not a float that is cast. */
function wraps(i: Instruction, { code }: Body): boolean {
  if (i.kind === "cast") return dtypes[code[i.a]!.dtype].kind !== "float";
  return i.kind === "unary" || i.kind === "binary";
}

function valueOf(
  i: Instruction,
  { code, loads }: Body,
  { buffers, scalars }: Context,
  { point, number, results }: At,
  values: readonly Value[],
): Value {
  switch (i.kind) {
    case "load":
      return read(buffers, loads[i.index]!, point);
    case "scalar":
      return scalars[i.index]!;
    case "index":
      return number;
    case "coordinate":
      return point[i.dim]!;
    case "random":
      return draw(scalars[i.key]!, scalars[i.key + 1]! + number, i.distribution === "normal", i.dtype);
    case "unary":
      return unaryOf(i.op, code[i.a]!.dtype)(values[i.a]!);
    case "binary":
      return binaryOf(i.op, code[i.a]!.dtype)(values[i.a]!, values[i.b]!);
    case "select":
      return values[i.condition] ? values[i.a]! : values[i.b]!;
    case "cast":
      return values[i.a]!;
    case "result":
      return results[i.index]!;
  }
}
