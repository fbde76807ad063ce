/** A cell is debugged: breakpoints, steps, variables, and what is evaluated where the program stands. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Json } from "../../kernel/wire/message.js";
import { Debuggee } from "./debuggee.js";

let debuggee: Debuggee;
before(async () => {
  debuggee = new Debuggee();
  await debuggee.attach();
});
after(() => debuggee.close());

/** Lets the cell run to its end. */
async function finish(reply: Promise<Json>): Promise<Json> {
  await debuggee.body("continue", { threadId: 1 });
  return reply;
}

describe("a breakpoint in a cell", () => {
  it("stops before the line, shows where, and goes on", async () => {
    const code = "const a = 1;\nconst b = a + 1;\nconst c = b + 1;\nc";
    const [breakpoint] = await debuggee.breakCell(code, 2);
    assert.equal(breakpoint!.verified, true);
    assert.equal(breakpoint!.line, 2);
    const reply = debuggee.run(code);
    assert.deepEqual(await debuggee.stops(), [{ name: "Cell [1]", line: 2 }]);
    const { a, b } = await debuggee.scope("Globals");
    assert.equal(a!.value, "1");
    assert.equal(b, undefined);
    assert.equal((await finish(reply))["status"], "ok");
  });

  it("is hit again when the cell is run again, and in a later cell that calls its function", async () => {
    const code = "function twice(n: number): number {\n  const m = n * 2;\n  return m;\n}\ntwice(1)";
    await debuggee.breakCell(code, 3);
    for (const count of [1, 2]) {
      const reply = debuggee.run(code);
      assert.deepEqual(await debuggee.stops(), [
        { name: "twice", line: 3 },
        { name: `Cell [${count + 1}]`, line: 5 },
      ]);
      assert.equal((await finish(reply))["status"], "ok");
    }
    const reply = debuggee.run("twice(21)");
    assert.equal((await debuggee.stops())[0]!.line, 3);
    assert.equal((await debuggee.scope("Locals"))["m"]!.value, "42");
    await finish(reply);
    await debuggee.breakCell(code);
    assert.equal((await debuggee.run("twice(3)"))["status"], "ok");
  });

  it("moves from a line with nothing to do to the next that has, and says so", async () => {
    const code =
      "// a comment\n\ninterface P { x: number }\nconst p: P = {\n  x: Math.max(1,\n    2),\n};\np";
    const lines = await debuggee.breakCell(code, 1, 5, 6);
    assert.deepEqual(
      lines.map(({ line }) => line),
      [4, 5, 8],
    );
    const reply = debuggee.run(code);
    assert.equal((await debuggee.stops())[0]!.line, 4);
    await debuggee.body("continue");
    assert.equal((await debuggee.stops())[0]!.line, 5);
    await debuggee.body("continue");
    assert.equal((await debuggee.stops())[0]!.line, 8);
    await finish(reply);
    const [beyond] = await debuggee.breakCell("1\n// nothing more", 2);
    assert.equal(beyond!.verified, false);
    assert.match(beyond!.message!, /nothing to stop at/);
  });

  it("stops only where its condition holds, which may speak of locals and of other cells' variables", async () => {
    await debuggee.run("let limit = 3;");
    const code = "for (let i = 0; i < 6; i++) {\n  const square = i * i;\n  void square;\n}";
    await debuggee.breakCell(code, { line: 3, condition: "(i as number) > limit" });
    const reply = debuggee.run(code);
    await debuggee.stops();
    assert.equal((await debuggee.scope("Locals"))["i"]!.value, "4");
    await debuggee.body("continue");
    await debuggee.stops();
    assert.equal(await debuggee.evaluate("square"), "25");
    assert.equal((await finish(reply))["status"], "ok");
  });

  it("whose condition fails stops and says why", async () => {
    const code = "const q = 1;\nq";
    await debuggee.breakCell(code, { line: 2, condition: "nowhere > 1" });
    const reply = debuggee.run(code);
    assert.match(String((await debuggee.event("stopped"))["text"]), /condition: .*nowhere is not defined/);
    await finish(reply);
  });

  it("stops at the hit that is asked for", async () => {
    const code = "for (let i = 1; i < 10; i++) {\n  Math.abs(i);\n}";
    await debuggee.breakCell(code, { line: 2, hitCondition: "% 4" });
    const reply = debuggee.run(code);
    for (const hit of ["4", "8"]) {
      await debuggee.stops();
      assert.equal(await debuggee.evaluate("i"), hit);
      await debuggee.body("continue");
    }
    assert.equal((await reply)["status"], "ok");
  });

  it("that is a logpoint prints into the cell's output and does not stop", async () => {
    const code = "for (let i = 0; i < 3; i++) {\n  Math.abs(i);\n}";
    await debuggee.breakCell(code, { line: 2, logMessage: "i is {i}, {{ double: i * 2 }}" });
    assert.equal((await debuggee.run(code))["status"], "ok");
    for (const i of [0, 1, 2]) assert.ok(debuggee.printed.includes(`i is ${i}, { double: ${i * 2} }\n`));
  });
});

