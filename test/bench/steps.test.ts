/** The benchmarks of training steps run, shortened; how fast they are is for `npm run bench` to say. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A machine without a C++ compiler builds no native engine; under CI there is a compiler. */
const withoutNative =
  process.env.CI !== "true" &&
  !existsSync(join(root, "build", "native", "cellgrad.node")) &&
  "left out: the native engine is not built";

for (const file of ["article.ts", "mlp.ts"])
  for (const engine of ["native", "wasm"] as const)
    test(
      `bench/${file} measures steps on the ${engine} engine`,
      { skip: engine === "native" && withoutNative },
      async () => {
        const { stdout } = await promisify(execFile)(
          process.execPath,
          ["--import", "tsx", join("bench", file), "0.02"],
          { cwd: root, env: { ...process.env, CELLGRAD_ENGINE: engine } },
        );
        const rows = stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        assert.ok(rows.length > 0);
        for (const row of rows) {
          assert.equal(row.variant, engine);
          assert.ok((row.us as number) > 0, `${String(row.name)}: ${String(row.us)} µs`);
        }
      },
    );
