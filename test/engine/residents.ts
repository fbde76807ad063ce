/** What the tests of residents.ts share: an engine that counts what it copies, and programs over values that are large enough. */
import assert from "node:assert/strict";

import { Machine } from "../../src/engine/cpu/machine.js";
import type { Limits } from "../../src/engine/cpu/residents.js";
import type { CpuStorage } from "../../src/engine/cpu/storage.js";
import { loadWasm } from "../../src/engine/cpu/wasm.js";
import type { Engine, Storage } from "../../src/engine/engine.js";
import { commitOf, type External, type Kernel } from "../../src/engine/program.js";
import { platform } from "../../src/platform/node.js";
import { floatsOf, load, place, view } from "./programs.js";

const f32 = "float32" as const;
/** Numbers of a value large enough to be a resident. */
export const size = 4096;
export const bytes = 4 * size;
/** After so many runs with a value it is a resident. */
export const usesOfResidents = 3;

/** An engine of its own that counts the bytes that cross the border of its memory. */
export function counting(limits?: Limits): {
  engine: Engine;
  machine: Machine;
  copied: { in: number; out: number };
} {
  const machine = new Machine(platform.wasmModule(), limits);
  const copied = { in: 0, out: 0 };
  machine.copyIn = (from, address) => {
    copied.in += from.length;
    Machine.prototype.copyIn.call(machine, from, address);
  };
  machine.copyOut = (address, to) => {
    copied.out += to.length;
    Machine.prototype.copyOut.call(machine, address, to);
  };
  return { engine: loadWasm(machine), machine, copied };
}

/** external[to] = external[a] + external[b] * scalar 0, so many numbers. */
export function add(a: number, b: number, to: number, count = size): Kernel {
  return {
    kind: "map",
    dims: [count],
    body: {
      loads: [view(a, f32, [1]), view(b, f32, [1])],
      code: [
        load(0, f32),
        load(1, f32),
        { kind: "scalar", index: 0, dtype: f32 },
        { kind: "binary", op: "mul", a: 1, b: 2, dtype: f32 },
        { kind: "binary", op: "add", a: 0, b: 3, dtype: f32 },
      ],
    },
    stores: [{ view: view(to, f32, [1]), value: 4 }],
  };
}

export const external = (access: External["access"], count = size): External => ({
  bytes: 4 * count,
  access,
});

export function compile(
  engine: Engine,
  externals: readonly External[],
  kernels: readonly Kernel[],
  arenaBytes = 0,
) {
  const commit = commitOf(externals, kernels);
  const executable = engine.compile({ externals, scalars: 1, arenaBytes, kernels, commit });
  executable.scalars[0] = 1;
  return executable;
}

export const filled = (engine: Engine, value: number, count = size): Storage =>
  place(engine, new Float32Array(count).fill(value));
export const homeOf = (storage: Storage) => (storage as CpuStorage).home!;
export const isResident = (storage: Storage): boolean => homeOf(storage).address !== 0;

/** That all numbers of a storage are this one. */
export function assertAll(storage: Storage, value: number, message?: string): void {
  assert.deepEqual([...new Set(floatsOf(storage))], [value], message);
}

/** external 0 += external 1, run often enough for both to be residents. */
export function accumulating(engine: Engine): { sum: Storage; one: Storage; run: () => void } {
  const [sum, one] = [filled(engine, 0), filled(engine, 1)];
  const executable = compile(engine, [external("inout"), external("in")], [add(0, 1, 0)]);
  const run = (): void => executable.run([sum, one]);
  for (let i = 0; i < usesOfResidents; i++) run();
  assert.ok(isResident(sum) && isResident(one));
  return { sum, one, run };
}
