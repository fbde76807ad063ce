import assert from "node:assert/strict";
import { test } from "node:test";
import { newHeader } from "../../../kernel/wire/message.js";
import { compiled, FakeKernel, types, type FakeCell } from "../fake-kernel.js";

const control = { channel: "control" } as const;

async function createSubshell(kernel: FakeKernel): Promise<string> {
  const { reply } = await kernel.ask("create_subshell_request", {}, control);
  assert.equal(reply!.content["status"], "ok");
  return reply!.content["subshell_id"] as string;
}

const list = async (kernel: FakeKernel): Promise<unknown> =>
  (await kernel.ask("list_subshell_request", {}, control)).reply!.content["subshell_id"];

/** A cell that ends when the test says so. */
function held(): { cell: FakeCell; end: () => void } {
  let end!: () => void;
  const ended = new Promise<undefined>((resolve) => (end = () => resolve(undefined)));
  return { cell: () => ended, end };
}

const boom: FakeCell = () => ({ status: "error", error: { ename: "Error", evalue: "boom", traceback: [] } });

test("the kernel says that it has subshells; they are created, listed and deleted on control", async () => {
  const kernel = new FakeKernel();
  const info = (await kernel.ask("kernel_info_request", {})).reply!.content;
  assert.ok((info["supported_features"] as string[]).includes("kernel subshells"));
  assert.deepEqual(await list(kernel), []);
  const ids = [await createSubshell(kernel), await createSubshell(kernel)];
  assert.notEqual(ids[0], ids[1]);
  assert.deepEqual(await list(kernel), ids);
  const { reply } = await kernel.ask("delete_subshell_request", { subshell_id: ids[0] }, control);
  assert.deepEqual(reply!.content, { status: "ok" });
  assert.deepEqual(await list(kernel), [ids[1]]);
});

test("deleting a subshell that does not exist is an error reply that names it", async () => {
  const kernel = new FakeKernel();
  const { reply } = await kernel.ask("delete_subshell_request", { subshell_id: "gone" }, control);
  assert.equal(reply!.content["status"], "error");
  assert.match(String(reply!.content["evalue"]), /no subshell has the id "gone"/);
  const { reply: missing } = await kernel.ask("delete_subshell_request", {}, control);
  assert.match(String(missing!.content["evalue"]), /subshell_id is missing/);
});

test("a cell of a subshell runs while a cell of the main shell does; within a shell one waits for the other", async () => {
  const main = held();
  const kernel = new FakeKernel({ cells: { main: main.cell } });
  const subshell = await createSubshell(kernel);
  const running = kernel.send("execute_request", { code: "main" });
  const waiting = kernel.send("execute_request", { code: "after main" });
  const { reply } = await kernel.ask("execute_request", { code: "aside" }, { subshell });
  assert.equal(reply!.content["status"], "ok");
  assert.equal(reply!.parentHeader["subshell_id"], subshell);
  assert.ok(!kernel.calls.includes("run after main"));
  main.end();
  assert.equal((await kernel.answer(running)).reply!.content["status"], "ok");
  assert.equal((await kernel.answer(waiting)).reply!.content["status"], "ok");
});

test("shells share one execution count", async () => {
  const kernel = new FakeKernel();
  const subshell = await createSubshell(kernel);
  const count = async (options: object): Promise<unknown> =>
    (await kernel.ask("execute_request", { code: "x" }, options)).reply!.content["execution_count"];
  assert.deepEqual([await count({}), await count({ subshell }), await count({ subshell: null })], [1, 2, 3]);
});

test("output and result go to the cell that made them, whichever shell it is in", async () => {
  const first = held();
  const kernel = new FakeKernel({
    cells: {
      slow: async (io) => {
        await first.cell(io);
        io.print("slow");
        return undefined;
      },
      quick: ({ print }) => {
        print("quick");
        first.end();
        return undefined;
      },
    },
  });
  const subshell = await createSubshell(kernel);
  const slow = kernel.send("execute_request", { code: "slow" });
  const quick = kernel.send("execute_request", { code: "quick" }, { subshell });
  for (const [request, text] of [
    [slow, "slow"],
    [quick, "quick"],
  ] as const) {
    const { iopub } = await kernel.answer(request);
    const streams = iopub.filter(({ header }) => header.msg_type === "stream");
    assert.deepEqual(
      streams.map(({ content }) => content["text"]),
      [text],
    );
  }
});

