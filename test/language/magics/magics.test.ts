/** How cells with magics are read, and what the editor is told in them. `|` marks the cursor. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { MAGICS, magicHelp } from "../../../kernel/language/magics/table.js";
import { readMagics, type Step } from "../../../kernel/language/magics/parse.js";
import { Notebook } from "../notebook.js";

const notebook = new Notebook();
beforeEach(() => {
  notebook.reset();
});

/** Steps with their place: where their text begins in the cell. */
function steps(code: string): string[] {
  return readMagics(code).steps.map((step) => {
    if (step.kind === "magic") return `%${step.name} ${JSON.stringify([step.argument, step.body])}`;
    assert.equal(step.text.length, code.length);
    const text = step.text.trim();
    assert.equal(code.slice(step.text.indexOf(text)).startsWith(text), true);
    return `${step.measure ? `${step.measure.kind}: ` : ""}${text}`;
  });
}

const problem = (code: string): string | undefined => readMagics(code).problems[0]?.message;
const measureOf = (code: string) => (readMagics(code).steps[0] as Extract<Step, { kind: "code" }>).measure;

test("a cell is done in steps, magic by magic, then the code below", () => {
  assert.deepEqual(steps("x + 1"), ["x + 1"]);
  assert.deepEqual(steps("\n%cd sub\n%env A=1\nx\ny"), ['%cd ["sub",""]', '%env ["A=1",""]', "x\ny"]);
  assert.deepEqual(steps("%who"), ['%who ["",""]']);
  assert.deepEqual(steps("%typecheck off"), [""]);
  assert.deepEqual(steps("// notes\n%who\nx"), ['%who ["",""]', "x"]);
});

test("below two percent signs the rest of the cell is text", () => {
  assert.deepEqual(steps("%%bash\necho 1\n%who\n"), ['%bash ["","echo 1\\n%who\\n"]']);
  assert.deepEqual(steps("%cd /tmp\n%%writefile -a my file.ts\na\r\nb"), [
    '%cd ["/tmp",""]',
    '%writefile ["-a my file.ts","a\\r\\nb"]',
  ]);
  assert.equal(readMagics("%%html\n<b>").text.trim(), "");
});

test("what is timed is the code on the line, or else the code below", () => {
  assert.deepEqual(steps("%time f(1)\n%timeit f(2)\nf(3)"), ["time: f(1)", "timeit: f(2)", "f(3)"]);
  assert.deepEqual(steps("%time\nf(1)\nf(2)"), ["time: f(1)\nf(2)"]);
  assert.deepEqual(steps("%%timeit -n 5\nf(1)"), ["timeit: f(1)"]);
  assert.deepEqual(measureOf("%timeit -n 5 -r2 -x"), { kind: "timeit", loops: 5, runs: 2 });
  assert.deepEqual(measureOf("%timeit -x"), { kind: "timeit", runs: 7 });
});

test("astral characters in a magic leave every later position as it is", () => {
  const code = "%env NAME=😀😀\nmissing";
  assert.equal(readMagics(code).text.indexOf("missing"), code.indexOf("missing"));
});

test("percent signs that do not stand at the head are TypeScript's", () => {
  assert.deepEqual(steps("const a = 7\n% 4"), ["const a = 7\n% 4"]);
  assert.equal(problem("const a = 7\n% 4"), undefined);
});

