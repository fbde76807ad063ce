import assert from "node:assert/strict";
import { test } from "node:test";
import { newHeader, type Message } from "../../../kernel/wire/message.js";
import { FakeKernel, types, type FakeCell } from "../fake-kernel.js";

const untilInterrupted: FakeCell = async ({ interrupted }) => {
  await interrupted;
  return { status: "interrupted" };
};

test("an interrupt ends the running cell as an error and aborts what waits", async () => {
  const kernel = new FakeKernel({ cells: { forever: untilInterrupted } });
  const running = kernel.send("execute_request", { code: "forever" });
  const waiting = kernel.send("execute_request", { code: "x" });
  await kernel.until(() => kernel.calls.includes("run forever"));
  const { reply } = await kernel.ask("interrupt_request", {}, { channel: "control" });
  assert.deepEqual(reply!.content, { status: "ok" });
  const { reply: ended, iopub } = await kernel.answer(running);
  assert.equal(ended!.content["ename"], "Interrupted");
  assert.ok(types(iopub).includes("error"));
  assert.equal((await kernel.answer(waiting)).reply!.content["status"], "aborted");
  assert.equal((await kernel.execute("x")).reply!.content["status"], "ok");
});

test("an interrupt during the type check ends the wait for it, and the cell never runs", async () => {
  const kernel = new FakeKernel({ language: { compile: () => new Promise(() => undefined) } });
  const cell = kernel.send("execute_request", { code: "x" });
  await kernel.until(() => kernel.sent.some(({ message }) => message.header.msg_type === "execute_input"));
  await kernel.ask("interrupt_request", {}, { channel: "control" });
  assert.equal((await kernel.answer(cell)).reply!.content["ename"], "Interrupted");
  assert.deepEqual(kernel.calls, ["discard 1"]);
});

test("an interrupt between cells reaches what a timer or a comm message has set going", async () => {
  const kernel = new FakeKernel();
  await kernel.ask("interrupt_request", {}, { channel: "control" });
  assert.deepEqual(kernel.calls, ["interrupt"]);
  assert.equal((await kernel.execute("x")).reply!.content["status"], "ok");
});

test("shutdown replies with the restart flag before the kernel ends, and tells all clients", async () => {
  for (const restart of [true, false]) {
    const kernel = new FakeKernel();
    const { reply, iopub } = await kernel.ask("shutdown_request", { restart }, { channel: "control" });
    assert.deepEqual(reply!.content, { status: "ok", restart });
    assert.deepEqual(types(iopub), ["busy", "shutdown_reply", "idle"]);
    await new Promise(setImmediate);
    assert.deepEqual(kernel.shutdowns, [restart]);
  }
});

test("an interrupt during user_expressions does not leave the kernel hanging", async () => {
  let stop!: (why: unknown) => void;
  const kernel = new FakeKernel({
    session: {
      evaluate: () => new Promise((_resolve, reject) => (stop = reject)),
      interrupt: async () => stop({ ename: "Interrupted", evalue: "", traceback: [] }),
    },
  });
  const cell = kernel.send("execute_request", { code: "x", user_expressions: { a: "loop()" } });
  await kernel.until(() => kernel.sent.some(({ message }) => message.header.msg_type === "execute_input"));
  while (!stop) await new Promise(setImmediate);
  await kernel.ask("interrupt_request", {}, { channel: "control" });
  const expressions = (await kernel.answer(cell)).reply!.content["user_expressions"] as Record<
    string,
    { status: string }
  >;
  assert.equal(expressions["a"]!.status, "error");
});

const asks: FakeCell = async ({ input, print }) => {
  print(await input("Name? ").catch((error: Error) => error.message));
  return undefined;
};

/** The input_request of a kernel, once it is there. */
async function question(kernel: FakeKernel): Promise<Message> {
  await kernel.until(() => kernel.sent.some(({ channel }) => channel === "stdin"));
  return kernel.sent.find(({ channel }) => channel === "stdin")!.message;
}

const inputReply = (
  content: Record<string, unknown>,
  parentHeader: Message["parentHeader"] = {},
): Message => ({
  identities: [Buffer.from("client")],
  header: newHeader("input_reply", "client-session"),
  parentHeader,
  metadata: {},
  content,
  buffers: [],
});

const printed = (messages: readonly Message[]): unknown =>
  messages.find(({ header }) => header.msg_type === "stream")?.content["text"];

