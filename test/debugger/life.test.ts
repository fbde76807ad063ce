/** The debugger's life beside the cells': what ends a pause besides its client, and what outlives a session. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Variable } from "../../kernel/debugger/dap.js";
import type { Json } from "../../kernel/wire/message.js";
import { Debuggee } from "./debuggee.js";

describe("a paused cell", () => {
  let debuggee: Debuggee;
  before(async () => {
    debuggee = new Debuggee();
    await debuggee.attach();
  });
  after(() => debuggee.close());

  /** Runs a cell up to its second line. */
  async function pause(code: string): Promise<Promise<Json>[]> {
    await debuggee.breakCell(code, 2);
    const reply = debuggee.run(code);
    await debuggee.stops();
    // In an array, since a promise of a promise would wait for it.
    return [reply];
  }

  it("is stopped by an interrupt, which keeps the variables", async () => {
    const [reply] = await pause("let kept = 1;\nkept = 2;\nwhile (true);");
    await debuggee.ask("control", "interrupt_request", {});
    assert.equal((await reply!)["ename"], "Interrupted");
    await debuggee.event("continued");
    assert.equal((await debuggee.run("kept === 1 || kept === 2"))["status"], "ok");
    assert.deepEqual((await debuggee.frames()).length, 0);
  });

  it("is stopped by an interrupt after an await and in a called function too, many times over", async () => {
    const code = "function deep() {\n  let n = 0;\n  n++;\n  return n;\n}\nawait null;\ndeep();";
    await debuggee.breakCell(code, 3);
    for (let i = 0; i < 10; i++) {
      const reply = debuggee.run(code);
      await debuggee.stops();
      await debuggee.ask("control", "interrupt_request", {});
      assert.equal((await reply)["ename"], "Interrupted");
    }
    await debuggee.breakCell(code);
    assert.equal((await debuggee.run(code))["status"], "ok");
  });

  it("answers the client's other requests: the kernel is not paused", async () => {
    const [reply] = await pause("const shown = 5;\nshown");
    const info = await debuggee.ask("control", "kernel_info_request", {});
    assert.equal(info["debugger"], true);
    assert.ok((info["supported_features"] as string[]).includes("debugger"));
    const { matches } = await debuggee.ask("shell", "complete_request", { code: "sho", cursor_pos: 3 });
    assert.ok((matches as string[]).includes("shown"));
    await debuggee.body("continue");
    await reply;
  });

  it("is told of to a client that comes later, with the breakpoints", async () => {
    const code = "const again = 1;\nagain";
    const [reply] = await pause(code);
    const info = await debuggee.body<{ stoppedThreads: number[]; isStarted: boolean; breakpoints: Json[] }>(
      "debugInfo",
    );
    assert.deepEqual(info.stoppedThreads, [1]);
    assert.equal(info.isStarted, true);
    assert.ok(info.breakpoints.some(({ breakpoints }) => (breakpoints as { line: number }[])[0]!.line === 2));
    await debuggee.attach();
    assert.equal((await debuggee.frames())[0]!.line, 2);
    await debuggee.body("continue");
    assert.equal((await reply!)["status"], "ok");
  });

  it("goes on when the client leaves, and cells run as if there had been no debugger", async () => {
    const code = "let left = 1;\nleft = 2;";
    const [reply] = await pause(code);
    await debuggee.body("disconnect", {});
    assert.equal((await reply!)["status"], "ok");
    assert.equal((await debuggee.run(code))["status"], "ok");
    const refused = await debuggee.request("variables", { variablesReference: 1 });
    assert.match(String(refused["message"]), /the debugger is off/);
    await debuggee.attach();
    const [once] = await pause(code);
    await debuggee.body("continue");
    assert.equal((await once!)["status"], "ok");
  });

  it("is ended with its session; breakpoints hold in the next one", async () => {
    const code = "const alive = 1;\nalive";
    const [reply] = await pause(code);
    process.kill(debuggee.kernel.session.pid!, "SIGKILL");
    assert.equal((await reply!)["ename"], "SessionDied");
    await debuggee.event("continued");
    const second = debuggee.run(code);
    assert.equal((await debuggee.stops())[0]!.line, 2);
    await debuggee.body("continue");
    assert.equal((await second)["status"], "ok");
  });

  it("that loops is paused where it is", async () => {
    const reply = debuggee.run("let turns = 0;\nwhile (turns >= 0) {\n  turns++;\n}");
    const variables = async () =>
      (await debuggee.body<{ variables: Variable[] }>("inspectVariables")).variables.map(({ name }) => name);
    while (!(await variables()).includes("turns"));
    await debuggee.body("pause", { threadId: 1 });
    const [frame] = await debuggee.stops();
    assert.ok(frame!.line === 2 || frame!.line === 3);
    await debuggee.evaluate("turns = -1");
    await debuggee.body("continue");
    assert.equal((await reply)["status"], "ok");
  });

  it("that is yet to come is paused at its start", async () => {
    await debuggee.body("pause", { threadId: 1 });
    const reply = debuggee.run("const begun = 1;\nbegun");
    assert.equal((await debuggee.stops())[0]!.line, 1);
    await debuggee.body("continue");
    assert.equal((await reply)["status"], "ok");
  });

  it("does not keep the kernel from ending", async () => {
    // The cell is never answered: its kernel ends while it is paused.
    void (await pause("const last = 1;\nlast"));
    await debuggee.close();
  });
});

describe("tensors", () => {
  const debuggee = new Debuggee({ runtime: true });
  after(() => debuggee.close());

  it("show type, shape and values, and what belongs to them", async () => {
    await debuggee.attach();
    const code =
      "const x = tensor([[1, 2, 3], [4, 5, 6]]).mul(2);\nconst w = ones([2], { requiresGrad: true });\nx";
    await debuggee.breakCell(code, 3);
    const reply = debuggee.run(code);
    await debuggee.stops();
    const { x, w } = await debuggee.scope("Globals");
    assert.equal(x!.type, "Tensor<[2, 3], float32>");
    assert.equal(x!.value, "[[ 2., 4., 6.], [ 8., 10., 12.]]");
    const inside = await debuggee.children(x!.variablesReference);
    assert.equal(inside["shape"]!.value, "(2) [2, 3]");
    assert.equal(inside["dtype"]!.value, '"float32"');
    assert.equal((await debuggee.children(w!.variablesReference))["requiresGrad"]!.value, "true");
    const data = await debuggee.children(inside["data"]!.variablesReference);
    assert.equal(data["value"]!.value, "Float32Array(6) [2, 4, 6, 8, 10, 12]");
    assert.equal(await debuggee.evaluate("x.sum().item()"), "42");
    await debuggee.body("continue");
    assert.equal((await reply)["status"], "ok");
    await debuggee.body("initialize", { clientID: "jupyterlab" });
    const { variables } = await debuggee.body<{ variables: Variable[] }>("inspectVariables");
    const shown = variables.find(({ name }) => name === "w")!;
    assert.equal(shown.value, "Tensor<[2], float32> [1., 1.]");
    assert.equal(shown.type, undefined);
  });
});