describe("a step", () => {
  it("over, into and out of functions stays in the user's code", async () => {
    const code =
      "function inner(n: number) {\n  return n + 1;\n}\nconst x = [1].map(inner);\nconst y = inner(5);\ny";
    await debuggee.breakCell(code, 4);
    const reply = debuggee.run(code);
    const cell = (await debuggee.stops()).at(-1)!.name;
    await debuggee.body("stepIn");
    assert.deepEqual(await debuggee.stops(), [
      { name: "inner", line: 2 },
      { name: cell, line: 4 },
    ]);
    await debuggee.body("stepOut");
    assert.deepEqual(await debuggee.stops(), [{ name: cell, line: 5 }]);
    await debuggee.body("next");
    assert.deepEqual(await debuggee.stops(), [{ name: cell, line: 6 }]);
    await finish(reply);
  });

  it("over the last line ends the cell, tells that it goes on, and does not stop in the next one", async () => {
    const code = "const first = 1;\nfirst;";
    await debuggee.breakCell(code, 2);
    const reply = debuggee.run(code);
    await debuggee.stops();
    await debuggee.body("next");
    assert.equal((await reply)["status"], "ok");
    await debuggee.event("continued");
    assert.equal((await debuggee.run("const second = 2;\nsecond"))["status"], "ok");
    assert.equal(debuggee.kernel.debugger.stopped, undefined);
  });

  it("over an await stops after it", async () => {
    const code = "const before = 1;\nconst later = await new Promise((r) => setTimeout(r, 20, 7));\nlater";
    await debuggee.breakCell(code, 2);
    const reply = debuggee.run(code);
    await debuggee.stops();
    await debuggee.body("next");
    await debuggee.stops();
    if ((await debuggee.frames())[0]!.line === 2) {
      await debuggee.body("next");
      await debuggee.stops();
    }
    assert.equal((await debuggee.frames())[0]!.line, 3);
    await finish(reply);
  });
});

