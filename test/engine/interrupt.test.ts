/** A run can be stopped until its commit and not after; whatever ended a run, the engine goes on, and it is known what the run did. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { type Engine, RunStopped, type Storage } from "../../src/engine/engine.js";
import {
  commitOf,
  type External,
  type Kernel,
  type Program,
  type ShapedView,
} from "../../src/engine/program.js";
import type { DTypeName } from "../../src/primitives/dtypes.js";
import { bytesOf, engines, floatsOf as floats, load, place, terminated, view } from "./programs.js";

const f32 = "float32" as const;
const native = engines.find((engine) => engine.name === "native");
const wasm = engines.find((engine) => engine.name === "wasm");

/** external[to] = external[from] + 1. */
function increment(from: number, to: number): Kernel {
  return {
    kind: "map",
    dims: [4],
    body: {
      loads: [view(from, f32, [1])],
      code: [
        load(0, f32),
        { kind: "scalar", index: 0, dtype: f32 },
        { kind: "binary", op: "add", a: 0, b: 1, dtype: f32 },
      ],
    },
    stores: [{ view: view(to, f32, [1]), value: 2 }],
  };
}

/** Sets the first word of an external to 1. */
function raise(external: number): Kernel {
  return {
    kind: "map",
    dims: [1],
    body: { loads: [], code: [{ kind: "scalar", index: 0, dtype: "int32" }] },
    stores: [{ view: view(external, "int32", [1]), value: 0 }],
  };
}

function compile(engine: Engine, externals: readonly External[], kernels: readonly Kernel[]) {
  const program: Program = {
    externals,
    scalars: 1,
    arenaBytes: 0,
    kernels,
    commit: commitOf(externals, kernels),
  };
  const executable = engine.compile(program);
  executable.scalars[0] = 1;
  return executable;
}

const inout: External = { bytes: 16, access: "inout" };
const out: External = { bytes: 16, access: "out" };

const four = (engine: Engine, value: number): Storage => place(engine, new Float32Array(4).fill(value));

test("the commit is the first kernel that writes what could be read before", () => {
  const kernels = [raise(1), increment(0, 1), increment(1, 0), raise(1)];
  assert.equal(commitOf([inout, out], kernels), 2);
  assert.equal(commitOf([out, out], kernels), 4);
  assert.equal(commitOf([inout, inout], kernels), 0);
  for (const engine of engines) {
    const program = { externals: [inout, out], scalars: 1, arenaBytes: 0, kernels };
    for (const commit of [3, 4, -1, NaN]) {
      assert.throws(() => engine.compile({ ...program, commit }), /commit between kernels 0 and 2/);
    }
    engine.compile({ ...program, commit: 1 }).dispose();
  }
});

test("a flag that is set stops a run before its commit, and the run has changed nothing that could be read", () => {
  for (const engine of engines) {
    const state = four(engine, 5);
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const executable = compile(engine, [inout], [increment(0, 0)]);
    engine.interruptFlag(flag);
    try {
      flag[0] = 1;
      assert.throws(() => executable.run([state]), RunStopped);
      assert.equal(executable.finished, false);
      assert.deepEqual(floats(state), [5, 5, 5, 5]);
      flag[0] = 0;
      executable.run([state]);
      assert.equal(executable.finished, true);
      assert.deepEqual(floats(state), [6, 6, 6, 6]);
      flag[0] = 1;
      engine.interruptFlag(null);
      executable.run([state]);
      assert.deepEqual(floats(state), [7, 7, 7, 7]);
    } finally {
      engine.interruptFlag(null);
    }
  }
});

