import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Notebook } from "../../notebook.js";

describe("two cells at once", () => {
  let notebook: Notebook;
  before(() => {
    notebook = new Notebook();
  });
  after(() => notebook.session.close());

  it("take turns where they await, and each has its own output, result and end", async () => {
    const turn = "await new Promise((resolve) => setImmediate(resolve))";
    const first = notebook.run(
      `$.first = true; while (!("second" in $)) ${turn}; console.log("one"); return { value: 1 }`,
    );
    const second = notebook.run(
      `while (!("first" in $)) ${turn}; console.log("two"); $.second = true; throw new Error("2")`,
    );
    const [one, two] = [await first, await second];
    assert.equal(one.outcome.status, "ok");
    assert.equal(one.stdout(), "one\n");
    assert.equal(one.result?.data["text/plain"], "1");
    assert.equal(two.outcome.status, "error");
    assert.equal(two.stdout(), "two\n");
    assert.equal(two.result, undefined);
  });

  it("that end in another order than they began do not wait for each other", async () => {
    const long = notebook.run("await new Promise((resolve) => ($.release = resolve))");
    const short = await notebook.run('console.log("short"); $.release()');
    assert.equal(short.stdout(), "short\n");
    assert.equal((await long).outcome.status, "ok");
  });

  it("are both stopped by an interrupt, and the state is kept", async () => {
    const cells = [
      await notebook.launch('$.kept = 7; console.log("begun"); await new Promise(() => {})'),
      await notebook.launch(
        'console.log("begun"); while (true) await new Promise((resolve) => setImmediate(resolve))',
      ),
      await notebook.launch('console.log("begun"); while (true);'),
    ];
    await notebook.session.interrupt();
    for (const { ended } of cells) assert.equal((await ended).outcome.status, "interrupted");
    assert.equal((await notebook.run("return { value: $.kept }")).result?.data["text/plain"], "7");
  });

  it("end both when the process dies under them", async () => {
    const waiting = notebook.run("await new Promise(() => {})");
    const exiting = notebook.run("process.exit(3)");
    for (const cell of [waiting, exiting]) {
      const { outcome } = await cell;
      assert.ok(outcome.status === "died");
      assert.match(outcome.error.evalue, /process\.exit\(3\)/);
    }
    assert.deepEqual(notebook.restarts, []);
    assert.equal((await notebook.run("return { value: 1 }")).outcome.status, "ok");
  });

  it("have all output of their child processes; what nobody can tell apart goes to the one that began last", async () => {
    const first = notebook.run("await new Promise((resolve) => ($.go = resolve))");
    const second = await notebook.run(
      'require("node:child_process").execSync("echo second", { stdio: "inherit" })',
    );
    assert.equal(second.stdout(), "second\n");
    const third = notebook.run(
      '$.go(); await null; require("node:child_process").execSync("echo third", { stdio: "inherit" })',
    );
    assert.equal((await third).stdout(), "third\n");
    assert.equal((await first).stdout(), "");
    // Once the other cell is known to have ended.
    const goOn = join(mkdtempSync(join(tmpdir(), "cellgrad-")), "go-on");
    const alone = notebook.run(
      `while (!require("node:fs").existsSync("${goOn}")) await new Promise((resolve) => setTimeout(resolve, 5));
       require("node:child_process").execSync("echo alone", { stdio: "inherit" })`,
    );
    await notebook.run("$.other = 1");
    writeFileSync(goOn, "");
    assert.equal((await alone).stdout(), "alone\n");
  });

  it("keep their console groups when another cell begins", async () => {
    const first = notebook.run(
      'console.group("a"); await new Promise((resolve) => ($.go = resolve)); console.log("inside"); console.groupEnd();',
    );
    await notebook.run("$.go()");
    assert.equal((await first).stdout(), "a\n  inside\n");
  });
});
