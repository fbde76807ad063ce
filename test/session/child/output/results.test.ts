import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Notebook } from "../../notebook.js";

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

  it("that is the global object is told by its name alone", async () => {
    assert.equal(await shown("Object.assign(globalThis, { put: 1 })"), "Object [global]");
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
      assert.deepEqual(Object.keys(display.bundle.decode().data), ["text/plain"]);
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

  it("stays text where it only looks like a picture or a table", async () => {
    for (const expression of [
      "new Uint8Array([0x89, 0x50, 1, 2])",
      "new Uint8Array(0)",
      "{ outerHTML: 5 }",
      '{ get outerHTML() { throw new Error("no"); } }'.replace("throw", "return 1; throw"),
      "{ $schema: 'https://example.org/vega.json' }",
      "[]",
      "[{}]",
      "[1, { a: 1 }]",
      "[[1, 2], [3, 4]]",
      "[{ a: { b: 1 } }]",
      "{ toJSON() { throw new Error('no'); } }",
      "{ numRows: 3, schema: { fields: [{ name: 'a' }] } }",
      "{ columnNames() { throw new Error('no'); }, numRows() { return 1; }, objects() { return []; } }",
      '{ "text/html": "<b>data that somebody has sent</b>" }',
    ]) {
      const { result, outcome } = await notebook.run(`return { value: ${expression} }`);
      assert.equal(outcome.status, "ok", expression);
      assert.deepEqual(Object.keys(result!.data), ["text/plain"], expression);
    }
  });
});

describe("a picture", () => {
  let notebook: Notebook;
  before(() => {
    notebook = new Notebook();
  });
  after(() => notebook.session.close());

  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const contents = async (expression: string): Promise<Record<string, unknown>> => {
    const { result, outcome } = await notebook.run(`return { value: ${expression} }`);
    assert.equal(outcome.status, "ok", JSON.stringify(outcome));
    const { events } = await notebook.run(`await $.display(${expression})`);
    const shown = events.find((event) => event.type === "display");
    assert.ok(shown?.type === "display");
    assert.deepEqual(shown.bundle.decode().data, result?.data);
    return shown.bundle.decode().data;
  };

  it("is what bytes in a format that pages draw are, in a view, a buffer or a blob", async () => {
    const bytes = `Buffer.from("${png}", "base64")`;
    for (const value of [
      bytes,
      `new Uint8Array(${bytes})`,
      `new Uint8Array([0, 0, ...${bytes}]).subarray(2)`,
      `new Uint8Array(${bytes}).buffer`,
      `new Blob([${bytes}])`,
    ]) {
      assert.deepEqual(await contents(value), { "image/png": png, "text/plain": "PNG picture, 70 B" }, value);
    }
    const begins = (text: string) => `Buffer.from("${text}" + "x".repeat(40), "latin1")`;
    assert.deepEqual(Object.keys(await contents(begins("\\xff\\xd8\\xff\\xe0")))[0], "image/jpeg");
    assert.deepEqual(Object.keys(await contents(begins("GIF89a")))[0], "image/gif");
    assert.deepEqual(Object.keys(await contents(begins("RIFFxxxxWEBPVP8L")))[0], "image/webp");
    assert.deepEqual(Object.keys(await contents(begins("%PDF-1.7")))[0], "application/pdf");
    assert.equal(
      (await contents(`new Blob(["<svg></svg>"], { type: "image/svg+xml" })`))["image/svg+xml"],
      '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
    );
  });

  it("is what an element, a canvas or a chart makes of itself", async () => {
    const svg = '<svg class="plot" width="10"><circle r="5"/></svg>';
    assert.equal(
      (await contents(`new (class SVGElement { get outerHTML() { return '${svg}'; } })()`))["image/svg+xml"],
      '<svg xmlns="http://www.w3.org/2000/svg" class="plot" width="10"><circle r="5"/></svg>',
    );
    assert.equal((await contents("{ outerHTML: '<figure>x</figure>' }"))["text/html"], "<figure>x</figure>");
    const url = `"data:image/png;base64,${png}"`;
    assert.equal((await contents(`{ toDataURL: () => ${url} }`))["image/png"], png);
    assert.equal((await contents(`{ toDataURL: async () => ${url} }`))["image/png"], png);
    assert.equal(
      (
        await contents(
          `{ toDataURL: () => "data:image/svg+xml;charset=utf-8," + encodeURIComponent("<svg></svg>") }`,
        )
      )["image/svg+xml"],
      '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
    );
    for (const [schema, types] of [
      ["vega-lite/v5.json", ["application/vnd.vegalite.v5+json"]],
      ["vega-lite/v6.1.0.json", ["application/vnd.vegalite.v6+json", "application/vnd.vegalite.v5+json"]],
      ["vega/v5.json", ["application/vnd.vega.v5+json"]],
    ] as const) {
      const spec = `{ $schema: "https://vega.github.io/schema/${schema}", mark: "bar" }`;
      for (const value of [`{ toSpec: () => (${spec}) }`, `{ toJSON: () => (${spec}) }`, spec])
        assert.deepEqual(Object.keys(await contents(value)), [...types, "text/plain"], value);
    }
  });

  it("that fails to be drawn fails the cell", async () => {
    const { outcome } = await notebook.run('return { value: { toSpec() { throw new Error("no data"); } } }');
    assert.ok(outcome.status === "error");
    assert.equal(outcome.error.evalue, "no data");
  });
});