test("a flag that is set during a run stops it before its commit and not after", () => {
  if (!native) return;
  const word = four(native, 0);
  const { buffer, byteOffset } = native.readSync!(word);
  const flag = new Int32Array(buffer, byteOffset, 1);
  native.interruptFlag(flag);
  try {
    const [first, second, result] = [four(native, 1), four(native, 10), four(native, 0)];
    const before = compile(native, [inout, out, out], [increment(0, 2), raise(1), increment(2, 0)]);
    flag[0] = 0;
    assert.throws(() => before.run([first, word, result]), RunStopped);
    assert.equal(before.finished, false);
    assert.deepEqual(floats(first), [1, 1, 1, 1]);
    assert.deepEqual(floats(result), [2, 2, 2, 2], "what the run alone can see may be written");

    const after = compile(native, [inout, inout, out], [increment(0, 0), raise(2), increment(1, 1)]);
    flag[0] = 0;
    after.run([first, second, word]);
    assert.equal(flag[0], 1);
    assert.equal(after.finished, true);
    assert.deepEqual([floats(first)[0], floats(second)[0]], [2, 11]);

    const last = compile(native, [out, out], [increment(0, 0), raise(1)]);
    flag[0] = 0;
    assert.throws(() => last.run([first, word]), RunStopped, "without a commit the whole run may be stopped");
  } finally {
    native.interruptFlag(null);
  }
});

/** One element of a buffer, again and again. */
const oneElement = (external: number, dtype: DTypeName, dims: readonly number[]): ShapedView => ({
  external,
  offset: 0,
  dtype,
  dims,
  strides: dims.map(() => 0),
});

// Each would take minutes.
const long: readonly (readonly [string, Kernel])[] = [
  [
    "a map",
    {
      kind: "map",
      dims: [100_000, 1_000_000],
      body: {
        loads: [view(0, f32, [0, 0])],
        code: [load(0, f32), { kind: "unary", op: "atan", a: 0, dtype: f32 }],
      },
      stores: [{ view: view(1, f32, [0, 0]), value: 1 }],
    },
  ],
  ...(
    [
      ["a reduction to many", 100_000, 1_000_000],
      ["a reduction to one", 1, 100_000_000_000],
    ] as const
  ).map(([name, kept, reduced]): readonly [string, Kernel] => [
    name,
    {
      kind: "reduce",
      kept: [kept],
      reduced: [reduced],
      inside: 0,
      body: {
        loads: [view(0, f32, [0, 0])],
        code: [load(0, f32), { kind: "unary", op: "atan", a: 0, dtype: f32 }],
      },
      folds: [{ op: "sum", value: 1, dtype: f32 }],
      epilogue: { loads: [], code: [{ kind: "result", index: 0, dtype: f32 }] },
      stores: [{ view: view(1, f32, [0]), value: 0 }],
    },
  ]),
  ...(
    [
      ["a product", 100_000_000, 32, 100_000],
      ["a product with one row", 1, 100_000_000, 1_000_000],
    ] as const
  ).map(([name, m, n, k]): readonly [string, Kernel] => [
    name,
    {
      kind: "matmul",
      batch: [],
      m,
      n,
      k,
      dtype: f32,
      a: view(0, f32, [0, 0]),
      b: view(0, f32, [0, 0]),
      epilogue: {
        loads: [],
        code: [
          { kind: "result", index: 0, dtype: f32 },
          { kind: "unary", op: "atan", a: 0, dtype: f32 },
        ],
      },
      stores: [{ view: view(1, f32, [0, 0]), value: 1 }],
    },
  ]),
  [
    "a gather",
    {
      kind: "call",
      primitive: "gather",
      operands: [oneElement(0, f32, [1]), oneElement(2, "int32", [1_000_000_000_000])],
      results: [oneElement(1, f32, [1_000_000_000_000])],
      attributes: [0],
      scalars: [],
    },
  ],
  [
    "a scatter",
    {
      kind: "call",
      primitive: "scatterAdd",
      operands: [
        oneElement(1, f32, [1]),
        oneElement(2, "int32", [1_000_000_000_000]),
        oneElement(0, f32, [1_000_000_000_000]),
      ],
      results: [oneElement(1, f32, [1])],
      attributes: [0],
      scalars: [],
    },
  ],
];

