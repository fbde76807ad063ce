import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { builtNotebook, Notebook, plain, sleep, until } from "../../notebook.js";

describe("what a cell prints", () => {
  let notebook: Notebook;
  before(() => {
    notebook = new Notebook();
  });
  after(() => notebook.session.close());

  it("by every method of console arrives as in a terminal", async () => {
    const ran = await notebook.run(`
      console.log("%s is %d", "six", 6, { a: 1 });
      console.info("info"); console.debug("debug");
      console.warn("warn"); console.error("error");
      console.group("outer"); console.log("inner"); console.groupEnd(); console.log("out");
      console.table([{ a: 1 }]);
      console.count("n"); console.count("n"); console.countReset("n"); console.count("n");
      console.assert(true, "not shown"); console.assert(false, "shown");
      console.dir({ b: 2 }, { colors: false });
      console.time("t"); console.timeEnd("t");
      console.trace("here");
    `);
    const run = String(notebook.next - 1);
    // A table is not printed but displayed.
    assert.ok(ran.events.some((event) => event.type === "display"));
    assert.equal(
      plain(ran.stdout().split("\n")).replace(/t: [\d.]+ms/, "t: …ms"),
      `six is 6 { a: 1 }
info
debug
outer
  inner
out
n: 1
n: 2
n: 1
{ b: 2 }
t: …ms
`,
    );
    assert.equal(
      ran.stderr(),
      `warn\nerror\nAssertion failed: shown\nTrace: here\n    at Cell [${run}]:11:15\n`,
    );
  });

  it("in a group that was left open does not indent later cells", async () => {
    await notebook.run('console.group("a"); console.group("b"); throw new Error("inside");');
    assert.equal((await notebook.run('console.log("at the margin")')).stdout(), "at the margin\n");
  });

  it("is plain text, as results are: outputs are kept, compared and exported", async () => {
    const { stdout, stderr } = await notebook.run('console.log({ a: 1 }, "s"); console.error([null])');
    assert.equal(stdout(), "{ a: 1 } s\n");
    assert.equal(stderr(), "[ null ]\n");
  });

  it("is removed by console.clear", async () => {
    const { events } = await notebook.run('console.log("gone"); console.clear(); console.log("kept")');
    assert.deepEqual(
      events.map((event) => (event.type === "stream" ? event.text : event.type)),
      ["gone\n", "clear_output", "kept\n"],
    );
  });

  it("is decoded as its encoding says, and bytes that end within a character wait for the rest", async () => {
    const { stdout } = await notebook.run(`
      process.stdout.write("68690a", "hex"); process.stdout.write("aGkK", "base64");
      const euro = Buffer.from("€€\\n");
      process.stdout.write(euro.subarray(0, 2)); process.stdout.write(euro.subarray(2));`);
    assert.equal(stdout(), "hi\nhi\n€€\n");
  });

  it("by process.stdout and process.stderr, as text, bytes or a piped stream", async () => {
    const ran = await notebook.run(`
      process.stdout.write("50 %\\r"); process.stdout.write(Buffer.from("é\\n")); process.stderr.write("e", "utf8");
      await new Promise((resolve) => process.stdout.write("called back\\n", resolve));
      await require("node:stream/promises").pipeline(["piped", " in"], process.stdout);
      process.stdout.end("\\nended\\n");
      console.log("still here");
    `);
    assert.equal(ran.stdout(), "50 %\ré\ncalled back\npiped in\nended\nstill here\n");
    assert.equal(ran.stderr(), "e");
  });

  it("by file descriptor, in any pieces of UTF-8", async () => {
    const ran = await notebook.run(`
      const { writeSync } = require("node:fs");
      const bytes = Buffer.from("grüße 😀\\n");
      for (const byte of bytes) writeSync(1, Buffer.from([byte]));
      writeSync(2, "raw error\\n");
    `);
    assert.equal(ran.stdout(), "grüße 😀\n");
    assert.equal(ran.stderr(), "raw error\n");
  });

  it("is whole: 20,000 lines, and a line of ten million characters with astral ones", async () => {
    const lines = await notebook.run('for (let i = 0; i < 20_000; i++) console.log("line " + i)');
    assert.equal(lines.stdout(), Array.from({ length: 20_000 }, (_, i) => `line ${String(i)}\n`).join(""));
    const long = await notebook.run('process.stdout.write("a" + "😀".repeat(5e6))');
    assert.ok(long.stdout() === "a" + "😀".repeat(5e6));
  });

  it("belongs to the cell that caused it: timers, ticks, promises, callbacks, events, rejections", async () => {
    const first = await notebook.run(`
      const wait = 40, tell = (what) => () => console.log(what);
      setTimeout(() => setImmediate(() => process.nextTick(() => queueMicrotask(tell("chain")))), wait);
      (async () => { await new Promise((resolve) => setTimeout(resolve, wait)); console.log("async"); })();
      setTimeout(() => require("node:fs").stat(".", tell("callback")), wait);
      const child = require("node:child_process").spawn("sleep", ["0.05"]); child.on("exit", tell("event"));
      setTimeout(() => { throw new Error("in a timer"); }, wait);
      setTimeout(() => { Promise.reject(new Error("in a promise")); }, wait);
    `);
    const second = await notebook.launch(
      'await new Promise((resolve) => { $.go = resolve; console.log("begun"); })',
    );
    await until(() => first.stdout().split("\n").length > 4);
    await until(() => /in a timer[^]*in a promise|in a promise[^]*in a timer/.test(first.stderr()));
    await notebook.run("$.go()");
    assert.equal((await second.ended).stdout(), "begun\n");
    assert.deepEqual(first.stdout().trim().split("\n").sort(), ["async", "callback", "chain", "event"]);
    assert.equal((await second.ended).stderr(), "");
    const errors = plain(first.stderr().split("\n"));
    assert.match(errors, /Uncaught exception:\nError: in a timer\n[^]*> 7 \|/);
    assert.match(errors, /Unhandled rejection:\nError: in a promise\n[^]*> 8 \|/);
  });

  it("a promise that is printed shows nothing of the kernel", async () => {
    assert.equal(
      (await notebook.run("return { value: Promise.resolve(1) }")).result?.data["text/plain"],
      "Promise { 1 }",
    );
  });

  it("warnings go to the cell that caused them", async () => {
    const ran = await notebook.run(
      'process.emitWarning("careful", "MyWarning"); await new Promise((r) => setTimeout(r, 5))',
    );
    assert.equal(ran.stderr(), "MyWarning: careful\n");
  });

  it("of readline comes with a box for the answer, line for line", async () => {
    const answers = ["Ada", "36"];
    notebook.onEvent = (event) => {
      if (event.type === "input") notebook.session.inputReply(event.id, answers.shift() ?? "too many");
    };
    const { result, stdout } = await notebook.run(`
      const readline = require("node:readline/promises").createInterface({ input: process.stdin, output: process.stdout });
      const name = await readline.question("name? ");
      const age = await readline.question("age? ");
      readline.close();
      return { value: name + age };`);
    notebook.onEvent = undefined;
    assert.equal(result?.data["text/plain"], "'Ada36'");
    assert.equal(stdout(), "name? age? ");
  });

  it("ends where input is waited for and the client takes none, in readline too", async () => {
    notebook.onEvent = (event) => {
      if (event.type === "input") notebook.session.inputRefused(event.id, "this client does not take input");
    };
    for (const reading of [
      "for await (const _ of process.stdin);",
      'await require("node:readline/promises").createInterface({ input: process.stdin }).question("name? ")',
    ]) {
      const { outcome } = await notebook.run(reading);
      assert.ok(outcome.status === "error");
      assert.equal(outcome.error.evalue, "process.stdin: this client does not take input");
    }
    notebook.onEvent = undefined;
  });

  it("ends in time when the cell has closed its standard output", async () => {
    const other = new Notebook();
    const { outcome } = await other.run('require("node:fs").closeSync(1)');
    assert.equal(outcome.status, "ok");
    assert.equal((await other.run('console.log("on")')).stdout(), "on\n");
    await other.session.close();
  });

  const flood = "for (let i = 0; i < 500; i++) console.log(i);";
  const lines = Array.from({ length: 500 }, (_, i) => `${String(i)}\n`).join("");

  it("in a flood is seen to its last line while the cell computes", async () => {
    let printed = "";
    notebook.onEvent = (event) => {
      if (event.type === "stream") printed += event.text;
    };
    const shared = new Promise<void>((resolve) => {
      const wait = setInterval(() => {
        if (printed !== lines) return;
        clearInterval(wait);
        resolve();
      }, 5);
    });
    const running = notebook.run(
      `${flood} while (!globalThis.seen) { globalThis.turns = (globalThis.turns ?? 0) + 1; }`,
    );
    // It arrives though the loop never lets go of the thread; else this would wait for ever.
    await shared;
    await notebook.session.interrupt();
    assert.equal((await running).outcome.status, "interrupted");
    notebook.onEvent = undefined;
  });

  it("in a flood comes before what a child process prints that is started after it", async () => {
    // The two come through different pipes, which a busy kernel may read in any order: now and then is no fault.
    const start = {
      sync: 'require("node:child_process").execSync("echo child", { stdio: "inherit" });',
      async: `const child = require("node:child_process").spawn("echo", ["child"], { stdio: "inherit" });
        await new Promise((resolve) => child.once("close", resolve));`,
    };
    for (const [how, child] of Object.entries(start)) {
      let inOrder = 0;
      for (let i = 0; i < 10; i++) {
        const ran = await notebook.run(`${flood} ${child}`);
        assert.equal(ran.stdout().length, lines.length + "child\n".length);
        if (ran.stdout() === `${lines}child\n`) inOrder++;
      }
      assert.ok(inOrder > 5, `${how}: ${String(inOrder)} of 10`);
    }
  });

  it("in a flood is whole where the cell is stopped in its midst, and so is what later cells print", async () => {
    for (let i = 0; i < 20; i++) {
      const running = notebook.run("for (let i = 0; ; i++) console.log(i);");
      await sleep(5 + i);
      await notebook.session.interrupt();
      const ran = await running;
      assert.equal(ran.outcome.status, "interrupted");
      const printed = ran.stdout().trimEnd().split("\n").map(Number);
      assert.ok(printed.every((number, at) => number === at));
      assert.equal((await notebook.run('console.log("later")')).stdout(), "later\n");
    }
  });

  it("in a flood is whole where the cell ends the process", async () => {
    const ran = await notebook.run(`${flood} process.exit(3);`);
    assert.equal(ran.outcome.status, "died");
    assert.equal(ran.stdout(), lines);
  });
});

// Threads have the loader that was built.
it("what a worker thread prints arrives too", async () => {
  const notebook = builtNotebook(process.cwd());
  try {
    const ran = await notebook.run(`
      const { Worker } = require("node:worker_threads");
      const worker = new Worker("console.log('from a worker')", { eval: true });
      await new Promise((resolve) => worker.on("exit", resolve));`);
    await until(() => ran.stdout() !== "");
    assert.equal(ran.stdout(), "from a worker\n");
  } finally {
    await notebook.session.close();
  }
});