test("a magic that is not understood says what was expected", () => {
  assert.match(problem("%tiem 1")!, /no magic %tiem; did you mean %time\? %help/);
  assert.match(problem("%htm")!, /did you mean %%html\?/);
  assert.match(problem("%matplotlib inline")!, /no magic %matplotlib; leave it out, figures/);
  assert.match(problem("%%javascript\nx")!, /no magic %%javascript; write display\.html\(/);
  assert.match(problem("%unheard of")!, /no magic %unheard; %help lists/);
  assert.match(problem("%html")!, /two %: %%html/);
  assert.match(problem("%%who")!, /one %: %who/);
  assert.match(problem("%who x")!, /Expected %who, got "%who x"/);
  assert.match(problem("%env A B")!, /Expected %env \[NAME\[=VALUE\]\]/);
  assert.match(problem("%%writefile")!, /Expected %%writefile \[-a\] path/);
  assert.match(problem("%time")!, /followed by code, on its line or below it/);
  const second = readMagics("%who\n  %nothing x\n1").problems[0]!;
  assert.deepEqual([second.start, second.length], [7, 10]);
});

test("an error in the code of a magic's line stands where the user sees it", () => {
  const [error] = notebook.refused("%time 1 + missing");
  assert.deepEqual([error!.line, error!.column], [1, 11]);
  const [looped] = notebook.refused("%timeit\nlet a = 1;\n  a = 'x';");
  assert.deepEqual([looped!.line, looped!.column], [3, 3]);
  assert.match(notebook.refused("%%timeit\nimport fs from 'node:fs'")[0]!.message, /cell of their own/);
});

test("names that timed code declares are there later; those of looped code are its own", async () => {
  assert.equal(await notebook.run("%time const y: number = 6\n"), undefined);
  assert.equal(await notebook.run("y * 7"), 42);
  notebook.compile("%timeit const z = y");
  assert.match(notebook.refused("z")[0]!.message, /Cannot find name 'z'/);
});

test("code that is to be looped is a plain function that answers with its last value, asynchronous only where it awaits", async () => {
  const plain = (await notebook.run("%timeit const a = 20; a * 2")) as () => number;
  assert.equal(plain(), 40);
  const nested = (await notebook.run("%timeit (async () => await 1)(); 3")) as () => unknown;
  assert.equal(nested(), 3);
  const awaiting = (await notebook.run("%timeit\nawait 1;\n5;")) as () => Promise<number>;
  assert.ok(awaiting() instanceof Promise);
  assert.equal(await awaiting(), 5);
});

test("completion knows magics by what is typed, and the words of their arguments", () => {
  const names = (text: string): string[] =>
    notebook.cells.complete(text.replace("|", ""), text.indexOf("|")).matches.map((match) => match.text);
  assert.deepEqual(names("%ti|"), ["%time", "%timeit"]);
  assert.deepEqual(names("%who\n%%wr|"), ["%%writefile"]);
  assert.deepEqual(names("%typecheck e|"), ["error"]);
  assert.deepEqual(names("%loc|"), ["%locale"]);
  assert.deepEqual(names("%locale |"), ["en", "zh"]);
  assert.ok(names("%help |").includes("%%bash"));
  assert.deepEqual(names("%time Mat|"), ["Math"]);
  assert.deepEqual(names("%%bash\n%ti|"), []);
  assert.ok(!names("const a = 7;\n%ti|").includes("%time"));
});

test("inspection of a magic is its help", () => {
  const found = notebook.cells.inspect("%timeit -n 5 f()", 3, 0);
  assert.match(String(found?.data["text/plain"]), /%timeit \[-n loops\].*again and again/);
  assert.match(String(notebook.cells.inspect("%time Math", 8, 0)?.data["text/plain"]), /Math/);
});

for (const [code, status] of [
  ["%who", "complete"],
  ["%time", "incomplete"],
  ["%time f(", "incomplete"],
  ["%time 1", "complete"],
  ["%%bash", "incomplete"],
  ["%%bash\necho 1", "incomplete"],
  ["%%bash\necho 1\n", "complete"],
  ["%nothing", "invalid"],
  ["%timeit -n 5", "incomplete"],
  ["%cd /\nconst x =", "incomplete"],
] as const)
  test(`${JSON.stringify(code)} is ${status}`, () => {
    assert.equal(notebook.cells.isComplete(code).status, status);
  });

test("help tells of every magic how it is written", () => {
  for (const { usage, help } of MAGICS) assert.ok(magicHelp().includes(usage) && magicHelp().includes(help));
});