test("another thread stops one long kernel of every kind, at any thread count", async () => {
  if (!native) return;
  const shared = new Int32Array(new SharedArrayBuffer(8));
  // Word 1 asks for the flag in word 0 to be set a moment later.
  const setter = new Worker(
    `const { workerData: shared } = require("node:worker_threads");
     for (;;) {
       Atomics.wait(shared, 1, 0);
       if (shared[1] < 0) break;
       Atomics.wait(shared, 0, 0, 20);
       Atomics.store(shared, 1, 0);
       Atomics.store(shared, 0, 1);
     }`,
    { eval: true, workerData: shared },
  );
  const threads = native.numThreads;
  native.interruptFlag(shared.subarray(0, 1));
  const [x, result, index] = [four(native, 0), four(native, 0), four(native, 0)];
  try {
    for (const count of [1, 2, 5]) {
      native.numThreads = count;
      for (const [name, kernel] of long) {
        const executable = compile(native, [inout, out, inout], [kernel]);
        shared[0] = 0;
        Atomics.store(shared, 1, 1);
        Atomics.notify(shared, 1);
        assert.throws(() => executable.run([x, result, index]), RunStopped, `${name}, ${count} threads`);
        executable.dispose();
      }
      shared[0] = 0;
      const next = compile(native, [inout, out], [increment(0, 1)]);
      next.run([x, result]);
      assert.deepEqual(floats(result), [1, 1, 1, 1], "the next run computes");
    }
  } finally {
    native.interruptFlag(null);
    native.numThreads = threads;
    Atomics.store(shared, 1, -1);
    Atomics.notify(shared, 1);
    await setter.terminate();
  }
});

test("after V8 terminated the execution behind a native run, the run is known to have finished", () => {
  if (!native) return;
  const state = four(native, 1);
  const executable = compile(native, [inout], [increment(0, 0)]);
  executable.finished = false;
  terminated(() => {
    executable.run([state]);
    for (;;);
  });
  assert.equal(executable.finished, true);
  executable.finished = false;
  terminated(() => {
    for (;;);
  });
  assert.equal(executable.finished, false);
  assert.deepEqual(floats(state), [2, 2, 2, 2]);
});

test("a WebAssembly run that V8 terminates changes nothing, and the engine computes on", () => {
  if (!wasm) return;
  const [state, result] = [four(wasm, 1), four(wasm, 0)];
  const short = compile(wasm, [inout], [increment(0, 0)]);
  for (const [name, kernel] of long) {
    const executable = compile(wasm, [inout, inout, inout], [kernel]);
    // Often, because what is lost each time adds up.
    for (let i = 0; i < (name === "a map" ? 40 : 1); i++) {
      terminated(() => executable.run([state, result, four(wasm, 0)]));
      assert.equal(executable.finished, false);
      assert.deepEqual([...floats(state), ...floats(result)], [1, 1, 1, 1, 0, 0, 0, 0], name);
    }
  }
  short.run([state]);
  assert.deepEqual(floats(state), [2, 2, 2, 2], "a program from before is compiled again");
});

/** A storage whose bytes are reached only once `open` says so. */
function gated(storage: Storage, open: () => boolean): Storage {
  return {
    engine: storage.engine,
    byteLength: storage.byteLength,
    bytes() {
      while (!open());
      return bytesOf(storage);
    },
  } as Storage;
}

test("a WebAssembly commit that V8 terminates is completed by whoever asks whether it finished, or by the next run", () => {
  if (!wasm) return;
  for (const ask of [true, false]) {
    const first = four(wasm, 1);
    const second = four(wasm, 10);
    const executable = compile(wasm, [inout, inout], [increment(0, 0), increment(1, 1)]);
    let reads = 0;
    let open = false;
    // Copied in at the first read, out at the second.
    const slow = gated(second, () => open || ++reads === 1);
    terminated(() => executable.run([first, slow]));
    assert.deepEqual([floats(first)[0], floats(second)[0]], [2, 10], "the commit was cut off in its midst");
    open = true;
    if (ask) assert.equal(executable.finished, true);
    else compile(wasm, [inout], [increment(0, 0)]).run([four(wasm, 0)]);
    assert.deepEqual([floats(first)[0], floats(second)[0]], [2, 11]);
    assert.equal(executable.finished, true);
  }
});
