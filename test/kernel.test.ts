/** The whole kernel, from a client's side: its own process, real sockets, TypeScript, and a session process that may die. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Request } from "zeromq";
import { launchKernel, type LaunchedKernel } from "../kernel/client/launch.js";
import { addressOf } from "../kernel/transport/connection.js";
import type { Json, Message } from "../kernel/wire/message.js";

let kernel: LaunchedKernel;
const published: Message[] = [];

before(async () => {
  kernel = await launchKernel({ cwd: import.meta.dirname });
  kernel.client.onIopub = (message) => published.push(message);
});
after(() => kernel.shutdown());

interface Ran {
  readonly reply: Json;
  readonly iopub: readonly Message[];
}

async function execute(code: string, more: Json = {}): Promise<Ran> {
  let id = "";
  const { content } = await kernel.client.request(
    "shell",
    "execute_request",
    { code, ...more },
    (sent) => (id = sent),
  );
  return { reply: content, iopub: published.filter(({ parentHeader }) => parentHeader["msg_id"] === id) };
}

const ofType = (messages: readonly Message[], type: string): Json[] =>
  messages.filter(({ header }) => header.msg_type === type).map(({ content }) => content);
const printed = (messages: readonly Message[]): string =>
  ofType(messages, "stream")
    .map(({ text }) => text)
    .join("");
const result = async (code: string): Promise<unknown> => {
  const { reply, iopub } = await execute(code);
  assert.equal(reply["status"], "ok", JSON.stringify(reply));
  return (ofType(iopub, "execute_result")[0]?.["data"] as Json | undefined)?.["text/plain"];
};
/** Runs a cell that does not end by itself, and interrupts it once it runs. */
async function interrupted(code: string): Promise<Json> {
  const ran = execute(`console.log("running");\n${code}`);
  const from = published.length;
  while (!ofType(published.slice(from), "stream").length)
    await new Promise((resolve) => setTimeout(resolve, 10));
  const { content } = await kernel.client.request("control", "interrupt_request", {});
  assert.deepEqual(content, { status: "ok" });
  return (await ran).reply;
}

test("cells share variables and types, and the last expression is the result", async () => {
  await execute("let kept = 41;");
  assert.equal(await result("kept += 1; kept"), "42");
  const { reply } = await execute("const wrong: string = kept;");
  assert.equal(reply["ename"], "TypeScriptError");
  assert.match(String(reply["evalue"]), /Type 'number' is not assignable to type 'string'/);
});

test("_ is the last result, until a cell declares it as something else", async () => {
  await execute("[1, 2, 3]");
  assert.equal(await result("_.length"), "3");
  await execute("const none = undefined; none");
  await execute("let silent = 1; silent", { silent: true });
  await execute("throw 5; 6");
  await execute("", { user_expressions: { other: "7" } });
  assert.equal(await result("_ * 2"), "6");
  const { content } = await kernel.client.request("shell", "complete_request", {
    code: "_.toF",
    cursor_pos: 5,
  });
  assert.deepEqual(content["matches"], ["toFixed"]);
  await execute("const _ = 'mine'; 8");
  assert.equal(await result("_"), "'mine'");
});

test("an interrupt ends a synchronous loop, a loop after an await and a pending promise, and variables keep their values", async () => {
  for (const code of [
    "while (true) {}",
    "for (;;) { await 1; for (let i = 0; i < 1e9; i++); }",
    "await new Promise(() => {});",
  ]) {
    assert.equal((await interrupted(code))["ename"], "Interrupted");
  }
  assert.equal(await result("kept"), "42");
});

test("queries and the heartbeat are answered while a cell loops", async () => {
  const ran = execute("while (true) {}");
  const { content } = await kernel.client.request("shell", "complete_request", {
    code: "kep",
    cursor_pos: 3,
  });
  assert.deepEqual(content["matches"], ["kept"]);
  const heart = new Request({ linger: 0, receiveTimeout: 5_000 });
  heart.connect(addressOf(kernel.connection, "hb"));
  await heart.send("beat");
  assert.equal(String(await heart.receive()), "beat");
  heart.close();
  while ((await Promise.race([ran, interruptAndWait()])) === undefined);
  assert.equal((await ran).reply["ename"], "Interrupted");
});

async function interruptAndWait(): Promise<undefined> {
  await kernel.client.request("control", "interrupt_request", {});
  await new Promise((resolve) => setTimeout(resolve, 50));
}

test("what a timer prints after its cell has ended stands below that cell", async () => {
  const timer = await execute("setTimeout(() => console.log('late'), 50); 1");
  const { iopub } = await execute(
    "await new Promise((resolve) => setTimeout(resolve, 300)); console.log('here')",
  );
  assert.equal(printed(iopub), "here\n");
  const id = timer.iopub[0]!.parentHeader["msg_id"];
  assert.equal(printed(published.filter(({ parentHeader }) => parentHeader["msg_id"] === id)), "late\n");
});

test("20,000 lines arrive whole, below their own cell", async () => {
  const { iopub } = await execute("for (let i = 0; i < 20_000; i++) console.log(`line ${i}`);");
  assert.equal(printed(iopub), Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));
});

test("a cell asks its user, and hears why when nobody may be asked", async () => {
  kernel.client.onInput = (request) => {
    assert.deepEqual(request.content, { prompt: "Name? ", password: false });
    kernel.client.inputReply(request, "Ada");
  };
  assert.equal(await result("await prompt('Name? ')"), "'Ada'");
  const { reply } = await execute("await prompt('Name? ')", { allow_stdin: false });
  assert.match(String(reply["evalue"]), /allow_stdin is false/);
});

test("a cell that ends its process is an error that says so; the kernel goes on with a new session", async () => {
  for (const [code, why] of [
    ["process.exit(3)", /process\.exit\(3\)/],
    ["process.kill(process.pid, 'SIGKILL')", /SIGKILL/],
  ] as const) {
    await execute("let lost = 1;");
    const { reply } = await execute(code);
    assert.equal(reply["status"], "error");
    assert.match(String(reply["evalue"]), why);
    assert.match(String((await execute("lost")).reply["evalue"]), /Cannot find name 'lost'/);
    assert.equal(await result("1 + 1"), "2");
  }
});

test(
  "SIGINT interrupts the cell and leaves the kernel alive",
  { skip: process.platform === "win32" },
  async () => {
    const ran = execute("console.log('running'); while (true) {}");
    const from = published.length;
    while (!ofType(published.slice(from), "stream").length)
      await new Promise((resolve) => setTimeout(resolve, 10));
    kernel.process.kill("SIGINT");
    assert.equal((await ran).reply["ename"], "Interrupted");
    assert.equal(await result("2 + 2"), "4");
  },
);
