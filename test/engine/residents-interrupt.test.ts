/** However a run of the WebAssembly engine ends, its residents have the values from before it or those from after it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Machine } from "../../src/engine/cpu/machine.js";
import { RunError, RunStopped, type Storage } from "../../src/engine/engine.js";
import type { Kernel } from "../../src/engine/program.js";
import { bytesOf, floatsOf, load, place, terminated, view } from "./programs.js";
import {
  accumulating,
  add,
  assertAll,
  bytes,
  compile,
  counting,
  external,
  filled,
  homeOf,
  size,
} from "./residents.js";

const f32 = "float32" as const;

test("a run that fails leaves the old values", () => {
  const { engine } = counting();
  const { sum, one, run } = accumulating(engine);
  const rows = { external: 1, offset: 0, dtype: f32, dims: [size], strides: [1] };
  const gather: Kernel = {
    kind: "call",
    primitive: "gather",
    operands: [rows, { external: 2, offset: 0, dtype: "int32", dims: [1], strides: [1] }],
    results: [{ external: 3, offset: 0, dtype: f32, dims: [1], strides: [1] }],
    attributes: [0],
    scalars: [],
  };
  const externals = [external("inout"), external("inout"), external("in", 1), external("out", 1)];
  const executable = compile(engine, externals, [add(0, 1, 0), add(1, 1, 1), gather]);
  const index = place(engine, new Int32Array([size]));
  for (let i = 0; i < 3; i++) {
    assert.throws(() => executable.run([sum, one, index, filled(engine, 0, 1)]), RunError);
    assert.equal(executable.finished, false);
    assertAll(one, 1);
    if (i > 0) assertAll(sum, 3);
  }
  run();
  assertAll(sum, 4);
});

test("a run that is stopped before its commit leaves the old values", () => {
  const { engine, machine } = counting();
  const { sum, one, run } = accumulating(engine);
  const flag = new Int32Array(new SharedArrayBuffer(4));
  engine.interruptFlag(flag);
  machine.run = (...args) => {
    Machine.prototype.run.apply(machine, args);
    flag[0] = 1;
  };
  assert.throws(run, RunStopped);
  machine.run = (...args) => Machine.prototype.run.apply(machine, args);
  flag[0] = 0;
  assertAll(sum, 3);
  run();
  assertAll(sum, 4);
  assertAll(one, 1);
});

test("what V8 cuts off loses no value, though the instance is a new one after it", () => {
  const { engine, machine, copied } = counting();
  const { sum, one, run } = accumulating(engine);
  assert.ok(homeOf(sum).stale, "the newest value is in the instance alone");
  // Updates one number a trillion times.
  const long: Kernel = {
    kind: "map",
    dims: [1e6, 1e6],
    body: {
      loads: [view(0, f32, [0, 0])],
      code: [load(0, f32), { kind: "unary", op: "atan", a: 0, dtype: f32 }],
    },
    stores: [{ view: view(0, f32, [0, 0]), value: 1 }],
  };
  const executable = compile(engine, [external("inout"), external("inout")], [add(1, 0, 1), long]);
  const { generation } = machine;
  for (let i = 0; i < 3; i++) {
    terminated(() => executable.run([sum, one]));
    assert.equal(executable.finished, false);
    if (i === 1) assertAll(sum, 3 + i);
    run();
  }
  assert.equal(machine.generation, generation + 3);
  assertAll(sum, 6);
  assertAll(one, 1);
  const before = copied.in;
  run();
  assert.equal(copied.in, before, "they are residents of the new instance");
  assertAll(sum, 7);
});

test("wherever V8 cuts off a loop of runs, each run has happened as a whole or not at all", () => {
  const { engine } = counting({ places: 5 * bytes, kept: 4 * bytes });
  const [a, b, one, other] = [filled(engine, 0), filled(engine, 0), filled(engine, 1), filled(engine, 0)];
  const externals = [external("inout"), external("inout"), external("in")];
  const executable = compile(engine, externals, [add(0, 2, 0), add(1, 2, 1)]);
  let runs = 0;
  for (let i = 0; i < 20; i++) {
    terminated(() => {
      for (;;) {
        executable.finished = false;
        executable.run([a, b, one]);
        runs++;
        executable.finished = false;
        // Makes room by dropping one of the others.
        executable.run([other, filled(engine, 0), one]);
      }
    });
    void executable.finished;
    const count = floatsOf(a)[0]!;
    assert.ok(count === runs || count === runs + 1);
    runs = count;
    assertAll(a, count);
    assertAll(b, count);
  }
});

test("a commit that V8 cuts off is completed", () => {
  for (const ask of [true, false]) {
    const { engine } = counting();
    const { sum, one, run } = accumulating(engine);
    const last = filled(engine, 10, 4);
    const externals = [external("inout"), external("in"), external("inout", 4)];
    const executable = compile(engine, externals, [add(0, 1, 0), add(2, 1, 2, 4)]);
    let copies = 0;
    let open = false;
    // Copied in at the first time, out at the second.
    const slow = {
      engine,
      byteLength: 16,
      bytes() {
        while (!open && ++copies > 1);
        return bytesOf(last);
      },
    } as unknown as Storage;
    terminated(() => executable.run([sum, one, slow]));
    assert.deepEqual([floatsOf(sum)[0], floatsOf(last)[0]], [3, 10], "it was cut off at its beginning");
    open = true;
    if (ask) assert.equal(executable.finished, true);
    else run();
    assert.deepEqual([floatsOf(sum)[0], floatsOf(last)[0]], [ask ? 4 : 5, 11]);
    assert.equal(executable.finished, true);
  }
});
