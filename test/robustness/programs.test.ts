/** Programs with changed numbers end no process: a short run of `npm run fuzz:programs`, in a process of its own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { encodeProgram } from "../../src/engine/cpu/encode.js";
import type { Program } from "../../src/engine/program.js";
import { engines } from "../engine/programs.js";

test("2000 programs with changed numbers are refused or run inside their buffers", () => {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "test/robustness/programs.ts", "2000", "1"],
    { encoding: "utf8" },
  );
  assert.equal(status, 0, `${signal ?? "failed"} after ${stdout.split("\n").at(-2)}: ${stderr}`);
});

test("a number that is not whole, or out of range, is refused wherever it stands", () => {
  const program = (size: number, dim: number): Program => ({
    externals: [{ bytes: 16, access: "inout" }],
    scalars: 0,
    arenaBytes: 0,
    kernels: [
      {
        kind: "map",
        dims: [size],
        body: { loads: [], code: [{ kind: "coordinate", dim, dtype: "float32" }] },
        stores: [{ value: 0, view: { external: 0, offset: 0, dtype: "float32", strides: [1] } }],
      },
    ],
    commit: 0,
  });
  const words = encodeProgram(program(4, 0));
  assert.ok(words.length > 0);
  for (const strange of [NaN, Infinity, 0.5, 2 ** 53])
    assert.throws(() => encodeProgram(program(strange, 0)), /a whole number below 2 to the 53/);
  for (const strange of [NaN, -Infinity, 0.5, 2 ** 31])
    assert.throws(() => encodeProgram(program(4, strange)), /a whole number of 32 bits/);
  for (const engine of engines) {
    engine.compile(program(4, 0)).dispose();
    for (const [size, dim] of [
      [-1, 0],
      [2 ** 50, 0],
      [4, 1],
      [4, -1],
    ] as const)
      assert.throws(() => engine.compile(program(size, dim)), /out of range|does not exist/);
  }
});
