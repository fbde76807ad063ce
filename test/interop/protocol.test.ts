/** What the messaging specification says, stated on a client that is not the kernel's own: see protocol/. */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { jupyterEnvironment, missing, python, root } from "./environment.js";

const folder = join(root, "test", "interop", "protocol");

for (const file of readdirSync(folder).filter((name) => name.endsWith("_test.py"))) {
  test(`protocol/${file} holds`, { skip: missing("python"), timeout: 1_500_000 }, async (t) => {
    const { stderr } = await promisify(execFile)(python!, [join(folder, file)], {
      env: jupyterEnvironment(),
    });
    t.diagnostic(stderr.trim().split("\n").slice(-3).join(" "));
  });
}
