/** What both engines promise besides arithmetic: storage, the same bits at any thread count, agreement, clear errors. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { engine as currentEngine, engineReport, useEngine } from "../../src/engine/current.js";
import type { Kernel, Program } from "../../src/engine/program.js";
import type { CpuStorage } from "../../src/engine/cpu/storage.js";
import { SGD } from "../../src/optim/sgd.js";
import { tensor } from "../../src/tensor/creation/from-data.js";
import "../../src/tensor/tensor.js";
import {
  bytesOf,
  engines,
  execute,
  floatsOf,
  load,
  numbers,
  place,
  randomizer,
  rowMajor,
  view,
} from "./programs.js";

const f32 = "float32" as const;

function tanhOf(length: number): Kernel {
  return {
    kind: "map",
    dims: [length],
    body: {
      loads: [view(0, f32, [1])],
      code: [load(0, f32), { kind: "unary", op: "tanh", a: 0, dtype: f32 }],
    },
    stores: [{ view: view(1, f32, [1]), value: 1 }],
  };
}

function sums(dims: readonly [number, number], axis: 0 | 1): Kernel {
  const strides = rowMajor(dims);
  return {
    kind: "reduce",
    kept: [dims[1 - axis]!],
    reduced: [dims[axis]],
    inside: 1 - axis,
    body: { loads: [view(0, f32, [strides[1 - axis]!, strides[axis]!])], code: [load(0, f32)] },
    folds: [{ op: "sum", value: 0, dtype: f32 }],
    epilogue: { loads: [], code: [{ kind: "result", index: 0, dtype: f32 }] },
    stores: [{ view: view(1, f32, [1]), value: 0 }],
  };
}

function product(m: number, n: number, k: number): Kernel {
  return {
    kind: "matmul",
    batch: [],
    m,
    n,
    k,
    dtype: f32,
    a: view(0, f32, [k, 1]),
    b: view(0, f32, [1, k]),
    epilogue: {
      loads: [],
      code: [
        { kind: "result", index: 0, dtype: f32 },
        { kind: "unary", op: "sigmoid", a: 0, dtype: f32 },
      ],
    },
    stores: [{ view: view(1, f32, [n, 1]), value: 1 }],
  };
}

const drawing: Kernel = {
  kind: "map",
  dims: [300_001],
  body: { loads: [], code: [{ kind: "random", distribution: "normal", key: 0, dtype: f32 }] },
  stores: [{ view: view(1, f32, [1]), value: 0 }],
};

const large: readonly (readonly [string, Kernel])[] = [
  ["map", tanhOf(1_000_001)],
  ["sum of all", sums([1, 1_000_003], 1)],
  ["sum of rows", sums([2000, 500], 1)],
  ["sum of columns", sums([20_000, 50], 0)],
  ["sum of many columns", sums([300, 3001], 0)],
  ["matmul", product(130, 260, 700)],
  ["matmul with few columns", product(1000, 10, 128)],
  ["random", drawing],
];

test("the same bits at 1, 2, 3 and 7 threads", () => {
  const random = randomizer(2);
  const x = numbers(
    f32,
    Array.from({ length: 1_000_003 }, () => random() * 2 - 1),
  );
  for (const engine of engines) {
    const before = engine.numThreads;
    for (const [name, kernel] of large) {
      const results = [1, 2, 3, 7].map((threads) => {
        engine.numThreads = threads;
        return execute(engine, [kernel], [x, new Float32Array(1_000_003)], [5, 9])[1]!;
      });
      for (const other of results) assert.deepEqual(other, results[0], `${engine.name} ${name}`);
    }
    engine.numThreads = before;
  }
});

test("native and WebAssembly agree to 1e-5", () => {
  const random = randomizer(3);
  const x = numbers(
    f32,
    Array.from({ length: 1_000_003 }, () => random() * 2 - 1),
  );
  for (const [name, kernel] of large) {
    const [first, second = first] = engines.map(
      (e) => execute(e, [kernel], [x, new Float32Array(1_000_003)], [5, 9])[1]!,
    );
    first!.forEach((value, i) => {
      const gap = Math.abs(value - second![i]!);
      if (!(gap <= 1e-5 * Math.max(1, Math.abs(value))))
        assert.fail(`${name}: ${value} and ${second![i]} at ${i}`);
    });
  }
});

test("storage is aligned, of the size asked for, and does not overlap", () => {
  for (const engine of engines) {
    const sizes = [0, 1, 4, 63, 64, 65, 4096, 4097, 100_000, 8, 8, 8];
    const all = sizes.map((bytes) => engine.allocate(bytes));
    all.forEach((storage, i) => {
      assert.equal((storage as CpuStorage).address % 64, 0);
      assert.equal((storage as CpuStorage).byteOffset % 8, 0);
      bytesOf(storage).fill(i);
    });
    all.forEach((storage, i) => {
      assert.equal(storage.byteLength, sizes[i]);
      assert.ok(bytesOf(storage).every((x) => x === i));
    });
    const many = Array.from({ length: 5000 }, () => engine.allocate(12));
    many.forEach((storage, i) =>
      new Int32Array(bytesOf(storage).buffer, bytesOf(storage).byteOffset, 3).fill(i),
    );
    assert.ok(
      many.every((storage, i) => new Int32Array(bytesOf(storage).slice().buffer).every((x) => x === i)),
    );
  }
});

test("a million small allocations in a synchronous loop hold memory flat", () => {
  for (const engine of engines) {
    for (let i = 0; i < 100_000; i++) engine.allocate(256);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 1_000_000; i++) engine.allocate(256);
    assert.ok(process.memoryUsage().rss - before < 150e6);
  }
});

test("programs that are not well formed are refused with a reason", () => {
  const base: Program = {
    externals: [
      { bytes: 40, access: "in" },
      { bytes: 40, access: "out" },
    ],
    scalars: 2,
    arenaBytes: 0,
    kernels: [tanhOf(10)],
    commit: 1,
  };
  const map = tanhOf(10) as Extract<Kernel, { kind: "map" }>;
  const withKernel = (kernel: Kernel): Program => ({ ...base, kernels: [kernel] });
  const withCode = (code: (typeof map)["body"]["code"], value = code.length - 1, dtype = f32): Program =>
    withKernel({ ...map, body: { ...map.body, code }, stores: [{ view: view(1, dtype, [1]), value }] });
  const cases: readonly (readonly [Program, RegExp])[] = [
    [withKernel(tanhOf(11)), /outside its buffer/],
    [withKernel({ ...map, stores: [{ view: view(1, f32, [1], 4), value: 1 }] }), /outside its buffer/],
    [withKernel({ ...map, stores: [{ view: view(1, f32, [-1]), value: 1 }] }), /outside its buffer/],
    [withKernel({ ...map, stores: [{ view: view(2, f32, [1]), value: 1 }] }), /external that does not exist/],
    [withKernel({ ...map, stores: [{ view: view(1, f32, [1, 1]), value: 1 }] }), /number of strides/],
    [
      withKernel({ ...map, stores: [{ view: view(1, "int32", [1]), value: 1 }] }),
      /another dtype than its value/,
    ],
    [withKernel({ ...map, stores: [{ view: view(1, f32, [1]), value: 2 }] }), /value that does not exist/],
    [withCode([load(1, f32)]), /load that does not exist/],
    [withCode([{ kind: "scalar", index: 2, dtype: f32 }]), /scalar that does not exist/],
    [withCode([{ kind: "coordinate", dim: 1, dtype: f32 }]), /dim that does not exist/],
    [withCode([load(0, f32), { kind: "unary", op: "exp", a: 1, dtype: f32 }]), /earlier value/],
    [withCode([load(0, f32), { kind: "unary", op: "exp", a: 0, dtype: "float64" }]), /wrong dtype/],
    [
      withCode(
        [
          { kind: "index", dtype: "bool" },
          { kind: "unary", op: "exp", a: 0, dtype: "bool" },
        ],
        1,
        "bool" as never,
      ),
      /not defined for the dtype/,
    ],
    [
      withCode(
        [{ kind: "random", distribution: "uniform", key: 0, dtype: "float16" }],
        0,
        "float16" as never,
      ),
      /random numbers are float32 or float64/,
    ],
    [withKernel({ ...map, dims: new Array<number>(17).fill(1) }), /16 dims/],
  ];
  for (const engine of engines) {
    for (const [program, message] of cases) assert.throws(() => engine.compile(program), message);
    const executable = engine.compile(base);
    assert.throws(() => executable.run([]), /takes 2 externals, got 0/);
    assert.throws(
      () => executable.run([engine.allocate(40), engine.allocate(39)]),
      /external 1 needs 40 bytes/,
    );
    executable.dispose();
    executable.dispose();
    assert.throws(
      () => executable.run([engine.allocate(40), engine.allocate(40)]),
      /no such program|disposed/,
    );
  }
});

test("an external may be larger than the program needs, and what it does not name stays", () => {
  for (const engine of engines) {
    const executable = engine.compile({
      externals: [
        { bytes: 12, access: "in" },
        { bytes: 12, access: "out" },
      ],
      scalars: 0,
      arenaBytes: 0,
      kernels: [tanhOf(3)],
      commit: 1,
    });
    const [x, y] = [engine.allocate(64), engine.allocate(64)];
    engine.write(y, ({ buffer, byteOffset }) => new Float32Array(buffer, byteOffset, 16).fill(9));
    engine.write(x, ({ buffer, byteOffset }) => new Float32Array(buffer, byteOffset, 16).fill(0));
    executable.run([x, y]);
    assert.deepEqual(floatsOf(y), [0, 0, 0, ...new Array<number>(13).fill(9)]);
  }
});

test("a program takes no storage of another engine", () => {
  const [one, other] = engines;
  if (one === undefined || other === undefined) return;
  const executable = one.compile({
    externals: [
      { bytes: 400, access: "in" },
      { bytes: 400, access: "out" },
    ],
    scalars: 0,
    arenaBytes: 0,
    kernels: [tanhOf(100)],
    commit: 1,
  });
  assert.throws(
    () => executable.run([place(other, new Float32Array(100)), one.allocate(400)]),
    new RegExp(`external 0 is a storage of the engine ${other.name}, not of ${one.name}`),
  );
});

test("tensors that were made on another engine compute on this one, views and parameters too", () => {
  for (const { name: owner } of engines) {
    for (const { name } of engines) {
      useEngine(owner);
      const x = tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]);
      const w = tensor([1, 1, 1], { requiresGrad: true });
      const optimizer = new SGD([w], { lr: 0.5, momentum: 0.5 });
      const step = (): number => {
        const loss = x.slice(1).mul(w).sum();
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss.item();
      };
      assert.equal(step(), 15);
      useEngine(name);
      assert.equal(step(), 15 - 0.5 * (16 + 25 + 36), `${owner} tensors on ${name}`);
      assert.deepEqual(
        w.tolist(),
        [4, 5, 6].map((g) => 1 - 0.5 * g - 0.5 * (0.5 * g + g)),
      );
      assert.deepEqual(x.tolist(), [
        [1, 2, 3],
        [4, 5, 6],
      ]);
    }
  }
});

test("useEngine and the report say which engine computes", () => {
  for (const { name } of engines) {
    assert.equal(useEngine(name), currentEngine());
    assert.equal(engineReport().name, name);
    assert.match(engineReport().reason, /useEngine/);
  }
});

test(
  "every instruction set of this machine passes the tests of the arithmetic",
  { skip: engines.length < 2 },
  () => {
    for (const isa of ["base", "avx2"]) {
      const files = ["elementwise", "map", "fused-steps", "reduce", "matmul", "random"].map(
        (name) => `test/engine/${name}.test.ts`,
      );
      const env: NodeJS.ProcessEnv = { ...process.env, CELLGRAD_ISA: isa };
      delete env["NODE_TEST_CONTEXT"];
      execFileSync(process.execPath, ["--import", "tsx", "--test", ...files], { env, stdio: "pipe" });
    }
  },
);

test(
  "an instruction set that the processor lacks is never chosen",
  { skip: engines.length < 2 || process.platform !== "linux" || process.arch !== "x64" },
  () => {
    const flags = new Set(
      /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))![1]!.trim().split(" "),
    );
    const needs = {
      "AVX-512": ["avx512f", "avx512dq", "avx512bw", "avx512vl"],
      AVX2: ["avx2", "fma"],
      SSE2: ["sse2"],
    };
    for (const isa of ["base", "avx2", "avx512", "avx1024", undefined]) {
      const env: NodeJS.ProcessEnv = { ...process.env, CELLGRAD_ENGINE: "native" };
      delete env["NODE_TEST_CONTEXT"];
      delete env["CELLGRAD_ISA"];
      if (isa !== undefined) env["CELLGRAD_ISA"] = isa;
      const program = `import { engineReport } from "./src/engine/current.js"; console.log(engineReport().description);`;
      const description = execFileSync(
        process.execPath,
        ["--import", "tsx", "--input-type=module", "--eval", program],
        { env, encoding: "utf8" },
      );
      const chosen = /^native, ([^,]+),/.exec(description)![1]! as keyof typeof needs;
      for (const flag of needs[chosen]) assert.ok(flags.has(flag), `${isa}: ${description}`);
    }
  },
);