test("the last status that clients see is busy for as long as a cell of any shell runs", async () => {
  const main = held();
  const side = held();
  const kernel = new FakeKernel({ cells: { main: main.cell, side: side.cell } });
  const subshell = await createSubshell(kernel);
  const states = (): unknown[] =>
    kernel.sent
      .filter(({ message }) => message.header.msg_type === "status")
      .map(({ message }) => message.content["execution_state"]);
  const cells = [
    kernel.send("execute_request", { code: "main" }),
    kernel.send("execute_request", { code: "side" }, { subshell }),
  ];
  await kernel.until(() => kernel.calls.includes("run side"));
  await kernel.ask("kernel_info_request", {}, control);
  assert.equal(states().at(-1), "busy");
  side.end();
  await kernel.answer(cells[1]!);
  assert.equal(states().at(-1), "busy");
  main.end();
  await kernel.answer(cells[0]!);
  assert.equal(states().at(-1), "idle");
});

test("an error aborts what waits in its own shell only", async () => {
  const start = held();
  const kernel = new FakeKernel({
    cells: { boom: async (io) => (await start.cell(io), boom(io)), main: start.cell },
  });
  const subshell = await createSubshell(kernel);
  const send = (code: string, options?: object) => kernel.send("execute_request", { code }, options);
  const requests = [send("main"), send("main 2"), send("boom", { subshell }), send("side 2", { subshell })];
  start.end();
  const statuses = [];
  for (const request of requests) statuses.push((await kernel.answer(request)).reply!.content["status"]);
  assert.deepEqual(statuses, ["ok", "ok", "error", "aborted"]);
});

test("an interrupt stops the cells of all shells", async () => {
  const forever: FakeCell = async ({ interrupted }) => (await interrupted, { status: "interrupted" });
  const kernel = new FakeKernel({ cells: { forever } });
  const subshell = await createSubshell(kernel);
  const cells = [
    kernel.send("execute_request", { code: "forever" }),
    kernel.send("execute_request", { code: "forever" }, { subshell }),
  ];
  await kernel.until(() => kernel.calls.filter((call) => call === "run forever").length === 2);
  await kernel.ask("interrupt_request", {}, control);
  for (const cell of cells) {
    assert.equal((await kernel.answer(cell)).reply!.content["ename"], "Interrupted");
  }
  assert.equal(kernel.calls.filter((call) => call === "interrupt").length, 1);
});

test("deleting a subshell aborts what waits in it at once, and lets the running cell end", async () => {
  const side = held();
  const kernel = new FakeKernel({ cells: { side: side.cell } });
  const subshell = await createSubshell(kernel);
  const running = kernel.send("execute_request", { code: "side" }, { subshell });
  const waiting = kernel.send("execute_request", { code: "later" }, { subshell });
  await kernel.until(() => kernel.calls.includes("run side"));
  const { reply } = await kernel.ask("delete_subshell_request", { subshell_id: subshell }, control);
  assert.deepEqual(reply!.content, { status: "ok" });
  assert.equal((await kernel.answer(waiting)).reply!.content["status"], "aborted");
  const { reply: refused } = await kernel.ask("execute_request", { code: "new" }, { subshell });
  assert.match(String(refused!.content["evalue"]), /no subshell has the id/);
  side.end();
  assert.equal((await kernel.answer(running)).reply!.content["status"], "ok");
  assert.ok(!kernel.calls.includes("run later"));
});

test("a request that names no existing subshell gets an error reply and changes nothing", async () => {
  const kernel = new FakeKernel();
  for (const [subshell, why] of [
    ["nobody", /no subshell has the id "nobody"/],
    [7, /subshell_id should be a string or null, not 7/],
  ] as const) {
    const { reply, iopub } = await kernel.ask("execute_request", { code: "x" }, { subshell });
    assert.equal(reply!.content["status"], "error");
    assert.match(String(reply!.content["evalue"]), why);
    assert.equal(reply!.content["execution_count"], 0);
    assert.deepEqual(types(iopub), ["busy", "idle"]);
    const { reply: completed } = await kernel.ask(
      "complete_request",
      { code: "x", cursor_pos: 1 },
      { subshell },
    );
    assert.equal(completed!.content["status"], "error");
  }
  assert.deepEqual(kernel.calls, []);
});

