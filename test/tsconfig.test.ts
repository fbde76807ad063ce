/** A tsconfig.json in every usual form lets local files keep their types and run; a broken one is left aside by both. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { Cells } from "../kernel/language/cells.js";
import { CheckedNotebook } from "./checked-notebook.js";

const notebook = new CheckedNotebook({});
after(() => notebook.close());

type Files = Readonly<Record<string, string>>;

const SOURCES: Files = {
  "src/k.ts":
    'import { half } from "./half"; export const K: number = half(4); export class Counter { n = K; static of = () => new Counter(); }',
  "src/half.ts": "export function half(n: number): number { return n / 2; }",
};

/** As `tsc --init` of several versions writes it, and as projects have it. */
const FORMS: Readonly<Record<string, string | Files>> = {
  "no text": "",
  "an empty object": "{}",
  "comments and trailing commas": '// ours\n{ /* none */ "compilerOptions": { "strict": true, }, }',
  "tsc --init of TypeScript 3":
    '{ "compilerOptions": { /* Basic */ "target": "es5", "module": "commonjs", "strict": true, "esModuleInterop": true, "forceConsistentCasingInFileNames": true } }',
  "tsc --init of TypeScript 4":
    '{ "compilerOptions": { "target": "es2016", "module": "commonjs", "esModuleInterop": true, "forceConsistentCasingInFileNames": true, "strict": true, "skipLibCheck": true } }',
  "tsc --init of TypeScript 5.9 and 6":
    '{ "compilerOptions": { "module": "nodenext", "target": "esnext", "types": [], "sourceMap": true, "declaration": true, "declarationMap": true, "noUncheckedIndexedAccess": true, "exactOptionalPropertyTypes": true, "strict": true, "jsx": "react-jsx", "verbatimModuleSyntax": true, "isolatedModules": true, "noUncheckedSideEffectImports": true, "moduleDetection": "force", "skipLibCheck": true } }',
  "a folder for output":
    '{ "compilerOptions": { "outDir": "./dist", "declaration": true, "incremental": true } }',
  "rootDir and outDir":
    '{ "compilerOptions": { "rootDir": "./src", "outDir": "./dist" }, "include": ["src"] }',
  "files that are not there": '{ "include": ["lib"], "exclude": ["src"], "files": ["main.ts"] }',
  "no output": '{ "compilerOptions": { "noEmit": true, "allowImportingTsExtensions": true } }',
  "declarations alone":
    '{ "compilerOptions": { "declaration": true, "emitDeclarationOnly": true, "isolatedDeclarations": true } }',
  "a part of a project": '{ "compilerOptions": { "composite": true, "tsBuildInfoFile": "./.cache/info" } }',
  "a project of parts": {
    "tsconfig.json":
      '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }, { "path": "./tsconfig.node.json" }] }',
    "tsconfig.app.json": '{ "compilerOptions": { "composite": true, "strict": true }, "include": ["src"] }',
    "tsconfig.node.json": '{ "compilerOptions": { "composite": true } }',
  },
  "references to folders": '{ "files": [], "references": [{ "path": "./packages/one" }] }',
  "another file that it extends": {
    "tsconfig.json": '{ "extends": "./base.json" }',
    "base.json": '{ "compilerOptions": { "strict": false, "outDir": "x" } }',
  },
  "several that it extends": {
    "tsconfig.json": '{ "extends": ["./one.json", "./two"] }',
    "one.json": "{}",
    "two.json": '{ "compilerOptions": { "noImplicitAny": false } }',
  },
  "a package that it extends": {
    "tsconfig.json":
      '{ "extends": "@tsconfig/node20/tsconfig.json", "compilerOptions": { "outDir": "dist" } }',
    "node_modules/@tsconfig/node20/package.json": '{ "name": "@tsconfig/node20", "version": "1.0.0" }',
    "node_modules/@tsconfig/node20/tsconfig.json":
      '{ "compilerOptions": { "lib": ["es2023"], "module": "node16", "target": "es2022", "strict": true, "moduleResolution": "node16" } }',
  },
  "module and target of long ago":
    '{ "compilerOptions": { "module": "amd", "target": "es3", "moduleResolution": "classic", "outFile": "all.js" } }',
  "resolution that is deprecated":
    '{ "compilerOptions": { "moduleResolution": "node", "baseUrl": ".", "downlevelIteration": true, "importsNotUsedAsValues": "error" } }',
  "a bundler's":
    '{ "compilerOptions": { "module": "preserve", "moduleResolution": "bundler", "jsx": "preserve", "verbatimModuleSyntax": true, "plugins": [{ "name": "next" }] } }',
  "no strictness":
    '{ "compilerOptions": { "strict": false, "noImplicitAny": false, "alwaysStrict": false } }',
  "types and lib":
    '{ "compilerOptions": { "types": ["node", "not-there"], "lib": ["dom", "es5"], "typeRoots": ["./types"] } }',
  "settings of other programs":
    '{ "ts-node": { "swc": true, "esm": true, "require": ["not-there"] }, "vueCompilerOptions": { "target": 3 } }',
};

