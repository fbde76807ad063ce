import assert from "node:assert/strict";
import { test } from "node:test";
import { compiled, FakeKernel, text, types, type FakeCell } from "../fake-kernel.js";

const boom: FakeCell = () => ({
  status: "error",
  error: { ename: "RangeError", evalue: "too far", traceback: ["RangeError: too far"] },
});

test("a cell's messages come in the order of the protocol: busy, execute_input, output, result, idle", async () => {
  const kernel = new FakeKernel({
    cells: {
      "1 + 1": ({ print, emit, run }) => {
        print("adding\n");
        emit({ type: "result", run, bundle: text("2") });
        return undefined;
      },
    },
  });
  const { reply, iopub } = await kernel.execute("1 + 1");
  assert.deepEqual(types(iopub), ["busy", "execute_input", "stream", "execute_result", "idle"]);
  assert.deepEqual(iopub[1]!.content, { code: "1 + 1", execution_count: 1 });
  assert.deepEqual(iopub[3]!.content, { execution_count: 1, data: { "text/plain": "2" }, metadata: {} });
  assert.equal(reply!.header.msg_type, "execute_reply");
  assert.deepEqual(reply!.content, { status: "ok", execution_count: 1, user_expressions: {}, payload: [] });
  assert.equal(reply!.metadata["status"], "ok");
  assert.deepEqual(reply!.identities.map(String), ["client"]);
});

test("the execution count grows with each cell that stores history, and with no other", async () => {
  const kernel = new FakeKernel();
  const count = async (more: object): Promise<unknown> =>
    (await kernel.execute("x", { ...more })).reply!.content["execution_count"];
  assert.equal(await count({}), 1);
  assert.equal(await count({ store_history: false }), 1);
  assert.equal(await count({ silent: true, store_history: true }), 1);
  assert.equal(await count({}), 2);
  assert.equal((await kernel.execute("  \n")).reply!.content["execution_count"], 2);
});

test("a silent cell broadcasts nothing but busy and idle", async () => {
  const kernel = new FakeKernel({
    cells: {
      loud: ({ print, emit, run }) => {
        print("psst");
        emit({ type: "display", run, bundle: text("figure"), update: false });
        emit({ type: "result", run, bundle: text("2") });
        return undefined;
      },
      boom,
    },
  });
  assert.deepEqual(types((await kernel.execute("loud", { silent: true })).iopub), ["busy", "idle"]);
  const { reply, iopub } = await kernel.execute("boom", { silent: true });
  assert.deepEqual(types(iopub), ["busy", "idle"]);
  assert.equal(reply!.content["status"], "error");
});

test("an error is published and replied with name, message and traceback", async () => {
  const kernel = new FakeKernel({ cells: { boom } });
  const { reply, iopub } = await kernel.execute("boom");
  const error = { ename: "RangeError", evalue: "too far", traceback: ["RangeError: too far"] };
  assert.deepEqual(types(iopub), ["busy", "execute_input", "error", "idle"]);
  assert.deepEqual(iopub[2]!.content, error);
  assert.deepEqual(reply!.content, { status: "error", execution_count: 1, ...error });
});

test("after an error the cells that wait are aborted, and a later one runs", async () => {
  const kernel = new FakeKernel({ cells: { boom } });
  const requests = ["boom", "a", "b"].map((code) => kernel.send("execute_request", { code }));
  const answers = await Promise.all(requests.map((request) => kernel.answer(request)));
  assert.deepEqual(
    answers.map(({ reply }) => reply!.content["status"]),
    ["error", "aborted", "aborted"],
  );
  assert.deepEqual(types(answers[1]!.iopub), ["busy", "idle"]);
  assert.equal((await kernel.execute("c")).reply!.content["execution_count"], 2);
  assert.ok(!kernel.calls.includes("run a"));
});

test("with stop_on_error false the cells that wait run", async () => {
  const kernel = new FakeKernel({ cells: { boom } });
  kernel.send("execute_request", { code: "boom", stop_on_error: false });
  assert.equal((await kernel.execute("a")).reply!.content["status"], "ok");
});

test("cells run one after another, in the order in which they came", async () => {
  const order: string[] = [];
  const slow: FakeCell = async ({ run }) => {
    order.push(`begin ${run}`);
    await new Promise(setImmediate);
    order.push(`end ${run}`);
    return undefined;
  };
  const kernel = new FakeKernel({ cells: { slow } });
  kernel.send("execute_request", { code: "slow" });
  await kernel.execute("slow");
  const [first, second] = [order[0]!.slice(6), order[2]!.slice(6)];
  assert.deepEqual(order, [`begin ${first}`, `end ${first}`, `begin ${second}`, `end ${second}`]);
});

