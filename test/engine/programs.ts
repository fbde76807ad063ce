/**
 * Short ways to write programs in tests, and to run one on every engine beside the reference.
 */
import assert from "node:assert/strict";
import { Script } from "node:vm";
import { Machine } from "../../src/engine/cpu/machine.js";
import { loadNative } from "../../src/engine/cpu/native.js";
import { loadWasm } from "../../src/engine/cpu/wasm.js";
import type { Engine, Storage } from "../../src/engine/engine.js";
import {
  commitOf,
  type External,
  type Instruction,
  type Kernel,
  type Program,
  type View,
} from "../../src/engine/program.js";
import { readElement, writeElement } from "../../src/engine/reference/elements.js";
import { interpret } from "../../src/engine/reference/interpret.js";
import { platform } from "../../src/platform/node.js";
import { dtypeBytes, type DTypeName, dtypeNames, dtypes } from "../../src/primitives/dtypes.js";

/** WebAssembly with relaxed SIMD and without, and native; native alone where CELLGRAD_ISA asks for an instruction set. Native is left out where it was not built (no C++ compiler), never silently: CELLGRAD_TEST_NATIVE=1 makes that an error. */
export const engines: readonly Engine[] = process.env["CELLGRAD_ISA"]
  ? [loadNative()]
  : [loadWasm(), loadWasm(new Machine(platform.wasmModule(false))), ...nativeIfBuilt()];

function nativeIfBuilt(): Engine[] {
  try {
    return [loadNative()];
  } catch (error) {
    if (process.env["CELLGRAD_TEST_NATIVE"]) throw error;
    return [];
  }
}

/** Elements as they lie in memory: what float16 and bfloat16 have no array of are bits. */
export type Numbers =
  Float32Array | Float64Array | Int32Array | BigInt64Array | Int8Array | Uint8Array | Uint16Array;

class Bools extends Uint8Array {}
class Float16s extends Uint16Array {}
class BFloat16s extends Uint16Array {}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Bools,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  float16: Float16s,
  bfloat16: BFloat16s,
} as const satisfies Readonly<Record<DTypeName, unknown>>;

/** Elements of a dtype; of integers fractions are cut off, and what does not fit wraps. */
export function numbers<D extends DTypeName>(
  dtype: D,
  values: Iterable<number | bigint>,
): InstanceType<(typeof arrays)[D]> {
  const list = [...values];
  const out = new arrays[dtype](list.length) as Numbers;
  const memory = new DataView(out.buffer);
  const bytes = dtypeBytes[dtype];
  const bits = (value: number | bigint): bigint =>
    BigInt.asIntN(8 * bytes, typeof value === "bigint" ? value : BigInt(Math.trunc(value) || 0));
  list.forEach((value, i) =>
    writeElement(memory, i * bytes, dtype, dtypes[dtype].kind === "int" ? bits(value) : value),
  );
  return out as InstanceType<(typeof arrays)[D]>;
}

export function typeOf(values: Numbers): DTypeName {
  return dtypeNames.find((dtype) => values.constructor === arrays[dtype])!;
}

/** An element as what it means. */
export function elementOf(values: Numbers, i: number): number | bigint {
  const dtype = typeOf(values);
  return readElement(new DataView(values.buffer), values.byteOffset + i * dtypeBytes[dtype], dtype);
}

/** The same for all; int64 ones are small. */
export function elementsOf(values: Numbers): number[] {
  return Array.from({ length: values.length }, (_, i) => Number(elementOf(values, i)));
}

export function rowMajor(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let d = dims.length - 2; d >= 0; d--) strides[d] = strides[d + 1]! * dims[d + 1]!;
  return strides;
}

export function view(external: number, dtype: DTypeName, strides: readonly number[], offset = 0): View {
  return { external, offset, dtype, strides };
}

/** A small pseudo-random generator, so that failures repeat. */
export function randomizer(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Stores a buffer's bytes in new storage of an engine. */
export function place(engine: Engine, values: Numbers): Storage {
  const storage = engine.allocate(values.byteLength);
  engine.write(storage, ({ buffer, byteOffset }) =>
    new Uint8Array(buffer, byteOffset, values.byteLength).set(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    ),
  );
  return storage;
}

/** All bytes of a storage as they are now. */
export function bytesOf(storage: Storage): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset } = storage.engine.readSync!(storage);
  return new Uint8Array(buffer, byteOffset, storage.byteLength);
}

