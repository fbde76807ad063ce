/** Jupyter's official suite for kernels passes. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { jupyterEnvironment, missing, python, root } from "./environment.js";

test("jupyter_kernel_test passes whole", { skip: missing("python"), timeout: 1_500_000 }, async (t) => {
  const { stderr } = await promisify(execFile)(
    python!,
    [join(root, "test", "interop", "kernel_test.py"), "-v"],
    {
      env: jupyterEnvironment(),
    },
  );
  t.diagnostic(stderr.trim().split("\n").slice(-3).join(" "));
  if (/skipped=/.test(stderr)) throw new Error(`a sample is missing:\n${stderr}`);
});