test("input goes to the client that sent the cell, and its answer to the cell", async () => {
  const kernel = new FakeKernel({ cells: { asks } });
  const cell = kernel.send("execute_request", { code: "asks", allow_stdin: true });
  const request = await question(kernel);
  assert.equal(request.header.msg_type, "input_request");
  assert.deepEqual(request.content, { prompt: "Name? ", password: false });
  assert.deepEqual(request.identities.map(String), ["client"]);
  assert.equal(request.parentHeader["msg_id"], cell.header.msg_id);
  kernel.kernel.receiveStdin(inputReply({ value: "Ada" }, request.header));
  assert.equal(printed((await kernel.answer(cell)).iopub), "Ada");
});

test("a client that leaves the parent header out of its answer is understood", async () => {
  const kernel = new FakeKernel({ cells: { asks } });
  const cell = kernel.send("execute_request", { code: "asks" });
  await question(kernel);
  kernel.kernel.receiveStdin(inputReply({ value: "Ada" }));
  assert.equal(printed((await kernel.answer(cell)).iopub), "Ada");
});

test("with allow_stdin false nobody is asked and the cell hears why", async () => {
  const kernel = new FakeKernel({ cells: { asks } });
  const { iopub } = await kernel.execute("asks", { allow_stdin: false });
  assert.match(String(printed(iopub)), /allow_stdin is false/);
  assert.ok(!kernel.sent.some(({ channel }) => channel === "stdin"));
});

test("an answer that nobody waits for, or another message on stdin, is dropped", () => {
  const kernel = new FakeKernel();
  kernel.kernel.receiveStdin(inputReply({ value: "late" }));
  kernel.kernel.receiveStdin({ ...inputReply({}), header: newHeader("execute_request", "s") });
  assert.equal(kernel.logged.length, 2);
});

test("comms go both ways with their buffers, and comm_info lists those that are open", async () => {
  const received: unknown[] = [];
  const kernel = new FakeKernel({ session: { comm: (message) => void received.push(message) } });
  const buffers = [new Uint8Array([1, 2])];
  const open = kernel.send("comm_open", { comm_id: "a", target_name: "widget", data: { x: 1 } }, { buffers });
  await kernel.answer(open);
  const cause = open.header;
  assert.deepEqual(received, [
    { kind: "open", commId: "a", targetName: "widget", data: { x: 1 }, metadata: {}, buffers, cause },
  ]);

  const { reply } = await kernel.execute("x");
  const run = 1e9;
  kernel.session.onOutput({
    type: "comm",
    run,
    message: { kind: "open", commId: "b", targetName: "plot", data: { y: 2 }, metadata: { m: 1 }, buffers },
  });
  const opened = kernel.sent.at(-1)!;
  assert.equal(opened.channel, "iopub");
  assert.equal(opened.message.header.msg_type, "comm_open");
  assert.deepEqual(opened.message.content, { comm_id: "b", target_name: "plot", data: { y: 2 } });
  assert.deepEqual(opened.message.buffers, buffers);
  assert.equal(opened.message.parentHeader["msg_id"], reply!.parentHeader["msg_id"]);
  kernel.session.onOutput({ type: "comm", run, message: { kind: "msg", commId: "a", data: {}, cause } });
  assert.equal(kernel.sent.at(-1)!.message.parentHeader["msg_id"], cause.msg_id);

  const list = async (content: Record<string, unknown>): Promise<unknown> =>
    (await kernel.ask("comm_info_request", content)).reply!.content["comms"];
  assert.deepEqual(await list({}), { a: { target_name: "widget" }, b: { target_name: "plot" } });
  assert.deepEqual(await list({ target_name: "plot" }), { b: { target_name: "plot" } });
  await kernel.ask("comm_close", { comm_id: "a", data: {} });
  assert.deepEqual(await list({}), { b: { target_name: "plot" } });
});

test("usage names the host, the kernel's processor time and its memory", async () => {
  const kernel = new FakeKernel();
  const ask = async (): Promise<Record<string, unknown>> =>
    (await kernel.ask("usage_request", {}, { channel: "control" })).reply!.content;
  await ask();
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user < 50_000);
  const content = await ask();
  assert.equal(content["pid"], process.pid);
  assert.ok(Number(content["kernel_cpu"]) > 0);
  // This process alone holds more than 20 MB.
  assert.ok(Number(content["kernel_memory"]) > 20e6);
  const { total, available, free, active } = content["host_virtual_memory"] as Record<string, number>;
  assert.ok(available! > 0 && available! <= total!);
  // What the system could give, such as its file cache, is available and not free; what it keeps for itself is free and not available.
  if (process.platform === "linux") assert.ok(free !== available && active! > 0);
});