let count = 0;

/** Writes a project into a folder of its own; answers the folder's name and the cells of a notebook in it. */
function project(files: Files): { name: string; cells: Cells } {
  const name = `project${String(count++)}`;
  for (const [path, text] of Object.entries({ ...SOURCES, ...files }))
    notebook.write({ [`${name}/${path}`]: text });
  const runtime = join(notebook.root, "runtime/index.d.ts");
  return { name, cells: new Cells({ cwd: join(notebook.root, name), runtime }) };
}

/** What is said of a cell: of an accepted one its warnings. */
function said(cells: Cells, code: string): string[] {
  const { result } = cells.compile({ source: code, number: 1 }, 1);
  return (result.ok ? result.warnings : result.diagnostics).map(
    ({ category, message }) => `${category}: ${message}`,
  );
}

const WRONG = 'import { K, Counter } from "./src/k"; K.nope; Counter.of().n.toFixed()';
const REFUSAL = "error: Property 'nope' does not exist on type 'number'.";

for (const [name, form] of Object.entries(FORMS))
  test(`a tsconfig.json with ${name}`, async () => {
    const made = project(typeof form === "string" ? { "tsconfig.json": form } : form);
    assert.deepEqual(said(made.cells, WRONG), [REFUSAL]);
    assert.deepEqual(said(made.cells, 'import { K } from "./src/k"; K + Object.keys({}).length'), []);
    const code = `import { K, Counter } from "./${made.name}/src/k"; [K, Counter.of().n].join()`;
    assert.equal(await notebook.run(code), "'2,2'");
    assert.deepEqual(notebook.warnings, []);
  });

test("a jsconfig.json counts where there is no tsconfig.json", () => {
  const { cells } = project({
    "jsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
  });
  assert.deepEqual(said(cells, 'import { K } from "@/k"; K.nope'), [REFUSAL]);
});

const BROKEN: Readonly<Record<string, readonly [text: string, why: RegExp]>> = {
  "is cut off": ['{ "compilerOptions": { ', /tsconfig\.json:1:24: '\}' expected/u],
  "is a list": ["[]", /root value of a 'tsconfig\.json' file must be an object/u],
  "extends a file that is not there": ['{ "extends": "./none.json" }', /Cannot read file '.*none\.json'/u],
  "extends a package that is not there": [
    '{ "extends": "@none/none/tsconfig.json" }',
    /@none\/none\/tsconfig\.json' not found/u,
  ],
  "has an option that TypeScript does not know": [
    '{ "compilerOptions": { "stict": true } }',
    /Unknown compiler option 'stict'\. Did you mean 'strict'/u,
  ],
  "has a value of the wrong kind": [
    '{ "compilerOptions": { "strict": "yes" } }',
    /'strict' requires a value of type boolean/u,
  ],
  "has a value that TypeScript does not know": [
    '{ "compilerOptions": { "lib": ["es2099"] } }',
    /TypeScript \S+ has no "es2099" here/u,
  ],
};

for (const [name, [text, why]] of Object.entries(BROKEN))
  test(`a tsconfig.json that ${name} is left aside, is said to be so once, and counts when it is mended`, async () => {
    const made = project({ "tsconfig.json": text });
    const [refusal, warning = "", ...others] = said(made.cells, WRONG);
    assert.deepEqual([refusal, others], [REFUSAL, []]);
    assert.match(warning, /^warning: tsconfig\.json was left aside: /u);
    assert.match(warning, why);
    assert.deepEqual(said(made.cells, "let loose: number = null;"), [
      "error: Type 'null' is not assignable to type 'number'.",
    ]);
    assert.equal(await notebook.run(`import { K } from "./${made.name}/src/k"; K`), "2");
    notebook.write({ [`${made.name}/tsconfig.json`]: '{ "compilerOptions": { "strict": false } }' });
    assert.deepEqual(said(made.cells, "let loose: number = null;"), []);
  });