test("a cell that does not compile is refused with its code frames before anything runs", async () => {
  const frame = "Cell [1]:1:7 - const n: number = 'a'";
  const kernel = new FakeKernel({
    language: {
      compile: async () => ({
        ok: false,
        diagnostics: [
          {
            code: 2322,
            category: "error",
            message: "Type 'string' is not assignable",
            line: 1,
            column: 7,
            frame,
          },
        ],
      }),
    },
  });
  const { reply, iopub } = await kernel.execute("const n: number = 'a'");
  assert.deepEqual(types(iopub), ["busy", "execute_input", "error", "idle"]);
  assert.equal(reply!.content["evalue"], "Type 'string' is not assignable");
  const [shown] = reply!.content["traceback"] as string[];
  for (const part of ["TS2322", "Type 'string' is not assignable", frame, "Cell [1]:1:7"]) {
    assert.ok(shown!.includes(part), part);
  }
  assert.deepEqual(kernel.calls, []);
});

test("warnings of the type check go to stderr and the cell runs", async () => {
  const kernel = new FakeKernel({
    language: {
      compile: async ({ source }) => ({
        ...compiled(source, "Cell [1]"),
        warnings: [{ code: 2322, category: "warning", message: "m", line: 1, column: 1, frame: "look here" }],
      }),
    },
  });
  const { reply, iopub } = await kernel.execute("x");
  assert.equal(iopub[2]!.content["name"], "stderr");
  assert.match(String(iopub[2]!.content["text"]), /look here/);
  assert.equal(reply!.content["status"], "ok");
});

test("a cell's declarations are committed when it begins to run", async () => {
  const kernel = new FakeKernel();
  await kernel.execute("const a = 1");
  assert.deepEqual(kernel.calls, ["run const a = 1", "commit 1"]);
});

test("user_expressions are evaluated after the cell, each with its own status", async () => {
  const kernel = new FakeKernel({ values: { loss: text("0.25") } });
  const { reply } = await kernel.execute("x", { user_expressions: { good: "loss", bad: "nothing" } });
  assert.deepEqual(reply!.content["user_expressions"], {
    good: { status: "ok", data: { "text/plain": "0.25" }, metadata: {} },
    bad: { status: "error", ename: "ReferenceError", evalue: "nothing is not defined", traceback: [] },
  });
});

test("payloads of the cell stand in its reply, of each kind the last", async () => {
  const next = (text: string) => ({ source: "set_next_input", text, replace: false });
  const page = { source: "page", data: { "text/plain": "help" }, start: 0 };
  const kernel = new FakeKernel({
    cells: {
      x: ({ emit, run }) => {
        for (const payload of [next("first"), page, next("last")]) emit({ type: "payload", run, payload });
        return undefined;
      },
    },
  });
  assert.deepEqual((await kernel.execute("x")).reply!.content["payload"], [next("last"), page]);
});

test("code that is not a string is an error reply, and the next cell runs", async () => {
  const kernel = new FakeKernel();
  const { reply } = await kernel.ask("execute_request", { code: 7 });
  assert.equal(reply!.content["status"], "error");
  assert.match(String(reply!.content["evalue"]), /code should be a string, not 7/);
  assert.equal((await kernel.execute("x")).reply!.content["execution_count"], 1);
});

test("a session that dies under a cell is an error of that cell; what was known of cells is forgotten and the kernel goes on", async () => {
  const kernel = new FakeKernel({
    cells: {
      "process.exit()": () => ({
        status: "died",
        error: { ename: "SessionDied", evalue: "exit code 0", traceback: ["SessionDied: exit code 0"] },
      }),
    },
  });
  const died = kernel.send("execute_request", { code: "process.exit()" });
  const next = kernel.send("execute_request", { code: "waiting" });
  assert.equal((await kernel.answer(died)).reply!.content["ename"], "SessionDied");
  assert.equal((await kernel.answer(next)).reply!.content["status"], "aborted");
  assert.ok(kernel.calls.includes("language reset"));
  assert.equal((await kernel.execute("x")).reply!.content["status"], "ok");
});

test("a session that ends between cells says so below the last cell and is forgotten", async () => {
  const kernel = new FakeKernel();
  const { reply } = await kernel.execute("x");
  kernel.session.onRestart("the session was killed");
  await kernel.until(() => kernel.sent.some(({ message }) => message.header.msg_type === "stream"));
  const said = kernel.sent.find(({ message }) => message.header.msg_type === "stream")!.message;
  assert.deepEqual(said.content, { name: "stderr", text: "the session was killed\n" });
  assert.equal(said.parentHeader["msg_id"], reply!.parentHeader["msg_id"]);
  assert.ok(kernel.calls.includes("language reset"));
});
