import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Notebook } from "./notebook.js";

describe("a result", () => {
  let notebook: Notebook;
  before(() => {
    notebook = new Notebook();
  });
  after(() => notebook.session.close());

  const shown = async (expression: string): Promise<string> => {
    const { result, outcome } = await notebook.run(`return { value: ${expression} }`);
    assert.equal(outcome.status, "ok", JSON.stringify(outcome));
    return String(result?.data["text/plain"]);
  };

  it("is written as Node inspects it, without colours", async () => {
    assert.equal(await shown('"it\'s"'), `"it's"`);
    assert.equal(await shown("-0"), "-0");
    assert.equal(await shown("null"), "null");
    assert.equal(await shown("12n"), "12n");
    assert.equal(await shown("{ a: [1, { b: new Map([[1, 2]]) }] }"), "{ a: [ 1, { b: [Map] } ] }");
    assert.equal(await shown("class A {}"), "[class A]");
    assert.match(
      await shown("new Float32Array(1e6)"),
      /^Float32Array\(1000000\) \[\n[^]*999900 more items\n\]$/,
    );
  });

  it("that is a timer shows its time", async () => {
    assert.equal(await shown("$.t = setTimeout(() => undefined, 900)"), "Timeout (900 ms)");
    assert.equal(await shown("(clearTimeout($.t), [$.t])"), "[ Timeout (over) ]");
    assert.equal(await shown("$.t = setInterval(() => undefined, 200)"), "Interval (200 ms)");
    assert.equal(await shown("(clearInterval($.t), setImmediate(() => undefined))"), "Immediate");
  });

  it("an error as a value shows its stack in the cell's terms", async () => {
    assert.equal(
      await shown('new Error("kept")'),
      `Error: kept\n    at Cell [${String(notebook.next - 1)}]:1:17`,
    );
  });

  it("that cycles, throws when looked at, or is a hostile proxy does no harm", async () => {
    assert.equal(
      await shown("(() => { const a = {}; a.a = a; return a; })()"),
      "<ref *1> { a: [Circular *1] }",
    );
    assert.equal(await shown('{ get a() { throw new Error("no"); } }'), "{ a: [Getter] }");
    assert.match(
      await shown(
        'new Proxy({}, { get() { throw new Error("no"); }, ownKeys() { throw new Error("no"); } })',
      ),
      /\{\}/,
    );
    assert.equal(
      await shown('{ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("no"); } }'),
      "[object that cannot be shown: no]",
    );
    assert.equal(await shown("{ toJSON() { return this; } }"), "{ toJSON: [Function: toJSON] }");
    assert.equal(
      await shown("(() => { let a = 0; for (let i = 0; i < 1e5; i++) a = [a]; return a; })()"),
      "[ [ [ [Array] ] ] ]",
    );
  });

  it("of half a gigabyte is cut, with a note", async () => {
    const text = await shown('"x".repeat(2 ** 29 - 24)');
    assert.ok(text.length < 60_000);
    assert.match(text, /\(536,820,888 more characters\)$/);
    const wide = await shown('Array.from({ length: 100 }, () => "y".repeat(5e6))');
    assert.ok(wide.length < 200_000, String(wide.length));
    assert.match(wide, /more characters/);
  });

  it("whose display method throws fails the cell; contents that cannot be sent are named and left out", async () => {
    const { outcome } = await notebook.run(
      'return { value: { [Symbol.for("Jupyter.display")]() { throw new TypeError("cannot"); } } }',
    );
    assert.ok(outcome.status === "error");
    assert.equal(outcome.error.evalue, "cannot");
    const { result } = await notebook.run(`
      const loop = {}; loop.loop = loop;
      return { value: { [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>x</b>", "application/json": loop }) } }`);
    assert.equal(result?.data["text/html"], "<b>x</b>");
    assert.match(String(result.data["text/plain"]), /^\[application\/json left out: .*circular/i);
    for (const levels of [1_000, 100_000]) {
      const deep = `let deep = 1; for (let i = 0; i < ${levels}; i++) deep = [deep];`;
      const { events } = await notebook.run(`${deep} $.display({ "application/json": deep }, { raw: true })`);
      const [display] = events;
      assert.ok(display?.type === "display");
      assert.deepEqual(Object.keys(display.bundle.data), ["text/plain"]);
    }
  });

  it("display says what it expects", async () => {
    const { outcome } = await notebook.run("$.display(1, { raw: true })");
    assert.ok(outcome.status === "error");
    assert.match(outcome.error.evalue, /expected an object of MIME types to contents/);
  });

  it("display of what shows itself later belongs to the cell, and can be waited for", async () => {
    const { events } = await notebook.run(
      `await $.display({ async [Symbol.for("Jupyter.display")]() { return { "text/plain": "late" }; } }); console.log("then");`,
    );
    assert.deepEqual(
      events.map((event) => event.type),
      ["display", "stream"],
    );
  });

  it("of a cell that ends with such a display is the display alone", async () => {
    const { events } = await notebook.run(
      `return { value: $.display({ async [Symbol.for("Jupyter.display")]() { return { "text/plain": "late" }; } }) }`,
    );
    assert.deepEqual(
      events.map((event) => event.type),
      ["display"],
    );
  });
});
