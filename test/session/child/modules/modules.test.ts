import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, it } from "node:test";
import { Notebook, plain, type Ran } from "../../notebook.js";

describe("a cell imports, seen from the notebook's folder,", () => {
  let folder: string;
  let notebook: Notebook;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "cellgrad-modules-"));
    notebook = new Notebook(folder);
  });
  after(async () => {
    await notebook.session.close();
    rmSync(folder, { recursive: true });
  });

  const text = ({ result, outcome, stderr }: Ran): unknown => {
    assert.equal(stderr(), "");
    return outcome.status === "error" ? plain(outcome.error.traceback) : result?.data["text/plain"];
  };
  const imported = async (specifier: string, expression: string) =>
    text(
      await notebook.run(
        `const m = await __import(${JSON.stringify(specifier)}); return { value: ${expression} }`,
      ),
    );

  it("Node's own modules, with and without node:", async () => {
    assert.equal(await imported("node:path", 'm.posix.join("a", "b")'), "'a/b'");
    assert.equal(await imported("path", "typeof m.default.join"), "'function'");
  });

  it("cellgrad, as the very instance that the session has loaded", async () => {
    assert.equal(await imported("cellgrad", "m.Shape === $.Shape"), "true");
    write("uses-cellgrad.ts", 'import { Shape } from "cellgrad"; export { Shape };');
    assert.equal(await imported("./uses-cellgrad.ts", "m.Shape === $.Shape"), "true");
    assert.equal(text(await notebook.run('return { value: require("cellgrad").Shape === $.Shape }')), "true");
  });

  it("packages: with an exports map, as CommonJS, by name and by default", async () => {
    write(
      "node_modules/esm-only/package.json",
      '{"name":"esm-only","type":"module","exports":{".":{"import":"./main.js"},"./sub":"./sub.js"}}',
    );
    write("node_modules/esm-only/main.js", 'export const kind = "esm"; export default 1;');
    write("node_modules/esm-only/sub.js", 'export const kind = "sub";');
    write("node_modules/cjs/package.json", '{"name":"cjs","main":"main.js"}');
    write(
      "node_modules/cjs/main.js",
      'exports.kind = "cjs"; const late = { hidden: 7 }; Object.assign(module.exports, late);',
    );
    assert.equal(await imported("esm-only", "[m.kind, m.default].join()"), "'esm,1'");
    assert.equal(await imported("esm-only/sub", "m.kind"), "'sub'");
    assert.equal(await imported("cjs", "[m.kind, m.default.hidden].join()"), "'cjs,7'");
    assert.equal(text(await notebook.run('return { value: require("cjs").kind }')), "'cjs'");
  });

  it("a CommonJS package's export by a name that Node's guess misses; a name that is not there is refused", async () => {
    const hidden = await notebook.run(
      'return { value: (await __import("cjs", undefined, ["hidden"])).hidden }',
    );
    assert.equal(text(hidden), "7");
    const { outcome } = await notebook.run('await __import("cjs", undefined, ["nothing"])');
    assert.ok(outcome.status === "error");
    assert.equal(outcome.error.ename, "SyntaxError");
    assert.equal(
      outcome.error.evalue,
      "The requested module 'cjs' does not provide an export named 'nothing'",
    );
  });

  it("JSON, with and without an attribute", async () => {
    write("data.json", '{ "a": [1, 2] }');
    assert.equal(await imported("./data.json", "m.default.a[1] + m.a[0]"), "3");
    assert.equal(
      text(
        await notebook.run(
          'return { value: (await __import("./data.json", { with: { type: "json" } })).default.a.length }',
        ),
      ),
      "2",
    );
    write("broken.json", "{ a }");
    assert.match(String(await imported("./broken.json", "m")), /broken\.json is not JSON/);
  });

  it("by require, also after an ES module has imported JSON", async () => {
    write(
      "node_modules/loads-json/package.json",
      '{"name":"loads-json","type":"module","exports":"./main.js"}',
    );
    write("node_modules/loads-json/main.js", 'export { default } from "./data.json" with { type: "json" };');
    write("node_modules/loads-json/data.json", '{"v":7}');
    assert.equal(await imported("loads-json", "m.default.v"), "7");
    assert.equal(
      text(await notebook.run('return { value: typeof require("node:fs").statSync }')),
      "'function'",
    );
    write(
      "local-json.mjs",
      'import { createRequire } from "node:module"; export default createRequire(import.meta.url)("./own.json").v;',
    );
    write("own.json", '{"v":8}');
    assert.equal(await imported("./local-json.mjs", "m.default"), "8");
    assert.equal(text(await notebook.run('return { value: require("./own.json").v }')), "8");
    write("own.json", '{"v":99}');
    assert.equal(text(await notebook.run('return { value: require("./own.json").v }')), "99");
    const made =
      'return { value: require("node:module").createRequire(__meta.url)("loads-json/package.json").name }';
    write("node_modules/loads-json/package.json", '{"name":"loads-json","type":"module"}');
    assert.equal(text(await notebook.run(made)), "'loads-json'");
  });

  it("local TypeScript that imports TypeScript, without an extension and as .js", async () => {
    write(
      "lib/main.ts",
      'import { twice } from "./twice.js"; import { Kind } from "./kind"; export const six: number = twice(3); export { Kind };',
    );
    write("lib/twice.ts", "export const twice = (x: number): number => x * 2;");
    write("lib/kind.ts", "export enum Kind { A = 1, B }");
    write("lib/page.tsx", "export const page: string = `x`;");
    for (const specifier of ["./lib/main.ts", "./lib/main", "./lib/main.js"]) {
      assert.equal(await imported(specifier, "[m.six, m.Kind.B].join()"), "'6,2'", specifier);
    }
    assert.equal(await imported("./lib/page", "m.page"), "'x'");
    write("lib/index.mts", "export default await Promise.resolve(5);");
    assert.equal(await imported("./lib", "m.default"), "5");
  });

  it("local CommonJS, also in TypeScript", async () => {
    write("plain.cjs", "exports.a = 1; exports.dir = __dirname;");
    assert.equal(await imported("./plain.cjs", "m.a + m.default.a"), "2");
    write(
      "old.ts",
      'const path = require("node:path"); module.exports = { base: path.basename(__dirname as string) };',
    );
    assert.equal(
      await imported(
        "./old.ts",
        `m.default.base === require("node:path").basename(${JSON.stringify(folder)})`,
      ),
      "true",
    );
    assert.equal(text(await notebook.run('return { value: require("./lib/twice").twice(4) }')), "8");
    assert.equal(text(await notebook.run('return { value: require("./data.json").a[0] }')), "1");
  });

  it("from code that is evaluated, and from a module as it runs", async () => {
    const evaluated = "return { value: (await (0, eval)('import(\"./data.json\")')).default.a[0] }";
    assert.equal(text(await notebook.run(evaluated)), "1");
    const made = "return { value: typeof (await new Function('return import(\"node:path\")')()).join }";
    assert.equal(text(await notebook.run(made)), "'function'");
    write("late.ts", 'export const late = async () => (await import("./lib/twice.js")).twice(21);');
    assert.equal(await imported("./late.ts", "await m.late()"), "42");
    write(
      "where.mts",
      'export default [import.meta.filename, import.meta.resolve("./late"), import.meta.resolve("fs")].join();',
    );
    const place = `${join(folder, "where.mts")},${pathToFileURL(join(folder, "late.ts")).href},node:fs`;
    assert.equal(await imported("./where.mts", "m.default"), `'${place}'`);
  });

  it("files that import each other in a circle", async () => {
    write(
      "even.ts",
      'import { odd } from "./odd.js"; export const even = (n: number): boolean => n === 0 || odd(n - 1);',
    );
    write(
      "odd.ts",
      'import { even } from "./even.js"; export const odd = (n: number): boolean => n !== 0 && even(n - 1);',
    );
    assert.equal(await imported("./even.ts", "m.even(10)"), "true");
  });

  it("an edited file and all that use it anew, while the others keep their state", async () => {
    write("state.ts", "export const box = { count: 0 };");
    write("inner.ts", "export const version = 1;");
    write(
      "outer.ts",
      'export { version } from "./inner.js"; export { box } from "./state.js"; export const me = {};',
    );
    assert.equal(await imported("./outer.ts", "($.m1 = m, m.box.count++, m.version)"), "1");
    assert.equal(await imported("./outer.ts", "m.me === $.m1.me"), "true");
    write("inner.ts", "export const version = 22;");
    assert.equal(
      await imported("./outer.ts", "[m.version, m.box.count, m.me === $.m1.me].join()"),
      "'22,1,false'",
    );
    write("edited.cjs", "exports.v = 1;");
    assert.equal(text(await notebook.run('return { value: require("./edited.cjs").v }')), "1");
    write("edited.cjs", "exports.v = 333;");
    assert.equal(text(await notebook.run('return { value: require("./edited.cjs").v }')), "333");
    assert.equal(await imported("./edited.cjs", "m.v"), "333");
  });

  it("under the user's tsconfig, with its paths", async () => {
    write(
      "tsconfig.json",
      '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] }, "experimentalDecorators": true } }',
    );
    write("decorated.ts", "const mark = (c: any) => { c.marked = true; };\n@mark\nexport class C {}");
    assert.equal(await imported("./decorated.ts", "m.C.marked"), "true");
    assert.equal(await imported("@lib/twice", "m.twice(5)"), "10");
  });

  it("with errors that say the place in the file as it was written", async () => {
    write(
      "throws.ts",
      "interface A { a: number }\n\nexport function f(a: A): never {\n  throw new RangeError(`no ${a.a}`);\n}\n",
    );
    const { outcome } = await notebook.run('const { f } = await __import("./throws.ts");\nf({ a: 1 });');
    assert.ok(outcome.status === "error");
    const shown = plain(outcome.error.traceback);
    assert.match(shown, /RangeError: no 1/);
    assert.ok(shown.includes(`at f (${join(folder, "throws.ts")}:4:9)`), shown);
    assert.match(shown, /> 4 \| {3}throw new RangeError/);
    assert.match(shown, /at Cell \[\d+\]:2:1$/);
  });

  it("and a syntax error in a file shows its line; once mended, the file loads", async () => {
    write("wrong.ts", "export const a = 1;\nexport const b = ;\n");
    const shown = String(await imported("./wrong.ts", "m.a"));
    assert.match(shown, /^SyntaxError: Expression expected\. \(.*wrong\.ts:2:18\)/);
    assert.match(shown, /> 2 \| export const b = ;/);
    write("wrong.mjs", "export const a = 1;\nexport const b = ;\n");
    assert.match(
      String(await imported("./wrong.mjs", "m.a")),
      /^SyntaxError: .*\n[^]*> 2 \| export const b = ;/,
    );
    write("wrong.ts", "export const a = 1;\nexport const b = 2;\n");
    assert.equal(await imported("./wrong.ts", "m.b"), "2");
  });

  it("and says what is missing", async () => {
    assert.match(String(await imported("./nowhere", "m")), /Cannot find module '\.\/nowhere'/);
    assert.match(String(await imported("no-such-package", "m")), /npm install no-such-package/);
  });

  it("from a module that an interrupt has stopped, anew", async () => {
    write(
      "slow.ts",
      'if (!(globalThis as any).fast) { (globalThis as any).fast = true; console.log("begun"); while (true); }\nexport const ok = 1;',
    );
    const { ended } = await notebook.launch('await __import("./slow.ts")');
    await notebook.session.interrupt();
    assert.equal((await ended).outcome.status, "interrupted");
    assert.equal(await imported("./slow.ts", "m.ok"), "1");
  });
});
