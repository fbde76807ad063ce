/** `npm start`, the README's first command, ends with the numbers of a trained network. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { root } from "./environment.js";

test(
  "npm start says how well the network has learned, and how to open the notebook",
  { timeout: 1_500_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "cellgrad-start-"));
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, "scripts", "start.mjs")], {
      // Registers the kernel here, and not for the user who runs the tests.
      env: { ...process.env, JUPYTER_DATA_DIR: folder },
      maxBuffer: 1 << 24,
    });
    assert.match(stdout, /^final loss +0\.\d+$/m);
    assert.match(stdout, /^test accuracy +9\d(\.\d+)?$/m);
    assert.match(stdout, /^JupyterLab +.*01-neural-networks\.ipynb$/m);
  },
);
