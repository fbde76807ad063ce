/** Magics in a real session. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { CompiledCell } from "../../../../kernel/session/messages.js";
import { isAlive } from "../../../../kernel/session/process-tree.js";
import { cell, Notebook, plain, sleep, until } from "../../notebook.js";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "cellgrad-magics-")));
let notebook: Notebook;
before(() => {
  notebook = new Notebook(folder);
});
after(() => notebook.session.close());

const magic = (name: string, argument: string, body = "") =>
  notebook.run(
    `return { value: await __meta.magic(${JSON.stringify(name)}, ${JSON.stringify({ argument, body, bodyLine: 2 })}) }`,
  );
const error = (ran: Awaited<ReturnType<typeof magic>>): string =>
  ran.outcome.status === "error" ? plain(ran.outcome.error.traceback) : `no error: ${ran.outcome.status}`;
const value = async (js: string): Promise<unknown> =>
  (await notebook.run(`return { value: ${js} }`)).result?.data["text/plain"];

test("%%bash shows what a script prints, and an exit code other than 0 is an error that says so", async () => {
  const ran = await magic("bash", "", 'echo "here: $PWD"\necho oops >&2\nno_such_command\nexit 3');
  assert.equal(ran.stdout(), `here: ${folder}\n`);
  assert.match(ran.stderr(), /^oops\nbash: line 4: no_such_command: /);
  assert.equal(error(ran), "BashError: the script ended with exit code 3");
  assert.equal((await magic("bash", "", "true")).outcome.status, "ok");
  assert.match(error(await magic("bash", "", "kill -TERM $$")), /ended by SIGTERM/);
});

test("%%bash does not wait for what it leaves in the background, whose output still comes below its cell", async () => {
  const goOn = join(mkdtempSync(join(tmpdir(), "cellgrad-")), "go-on");
  const ran = await magic("bash", "", `(until [ -e ${goOn} ]; do sleep 0.05; done; echo late) &`);
  assert.equal(ran.stdout(), "");
  writeFileSync(goOn, "");
  while (ran.stdout() === "") {
    const other = await notebook.run("await new Promise((resolve) => setTimeout(resolve, 50))");
    assert.equal(other.stdout(), "");
  }
  assert.equal(ran.stdout(), "late\n");
});

test("an interrupt ends a script with all that it has started", async () => {
  const running = magic("bash", "", "sleep 1000 & echo $!; echo $$; wait");
  const printed = new Promise<string>((resolve) => {
    let text = "";
    notebook.onEvent = (event) => {
      if (event.type === "stream") text += event.text;
      if (text.split("\n").length > 2) resolve(text);
    };
  });
  const pids = (await printed).trim().split("\n").map(Number);
  notebook.onEvent = undefined;
  await notebook.session.interrupt();
  assert.equal((await running).outcome.status, "interrupted");
  for (const pid of pids) {
    while (isAlive(pid)) await sleep(10);
  }
});

test("%%writefile writes and appends, says how much, and a cell imports what it wrote", async () => {
  assert.equal(
    (await magic("writefile", "lib.ts", "export const a = 1;")).stdout(),
    "lib.ts: wrote 20 bytes\n",
  );
  assert.equal(
    (await magic("writefile", "-a lib.ts", "export const é = 2;\n")).stdout(),
    "lib.ts: appended 21 bytes\n",
  );
  assert.equal(readFileSync(join(folder, "lib.ts"), "utf8"), "export const a = 1;\nexport const é = 2;\n");
  assert.equal(await value('(await __import("./lib")).a'), "1");
  assert.equal(
    (await magic("writefile", "'lib.ts'", "export const a = 3;")).stdout(),
    "lib.ts: wrote anew 20 bytes\n",
  );
  assert.equal(await value('(await __import("./lib")).a'), "3");
  assert.match(
    error(await magic("writefile", "none/x.ts", "1")),
    /Nothing was written .*there is no folder .*none/,
  );
});

test("after %cd files, imports and scripts are those of the new folder, and the kernel hears of it", async () => {
  mkdirSync(join(folder, "sub"));
  const moved = await magic("cd", "sub");
  assert.deepEqual(
    moved.events.filter(({ type }) => type === "folder").map((event) => ({ ...event })),
    [{ type: "folder", run: notebook.next - 1, folder: join(folder, "sub") }],
  );
  await magic("writefile", "inner.ts", "export const inner = 7;");
  assert.equal(await value('(await __import("./inner")).inner'), "7");
  assert.equal(await value('require("./inner").inner'), "7");
  assert.equal(await value("__meta.dirname"), `'${join(folder, "sub")}'`);
  assert.equal((await magic("bash", "", "pwd")).stdout(), `${join(folder, "sub")}\n`);
  assert.equal((await magic("cd", "-")).stdout(), `${folder}\n`);
  assert.match(
    error(await magic("cd", "nowhere")),
    /^FolderError: There is no folder .*nowhere; cells stay in /,
  );
});

test("%env sets, shows and lists, and a list hides what is secret", async () => {
  await magic("env", "GREETING='hello there'");
  await magic("env", "MY_API_KEY=abc");
  assert.equal((await magic("env", "GREETING")).stdout(), "hello there\n");
  assert.equal((await magic("bash", "", "echo $GREETING")).stdout(), "hello there\n");
  const list = (await magic("env", "")).stdout();
  assert.match(list, /^GREETING=hello there$/m);
  assert.match(list, /^MY_API_KEY=<hidden>$/m);
  assert.equal(
    error(await magic("env", "NOT_THERE")),
    "EnvError: NOT_THERE is not set; set it with: %env NOT_THERE=value",
  );
});

test("%%html is shown as HTML", async () => {
  const { events } = await magic("html", "", "<b>bold</b>\n");
  const display = events.find((event) => event.type === "display");
  assert.deepEqual(display?.type === "display" && display.bundle.decode().data, {
    "text/html": "<b>bold</b>\n",
    "text/plain": "<b>bold</b>",
  });
});

test("%who says of each variable what it is without computing or calling anything of it", async () => {
  await notebook.run(`$.shaped = { shape: [64, 2], dtype: "float32", [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("computed") } };
    $.text = "<i>"; $.list = [1, 2, 3]; Object.defineProperty($, "broken", { get() { throw new Error("dead zone") }, enumerable: true, configurable: true });`);
  const variables = ["shaped", "text", "list", "broken"].map((name) => ({
    name,
    type: "any",
    cell: "[1]",
    stale: name === "list",
  }));
  const { events, outcome } = await magic(
    "who",
    JSON.stringify({ variables, notes: ["Run Cell [1] again: it used \`w\`."] }),
  );
  assert.equal(outcome.status, "ok");
  const display = events.find((event) => event.type === "display");
  assert.ok(display?.type === "display");
  const { "text/plain": text, "text/html": html } = display.bundle.decode().data as Record<string, string>;
  assert.match(text!, /^shaped +any +\[64, 2\] float32 +512 B +\[1\]$/m);
  assert.match(text!, /^text +any +'<i>' +3 characters +\[1\]$/m);
  assert.match(text!, /^list +any +\[ 1, 2, 3 \] +3 items +\[1\] old$/m);
  assert.match(text!, /^broken +any +undefined +\[1\]$/m);
  assert.match(text!, /\nRun Cell \[1\] again: it used `w`\.$/);
  assert.match(html!, /'&lt;i&gt;'/);
  assert.doesNotMatch(html!, /<i>/);
});

/** Runs a cell in the way in which the language asks for. */
async function run(js: string, more: Partial<CompiledCell>) {
  const events: string[] = [];
  const number = notebook.next;
  // Takes the number, so that what comes is this cell's.
  const blank = await notebook.run("");
  blank.events.length = 0;
  const outcome = await notebook.session.run(number, { ...cell(js, "Cell"), ...more }, { silent: false });
  for (const event of blank.events) if (event.type === "stream") events.push(event.text);
  return { outcome, printed: events.join(""), events: blank.events };
}