/** All elements of a float32 storage as they are now. */
export function floatsOf(storage: Storage): number[] {
  return [...new Float32Array(bytesOf(storage).slice().buffer)];
}

export function read<A extends Numbers>(storage: Storage, like: A): A {
  const copy = bytesOf(storage).slice(0, like.byteLength).buffer;
  return new (like.constructor as new (buffer: ArrayBuffer) => A)(copy);
}

/** Runs kernels on an engine; externals are the given arrays, all of them read and written. Returns what they hold afterwards. */
export function execute<A extends Numbers>(
  engine: Engine,
  kernels: readonly Kernel[],
  externals: readonly A[],
  scalars: readonly number[] = [],
  arenaBytes = 0,
): A[] {
  const executable = engine.compile(asProgram(kernels, externals, scalars, arenaBytes));
  executable.scalars.set(scalars);
  const storages = externals.map((values) => place(engine, values));
  executable.run(storages);
  executable.dispose();
  return storages.map((storage, i) => read(storage, externals[i]!));
}

export function asProgram(
  kernels: readonly Kernel[],
  externals: readonly Numbers[],
  scalars: readonly number[] = [],
  arenaBytes = 0,
): Program {
  const all = externals.map((values): External => ({ bytes: values.byteLength, access: "inout" }));
  return { externals: all, scalars: scalars.length, arenaBytes, kernels, commit: commitOf(all, kernels) };
}

/** How far float results may lie from the reference: relative to the value, in units in the last place, plus an absolute part. */
export interface Tolerance {
  readonly float32?: number;
  readonly float64?: number;
  /** For float16 and bfloat16, whose last place is that of a value computed in float32 and rounded. */
  readonly narrow?: number;
  readonly absolute?: number;
}

/** Of the floating dtypes: the relative distance between neighbours, and the least number. */
const resolution: Readonly<Partial<Record<DTypeName, readonly [epsilon: number, smallest: number]>>> = {
  float32: [2 ** -23, 2 ** -149],
  float64: [2 ** -52, 2 ** -1074],
  float16: [2 ** -10, 2 ** -24],
  bfloat16: [2 ** -7, 2 ** -133],
};

export function assertClose(actual: Numbers, expected: Numbers, tolerance: Tolerance, what: string): void {
  const dtype = typeOf(expected);
  const [epsilon, smallest] = resolution[dtype] ?? [0, 0];
  const ulps = (dtype === "float32" || dtype === "float64" ? tolerance[dtype] : tolerance.narrow) ?? 0;
  for (let i = 0; i < expected.length; i++) {
    const x = elementOf(actual, i);
    const y = elementOf(expected, i);
    if (Object.is(x, y)) continue;
    if (typeof x === "bigint" || typeof y === "bigint")
      throw new assert.AssertionError({ message: `${what}: element ${i} is ${x}, expected ${y}` });
    const bound = ulps * Math.max(Math.abs(y) * epsilon, smallest) + (tolerance.absolute ?? 0);
    if (y === x && (y !== 0 || ulps > 0)) continue;
    assert.ok(Math.abs(x - y) <= bound, `${what}: element ${i} is ${x}, expected ${y}`);
  }
}

/** Runs kernels on every engine and compares all externals with the reference. */
export function check(
  kernels: readonly Kernel[],
  externals: readonly Numbers[],
  options: { scalars?: readonly number[]; arenaBytes?: number; tolerance?: Tolerance; what?: string } = {},
): void {
  const { scalars = [], arenaBytes = 0, tolerance = {}, what = "" } = options;
  const expected = externals.map((values) => values.slice());
  interpret(
    asProgram(kernels, externals, scalars, arenaBytes),
    expected.map((values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
    scalars,
  );
  for (const engine of engines) {
    const actual = execute(engine, kernels, externals, scalars, arenaBytes);
    actual.forEach((values, i) =>
      assertClose(values, expected[i]!, tolerance, `${engine.name} ${what} external ${i}`),
    );
  }
}

/** Calls `work`, and has V8 terminate it, as an interrupt does: no `catch` and no `finally` of it runs. */
export function terminated(work: () => void): void {
  const scope = globalThis as { terminatedWork?: () => void };
  scope.terminatedWork = work;
  assert.throws(() => new Script("terminatedWork()").runInThisContext({ timeout: 30 }), {
    code: "ERR_SCRIPT_EXECUTION_TIMEOUT",
  });
}

export const load = (index: number, dtype: DTypeName): Instruction => ({ kind: "load", index, dtype });
