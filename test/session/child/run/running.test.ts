import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { OutputEvent } from "../../../../kernel/session/session.js";
import { Notebook, plain, sleep } from "../../notebook.js";

/** An event with what its bundle has. */
const readable = (event: OutputEvent): object =>
  event.type === "display" ? { ...event, bundle: event.bundle.decode() } : event;

describe("a cell", () => {
  let notebook: Notebook;
  before(() => {
    notebook = new Notebook();
  });
  after(() => notebook.session.close());

  it("keeps its variables for later cells", async () => {
    assert.equal((await notebook.run("$.x = 41")).outcome.status, "ok");
    const { result } = await notebook.run("return { value: $.x + 1 }");
    assert.deepEqual(result?.data, { "text/plain": "42" });
  });

  it("sees the runtime's exports without an import, may shadow them, and gives no result for undefined", async () => {
    assert.equal((await notebook.run("return { value: $.answer }")).result?.data["text/plain"], "42");
    const { result } = await notebook.run("$.answer = 1; return { value: undefined }");
    assert.equal(result, undefined);
    assert.equal((await notebook.run("return { value: $.answer }")).result?.data["text/plain"], "1");
  });

  it("reads a name that nobody has declared as JavaScript does", async () => {
    assert.equal((await notebook.run("return { value: $.Math.max(1, 2) }")).result?.data["text/plain"], "2");
    assert.equal(
      (await notebook.run('return { value: "nothing" in $ }')).result?.data["text/plain"],
      "false",
    );
    const { outcome } = await notebook.run("return { value: $.nothing }");
    assert.ok(outcome.status === "error");
    assert.equal(outcome.error.ename, "ReferenceError");
    assert.equal(outcome.error.evalue, "nothing is not defined: run the cell that defines it first");
    const called = await notebook.run("$.g = 1; (0, $.g)();");
    assert.ok(called.outcome.status === "error");
    assert.equal(called.outcome.error.evalue, "g is not a function");
  });

  it("shows an object by its Jupyter.display method, synchronous or not", async () => {
    const bundle = { "text/plain": "Shape(a)", "text/html": "<b>a</b>" };
    assert.deepEqual((await notebook.run('return { value: new $.Shape("a") }')).result?.data, bundle);
    const late = await notebook.run(
      'return { value: { async [Symbol.for("Jupyter.display")]() { return { "text/html": "later" } } } }',
    );
    assert.deepEqual(late.result?.data, { "text/html": "later" });
  });

  it("displays, updates and clears", async () => {
    const { events } = await notebook.run(
      `$.display({ "text/html": "<i>1</i>" }, { raw: true, id: "p" });
       $.display.update("p", new $.Shape("b"));
       $.clearOutput({ wait: true });`,
    );
    const run = notebook.next - 1;
    assert.deepEqual(JSON.parse(JSON.stringify(events.map(readable))), [
      {
        type: "display",
        run,
        bundle: { data: { "text/html": "<i>1</i>" }, metadata: {} },
        displayId: "p",
        update: false,
      },
      {
        type: "display",
        run,
        bundle: { data: { "text/plain": "Shape(b)", "text/html": "<b>b</b>" }, metadata: {} },
        displayId: "p",
        update: true,
      },
      { type: "clear_output", run, wait: true },
    ]);
  });

  it("that throws shows name, message, source line and the user's frames only", async () => {
    const { outcome } = await notebook.run(
      'function f() {\n  throw new TypeError("bad");\n}\nawait null;\nf();',
    );
    assert.ok(outcome.status === "error");
    const name = `Cell [${String(notebook.next - 1)}]`;
    assert.equal(outcome.error.ename, "TypeError");
    assert.equal(outcome.error.evalue, "bad");
    assert.equal(
      plain(outcome.error.traceback),
      `TypeError: bad

  1 | function f() {
> 2 |   throw new TypeError("bad");
    |         ^
  3 | }
  4 | await null;

    at f (${name}:2:9)
    at ${name}:5:1`,
    );
  });

  it("keeps the output of its timers and promises, also while a later cell runs", async () => {
    const first = await notebook.run(
      'setTimeout(() => console.log("timer"), 30); (async () => { await null; console.error("promise"); })();',
    );
    const second = await notebook.run(
      'await new Promise((resolve) => setTimeout(resolve, 60)); console.log("mine")',
    );
    assert.equal(first.stdout(), "timer\n");
    assert.equal(first.stderr(), "promise\n");
    assert.equal(second.stdout(), "mine\n");
  });

  it("has all output of its child processes before it ends", async () => {
    const ran = await notebook.run(
      'require("node:child_process").execSync("echo out; echo err >&2", { stdio: "inherit" })',
    );
    assert.equal(ran.stdout(), "out\n");
    assert.equal(ran.stderr(), "err\n");
  });

  it("prints live from a busy loop", async () => {
    const seen = new Promise<void>((resolve) => {
      notebook.onEvent = (event) => {
        if (event.type === "stream" && event.text.includes("in the loop")) resolve();
      };
    });
    const running = notebook.run('console.log("in the loop"); while (true);');
    await seen;
    notebook.onEvent = undefined;
    await notebook.session.interrupt();
    assert.equal((await running).outcome.status, "interrupted");
  });

  it("asks and is answered", async () => {
    notebook.onEvent = (event) => {
      if (event.type !== "input") return;
      assert.equal(event.prompt, "name?");
      assert.equal(event.password, true);
      notebook.session.inputReply(event.id, "Ada");
    };
    const { result } = await notebook.run('return { value: await $.prompt("name?", { password: true }) }');
    assert.equal(result?.data["text/plain"], "'Ada'");
    notebook.onEvent = (event) => {
      if (event.type === "input") notebook.session.inputRefused(event.id, "This client does not allow input");
    };
    const { outcome } = await notebook.run("await $.prompt()");
    notebook.onEvent = undefined;
    assert.ok(outcome.status === "error");
    assert.equal(outcome.error.evalue, "This client does not allow input");
  });

  it("asks again until yes or no is answered, and tells without waiting", async () => {
    const replies = ["perhaps", " Yes ", "n", ""];
    notebook.onEvent = (event) => {
      if (event.type !== "input") return;
      assert.equal(event.prompt, "Go on? [y/n] ");
      notebook.session.inputReply(event.id, replies.shift()!);
    };
    const { result, stdout } = await notebook.run(
      "$.alert(5); $.alert(); return { value: [await $.confirm('Go on?'), await $.confirm(), await $.confirm()] }",
    );
    notebook.onEvent = undefined;
    assert.equal(result?.data["text/plain"], "[ true, false, false ]");
    assert.equal(stdout(), "5\n\n");
  });

  it("sets the next cell's text while it runs, and not later", async () => {
    const { events } = await notebook.run(
      '$.setNextInput("1 + 1"); $.setNextInput("2", { replace: true }); setTimeout(() => $.setNextInput("late"))',
    );
    await notebook.run("await new Promise((resolve) => setTimeout(resolve, 5))");
    const payloads = events.flatMap((event) => (event.type === "payload" ? [event.payload] : []));
    assert.deepEqual(payloads, [
      { source: "set_next_input", text: "1 + 1", replace: false },
      { source: "set_next_input", text: "2", replace: true },
    ]);
    const said = events.map((event) => (event.type === "stream" ? event.text : "")).join("");
    assert.match(said, /setNextInput: the cell has ended/);
  });

  it("can be evaluated as an expression for user_expressions", async () => {
    const expression = (js: string) =>
      notebook.session.evaluate(notebook.next - 1, { js, map: "", source: js, name: "expression" });
    await notebook.run("$.y = 6");
    assert.deepEqual((await expression("return { value: $.y * 7 }")).decode().data, { "text/plain": "42" });
    await assert.rejects(expression("return { value: $.y.at.z }"), { ename: "TypeError" });
  });
});

