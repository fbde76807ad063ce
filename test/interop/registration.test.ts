/** A launcher that knows the handshake (JEP 66) starts the kernel without giving it ports. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { cli, jupyterEnvironment, missing, python, root } from "./environment.js";

test(
  "the kernel registers the ports that it has chosen with a launcher made with pyzmq, and runs cells on them",
  {
    skip: missing("python"),
    timeout: 450_000,
  },
  async () => {
    const { stdout } = await promisify(execFile)(
      python!,
      [join(root, "test", "interop", "registration.py"), process.execPath, cli],
      { env: jupyterEnvironment() },
    );
    assert.match(stdout, /registered, executed, ended/);
  },
);
