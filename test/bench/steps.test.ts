/** The benchmarks of training steps run, shortened; how fast they are is for `npm run bench` to say. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

for (const file of ["article.ts", "mlp.ts"])
  for (const engine of ["native", "wasm"] as const)
    test(`bench/${file} measures steps on the ${engine} engine`, async (t) => {
      const env = { ...process.env, CELLGRAD_ENGINE: engine };
      const run = promisify(execFile)(process.execPath, ["--import", "tsx", join("bench", file), "0.02"], {
        cwd: root,
        env,
      }).catch((error: Error) => error);
      const result = await run;
      if (result instanceof Error) {
        // A machine without a C++ compiler has no native engine to measure.
        if (engine === "native" && process.env.CI !== "true" && /native/.test(result.message))
          return t.skip(result.message);
        throw result;
      }
      const rows = result.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.ok(rows.length > 0);
      for (const row of rows) {
        assert.equal(row.variant, engine);
        assert.ok((row.us as number) > 0, `${String(row.name)}: ${String(row.us)} µs`);
      }
    });
