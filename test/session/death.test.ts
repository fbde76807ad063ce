import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { after, before, describe, it } from "node:test";
import { isAlive } from "../../kernel/session/process-tree.js";
import { START_CHILDREN } from "./children.js";
import { Notebook, until } from "./notebook.js";

/** Waits until a process is gone. */
function gone(pid: number): Promise<void> {
  return until(() => !isAlive(pid));
}

describe("when the session's process dies under a cell", () => {
  let notebook: Notebook;
  const { NODE_OPTIONS } = process.env;
  before(() => {
    process.env["NODE_OPTIONS"] = "--max-old-space-size=64";
    notebook = new Notebook();
  });
  after(async () => {
    if (NODE_OPTIONS === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = NODE_OPTIONS;
    await notebook.session.close();
  });

  const deaths: Record<string, [code: string, says: RegExp]> = {
    "process.exit": ["process.exit(3)", /^The code called process\.exit\(3\)\./],
    "process.exit in a timer": [
      "setTimeout(() => process.exit(0), 1); await new Promise(() => {})",
      /^The code called process\.exit\(0\)\./,
    ],
    "a crash in native code": [
      'process.kill(process.pid, "SIGSEGV"); while (true);',
      /^The session crashed in native code \(SIGSEGV\)\./,
    ],
    "process.abort": ["process.abort()", /aborted by native code \(SIGABRT\)/],
    "a kill from outside": [
      'process.kill(process.pid, "SIGKILL"); while (true);',
      /killed from outside \(SIGKILL\)/,
    ],
    "running out of memory": [
      "const all = []; while (true) all.push(new Array(1e5).fill(all.length));",
      /ran out of memory: JavaScript's heap reached its limit/,
    ],
  };
  for (const [what, [code, says]] of Object.entries(deaths)) {
    it(`by ${what}, the cell says so and a new session is there`, async () => {
      await notebook.run("$.x = 1");
      const { pid } = notebook.session;
      const { outcome, stdout } = await notebook.run(`console.log("before"); ${code}`);
      assert.ok(outcome.status === "died");
      assert.match(outcome.error.evalue, says);
      assert.match(outcome.error.evalue, /variables of earlier cells are gone/);
      assert.equal(stdout(), "before\n");
      const { result } = await notebook.run('return { value: [typeof $.answer, "x" in $] }');
      assert.equal(result?.data["text/plain"], "[ 'number', false ]");
      assert.notEqual(notebook.session.pid, pid);
      assert.deepEqual(notebook.restarts, []);
    });
  }

  it("a stack overflow is an ordinary error, also out of console.log", async () => {
    const { pid } = notebook.session;
    const first = await notebook.run("(function f() { f(); })()");
    const second = await notebook.run(
      "let depth = 0; (function f() { if (depth++ % 50 === 0) console.log(String(depth)); f(); })()",
    );
    for (const { outcome } of [first, second]) {
      assert.ok(outcome.status === "error");
      assert.equal(outcome.error.ename, "RangeError");
    }
    assert.match(second.stdout(), /^(\d+\n)+$/);
    assert.equal(notebook.session.pid, pid);
  });

  it("by process.exit leaves no words of Node's behind", async () => {
    // The watchdog, whose inspector it is about, has begun to work.
    await notebook.run("$.x = 1");
    await until(() => notebook.session.preview(["x"]));
    const { stdout, stderr } = await notebook.run("console.log('last'); process.exit(1)");
    assert.equal(stdout(), "last\n");
    assert.equal(stderr(), "");
  });

  it("between two cells, the kernel is told", async () => {
    await notebook.run("setTimeout(() => process.exit(7), 5)");
    await until(() => notebook.restarts.length > 0);
    assert.deepEqual(notebook.restarts, ["The code called process.exit(7)."]);
  });
});

describe("processes that a cell has started", () => {
  const pids = (text: unknown) => String(text).replaceAll("'", "").split(",").map(Number);

  it("end with the session, however it ends", async () => {
    const notebook = new Notebook();
    const ends = {
      restart: () => notebook.session.restart(),
      "process.exit": () => notebook.run("process.exit()"),
      crash: () => notebook.run("process.abort()"),
      close: () => notebook.session.close(),
    };
    for (const [how, end] of Object.entries(ends)) {
      const children = pids((await notebook.run(START_CHILDREN)).result?.data["text/plain"]);
      assert.deepEqual(children.map(isAlive), [true, true, true, true], how);
      await end();
      await Promise.all(children.map(gone));
    }
  });

  it("are ended by an interrupt where the cell blocks on them", async () => {
    const notebook = new Notebook();
    await notebook.run("$.kept = 1");
    const { ended } = await notebook.launch(
      'require("node:child_process").execSync("echo begun; sleep 300", { stdio: "inherit" })',
    );
    await notebook.session.interrupt();
    assert.equal((await ended).outcome.status, "interrupted");
    assert.equal((await notebook.run("return { value: $.kept }")).result?.data["text/plain"], "1");
    await notebook.session.close();
  });
});

describe("the session's process", () => {
  for (const state of ["idle", "busy"]) {
    it(`ends when the kernel process is killed, with all that it has started, while it is ${state}`, async () => {
      const kernel = fork(fileURLToPath(new URL("./kernel-fixture.ts", import.meta.url)), [state]);
      const pids = await new Promise<number[]>((resolve) =>
        kernel.once("message", (value) => resolve(value as number[])),
      );
      assert.deepEqual(pids.map(isAlive), [true, true, true, true, true]);
      kernel.kill("SIGKILL");
      await Promise.all(pids.map(gone));
    });
  }

  it("is not ended by SIGINT, which clients send to all processes of a kernel", async () => {
    const notebook = new Notebook();
    await notebook.run("$.x = 5");
    process.kill(notebook.session.pid!, "SIGINT");
    assert.equal((await notebook.run("return { value: $.x }")).result?.data["text/plain"], "5");
    await notebook.session.close();
  });

  it("that cannot be started makes cells say so", async () => {
    const notebook = new Notebook("/nonexistent-folder-of-a-notebook");
    const { outcome } = await notebook.run("return { value: 1 }");
    assert.ok(outcome.status === "died");
    assert.match(outcome.error.evalue, /could not be started/);
    await notebook.session.close();
  });

  it("loses all variables by a restart, and only them", async () => {
    const notebook = new Notebook();
    await notebook.run("$.x = 1");
    const { ended } = await notebook.launch('console.log("begun"); while (true);');
    await notebook.session.restart();
    assert.equal((await ended).outcome.status, "died");
    assert.equal((await notebook.run('return { value: "x" in $ }')).result?.data["text/plain"], "false");
    assert.deepEqual(notebook.restarts, []);
    await notebook.session.close();
  });
});