test("a comm message is taken though its subshell is gone: it has no reply that could say so", async () => {
  const kernel = new FakeKernel();
  await kernel.ask("comm_close", { comm_id: "a", data: {} }, { subshell: "gone" });
  assert.deepEqual(kernel.calls, ["comm close a"]);
});

test("a cell sees what those that began before it declare: one is checked and committed after another, in all shells", async () => {
  const checking = held();
  const begun: string[] = [];
  const kernel = new FakeKernel({
    language: {
      compile: async ({ source, number }) => {
        begun.push(source);
        if (source === "slow to check") await checking.cell(undefined!);
        return compiled(source, `Cell [${number}]`);
      },
    },
  });
  const subshell = await createSubshell(kernel);
  // They store no history, so that they share a number.
  const slow = kernel.send("execute_request", { code: "slow to check", store_history: false });
  const quick = kernel.send("execute_request", { code: "quick", store_history: false }, { subshell });
  await kernel.until(
    () => kernel.sent.filter(({ message }) => message.header.msg_type === "execute_input").length === 2,
  );
  await new Promise(setImmediate);
  assert.deepEqual(begun, ["slow to check"]);
  checking.end();
  await kernel.answer(slow);
  await kernel.answer(quick);
  const commits = kernel.calls.filter((call) => call.startsWith("commit"));
  assert.deepEqual(commits, ["commit 1", "commit 2"]);
});

test("cells of two shells ask at the same time, and each gets its own answer", async () => {
  const asks: FakeCell = async ({ input, print }) => {
    print(await input("?"));
    return undefined;
  };
  const kernel = new FakeKernel({ cells: { asks } });
  const subshell = await createSubshell(kernel);
  const cells = [
    kernel.send("execute_request", { code: "asks" }),
    kernel.send("execute_request", { code: "asks" }, { subshell }),
  ];
  const questions = () => kernel.sent.filter(({ channel }) => channel === "stdin");
  await kernel.until(() => questions().length === 2);
  const answer = (value: string, parentHeader: object, more: object = {}) =>
    kernel.kernel.receiveStdin({
      identities: [Buffer.from("client")],
      header: { ...newHeader("input_reply", "client-session"), ...more },
      parentHeader: parentHeader as Record<string, never>,
      metadata: {},
      content: { value },
      buffers: [],
    });
  // The second one names only its subshell, as a client may that leaves the parent out.
  answer("for the subshell", {}, { subshell_id: subshell });
  answer("for the main shell", questions()[0]!.message.header);
  const texts = [];
  for (const cell of cells) {
    const { iopub } = await kernel.answer(cell);
    texts.push(iopub.find(({ header }) => header.msg_type === "stream")!.content["text"]);
  }
  assert.deepEqual(texts, ["for the main shell", "for the subshell"]);
});

test("a session that dies ends the cells of all shells with an error", async () => {
  const death = held();
  const dies: FakeCell = async (io) => {
    await death.cell(io);
    return { status: "died", error: { ename: "SessionDied", evalue: "", traceback: [] } };
  };
  const kernel = new FakeKernel({ cells: { dies } });
  const subshell = await createSubshell(kernel);
  const cells = [
    kernel.send("execute_request", { code: "dies" }),
    kernel.send("execute_request", { code: "dies" }, { subshell }),
  ];
  death.end();
  for (const cell of cells) {
    assert.equal((await kernel.answer(cell)).reply!.content["ename"], "SessionDied");
  }
});

test("a cell that runs while 10,000 cells of a subshell come and go keeps its own output and payloads", async () => {
  const main = held();
  const page = { source: "page", data: { "text/plain": "help" }, start: 0 };
  const kernel = new FakeKernel({
    cells: {
      long: async (io) => {
        await main.cell(io);
        io.print("mine");
        io.emit({ type: "payload", run: io.run, payload: page });
        return undefined;
      },
    },
  });
  const subshell = await createSubshell(kernel);
  const long = kernel.send("execute_request", { code: "long" });
  await kernel.until(() => kernel.calls.includes("run long"));
  const last = Array.from({ length: 10_001 }, () =>
    kernel.send("execute_request", { code: "", silent: true }, { subshell }),
  ).at(-1)!;
  await kernel.answer(last);
  main.end();
  const { reply, iopub } = await kernel.answer(long);
  assert.deepEqual(reply!.content["payload"], [page]);
  assert.equal(iopub.find(({ header }) => header.msg_type === "stream")!.content["text"], "mine");
});
