/** Magics and stale cells in a whole kernel, as a client that tells its cells' ids has them. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchKernel, type LaunchedKernel } from "../../../kernel/client/launch.js";
import type { Json, Message } from "../../../kernel/wire/message.js";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "cellgrad-magics-")));
mkdirSync(join(folder, "sub"));
writeFileSync(join(folder, "sub", "inner.ts"), "export const inner: string = 'from sub';");
let kernel: LaunchedKernel;
const published: Message[] = [];
before(async () => {
  kernel = await launchKernel({ cwd: folder });
  kernel.client.onIopub = (message) => published.push(message);
});
after(() => kernel.shutdown());

interface Ran {
  readonly content: Json;
  /** Numbers of the cells that hold old values. */
  readonly stale: readonly number[];
  /** All that the cell showed, as text. */
  readonly text: string;
}

async function run(code: string, cellId?: string): Promise<Ran> {
  let id = "";
  const metadata = cellId === undefined ? {} : { cellId };
  const request = kernel.client.request(
    "shell",
    "execute_request",
    { code },
    (sent) => (id = sent),
    metadata,
  );
  const { content, metadata: told } = await request;
  const { stale } = told["cellgrad"] as { stale: { executionCount: number }[] };
  const text = published
    .filter(({ parentHeader }) => parentHeader["msg_id"] === id)
    .map(({ content: { text, data } }) => String(text ?? (data as Json | undefined)?.["text/plain"] ?? ""))
    .join("");
  return { content, stale: stale.map(({ executionCount }) => executionCount), text };
}

test("after a cell runs again the cells that used its old values are named, until they run again too", async () => {
  await run("let w = 2;", "w");
  await run("const scale = (x: number) => x * w;", "scale");
  assert.deepEqual((await run("const y = scale(10);", "y")).stale, []);
  assert.deepEqual((await run("const z = y + 1; z", "z")).stale, []);
  assert.deepEqual((await run("let w = 3;", "w")).stale, [3, 4]);
  const { text } = await run("%who");
  assert.match(text, /^w +number +3 +\[5\]$/m);
  assert.match(text, /^scale +\(x: number\) => number +function +\[2\]$/m);
  assert.match(text, /^y +number +20 +\[3\] old$/m);
  assert.match(text, /^Run Cell \[3\] again: it used `w` of Cell \[1\], which has run again as \[5\]\.$/m);
  assert.deepEqual((await run("const y = scale(10);", "y")).stale, [4]);
  const z = await run("const z = y + 1; z", "z");
  assert.deepEqual([z.stale, z.text], [[], "31"]);
});

test("%who knows tensors by their shapes and dtypes", async () => {
  const { text } = await run("const weights = randn([64, 2]);\n", "t").then(() => run("%who"));
  assert.match(text, /^weights +Tensor<\[64, 2\]> +\[64, 2\] float32 +512 B /m);
});

test("%time shows the value and what it took; what it declares is there for the next line", async () => {
  const { text } = await run("%time const n = 6 * 7\nn + 1");
  assert.match(text, /^wall .*, CPU .*\n43$/);
});

test("%timeit tells the time of one loop, and its names are its own", async () => {
  const { text } = await run("%timeit -n 3 -r 2 const inLoop = Math.sqrt(w); inLoop");
  assert.match(text, /per loop \(mean ± std\. dev\. of 2 runs, 3 loops each\), best/);
  assert.match(String((await run("inLoop")).content["evalue"]), /Cannot find name 'inLoop'/);
});

test("after %cd imports are checked and loaded from the new folder", async () => {
  const { text } = await run("%cd sub\nimport { inner } from './inner'; const kept: string = inner; kept");
  assert.match(text, /'from sub'$/);
  assert.match(
    String((await run("const no: number = inner;")).content["evalue"]),
    /'string' is not assignable/,
  );
  await run("%cd ..");
  assert.match(
    String((await run("import { inner } from './inner'")).content["evalue"]),
    /Cannot find module/,
  );
});

test("a file that %%writefile wrote is imported with its types, also when it is written anew", async () => {
  await run("%%writefile lib.ts\nexport const answer: number = 42;");
  assert.equal((await run("import { answer } from './lib'; answer")).text, "42");
  await run("%%writefile lib.ts\nexport const answer: string = 'changed';");
  assert.equal((await run("import { answer } from './lib'; answer.toUpperCase()")).text, "'CHANGED'");
});

