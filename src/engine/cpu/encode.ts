/**
 * Writes a Program as the 32-bit words that native/decode.cpp reads. Numbers that may exceed 32 bits (sizes, strides, offsets) are
 * two words, low and high. The first word is the hash of the table of primitives, from which both have their numbers.
 */
import type { Body, Instruction, Kernel, Program, ShapedView, Store, View } from "../program.js";
import { commitOf } from "../program.js";
import type { DTypeName } from "../../primitives/dtypes.js";
import {
  binaryNumbers,
  dtypeNumbers,
  instructionNumbers,
  kernelNumbers,
  kernelOpNumbers,
  reduceNumbers,
  tableHash,
  unaryNumbers,
} from "../../primitives/table.js";

class WordWriter {
  private words = new Int32Array(1024);
  private length = 0;

  word(value: number): void {
    if ((value | 0) !== value) throw notThere(value, "a whole number of 32 bits");
    if (this.length === this.words.length) {
      const longer = new Int32Array(this.length * 2);
      longer.set(this.words);
      this.words = longer;
    }
    this.words[this.length++] = value;
  }

  wide(value: number): void {
    if (!Number.isSafeInteger(value)) throw notThere(value, "a whole number below 2 to the 53");
    this.word(value | 0);
    this.word(Math.floor(value / 0x1_0000_0000));
  }

  dims(sizes: readonly number[]): void {
    this.word(sizes.length);
    for (const size of sizes) this.wide(size);
  }

  type(dtype: DTypeName): void {
    this.word(dtypeNumbers[dtype]);
  }

  view(view: View): void {
    this.word(view.external + 1);
    this.wide(view.offset);
    this.type(view.dtype);
    this.dims(view.strides);
  }

  /** A value of a call; a result that nobody wants is one word. */
  shaped(view: ShapedView | null): void {
    if (view === null) return this.word(-1);
    this.view(view);
    this.dims(view.dims);
  }

  instruction(code: number, dtype: DTypeName, p0 = 0, p1 = 0, p2 = 0): void {
    this.word(code);
    this.type(dtype);
    this.word(p0);
    this.word(p1);
    this.word(p2);
    this.word(0);
  }

  body(body: Body): void {
    this.word(body.loads.length);
    for (const load of body.loads) this.view(load);
    this.word(body.code.length);
    for (const instruction of body.code) writeInstruction(this, instruction);
  }

  stores(stores: readonly Store[]): void {
    this.word(stores.length);
    for (const store of stores) {
      this.word(store.value);
      this.view(store.view);
    }
  }

  done(): Int32Array {
    return this.words.slice(0, this.length);
  }
}

/** A typed array would take such a number for another one without a word. */
function notThere(value: number, expected: string): RangeError {
  return new RangeError(`a program has ${expected} in each place, got ${value}`);
}

function writeInstruction(out: WordWriter, i: Instruction): void {
  const code = instructionNumbers[i.kind];
  switch (i.kind) {
    case "load":
    case "scalar":
    case "result":
      return out.instruction(code, i.dtype, i.index);
    case "index":
      return out.instruction(code, i.dtype);
    case "coordinate":
      return out.instruction(code, i.dtype, i.dim);
    case "random":
      return out.instruction(code, i.dtype, i.distribution === "normal" ? 1 : 0, i.key);
    case "unary":
      return out.instruction(code, i.dtype, unaryNumbers[i.op], i.a);
    case "binary":
      return out.instruction(code, i.dtype, binaryNumbers[i.op], i.a, i.b);
    case "select":
      return out.instruction(code, i.dtype, i.condition, i.a, i.b);
    case "cast":
      return out.instruction(code, i.dtype, i.a);
    default:
      i satisfies never;
  }
}

function writeKernel(out: WordWriter, kernel: Kernel): void {
  out.word(kernelNumbers[kernel.kind]);
  switch (kernel.kind) {
    case "map":
      out.dims(kernel.dims);
      out.body(kernel.body);
      out.stores(kernel.stores);
      return;
    case "reduce":
      out.dims(kernel.kept);
      out.dims(kernel.reduced);
      out.word(kernel.inside);
      out.body(kernel.body);
      out.word(kernel.folds.length);
      for (const fold of kernel.folds) {
        out.word(reduceNumbers[fold.op]);
        out.word(fold.value);
        out.type(fold.dtype);
      }
      out.body(kernel.epilogue);
      out.stores(kernel.stores);
      return;
    case "matmul":
      out.dims(kernel.batch);
      out.wide(kernel.m);
      out.wide(kernel.n);
      out.wide(kernel.k);
      out.type(kernel.dtype);
      out.view(kernel.a);
      out.view(kernel.b);
      out.body(kernel.epilogue);
      out.stores(kernel.stores);
      return;
    case "call":
      out.word(kernelOpNumbers[kernel.primitive]);
      out.word(kernel.operands.length);
      for (const operand of kernel.operands) out.shaped(operand);
      out.word(kernel.results.length);
      for (const result of kernel.results) out.shaped(result);
      out.dims(kernel.attributes);
      out.word(kernel.scalars.length);
      for (const scalar of kernel.scalars) out.word(scalar);
      return;
    default:
      kernel satisfies never;
  }
}

/** The words of a program. @throws RangeError when the commit comes after a kernel that belongs to it. */
export function encodeProgram(program: Program): Int32Array {
  const latest = commitOf(program.externals, program.kernels);
  if (!(program.commit >= 0 && program.commit <= latest)) {
    throw new RangeError(`expected a commit between kernels 0 and ${latest}, got ${program.commit}`);
  }
  const out = new WordWriter();
  out.word(tableHash);
  out.word(program.externals.length);
  for (const external of program.externals) out.wide(external.bytes);
  out.word(program.scalars);
  out.wide(program.arenaBytes);
  out.word(program.commit);
  out.word(program.kernels.length);
  for (const kernel of program.kernels) writeKernel(out, kernel);
  return out.done();
}
