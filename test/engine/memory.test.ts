/** Memory that is not there is an error that says how much was wanted and how much there is; the engine computes on. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { type Engine, formatBytes, OutOfMemory } from "../../src/engine/engine.js";
import type { Kernel, Program } from "../../src/engine/program.js";
import { platform } from "../../src/platform/node.js";
import { engines, execute, floatsOf, load, view } from "./programs.js";

const f32 = "float32" as const;

/** external 1 = tanh(external 0), 100 numbers, in a program with an arena of this size. */
function program(arenaBytes: number): Program {
  const kernel: Kernel = {
    kind: "map",
    dims: [100],
    body: {
      loads: [view(0, f32, [1])],
      code: [load(0, f32), { kind: "unary", op: "tanh", a: 0, dtype: f32 }],
    },
    stores: [{ view: view(1, f32, [1]), value: 1 }],
  };
  const externals = [
    { bytes: 400, access: "in" },
    { bytes: 400, access: "out" },
  ] as const;
  return { externals, scalars: 0, arenaBytes, kernels: [kernel], commit: 1 };
}

/** The system as it could be: with so much memory left, or what `left` says each time. */
function withMemory(left: number | (() => number), work: () => void): { collections: number } {
  const changed = platform as { -readonly [K in "availableMemory" | "collectGarbage"]: (typeof platform)[K] };
  const { availableMemory, collectGarbage } = platform;
  const counts = { collections: 0 };
  changed.availableMemory = typeof left === "number" ? () => left : left;
  changed.collectGarbage = () => void counts.collections++;
  try {
    work();
  } finally {
    Object.assign(platform, { availableMemory, collectGarbage });
  }
  return counts;
}

/** That programs compiled before, and new ones, still compute. */
function computesOn(engine: Engine, earlier: ReturnType<Engine["compile"]>): void {
  const externals = [engine.allocate(400), engine.allocate(400)] as const;
  engine.write(externals[0], ({ buffer, byteOffset }) => new Float32Array(buffer, byteOffset, 100).fill(0.5));
  for (const executable of [earlier, engine.compile(program(4096))]) {
    engine.write(externals[1], ({ buffer, byteOffset }) => new Float32Array(buffer, byteOffset, 100).fill(9));
    executable.run(externals);
    assert.ok(Math.abs(floatsOf(externals[1])[99]! - Math.tanh(0.5)) < 1e-6);
  }
}

test("sizes are written for people", () => {
  assert.deepEqual([0, 400, 1000, 9_960, 4e6, 2 ** 31, 4e10, 8e15].map(formatBytes), [
    "0 bytes",
    "400 bytes",
    "1 kB",
    "10 kB",
    "4 MB",
    "2.1 GB",
    "40 GB",
    "8 PB",
  ]);
});

test("an arena that cannot be had is an error, and plans made before compute on", () => {
  for (const engine of engines) {
    const earlier = engine.compile(program(100_000));
    const externals = [engine.allocate(400), engine.allocate(400)];
    // More than there is, than addresses reach, and sizes that 32 bits would cut down to nothing.
    for (const bytes of [1e15, 2 ** 47, 2 ** 45 + 64]) {
      const executable = engine.compile(program(bytes));
      for (let again = 0; again < 2; again++) {
        assert.throws(
          () => executable.run(externals),
          (error) => {
            assert.ok(error instanceof OutOfMemory, String(error));
            assert.ok(error.bytes >= bytes * 0.99);
            assert.match(error.message, /^out of memory: \d+ [TP]B are needed/);
            return true;
          },
        );
        assert.equal(executable.finished, false);
        computesOn(engine, earlier);
      }
    }
  }
});

test("WebAssembly computes in 2 GB: what needs more is an error, also where 32 bits would overflow", () => {
  const wasm = engines.find(({ name }) => name === "wasm");
  if (!wasm) return;
  const earlier = wasm.compile(program(100_000));
  const externals = [wasm.allocate(400), wasm.allocate(400)];
  for (const bytes of [2 ** 31 - 64, 2 ** 31, 2 ** 32 - 64, 2 ** 32, 2 ** 32 + 4096, 6e9]) {
    assert.throws(() => wasm.compile(program(bytes)).run(externals), {
      name: "OutOfMemory",
      message: /are needed, the WebAssembly engine computes in at most 2.1 GB/,
    });
    computesOn(wasm, earlier);
  }
  const wide = (n: number): Program => {
    const external = { bytes: n, access: "out" } as const;
    return { externals: [external, external], scalars: 0, arenaBytes: 0, kernels: [], commit: 0 };
  };
  const storage = { ...wasm.allocate(64), byteLength: 2 ** 31 } as ReturnType<Engine["allocate"]>;
  assert.throws(() => wasm.compile(wide(2 ** 31)).run([storage, storage]), OutOfMemory);
  computesOn(wasm, earlier);
});

