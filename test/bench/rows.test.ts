/** The rows of `npm run bench` run and tell how long they took, shortened; how fast they are is for the benchmark to say. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A machine without a C++ compiler builds no native engine; under CI there is a compiler. */
const withoutNative =
  process.env.CI !== "true" &&
  !existsSync(join(root, "build", "native", "cellgrad.node")) &&
  "left out: the native engine is not built";

/** What the program answers to these lines. */
function answers(engine: string, asked: readonly object[]): Record<string, unknown>[] {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--import", "tsx", join("bench", "rows.ts")],
    {
      cwd: root,
      env: { ...process.env, CELLGRAD_ENGINE: engine },
      input: asked.map((each) => `${JSON.stringify(each)}\n`).join(""),
      encoding: "utf8",
    },
  );
  assert.equal(status, 0, stderr);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

for (const engine of ["native", "wasm"])
  test(
    `bench/rows.ts measures rows on the ${engine} engine`,
    { skip: engine === "native" && withoutNative },
    () => {
      const chosen = ["article 2-3-1, batch 64, SGD", "matmul 64", "width: 16"];
      const asked = chosen.flatMap((begin) => [{ begin, threads: 1 }, { measure: 0.02 }]);
      const [{ names } = {}, ...answered] = answers(engine, [{ list: true }, ...asked]);
      assert.ok((names as string[]).length > 30);
      for (const [i, name] of chosen.entries()) {
        const [{ ready, description } = {}, { us } = {}] = answered.slice(2 * i);
        assert.equal(ready, name);
        assert.match(String(description), engine === "native" ? /^native/ : /^WebAssembly/i);
        for (const value of us as number[]) assert.ok(value > 0, `${name}: ${String(value)} µs`);
      }
    },
  );

test("a row that is not there is refused by name", () => {
  assert.throws(() => answers("wasm", [{ begin: "matmul of nothing" }]), /there is no row matmul of nothing/);
});