describe("an interrupt", () => {
  let notebook: Notebook;
  before(() => {
    notebook = new Notebook();
  });
  after(() => notebook.session.close());

  const endless: Record<string, string> = {
    "a synchronous loop": "BEGUN while (true);",
    "a loop after an await": "await null; BEGUN while (true);",
    "a loop in a timer": "await new Promise(() => setTimeout(() => { BEGUN while (true); }, 1))",
    "a loop in nested finally blocks":
      "BEGUN while (true) { try { while (true); } catch {} finally { while (true); } }",
    "an endless chain of microtasks": "BEGUN while (true) await null;",
    "a pending promise": "BEGUN await new Promise(() => {})",
    "a blocking wait": "BEGUN Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
    "a loop in an asynchronous scope":
      'new (await import("node:async_hooks")).AsyncResource("X").runInAsyncScope(() => { BEGUN while (true); })',
  };
  for (const [what, code] of Object.entries(endless)) {
    it(`stops ${what} and keeps the state`, async () => {
      await notebook.run(`$.kept = ${JSON.stringify(what)}`);
      const { ended } = await notebook.launch(code.replace("BEGUN", 'console.log("begun");'));
      await notebook.session.interrupt();
      assert.equal((await ended).outcome.status, "interrupted");
      assert.equal((await notebook.run("return { value: $.kept }")).result?.data["text/plain"], `'${what}'`);
    });
  }

  it("ends what the cell waited for, so that it does not go on behind later cells", async () => {
    const { ended } = await notebook.launch(
      `$.count = 0;
       setInterval(() => { if ($.count++ === 1) console.log("begun"); }, 1);
       while (true) await new Promise((resolve) => setTimeout(resolve, 1));`,
    );
    await notebook.session.interrupt();
    const ran = await ended;
    assert.equal(ran.outcome.status, "interrupted");
    const later = await notebook.run(
      "const before = $.count; await new Promise((resolve) => setTimeout(resolve, 40)); return { value: $.count - before }",
    );
    assert.equal(later.result?.data["text/plain"], "0");
    assert.equal(ran.stderr(), "");
  });

  for (const [what, loop] of Object.entries({
    computes: "while (true);",
    prints: 'while (true) console.log("x".repeat(100_000));',
  }))
    it(`leaves what is drawn at the end of a cell that ${what} the time that it takes`, async () => {
      const { ended } = await notebook.launch(
        `globalThis[Symbol.for("cellgrad.displayHost")].atCellEnd(() => {
           const end = performance.now() + 300;
           while (performance.now() < end);
           console.error("drawn");
         });
         console.log("begun");
         ${loop}`,
      );
      await notebook.session.interrupt();
      const ran = await ended;
      assert.equal(ran.outcome.status, "interrupted");
      assert.equal(ran.stderr(), "drawn\n");
    });

  it("asked for many times over, amid looks at values, stops the cell at once and nothing after it", async () => {
    await notebook.run("$.kept = 1");
    for (let i = 0; i < 40; i++) {
      const running = notebook.run("while (true) $.kept++");
      await sleep(i % 5);
      const interrupts = [1, 2, 3].map(() => notebook.session.interrupt());
      const looks = [1, 2, 3].map(() => notebook.session.preview(["kept"]));
      await Promise.all([...interrupts, ...looks]);
      const ran = await running;
      assert.equal(ran.outcome.status, "interrupted");
      // One that has got lost is given up after some seconds, which is said.
      assert.equal(ran.stderr(), "");
      assert.equal((await notebook.run("return { value: 7 }")).result?.data["text/plain"], "7");
    }
  });

  it("ends timers also where it is a session's first, and comes while promises are being made", async () => {
    for (let i = 0; i < 4; i++) {
      const fresh = new Notebook();
      const { ended } = await fresh.launch(
        `$.count = 0;
         setInterval(() => $.count++, 1);
         console.log("begun");
         while (true) Promise.resolve();`,
      );
      await fresh.session.interrupt();
      assert.equal((await ended).outcome.status, "interrupted");
      const later = await fresh.run(
        "const before = $.count; await new Promise((resolve) => setTimeout(resolve, 40)); return { value: $.count - before }",
      );
      await fresh.session.close();
      assert.equal(later.result?.data["text/plain"], "0");
    }
  });

  it("amid the making of a channel leaves no port behind that fails when it is closed", async () => {
    for (let i = 0; i < 40; i++) {
      const running = notebook.run("while (true) new MessageChannel().port1.close()");
      await sleep(Math.random() * 10);
      await notebook.session.interrupt();
      const ran = await running;
      assert.equal(ran.outcome.status, "interrupted");
      // Ports are closed from the event loop.
      const later = await notebook.run("await new Promise((resolve) => setTimeout(resolve, 1))");
      assert.equal(ran.stderr() + later.stderr(), "");
    }
  });

  /** Whether a cell sets `$.gone`, or what it leaves behind does so. */
  const goesOn = async () => {
    const { result } = await notebook.run(
      "await new Promise((resolve) => setTimeout(resolve, 40)); return { value: $.gone }",
    );
    return result?.data["text/plain"];
  };

  it("while a cell is compiled keeps it from being called", async () => {
    await notebook.run("$.gone = 'not called'");
    // V8 is busy with this for longer than it takes until an interrupt is sent again.
    const long = "$.sum = 1 / 3;".repeat(300_000);
    const running = notebook.run(`$.gone = "called"; ${long} await new Promise(() => {})`);
    await notebook.session.interrupt();
    assert.equal((await running).outcome.status, "interrupted");
    assert.equal(await goesOn(), "'not called'");
  });

  it("amid Node's own work ends also what that calls afterwards", async () => {
    await notebook.run("$.gone = 'not called'");
    // As from the watchdog, with no code of the user's on the stack, and such code right after it.
    const { outcome } = await notebook.run(
      `const { interrupt } = globalThis[Symbol.for("cellgrad.watchdog")];
       const emitter = new (require("node:events").EventEmitter)();
       emitter.on("due", interrupt.bind(undefined, ${String(notebook.next)}, 1_000_000));
       emitter.on("due", () => setTimeout(() => $.gone = "called", 1));
       setTimeout(emitter.emit.bind(emitter, "due"), 1);
       await new Promise(() => {});`,
    );
    assert.equal(outcome.status, "interrupted");
    assert.equal(await goesOn(), "'not called'");
  });

  it("at 200 random moments of anything leaves process and state as they were", async () => {
    const { pid } = notebook.session;
    await notebook.run("$.count = 0");
    const codes = [
      ...Object.values(endless),
      'while (true) console.log("x".repeat(200))',
      "while (true) await new Promise((resolve) => setImmediate(resolve))",
      'while (true) await require("node:fs").promises.readFile("notebook.ts")',
      "await Promise.all([1, 2].map(async () => { while (true) await new Promise((r) => setTimeout(r, 1)); }))",
    ];
    for (let i = 1; i <= 200; i++) {
      const running = notebook.run(codes[i % codes.length]!.replace("BEGUN", ""));
      await sleep(Math.random() * 10);
      await notebook.session.interrupt();
      const ran = await running;
      assert.equal(ran.outcome.status, "interrupted");
      assert.equal(ran.stderr(), "");
      const { result } = await notebook.run("return { value: ++$.count }");
      assert.equal(result?.data["text/plain"], String(i));
    }
    assert.equal(notebook.session.pid, pid);
  });
});