test("what the system would not survive is refused before it is touched", () => {
  for (const engine of engines) {
    const earlier = engine.compile(program(100_000));
    withMemory(1e9, () => {
      assert.throws(() => engine.allocate(2e9), {
        name: "OutOfMemory",
        message: "out of memory: 2 GB are needed and 872 MB available",
      });
      assert.throws(() => engine.compile(program(1.5e9)).run([engine.allocate(400), engine.allocate(400)]), {
        name: "OutOfMemory",
        message: /1\.5 GB are needed and 872 MB available/,
      });
      computesOn(engine, earlier);
    });
    // Many of a medium size count together until a run has touched them.
    withMemory(1e9, () => {
      const take = () => Array.from({ length: 10 }, () => engine.allocate(1e8));
      assert.throws(take, OutOfMemory);
      for (let i = 0; i < 5; i++) {
        Array.from({ length: 4 }, () => engine.allocate(1e8));
        computesOn(engine, earlier);
      }
      // What the caller fills itself counts at once.
      for (let i = 0; i < 20; i++) engine.allocate(1e8, true);
    });
    computesOn(engine, earlier);
  }
});

test("before memory is refused, garbage is collected and what the engine keeps is given back", () => {
  for (const engine of engines) {
    const earlier = engine.compile(program(200e6));
    computesOn(engine, earlier);
    let collected = 0;
    const counts = withMemory(
      () => (collected++ === 0 ? 1e8 : 4e9),
      () => assert.equal(engine.allocate(1e9).byteLength, 1e9),
    );
    assert.equal(counts.collections, 1);
    computesOn(engine, earlier);
  }
});

test("one tensor may have what Node allows", () => {
  const beyond = platform.largestBuffer + 1;
  for (const engine of engines) {
    assert.throws(() => engine.allocate(beyond), {
      name: "OutOfMemory",
      message: /^out of memory: .* are needed/,
    });
    const large = { availableMemory: () => 1e12, totalMemory: () => 1e12 };
    const { availableMemory, totalMemory } = platform;
    Object.assign(platform, large);
    try {
      if (beyond < 1e12)
        assert.throws(() => engine.allocate(beyond), /in Node 2[01]; Node 22 and newer allow more/);
    } finally {
      Object.assign(platform, { availableMemory, totalMemory });
    }
  }
});

const limits = "/usr/bin/prlimit";
const isRoot = process.getuid?.() === 0;

test(
  "where no more threads may be made the pool computes with those it has",
  { skip: !existsSync(limits) || !engines.some(({ name }) => name === "native") },
  () => {
    // The limit does not bind root.
    const code = `
      const { execFileSync } = require("node:child_process");
      import("./src/index.ts").then(({ randn, setNumThreads, device, manualSeed }) => {
        const sum = () => (manualSeed(1), randn([600, 600]).exp().sum().item());
        setNumThreads(1);
        const expected = sum();
        setNumThreads(8);
        execFileSync("${limits}", ["--nproc=1", "--pid", String(process.pid)]);
        console.log(sum() === expected && sum() === expected, device().threads);
      });`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "-e", code], {
      encoding: "utf8",
      ...(isRoot ? { uid: 65534, gid: 65534 } : {}),
      env: { ...process.env, CELLGRAD_ENGINE: "native", TMPDIR: "/tmp" },
    });
    assert.equal(stdout, "true 1\n", stderr);
  },
);

test("a program of the usual kind costs nothing: the system is asked only for large requests", () => {
  for (const engine of engines) {
    let asked = 0;
    withMemory(
      () => {
        asked++;
        return 1e12;
      },
      () => {
        for (let i = 0; i < 100; i++) engine.allocate(1e5);
        execute(engine, program(4096).kernels, [new Float32Array(100), new Float32Array(100)]);
      },
    );
    assert.equal(asked, 0);
  }
});