describe("display", () => {
  let notebook: Notebook;
  before(() => {
    notebook = new Notebook();
  });
  after(() => notebook.session.close());

  const shown = async (
    js: string,
  ): Promise<{ data: Record<string, unknown>; metadata: Record<string, unknown> }> => {
    const { events, outcome } = await notebook.run(js);
    assert.equal(outcome.status, "ok", JSON.stringify(outcome));
    const [event] = events;
    assert.ok(event?.type === "display");
    return event.bundle.decode();
  };

  it("takes an object of MIME types for what is to be shown, and bytes in it for what they are", async () => {
    assert.deepEqual(await shown(`$.display({ "text/html": "<b>hi</b>", "text/plain": "hi" })`), {
      data: { "text/html": "<b>hi</b>", "text/plain": "hi" },
      metadata: {},
    });
    const { data } = await shown(
      `$.display({ "image/png": new Uint8Array([1, 2, 3]), "application/x.y+json": { a: 1 } })`,
    );
    assert.deepEqual(data, { "image/png": "AQID", "application/x.y+json": { a: 1 } });
    assert.deepEqual(await shown(`$.display({ data: { "text/html": "x" }, metadata: { a: 1 } })`), {
      data: { "text/html": "x" },
      metadata: { a: 1 },
    });
    for (const value of ["{ 'a/b': 1 }", "{ 'text/html': 'x', other: 1 }", "{}", "{ data: { x: 1 } }"])
      assert.deepEqual(Object.keys((await shown(`$.display(${value})`)).data), ["text/plain"], value);
    assert.deepEqual(Object.keys((await shown(`$.display({ "text/html": "x" }, { raw: false })`)).data), [
      "text/plain",
    ]);
  });

  it("has a function for each kind of contents", async () => {
    const only = async (js: string) => Object.keys((await shown(js)).data)[0];
    assert.equal(await only('$.display.html("<b>x</b>")'), "text/html");
    assert.equal(await only('$.display.markdown("# x")'), "text/markdown");
    assert.equal(await only('$.display.latex("$x$")'), "text/latex");
    assert.equal(await only('$.display.text("x")'), "text/plain");
    assert.equal(await only('$.display.svg("<svg></svg>")'), "image/svg+xml");
    assert.equal(await only("$.display.json({ a: [1] })"), "application/json");
    const image = await shown('$.display.image(Buffer.from("GIF89a"), { width: 30, id: "g" })');
    assert.deepEqual(image, {
      data: { "image/gif": "R0lGODlh", "text/plain": "GIF picture, 6 B" },
      metadata: { "image/gif": { width: 30 } },
    });
    for (const [js, message] of [
      ["$.display.html(5)", /display\.html\(text\): expected a string, got a value of type number/],
      ["$.display.image(5)", /expected bytes, a data: address, a path or a URL/],
      ["$.display.image(new Uint8Array(3))", /none of PNG, JPEG/],
      ['$.display.image("https://example.org/a.png")', /show its bytes/],
      ['$.display.image("/nowhere.png")', /ENOENT/],
    ] as const) {
      const { outcome } = await notebook.run(js);
      assert.ok(outcome.status === "error", js);
      assert.match(outcome.error.evalue, message);
    }
  });

  it("is told by templates what they are; values in them are text", async () => {
    const html = "$.html`<b title=${'\"'}>${'<i>'}</b>${[1, $.html`<u>${null}</u>`]}`";
    assert.deepEqual(
      (await shown(`$.display(${html})`)).data["text/html"],
      '<b title="&quot;">&lt;i&gt;</b>1<u></u>',
    );
    assert.equal(
      (await shown(`$.display.html(${html})`)).data["text/html"],
      '<b title="&quot;">&lt;i&gt;</b>1<u></u>',
    );
    assert.equal(
      (await shown("$.display($.svg`<svg><text>${'<'}</text></svg>`)")).data["image/svg+xml"],
      '<svg xmlns="http://www.w3.org/2000/svg"><text>&lt;</text></svg>',
    );
    assert.equal(
      (await shown("$.display($.md`\n    # ${'Title'}\n      - a\n    `)")).data["text/markdown"],
      "# Title\n  - a",
    );
    const { result } = await notebook.run("return { value: $.html('<b>whole</b>') }");
    assert.equal(result?.data["text/html"], "<b>whole</b>");
  });
});
