import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, it } from "node:test";
import { builtNotebook, plain, type Notebook, type Ran } from "../../notebook.js";

describe("a package that is installed", () => {
  let folder: string;
  let notebook: Notebook;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  /** Installs a package: its package.json, and its files by name. */
  const install = (name: string, manifest: object, files: Readonly<Record<string, string>> = {}) => {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", ...manifest }));
    for (const [path, text] of Object.entries(files)) write(`node_modules/${name}/${path}`, text);
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "cellgrad-packages-"));
    // The loader of TypeScript that tests run under resolves leniently itself: here it is the built session that does.
    notebook = builtNotebook(folder);
  });
  after(async () => {
    await notebook.session.close();
    rmSync(folder, { recursive: true });
  });

  const text = ({ result, outcome, stderr }: Ran): unknown => {
    assert.equal(stderr(), "");
    return outcome.status === "error" ? plain(outcome.error.traceback) : result?.data["text/plain"];
  };
  const value = async (expression: string) => text(await notebook.run(`return { value: ${expression} }`));
  const imported = async (specifier: string, expression: string) =>
    text(
      await notebook.run(
        `const m = await __import(${JSON.stringify(specifier)}); return { value: ${expression} }`,
      ),
    );
  /** A cell's error, the first line of it. */
  const refused = async (specifier: string) =>
    String(await imported(specifier, "m"))
      .split("\n")[0]!
      .replaceAll(folder, "");

  describe("without an exports map has the files in it", () => {
    const deep: readonly (readonly [path: string, value: string])[] = [
      ["plugin/utc", "'utc'"],
      ["plugin/utc.js", "'utc'"],
      ["chunk", "'chunk'"],
      ["locale/de", "'de'"],
      ["locale", "'index of locale'"],
      ["locale/index", "'index of locale'"],
      ["folder", "'main of folder'"],
      ["esm", "'esm'"],
      ["esm.mjs", "'esm'"],
      ["common", "'cjs'"],
      ["data", "'json'"],
      ["data.json", "'json'"],
    ];
    before(() => {
      install(
        "deep",
        { main: "deep.js" },
        {
          "deep.js": "module.exports = 1;",
          "plugin/utc.js": "module.exports = { is: 'utc' };",
          "plugin/utc.ts": "throw new Error('of a package what was built runs, not the sources');",
          "chunk.js": "exports.is = 'chunk';",
          "locale/de.js": "exports.is = 'de';",
          "locale/index.js": "exports.is = 'index of locale';",
          "folder/package.json": '{"main":"./build/entry.js"}',
          "folder/build/entry.js": "exports.is = 'main of folder';",
          "esm.mjs": "export const is = 'esm';",
          "common.cjs": "exports.is = 'cjs';",
          "data.json": '{ "is": "json" }',
        },
      );
    });

    for (const [path, expected] of deep) {
      it(`by import: ${path}`, async () => {
        assert.equal(await imported(`deep/${path}`, "m.is"), expected);
        const local = `local-${path.replaceAll(/\W/g, "-")}`;
        write(
          `${local}.ts`,
          `import { is } from "deep/${path}"; export const one: string = is; export const two = async () => (await import("deep/${path}")).is;`,
        );
        assert.equal(
          await imported(`./${local}`, "[m.one, await m.two()].join()"),
          `'${expected.replaceAll("'", "")},${expected.replaceAll("'", "")}'`,
        );
      });
    }

    it("by require, from cells, local files and createRequire", async () => {
      assert.equal(
        await value('require("deep/plugin/utc").is + require("deep/folder").is'),
        "'utcmain of folder'",
      );
      write("requires.cjs", 'exports.is = [require("deep/chunk").is, require("deep/locale").is].join();');
      assert.equal(await imported("./requires.cjs", "m.is"), "'chunk,index of locale'");
      write(
        "creates.ts",
        'import { createRequire } from "node:module"; export const { is } = createRequire(import.meta.url)("deep/locale/de");',
      );
      assert.equal(await imported("./creates", "m.is"), "'de'");
    });

    it("and import.meta.resolve says where they are", async () => {
      const url = pathToFileURL(join(folder, "node_modules/deep/chunk.js")).href;
      assert.equal(await value('__meta.resolve("deep/chunk")'), `'${url}'`);
    });

    it("and what is not there is said", async () => {
      assert.equal(
        await refused("deep/nothing"),
        "Error: Package 'deep' has no file nothing (/node_modules/deep)",
      );
    });

    it("also a scoped one, which an ES module of another package imports by such a path", async () => {
      install("@scope/deep", {}, { "index.js": "", "lib/sub.js": "exports.is = 'scoped';" });
      assert.equal(await imported("@scope/deep/lib/sub", "m.is"), "'scoped'");
      install(
        "uses-deep",
        { type: "module", exports: "./i.js" },
        { "i.js": 'export { is } from "@scope/deep/lib/sub";' },
      );
      assert.equal(await imported("uses-deep", "m.is"), "'scoped'");
    });
  });

  it("with an exports map has what that says and nothing else", async () => {
    install(
      "mapped",
      { exports: { ".": "./main.js", "./lib/*": "./dist/*.js", "./data.json": "./data.json" } },
      {
        "main.js": "exports.is = 'main';",
        "dist/a.js": "exports.is = 'a';",
        "hidden.js": "",
        "data.json": "{}",
      },
    );
    assert.equal(await imported("mapped/lib/a", "m.is"), "'a'");
    assert.equal(
      await refused("mapped/hidden.js"),
      `Error: Package 'mapped' does not export './hidden.js'; it exports "mapped", "mapped/lib/*", "mapped/data.json"`,
    );
    assert.match(
      String(await value('require("mapped/hidden")')),
      /^Error: Package 'mapped' does not export '\.\/hidden'/,
    );
    install("only-main", { exports: "./main.js" }, { "main.js": "exports.is = 'main';" });
    assert.equal(
      await refused("only-main/main"),
      `Error: Package 'only-main' does not export './main'; it exports "only-main"`,
    );
  });

  it("is seen at once when it is installed while the notebook is open, and its absence said before", async () => {
    assert.match(
      await refused("just-now"),
      /^Error: Cannot find package 'just-now' from .*npm install just-now$/,
    );
    assert.match(String(await value('require("just-now")')), /npm install just-now/);
    assert.match(await refused("just-now/sub"), /npm install just-now$/);
    install("just-now", { main: "i" }, { "i.js": "exports.is = 'here';", "sub.js": "exports.is = 'sub';" });
    assert.equal(await imported("just-now", "m.is"), "'here'");
    assert.equal(await imported("just-now/sub", "m.is"), "'sub'");
    assert.equal(await value('require("just-now").is'), "'here'");
  });

  describe("as CommonJS gives a namespace of all that it exports,", () => {
    it("however it sets its exports", async () => {
      const ways: Readonly<Record<string, string>> = {
        assigned: "Object.assign(exports, { a: 1, f() { return this.a + 1; } });",
        each: "const all = { a: 1, f() { return 2; } }; Object.keys(all).forEach((k) => { module.exports[k] = all[k]; });",
        whole: "const made = (() => ({ a: 1, f: () => 2 }))(); module.exports = made;",
        klass: "module.exports = class K { static a = 1; static f() { return 2; } };",
        func: "module.exports = function main() {}; module.exports.a = 1; module.exports.f = () => 2;",
        instance: "module.exports = new (class { a = 1; f() { return this.a + 1; } })();",
        getters:
          "for (const [k, v] of [['a', 1], ['f', () => 2]]) Object.defineProperty(exports, k, { enumerable: true, get: () => v });",
        umd: "(function (root, factory) { module.exports = factory(); })(this, function () { return { a: 1, f: () => 2 }; });",
        reexport: "module.exports = require('./inner.js');",
        frozen: "module.exports = Object.freeze({ a: 1, f: () => 2 });",
        promised: "module.exports = Object.assign(Promise.resolve(0), { a: 1, f: () => 2 });",
      };
      for (const [way, code] of Object.entries(ways)) {
        install(
          `ns-${way}`,
          { main: "i.js" },
          { "i.js": code, "inner.js": "exports['a'] = 1; exports['f'] = () => 2;" },
        );
        const expected = "'1,2,true'";
        assert.equal(await imported(`ns-${way}`, "[m.a, m.f(), m.default.a === 1].join()"), expected, way);
        assert.equal(
          text(
            await notebook.run(
              `const m = await __import("ns-${way}", undefined, ["a", "f"]); return { value: [m.a, m.f(), true].join() }`,
            ),
          ),
          expected,
          way,
        );
        write(
          `uses-${way}.mts`,
          `import * as ns from "ns-${way}"; import all, { a, f } from "ns-${way}"; const late = await import("ns-${way}");
           export const is = [ns.a === a, ns.f === f, late.a === a && late.default === all, all.a].join();`,
        );
        assert.equal(await imported(`./uses-${way}.mts`, "m.is"), "'true,true,true,1'", way);
        assert.equal(
          text(await notebook.run(`return { value: (await (0, eval)('import("ns-${way}")')).a }`)),
          "1",
          way,
        );
      }
    });

    it("that looks like one, is the same each time, and follows what changes later", async () => {
      install(
        "ns-live",
        { main: "i.js" },
        {
          "i.js":
            "const all = { count: 0, inc() { all.count++; }, extend(f) { f(all); } }; module.exports = all;",
        },
      );
      assert.match(String(await imported("ns-live", "m")), /^\[Module: null prototype\] \{\n? *count: 0,/);
      assert.equal(await imported("ns-live", "Object.keys(m).join()"), "'count,default,extend,inc'");
      const live = `$.ns = await __import("ns-live"); $.ns.inc(); $.ns.extend((all) => { all.added = 5; });
        return { value: [$.ns.count, $.ns.added, "added" in $.ns, "nothing" in $.ns, { ...$.ns }.count].join() }`;
      assert.equal(text(await notebook.run(live)), "'1,5,true,false,1'");
      assert.equal(text(await notebook.run('return { value: (await __import("ns-live")).added }')), "5");
      write("reads-live.mts", 'export { count } from "ns-live";');
      assert.equal(await imported("./reads-live.mts", "m.count"), "1");
      assert.equal(
        text(
          await notebook.run(
            '$.a = await __import("ns-live"); return { value: $.a === (await __import("ns-live")) }',
          ),
        ),
        "true",
      );
    });

    it("and refuses a name that is not there", async () => {
      const { outcome } = await notebook.run('await __import("ns-live", undefined, ["nothing"])');
      assert.ok(outcome.status === "error");
      assert.equal(
        outcome.error.evalue,
        "The requested module 'ns-live' does not provide an export named 'nothing'",
      );
    });

    it("also where a getter throws, and for names that only a proxy knows", async () => {
      install(
        "ns-odd",
        {},
        {
          "index.js":
            "exports.a = 1; Object.defineProperty(exports, 'gone', { enumerable: true, get() { throw new Error('gone since 4'); } });",
          "proxy.js":
            "module.exports = new Proxy({}, { get: (_, key) => key === 'then' ? undefined : `<${String(key)}>`, has: () => true });",
        },
      );
      assert.equal(await imported("ns-odd", "m.a"), "1");
      assert.match(String(await imported("ns-odd", "m.gone")), /^Error: gone since 4/);
      assert.equal(await imported("ns-odd/proxy", "m.div"), "'<div>'");
    });

    it("whose default export is what TypeScript takes it for, where it was compiled from an ES module", async () => {
      install(
        "compiled",
        { main: "i.js" },
        {
          "i.js":
            'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = class C { hi() { return "hi"; } }; exports.a = 1;',
        },
      );
      // To TypeScript a cell and an .mts file are ES modules for certain, and an ordinary file is what package.json says.
      assert.equal(await imported("compiled", "new m.default.default().hi()"), "'hi'");
      write("makes.ts", 'import C, { a } from "compiled"; export const is = new C().hi() + a;');
      assert.equal(await imported("./makes", "m.is"), "'hi1'");
      write("makes.mts", 'import C, { a } from "compiled"; export const is = new C.default().hi() + a;');
      assert.equal(await imported("./makes.mts", "m.is"), "'hi1'");
      install(
        "klass",
        { main: "i.js" },
        {
          "i.js":
            'class C { hi() { return "hi"; } }; module.exports = exports = C; exports.default = C; exports.__esModule = true;',
        },
      );
      write("makes-klass.ts", 'import C from "klass"; export const is = new C().hi();');
      assert.equal(await imported("./makes-klass", "m.is"), "'hi'");
      assert.equal(await imported("klass", "new m.default().hi()"), "'hi'");
    });
  });

  describe("that Node's import cannot take is loaded as require gives it, or in a more lenient way:", () => {
    it("an exports map for require alone, or an entry for bundlers alone", async () => {
      install(
        "require-only",
        { exports: { ".": { require: "./i.js" }, "./sub": { require: "./sub.js" } } },
        { "i.js": "exports.is = 'i';", "sub.js": "exports.is = 'sub';" },
      );
      assert.equal(await imported("require-only", "m.is"), "'i'");
      assert.equal(await imported("require-only/sub", "m.is"), "'sub'");
      install(
        "module-field",
        { module: "dist/i.js" },
        { "dist/i.js": 'export { is } from "./part";', "dist/part.js": "export const is = 'module';" },
      );
      assert.equal(await imported("module-field", "m.is"), "'module'");
    });

    it("for import alone, by require", async () => {
      install(
        "import-only",
        { type: "module", exports: { import: "./i.js" } },
        { "i.js": "export const is = 'esm';" },
      );
      assert.equal(await imported("import-only", "m.is"), "'esm'");
      assert.equal(await value('require("import-only").is'), "'esm'");
      write("requires-import-only.cjs", 'exports.is = require("import-only").is;');
      assert.equal(await imported("./requires-import-only.cjs", "m.is"), "'esm'");
    });

    it("an ES build that imports folders, or files without their extension, beside one for require", async () => {
      install(
        "two-builds",
        { exports: { import: "./esm/i.mjs", require: "./cjs/i.js" } },
        {
          "esm/i.mjs": 'export * from "./parts";',
          "esm/parts/index.mjs": "export const is = 'esm';",
          "cjs/i.js": "exports.is = 'cjs';",
        },
      );
      assert.equal(await imported("two-builds", "m.is"), "'cjs'");
    });

    it("an ES build alone that imports folders, files without their extension, JSON without an attribute, names that Node does not guess", async () => {
      install(
        "lenient",
        { type: "module", main: "i.js" },
        {
          "i.js":
            'import { b } from "./parts"; import data from "./data.json"; import { hidden } from "hides"; import fs from "fs"; export const is = [b, data.v, hidden, typeof fs.statSync].join();',
          "parts/index.js": 'export { b } from "./b";',
          "parts/b.js": "export const b = 'b';",
          "data.json": '{ "v": 3 }',
        },
      );
      install("hides", {}, { "index.js": "Object.assign(exports, { hidden: 4 });" });
      assert.equal(await imported("lenient", "m.is"), "'b,3,4,function'");
      write("uses-lenient.ts", 'import { is } from "lenient"; export { is };');
      assert.equal(await imported("./uses-lenient", "m.is"), "'b,3,4,function'");
    });

    it("ES modules in what says that it is CommonJS", async () => {
      install(
        "mislabelled",
        { type: "commonjs", main: "i.js" },
        { "i.js": 'import { sep } from "node:path"; export const is = typeof sep;' },
      );
      assert.equal(await imported("mislabelled", "m.is"), "'string'");
    });

    it("TypeScript that nobody has compiled", async () => {
      install(
        "sources",
        { main: "i.ts" },
        {
          "i.ts": 'import { twice } from "./twice"; export const is: number = twice(4);',
          "twice.ts": "export const twice = (x: number): number => 2 * x;",
        },
      );
      assert.equal(await imported("sources", "m.is"), "8");
    });

    it("and an error that its own code throws stays that", async () => {
      install(
        "throws",
        { type: "module", exports: { import: "./i.js", require: "./i.cjs" } },
        { "i.js": "throw new RangeError('own');", "i.cjs": "" },
      );
      assert.match(await refused("throws"), /^RangeError: own/);
    });

    it("and what it lacks itself is named", async () => {
      install("lacks", { type: "module", main: "i.js" }, { "i.js": 'import "not-there";' });
      assert.match(
        await refused("lacks"),
        /^Error: Cannot find package 'not-there', which \/node_modules\/lacks\/i\.js imports; install it .*npm install not-there$/,
      );
    });
  });

  it("that cannot be imported at all is an error that says what to do", async () => {
    install("types-only", { types: "index.d.ts" }, { "index.d.ts": "export type A = 1;" });
    install(
      "types-mapped",
      { exports: { ".": { types: "./index.d.ts" } } },
      { "index.d.ts": "export type A = 1;" },
    );
    install("@types/thing", { types: "index.d.ts", main: "" }, { "index.d.ts": "" });
    for (const name of ["types-only", "types-mapped", "@types/thing"])
      assert.equal(
        await refused(name),
        `Error: Package '${name}' has types and no code (/node_modules/${name}); import only its types: import type { … } from "${name}"`,
      );
    install("unbuilt", { main: "./dist/index.js" }, { "src/index.txt": "" });
    assert.equal(
      await refused("unbuilt"),
      "Error: Package 'unbuilt' has no entry: its main, ./dist/index.js, is not there; install it again, or build it: /node_modules/unbuilt",
    );
    install("parts", {}, { "a.js": "", "b.mjs": "" });
    assert.equal(
      await refused("parts"),
      `Error: Package 'parts' has no entry: it names no main file; import one of its files: "parts/a.js", "parts/b.mjs"`,
    );
    install(
      "for-browsers",
      { exports: { ".": { browser: "./b.js", deno: "./d.js" }, "./lib": "./lib.js" } },
      { "b.js": "" },
    );
    assert.equal(
      await refused("for-browsers"),
      "Error: Package 'for-browsers' has no entry for Node; there is one for browser, deno",
    );
  });
});