test("%time tells wall clock, CPU and memory, and the value is shown; also where the cell fails", async () => {
  const ok = await run("return { value: 6 * 7 }", { measure: { kind: "time" } });
  assert.match(ok.printed, /^wall \S+ \S+, CPU \S+ \S+ \(user .*, system .*\), memory [+-]\S+ \w+\n$/);
  assert.ok(
    ok.events.some((event) => event.type === "result" && event.bundle.decode().data["text/plain"] === "42"),
  );
  const failed = await run("await null; throw new Error('no')", { measure: { kind: "time" } });
  assert.equal(failed.outcome.status, "error");
  assert.match(failed.printed, /^Ended after: wall /);
});

test("%time and %timeit compute values that are only computed when they are read", async () => {
  const lazy = '({ [Symbol.for("cellgrad.evaluate")]() { $.computed++; } })';
  await run(`$.computed = 0; return { value: ${lazy} }`, { measure: { kind: "time" } });
  assert.equal(await value("$.computed"), "1");
  await run(`$.computed = 0; return { value: () => ${lazy} }`, {
    measure: { kind: "timeit", loops: 5, runs: 2 },
  });
  assert.equal(await value("$.computed"), "11");
});

test("%timeit runs a function as often as was asked, shows its output once, and says so", async () => {
  const { printed } = await run('$.times = 0; return { value: () => { $.times++; console.log("once"); } }', {
    measure: { kind: "timeit", loops: 4, runs: 3 },
  });
  assert.equal(await value("$.times"), "13");
  assert.match(
    printed,
    /^once\n.* ± .* per loop \(mean ± std\. dev\. of 3 runs, 4 loops each\), best .*\nWhat the code put out is shown once/,
  );
  assert.equal((await notebook.run('console.log("heard")')).stdout(), "heard\n");
});

test("%timeit awaits what is asynchronous, and chooses the number of loops by itself", async () => {
  const measure = { kind: "timeit", runs: 2 } as const;
  const { printed } = await run(
    "return { value: async () => { await new Promise((r) => setTimeout(r, 20)); } }",
    { measure },
  );
  assert.match(printed, /^\S+ ms ± /);
  const fast = await run("return { value: () => 1 + 1 }", { measure });
  assert.match(fast.printed, / [\d,]{5,} loops each/);
});

test("an interrupt ends %timeit, and what is printed later is heard", async () => {
  const running = run("let n = 0; return { value: () => { $.n = n++; for (let i = 0; i < 1e5; i++); } }", {
    measure: { kind: "timeit", runs: 100_000 },
  });
  await until(async () => Number((await notebook.session.preview(["n"]))?.value) > 100);
  await notebook.session.interrupt();
  assert.equal((await running).outcome.status, "interrupted");
  assert.equal((await notebook.run('console.log("heard")')).stdout(), "heard\n");
});

test("the end of a cell says which variables have other values now, be it an error", async () => {
  await notebook.run("$.same = 1; $.changed = 1; $.untouched = 1;");
  const writes = ["same", "changed", "added", "untouched", "never"];
  const failed = await run("$.same = 1; $.changed = 2; $.added = undefined; throw 1; $.untouched = 2", {
    writes,
  });
  assert.deepEqual(failed.outcome.status === "error" && failed.outcome.assigned, ["changed", "added"]);
});

test("of a cell that goes on the value is displayed, and is not the result", async () => {
  const { events } = await run("return { value: 5 }", { part: true });
  assert.deepEqual(
    events.map(({ type }) => type),
    ["display"],
  );
});
