import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { builtNotebook, plain, type Notebook, type Ran } from "../../notebook.js";

const THREADS = `const { Worker } = require("node:worker_threads");
  const ask = (...args) => new Promise((yes, no) => {
    const worker = new Worker(...args);
    worker.on("message", yes); worker.on("error", no); worker.on("exit", (code) => yes("exit " + code));
  });`;
const PROCESSES = `const children = require("node:child_process");
  const hear = (child) => new Promise((yes) => { child.on("message", yes); child.on("exit", (code) => yes("exit " + code)); });`;

describe("TypeScript runs as it does in imports", () => {
  let folder: string;
  let notebook: Notebook;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "cellgrad-programs-"));
    notebook = builtNotebook(folder);
    write("tsconfig.json", '{ "compilerOptions": { "rootDir": ".", "paths": { "@lib/*": ["./lib/*"] } } }');
    write(
      "lib/twice.ts",
      "export enum By { Two = 2 }\nexport const twice = (x: number): number => x * By.Two;",
    );
    write("lib/data.json", '{ "v": 5 }');
    write(
      "worker.ts",
      `import { parentPort, workerData } from "node:worker_threads";
       import { twice } from "./lib/twice"; import { By } from "@lib/twice"; import data from "./lib/data.json";
       interface Given { n: number }
       const { n } = workerData as Given;
       parentPort!.postMessage([twice(n), By.Two, data.v, import.meta.filename === process.argv[1]].join());`,
    );
    write(
      "throws.ts",
      'interface A {\n  a: number;\n}\n\nconst f = (a: A): never => {\n  throw new RangeError("no " + a.a);\n};\nf({ a: 1 });\n',
    );
    write(
      "child.ts",
      'import { twice } from "./lib/twice";\ninterface M { a: number }\nconst m: M = { a: twice(2) };\nif (process.send) process.send(m); else console.log(m.a, process.argv.slice(2).join());',
    );
  });
  after(async () => {
    await notebook.session.close();
    rmSync(folder, { recursive: true });
  });
  const text = ({ result, outcome }: Ran): unknown =>
    outcome.status === "error" ? plain(outcome.error.traceback) : result?.data["text/plain"];
  const value = async (code: string) => text(await notebook.run(`${THREADS} ${PROCESSES} ${code}`));

  it("in a worker thread, however its file is named", async () => {
    for (const script of [
      'new URL("./worker.ts", __meta.url)',
      '"./worker.ts"',
      '"./worker"',
      '"./worker.js"',
      JSON.stringify(join(folder, "worker.ts")),
    ]) {
      const code = `return { value: await ask(${script}, { workerData: { n: 4 } }) }`;
      assert.equal(await value(code), "'8,2,5,true'", script);
    }
    const imported = `const { Worker: W } = await __import("worker_threads");
      return { value: await new Promise((yes) => new W("./worker.ts", { workerData: { n: 1 }, execArgv: [] }).on("message", yes)) }`;
    assert.equal(await value(imported), "'2,2,5,true'");
  });

  it("in a thread of CommonJS, of JavaScript, and of a text", async () => {
    write(
      "old.cts",
      'const { parentPort } = require("node:worker_threads"); const { twice } = require("./lib/twice"); parentPort.postMessage(twice(3) as number);',
    );
    assert.equal(await value('return { value: await ask("./old.cts") }'), "6");
    write(
      "plain.mjs",
      'import { parentPort } from "node:worker_threads"; import { twice } from "./lib/twice.ts"; parentPort.postMessage(twice(4));',
    );
    assert.equal(await value('return { value: await ask("./plain.mjs") }'), "8");
    const script =
      'const { parentPort } = require("worker_threads"); parentPort.postMessage(require("./lib/twice").twice(5))';
    assert.equal(await value(`return { value: await ask(${JSON.stringify(script)}, { eval: true }) }`), "10");
    const typed =
      'import { parentPort } from "worker_threads"; import { twice } from "@lib/twice"; const n: number = 6; parentPort!.postMessage(twice(n));';
    assert.equal(await value(`return { value: await ask(${JSON.stringify(typed)}, { eval: true }) }`), "12");
    write(
      "outer.ts",
      'import { parentPort, Worker } from "node:worker_threads"; new Worker("./worker.ts", { workerData: { n: 7 } }).on("message", (m: string) => parentPort!.postMessage(m));',
    );
    assert.equal(await value('return { value: await ask("./outer.ts") }'), "'14,2,5,true'");
  });

  it("in a thread that has a runtime of its own", async () => {
    write(
      "grad.ts",
      'import { parentPort } from "node:worker_threads"; import { tensor } from "cellgrad"; parentPort!.postMessage(tensor([1, 2, 3]).sum().item());',
    );
    assert.equal(await value('return { value: await ask("./grad.ts") }'), "6");
  });

  it("in a thread whose figures speak the notebook's language", async () => {
    write(
      "speaks.ts",
      'import { parentPort } from "node:worker_threads"; import { viz } from "cellgrad"; parentPort!.postMessage(viz.lossPlot({ loss: [1, 2] }).toSVG().includes("损失"));',
    );
    const named = (name: string) =>
      `process.env.JPY_SESSION_NAME = "${name}"; return { value: await ask("./speaks.ts") }`;
    assert.equal(await value(named("lesson.zh.ipynb")), "true");
    assert.equal(await value(named("lesson.ipynb")), "false");
  });

  it("in a forked or spawned child", async () => {
    for (const start of [
      'fork("child.ts")',
      'fork("./child")',
      'fork("../" + require("node:path").basename(__meta.dirname) + "/child.ts", [], { execArgv: [] })',
    ])
      assert.equal(await value(`return { value: await hear(children.${start}) }`), "{ a: 4 }", start);
    assert.equal(
      await value(
        'return { value: children.spawnSync(process.execPath, ["child.ts", "x", "--y"], { encoding: "utf8" }).stdout }',
      ),
      "'4 x,--y\\n'",
    );
    assert.equal(
      await value(
        'return { value: children.execFileSync("node", ["--no-warnings", "child.ts"], { encoding: "utf8" }) }',
      ),
      "'4 \\n'",
    );
    const promised =
      'return { value: (await require("node:util").promisify(children.execFile)("node", ["../child.ts"], { cwd: "lib" })).stdout }';
    assert.equal(await value(promised), "'4 \\n'");
  });

  it("and children of another kind are left alone", async () => {
    assert.equal(
      await value(
        'return { value: children.spawnSync("node", ["-e", "console.log(1)"], { encoding: "utf8" }).stdout }',
      ),
      "'1\\n'",
    );
    assert.equal(
      await value('return { value: children.execFileSync("echo", ["child.ts"], { encoding: "utf8" }) }'),
      "'child.ts\\n'",
    );
    write("child.js", "console.log('built', process.argv.length);");
    assert.equal(
      await value('return { value: children.spawnSync("node", ["child.js"], { encoding: "utf8" }).stdout }'),
      "'built 2\\n'",
    );
  });

  it("and errors show the line as it was written", async () => {
    const shown = String(await value('await ask("./throws.ts")'));
    assert.match(shown, /^RangeError: no 1\n/);
    assert.match(shown, /> 6 \| {3}throw new RangeError/);
    assert.ok(shown.includes(`at f (${join(folder, "throws.ts")}:6:9)`), shown);
    assert.doesNotMatch(shown, /node:|program\.js/);
    // The same file, also imported: its places are not mapped a second time.
    await notebook.run('await __import("./throws.ts")');
    assert.ok(String(await value('await ask("./throws.ts")')).includes("throws.ts:6:9)"));
    const { stderr, status } = JSON.parse(
      String(
        await value(
          'const { stderr, status } = children.spawnSync("node", ["throws.ts"], { encoding: "utf8" }); return { value: JSON.stringify({ stderr, status }) }',
        ),
      )
        .slice(1, -1)
        .replaceAll("\\\\", "\\"),
    ) as { stderr: string; status: number };
    assert.equal(status, 1);
    assert.match(stderr, /^RangeError: no 1\n[^]*> 6 \| {3}throw new RangeError[^]*throws\.ts:6:9\)/);
    assert.doesNotMatch(String(await value('await ask("./not-there.ts")')), /node:internal/);
  });

  it("until the cell that has started it is stopped; what earlier cells have started goes on", async () => {
    write(
      "endless.ts",
      'import { parentPort } from "node:worker_threads"; parentPort!.postMessage(1); for (;;);',
    );
    write(
      "waits.ts",
      'import { parentPort } from "node:worker_threads"; parentPort!.on("message", (m: number) => parentPort!.postMessage(m + 1));',
    );
    await notebook.run('$.earlier = new (require("node:worker_threads").Worker)("./waits.ts");');
    const cell = `$.ends = []; const { Worker } = require("node:worker_threads"); const worker = new Worker("./endless.ts");
      worker.on("exit", () => $.ends.push("thread"));
      const child = require("node:child_process").fork("./child-waits.ts"); child.on("exit", () => $.ends.push("child"));
      await new Promise((yes) => worker.once("message", yes)); await new Promise((yes) => child.once("message", yes));
      console.log("begun"); await new Promise(() => undefined);`;
    write("child-waits.ts", 'process.on("message", () => undefined); process.send!("ready");');
    const { ended } = await notebook.launch(cell);
    await notebook.session.interrupt();
    assert.equal((await ended).outcome.status, "interrupted");
    const stopped =
      "while ($.ends.length < 2) await new Promise((yes) => setTimeout(yes, 5)); return { value: $.ends.sort().join() }";
    assert.equal(await value(stopped), "'child,thread'");
    const asked =
      '$.earlier.postMessage(1); const m = await new Promise((yes) => $.earlier.once("message", yes)); await $.earlier.terminate(); return { value: m }';
    assert.equal(await value(asked), "2");
  });
});