const PATHS: Readonly<Record<string, Files>> = {
  "without baseUrl": {
    "tsconfig.json": '{ "compilerOptions": { "rootDir": ".", "paths": { "@u/*": ["./src/*"] } } }',
  },
  "with baseUrl": {
    "tsconfig.json": '{ "compilerOptions": { "baseUrl": "./src", "paths": { "@u/*": ["*"] } } }',
  },
  "of a file that is extended, meant from there": {
    "tsconfig.json": '{ "extends": "./settings/base.json" }',
    "settings/base.json": '{ "compilerOptions": { "paths": { "@u/*": ["../src/*"] } } }',
  },
  "of the part of a project": {
    "tsconfig.json": '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }',
    "tsconfig.app.json": '{ "compilerOptions": { "paths": { "@u/*": ["./src/*"] } } }',
  },
  "before packages of the same name": {
    "tsconfig.json": '{ "compilerOptions": { "paths": { "@u/k": ["./src/k.ts"] } } }',
    "node_modules/@u/k/package.json": '{ "name": "@u/k", "main": "k.js" }',
    "node_modules/@u/k/k.js": "exports.K = 'the package';",
  },
};

for (const [name, files] of Object.entries(PATHS))
  test(`paths ${name}, for a notebook in a folder below`, async () => {
    const made = project({ ...files, "nb/uses.ts": 'import { K } from "@u/k"; export const twice = K * 2;' });
    const runtime = join(notebook.root, "runtime/index.d.ts");
    const below = new Cells({ cwd: join(notebook.root, made.name, "nb"), runtime });
    assert.deepEqual(
      said(below, 'import { K } from "@u/k"; import { twice } from "./uses"; twice.toFixed(); K.nope'),
      [REFUSAL],
    );
    assert.equal(
      await notebook.run(`import { twice } from "./${made.name}/nb/uses"; twice.toFixed()`),
      "'4'",
    );
  });

test("a cell imports by paths and by baseUrl alone, with import and with require", async (t) => {
  const opened = new CheckedNotebook(
    {
      ...SOURCES,
      "tsconfig.json": '{ "compilerOptions": { "baseUrl": "./src", "paths": { "@u/*": ["./*"] } } }',
    },
    "nb",
  );
  t.after(() => opened.close());
  assert.equal(await opened.run('import { K } from "@u/k"; import { half } from "half"; K + half(2)'), "3");
  assert.equal(await opened.run('(await import("@u/half")).half(8)'), "4");
  assert.equal(await opened.run('require("@u/half").half(8)'), "4");
  assert.match(await opened.run('half("x")'), /^refused: .*'string' is not assignable/u);
});

test("fields are set as the tsc of the project sets them, in cells and in local files", async () => {
  const base = "class Base { x: number | undefined = 1; }";
  const code = "class A extends Base { override x: number | undefined; } ";
  for (const [target, value] of [
    ["es2020", "1"],
    ["es2022", "undefined"],
  ] as const) {
    const made = project({
      "tsconfig.json": `{ "compilerOptions": { "target": "${target}" } }`,
      "src/fields.ts": `${base} export ${code}`,
    });
    assert.equal(
      await notebook.run(`import { A } from "./${made.name}/src/fields"; String(new A().x)`),
      `'${value}'`,
    );
    // TypeScript refuses such a field only where it overwrites the other one.
    assert.equal(said(made.cells, `${base} ${code}`).length, target === "es2020" ? 0 : 1);
  }
});

test("decorators with metadata, as the project has them", async () => {
  const made = project({
    "tsconfig.json":
      '{ "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true } }',
    "src/marked.ts":
      "const seen: unknown[] = []; Reflect.metadata ??= (key: string, value: unknown) => (key === 'design:type' ? void seen.push(value) : undefined) as never;\nconst mark = (target: object, key: string) => {}; class A { @mark when!: Date; } export const types = seen; declare global { namespace Reflect { let metadata: (key: string, value: unknown) => never } }",
  });
  const code = `import { types } from "./${made.name}/src/marked"; types[0] === Date`;
  assert.equal(await notebook.run(code), "true");
});