describe("variables", () => {
  const code = `class Point {
  #hidden = 1;
  constructor(readonly x: number, readonly y: number) {}
  get sum() { return this.x + this.y + this.#hidden; }
}
function look() {
  const text = "quoted \\"text\\"";
  const list = [1, 2, { deep: [3] }];
  const map = new Map([["key", { value: 1 }]]);
  const point = new Point(3, 4);
  const big = Array.from({ length: 250 }, (_, i) => i);
  const self: { me?: object } = {};
  self.me = self;
  let changed = 1;
  return changed;
}
look()`;
  let reply: Promise<Json>;
  before(async () => {
    await debuggee.breakCell(code, 15);
    reply = debuggee.run(code);
    await debuggee.stops();
  });
  after(async () => finish(reply));

  it("are shown on one line each", async () => {
    const locals = await debuggee.scope("Locals");
    const values = Object.fromEntries(Object.entries(locals).map(([name, { value }]) => [name, value]));
    assert.deepEqual(values, {
      text: '"quoted \\"text\\""',
      list: "(3) [1, 2, {…}]",
      map: 'Map(1) {"key" → {value: 1}}',
      point: "Point {#hidden: 1, x: 3, y: 4}",
      big: values["big"],
      self: "{me: {…}}",
      changed: "1",
      "Return value": "1",
    });
    assert.match(values["big"]!, /^\(250\) \[0, 1, 2, .*…$/);
    assert.equal(locals["point"]!.type, "Point");
  });

  it("expand: elements, entries, private fields, getters, long arrays in pieces", async () => {
    const locals = await debuggee.scope("Locals");
    const point = await debuggee.children(locals["point"]!.variablesReference);
    assert.equal(point["x"]!.value, "3");
    assert.equal(point["#hidden"]!.value, "1");
    assert.equal(point["sum"]!.presentationHint!.lazy, true);
    assert.equal((await debuggee.children(point["sum"]!.variablesReference))["value"]!.value, "8");
    const list = await debuggee.children(locals["list"]!.variablesReference);
    assert.equal((await debuggee.children(list["2"]!.variablesReference))["deep"]!.value, "(1) [3]");
    assert.equal(list["2"]!.evaluateName, "list[2]");
    const map = await debuggee.children(locals["map"]!.variablesReference);
    assert.ok(map["[[Entries]]"]);
    const big = await debuggee.children(locals["big"]!.variablesReference);
    assert.deepEqual(
      Object.keys(big).filter((name) => name.includes("…")),
      ["[0 … 99]", "[100 … 199]", "[200 … 249]"],
    );
    const last = await debuggee.children(big["[200 … 249]"]!.variablesReference);
    assert.equal(last["249"]!.value, "249");
  });

  it("can be changed, and so can what they hold", async () => {
    const [frame] = await debuggee.frames();
    const { scopes } = await debuggee.body<{ scopes: { name: string; variablesReference: number }[] }>(
      "scopes",
      {
        frameId: frame!.id,
      },
    );
    const { variablesReference } = scopes.find(({ name }) => name === "Locals")!;
    const set = await debuggee.body("setVariable", { variablesReference, name: "changed", value: "40 + 2" });
    assert.equal(set["value"], "42");
    assert.equal(await debuggee.evaluate("changed"), "42");
    const self = (await debuggee.scope("Locals"))["self"]!.variablesReference;
    await debuggee.body("setVariable", { variablesReference: self, name: "me", value: "changed" });
    assert.equal(await debuggee.evaluate("self"), "{me: 42}");
  });

  it("a value is evaluated with TypeScript, names of the frame and names of cells", async () => {
    await debuggee.evaluate("globalish = 5");
    assert.equal(await debuggee.evaluate("(point as any).x + changed! + globalish"), "50");
    assert.equal(await debuggee.evaluate("answer"), "42");
    assert.equal(await debuggee.evaluate("[1, 2].map((changed) => changed * 10)"), "(2) [10, 20]");
    const hover = { expression: "changed = 0", context: "hover", frameId: (await debuggee.frames())[0]!.id };
    assert.equal((await debuggee.request("evaluate", hover))["success"], false);
    const broken = await debuggee.request("evaluate", { ...hover, context: "repl", expression: "nowhere.x" });
    assert.match(String(broken["message"]), /^ReferenceError: nowhere is not defined/);
    const wrong = await debuggee.request("evaluate", { ...hover, context: "repl", expression: "1 +" });
    assert.match(String(wrong["message"]), /Expression expected/);
  });

  it("a local one copied to the globals is known to later cells", async () => {
    await debuggee.body("copyToGlobals", {
      srcVariableName: "list",
      dstVariableName: "copied",
      srcFrameId: (await debuggee.frames())[0]!.id,
    });
    assert.ok((await debuggee.scope("Globals"))["copied"]);
  });

  it("are shown as a cell would show them", async () => {
    const { data } = await debuggee.body<{ data: Json }>("richInspectVariables", {
      variableName: "list",
      frameId: (await debuggee.frames())[0]!.id,
    });
    assert.equal(data["text/plain"], "[ 1, 2, { deep: [ 3 ] } ]");
  });
});

describe("between cells", () => {
  it("the notebook's variables are there, expand and can be evaluated", async () => {
    await debuggee.run("const kept = { inside: [1, 2] };\nconst copiedLength = copied.length;");
    const { variables } = await debuggee.body<{
      variables: { name: string; value: string; variablesReference: number }[];
    }>("inspectVariables");
    const kept = variables.find(({ name }) => name === "kept")!;
    assert.equal(kept.value, "{inside: Array(2)}");
    assert.equal((await debuggee.children(kept.variablesReference))["inside"]!.value, "(2) [1, 2]");
    assert.equal(await debuggee.evaluate("await Promise.resolve(kept.inside[1])"), "2");
    const { data } = await debuggee.body<{ data: Json }>("richInspectVariables", { variableName: "kept" });
    assert.equal(data["text/plain"], "{ inside: [ 1, 2 ] }");
  });
});

describe("errors", () => {
  afterEach(() => debuggee.body("setExceptionBreakpoints", { filters: [] }));

  it("that nobody catches stop the program where they are thrown, before and after an await", async () => {
    await debuggee.body("setExceptionBreakpoints", { filters: ["uncaught"] });
    for (const before of ["", "await null;"]) {
      const reply = debuggee.run(
        `${before}\ntry { throw new Error("caught"); } catch {}\nthrow new TypeError("lost");`,
      );
      const stopped = await debuggee.event("stopped");
      assert.equal(stopped["reason"], "exception");
      assert.equal(stopped["text"], "TypeError: lost");
      assert.equal((await debuggee.frames())[0]!.line, 3);
      const info = await debuggee.body("exceptionInfo", { threadId: 1 });
      assert.equal(info["exceptionId"], "TypeError");
      assert.equal(info["breakMode"], "unhandled");
      const { status, ename, evalue } = await finish(reply);
      assert.deepEqual([status, ename, evalue], ["error", "TypeError", "lost"]);
    }
  });

  it("that are caught stop it where all are asked for", async () => {
    await debuggee.body("setExceptionBreakpoints", { filters: ["raised"] });
    const reply = debuggee.run(`try {\n  throw new Error("caught");\n} catch {}`);
    assert.equal((await debuggee.event("stopped"))["text"], "Error: caught");
    assert.equal((await finish(reply))["status"], "ok");
  });
});

describe("local files", () => {
  it("stop at their breakpoints, edited or not, and steps go from cell to file", async () => {
    const path = debuggee.file(
      "helper.ts",
      "export type N = number;\n\nexport function add(a: N, b: N): N {\n  const total: N = a + b;\n  return total;\n}\n",
    );
    const [breakpoint] = await debuggee.breakFile(path, 4);
    assert.equal(breakpoint!.line, 4);
    const code = `import { add } from "./helper";\nadd(1, 2)`;
    const reply = debuggee.run(code);
    assert.deepEqual((await debuggee.stops())[0], { name: "add", line: 4 });
    assert.equal((await debuggee.frames())[0]!.source!.path, path);
    await debuggee.body("next");
    assert.equal((await debuggee.stops())[0]!.line, 5);
    assert.equal((await debuggee.scope("Locals"))["total"]!.value, "3");
    await finish(reply);
    const { content } = await debuggee.body<{ content: string }>("source", { source: { path } });
    assert.match(content, /export function add/);
    const { modules } = await debuggee.body<{ modules: { path: string }[] }>("modules");
    assert.ok(modules.some((module) => module.path === path));
  });

  it("are stepped into from a cell, past what makes imported names live", async () => {
    debuggee.file("scale.ts", "export function scale(x: number) {\n  return x * 10;\n}\n");
    const code = `import { scale } from "./scale";\nlet sum = 0;\nsum += scale(4);`;
    await debuggee.breakCell(code, 3);
    const reply = debuggee.run(code);
    await debuggee.stops();
    await debuggee.body("stepIn");
    assert.deepEqual((await debuggee.stops())[0], { name: "scale", line: 2 });
    assert.equal((await finish(reply))["status"], "ok");
  });

  it("of JavaScript stop too", async () => {
    const path = debuggee.file(
      "plain.mjs",
      "export function half(n) {\n  const h = n / 2;\n  return h;\n}\n",
    );
    await debuggee.breakFile(path, { line: 3, condition: "h > 1" });
    const reply = debuggee.run(`import { half } from "./plain.mjs";\nhalf(2);\nhalf(8)`);
    assert.deepEqual((await debuggee.stops())[0], { name: "half", line: 3 });
    assert.equal(await debuggee.evaluate("h"), "4");
    await finish(reply);
  });
});