test("%run runs a file or a notebook where the cell stands; its errors name it and its lines", async () => {
  writeFileSync(join(folder, "part.ts"), "export const fromFile: number = 20;\nconsole.log('ran');");
  assert.equal((await run("%run part.ts\nfromFile + 1")).text, "ran\n21");
  const cells = ["const fromNotebook = fromFile * 2;", "%env SET=here", "fromNotebook"];
  const code = (source: string) => ({
    cell_type: "code",
    source,
    metadata: {},
    outputs: [],
    execution_count: null,
  });
  writeFileSync(
    join(folder, "part.ipynb"),
    JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells: cells.map(code) }),
  );
  assert.equal((await run("%run 'part.ipynb'\nprocess.env.SET")).text, "40'here'");
  writeFileSync(join(folder, "fails.ts"), "const a = 1;\nthrow new Error('a' + a);");
  const failed = await run("%run fails.ts");
  assert.match(String(failed.content["traceback"]), /at .*fails\.ts:2:7/);
  writeFileSync(join(folder, "refused.ts"), "\nconst text: string = 5;");
  assert.match(String((await run("%run refused.ts")).content["traceback"]), /at .*refused\.ts:2:7/);
  writeFileSync(join(folder, "itself.ts"), "%run itself.ts");
  assert.match(String((await run("%run itself.ts")).content["evalue"]), /20 levels deep/);
  assert.match(String((await run("%run missing.ts")).content["evalue"]), /there is no file/);
});

test("%%capture keeps what a cell puts out under a name, with its type", async () => {
  const { text } = await run(
    "%%capture out\nconsole.log('a'); console.error('b'); display({ 'text/html': '<i>' }); 5",
  );
  assert.equal(text, "");
  assert.equal((await run("[out.stdout, out.stderr, out.outputs.length]")).text, "[ 'a\\n', 'b\\n', 2 ]");
  assert.equal((await run("out.show()")).text, "a\nb\n5");
  assert.match(
    String((await run("out.nothing")).content["evalue"]),
    /does not exist on type 'CapturedOutput'/,
  );
  assert.equal((await run("%%capture\nconsole.log('x'); const captured = 3;")).text, "");
  assert.equal((await run("captured")).text, "3");
  const failed = await run("%%capture failed\nconsole.log('x'); throw new Error('no')");
  assert.equal(failed.content["evalue"], "no");
  assert.equal(failed.text, "");
});

test("earlier results and texts are there by the numbers of their cells", async () => {
  const { content } = await run("'first result'");
  const count = Number(content["execution_count"]);
  await run("'second'");
  assert.equal(
    (await run(`[_, __, _${String(count)}, Out[${String(count)}]]`)).text,
    "[ 'second', 'first result', 'first result', 'first result' ]",
  );
  assert.equal(
    (await run(`In[${String(count)}] + _i${String(count)}`)).text,
    `"'first result''first result'"`,
  );
  assert.match((await run("_i")).text, /In\[/);
  assert.match(
    String((await run("_9999")).content["evalue"]),
    /_9999 is not defined: of cell \[9999\] no result is kept/,
  );
  assert.equal((await run("const _5 = 'own'; _5")).text, "'own'");
});

test("an interrupt ends %%bash, and its environment is that of %env", async () => {
  const { content } = await run("%env GREETING=hello").then(() =>
    run("%%bash\n[ $GREETING = hello ] && exit 7"),
  );
  assert.match(String(content["evalue"]), /exit code 7/);
  const from = published.length;
  const running = run("%%bash\necho running\nsleep 1000");
  while (!published.slice(from).some(({ header }) => header.msg_type === "stream"))
    await new Promise((resolve) => setTimeout(resolve, 10));
  await kernel.client.request("control", "interrupt_request", {});
  assert.equal((await running).content["ename"], "Interrupted");
});

test("%reset forgets variables, types, folder and what is stale", async () => {
  await run("let w = 4;", "w");
  const { content, stale } = await run("%cd sub\n%reset\nw");
  assert.match(String(content["evalue"]), /Cannot find name 'w'/);
  assert.deepEqual(stale, []);
  assert.equal((await run("%who")).text, "No variables yet.");
  assert.equal((await run("process.cwd()")).text, `'${folder}'`);
});
