import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import ts from "typescript";
import { Notebook, plain } from "../../notebook.js";

describe("an error", () => {
  let notebook: Notebook;
  before(() => {
    notebook = new Notebook();
  });
  after(() => notebook.session.close());

  const shown = async (js: string): Promise<string> => {
    const { outcome } = await notebook.run(js);
    assert.ok(outcome.status === "error");
    return plain(outcome.error.traceback);
  };

  it("is placed in the cell as the user wrote it, by the source map", async () => {
    const source =
      'interface Point { x: number }\nconst p: Point = { x: 1 };\n\nif (p.x as number) throw new Error("typed");\n';
    const { outputText, sourceMapText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, sourceMap: true },
    });
    const cell = { js: outputText, map: sourceMapText!, source, name: "Cell [70]" };
    const outcome = await notebook.session.run(70, cell, { silent: false });
    assert.ok(outcome.status === "error");
    assert.match(
      plain(outcome.error.traceback),
      /> 4 \| if \(p\.x as number\) throw new Error[^]*at Cell \[70\]:4:26$/,
    );
  });

  it("in a called function is placed at the function's name, though the compiled call has another form", async () => {
    const js = '$.f = function f() { throw new Error("x"); };\n(0, $.f)(1);';
    const source = 'function f(a: number) { throw new Error("x"); }\nf(1);';
    // Line 2: generated column 8, the parenthesis, is column 1 of the source.
    const map = JSON.stringify({ version: 3, sources: ["cell"], names: [], mappings: "AAAA;AACA,QAAC" });
    const outcome = await notebook.session.run(71, { js, map, source, name: "Cell [71]" }, { silent: false });
    assert.ok(outcome.status === "error");
    assert.match(plain(outcome.error.traceback), /at Cell \[71\]:2:1$/);
  });

  it("has a stack in the cell's terms for code that reads it", async () => {
    const { result } = await notebook.run("return { value: new Error('e').stack }");
    assert.equal(result?.data["text/plain"], `'Error: e\\n    at Cell [${String(notebook.next - 1)}]:1:17'`);
  });

  it("keeps two cells of one name apart", async () => {
    const run = (source: string) =>
      notebook.session.run(80, { js: source, map: "", source, name: "Cell [80]" }, { silent: false });
    await run("\n\n$.first = () => { throw new Error('from the first'); };");
    const outcome = await run("$.first(); // the second");
    assert.ok(outcome.status === "error");
    const text = plain(outcome.error.traceback);
    assert.match(text, /> 3 \| \$\.first = \(\) =>/);
    assert.match(text, /at first \(Cell \[80\]:3:25\)\n {4}at Cell \[80\]:1:3$/);
  });

  it("shows what it carries beside its message", async () => {
    const text = await shown('throw Object.assign(new Error("gone"), { code: "ENOENT", tried: 3 })');
    assert.match(text, /^Error: gone\n[^]*\n\{ code: 'ENOENT', tried: 3 \}$/);
    assert.match(
      await shown(
        'throw Object.defineProperty(new Error("x"), "bad", { enumerable: true, get() { throw 1; } })',
      ),
      /\{ bad: undefined \}$/,
    );
  });

  it("shows its causes and its parts", async () => {
    const text = await shown(`
      const parts = [new TypeError("one"), new RangeError("two")];
      throw new Error("outer", { cause: new AggregateError(parts, "several") });`);
    assert.match(text, /^Error: outer\n/);
    assert.match(text, /\nCaused by AggregateError: several\n/);
    assert.match(text, /\n\[errors\] TypeError: one\n/);
    assert.match(text, /\n\[errors\] RangeError: two\n/);
  });

  it("that is its own cause ends", async () => {
    assert.match(await shown('const e = new Error("loop"); e.cause = e; throw e;'), /^Error: loop/);
  });

  it("need not be an Error", async () => {
    assert.equal(await shown('throw "text"'), "Uncaught: text");
    assert.equal(await shown("throw { code: 1 }"), "Uncaught: { code: 1 }");
    assert.equal(await shown("throw undefined"), "Uncaught: undefined");
    assert.equal(await shown("throw null"), "Uncaught: null");
    assert.match(
      await shown('throw new Proxy(new Error("x"), { get() { throw 1; }, getPrototypeOf() { throw 2; } })'),
      /^(Uncaught|Error)/,
    );
    assert.match(await shown('class MyError extends Error {}; throw new MyError("mine")'), /^MyError: mine/);
    assert.match(
      await shown('throw Object.defineProperty(new Error(), "message", { get() { throw 1; } })'),
      /^Error/,
    );
  });

  it("in a package shows the user's frame, not the package's", async () => {
    const text = await shown('require("node:fs").readFileSync("/nowhere")');
    assert.match(
      text,
      /^Error: ENOENT[^]*> 1 \| require[^]*at Cell \[\d+\]:1:20\n\{[^}]*path: '\/nowhere' \}$/,
    );
    assert.doesNotMatch(text, /at .*node:/);
  });

  it("on a long line shows the part around the marker", async () => {
    const text = await shown(`/*${"x".repeat(500)}*/ throw new Error("far");`);
    const [line, marker] = text.split("\n").slice(2, 4);
    assert.ok(line!.length < 180);
    assert.equal(line!.slice(marker!.indexOf("^")).slice(0, 9), "new Error");
    assert.match(line!, /^> 1 \| …x/);
  });

  it("on a line that is not long shows all of it", async () => {
    const text = await shown(`/*${"x".repeat(30)}*/ throw new Error("near");`);
    assert.match(text, /^> 1 \| \/\*x{30}\*\/ throw new Error\("near"\);$/m);
  });

  it("with a huge message is cut", async () => {
    assert.ok((await shown('throw new Error("x".repeat(1e7))')).length < 30_000);
  });

  it("that recurses shows a frame once, with how often it is there", async () => {
    const text = await shown("const deeper = () => deeper() + 1; deeper();");
    assert.match(text, /^ {4}at deeper \(Cell \[\d+\]:1:\d+\) \(\d+ times\)$/m);
    assert.ok(text.split("\n").length < 12, text);
  });

  it("whose cause or part is no error shows what that is", async () => {
    const text = await shown('throw new AggregateError([1, "two"], "all", { cause: { code: 5 } })');
    assert.match(text, /\n\[errors\] 1\n\n\[errors\] two\n\nCaused by \{ code: 5 \}$/);
  });

  it("shows no code but the user's, wherever it comes from", async () => {
    const inner = "\"throw new Error('inner')\"";
    const sources = [
      "[2, 1].sort(() => { throw new Error('x'); })",
      "JSON.stringify({ get x() { throw new Error('x'); } })",
      "JSON.stringify({ toJSON() { throw new Error('x'); } })",
      "[...(function* () { throw new Error('x'); })()]",
      "await Promise.all([1].map(async () => { await null; throw new Error('x'); }))",
      "for await (const _ of (async function* () { throw new Error('x'); })()) void 0",
      `(0, eval)(${inner})`,
      `new Function(${inner})()`,
      `require("node:vm").runInThisContext(${inner})`,
      "new (require('node:events'))().emit('error', new Error('x'))",
      "require('node:fs').readFileSync('/nowhere')",
      "await require('node:fs/promises').readFile('/nowhere')",
      "require('node:child_process').execSync('exit 3', { stdio: 'pipe' })",
      "structuredClone(() => 1)",
      "new Proxy({}, { get() { throw new Error('x'); } }).any",
      "$.display({ [Symbol.for('Jupyter.display')]() { throw new Error('x'); } })",
      "$.display.html(5)",
      "$.html`<p ${1}>`",
      "$.widgets.slider({ min: 'a' })",
      "$.none()",
      "await fetch('http://127.0.0.1:1')",
      "await new Promise((_, no) => setTimeout(() => { try { JSON.parse('{'); } catch (error) { no(error); } }))",
      "await new Promise((_, no) => queueMicrotask(() => no(new Error('x'))))",
    ];
    for (const source of sources) {
      const text = await shown(source);
      for (const line of text.split("\n").filter((each) => /^ {4}at /.test(each)))
        assert.match(line, /Cell \[\d+\]:|<anonymous>|worker eval\]:1|evalmachine/, `${source}\n${text}`);
      assert.doesNotMatch(text, /node:internal|wrapper|__import|__wait|kernel\/session/, source);
    }
  });
});
