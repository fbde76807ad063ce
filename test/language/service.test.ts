/** The language in its process, as the kernel calls it. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Language } from "../../kernel/language/language.js";
import { startLanguage } from "../../kernel/language/start.js";
import { descendants, isAlive } from "../../kernel/session/process-tree.js";
import { toCheck } from "./notebook.js";

const cwd = mkdtempSync(join(tmpdir(), "cellgrad-"));
const runtime = join(cwd, "index.d.ts");
writeFileSync(runtime, "export declare function randn(shape: number[]): number;");

const language = startLanguage({ cwd, runtime });
after(() => language.close());

async function refused(cell: string, by: Language = language): Promise<string> {
  const result = await by.compile(toCheck(cell, 9));
  assert.equal(result.ok, false);
  return result.ok ? "" : result.diagnostics[0]!.message;
}

/** Takes TypeScript some ten seconds. */
const ENDLESS = `type Grow<T extends unknown[]> = T["length"] extends 30 ? 1 : Grow<[...T, 0]> | Grow<[...T, 1]>;
${Array.from({ length: 30 }, (_, n) => `let endless${String(n)}: Grow<["${String(n)}"]> = 1;`).join("\n")}`;

test("the kernel's own process does not load TypeScript, whose start it does not wait for", () => {
  const script = `
    await import(${JSON.stringify(import.meta.resolve("../../kernel/kernel.ts"))});
    const { _cache } = process.getBuiltinModule("node:module");
    console.log(Object.keys(_cache).filter((path) => /typescript.lib/.test(path)).join());
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  assert.equal(execFileSync(process.execPath, args, { encoding: "utf8" }), "\n");
});

test("calls wait for the process and are answered in order", async () => {
  const compiled = language.compile(toCheck("const a = 1; a", 1));
  const committed = compiled.then(() => language.commit(1));
  const [result] = await Promise.all([compiled, committed, language.isComplete("a")]);
  assert.ok(result.ok);
  assert.equal(result.cell.name, "Cell [1]");
  assert.deepEqual((await language.complete("a.toFi", 6)).matches[0]?.text, "toFixed");
  assert.equal((await language.inspect("a", 0, 0))?.data["text/plain"], "const a: 1");
  assert.equal((await language.isComplete("f(")).status, "incomplete");
  const expression = await language.compileExpression("a + 1");
  assert.ok(expression.ok);
});

test("cells that share a number both keep what they declare", async () => {
  await language.compile(toCheck("const first = 1;", 5));
  await language.commit(5);
  await language.compile(toCheck("const second = 2;", 5));
  await language.commit(5);
  assert.ok((await language.compile(toCheck("first + second", 6))).ok);
});

test("a commit of what was never compiled changes nothing", async () => {
  await language.commit(99);
  assert.ok((await language.compile(toCheck("first", 7))).ok);
});

test("a discarded cell is not committed any more, whether it is checked already or not", async () => {
  await language.compile(toCheck("const checked = 1;", 20));
  language.discard(20);
  await language.commit(20);
  assert.match(await refused("checked"), /Cannot find name 'checked'/);
  const checking = language.compile(toCheck("const late = 1;", 21));
  language.discard(21);
  assert.ok((await checking).ok);
  await language.commit(21);
  assert.match(await refused("late"), /Cannot find name 'late'/);
});

test("what was checked or waits for its commit when the process ends is committed in the one that takes over", async () => {
  const own = startLanguage({ cwd, runtime });
  let pid = 0;
  own.onProcess((started) => (pid = started));
  try {
    await own.compile(toCheck("const before = 1;", 1));
    await own.commit(1);
    await own.ended(1, true);
    await own.compile(toCheck("const checked = 2;", 2));
    process.kill(pid, "SIGKILL");
    // The process takes this call with it.
    await own.compile(toCheck("1", 3));
    await own.commit(2);
    await own.compile(toCheck("const waiting = 3;", 4));
    process.kill(pid, "SIGKILL");
    await Promise.all([own.isComplete("1"), own.commit(4)]);
    assert.ok((await own.compile(toCheck("const sum: number = before + checked + waiting;", 5))).ok);
  } finally {
    await own.close();
  }
});

test("reset forgets all cells", async () => {
  await language.reset();
  assert.match(await refused("first"), /Cannot find name 'first'/);
});

/** How long a call that ends takes at most, in milliseconds, on this machine today. */
async function longestCall(): Promise<number> {
  const other = startLanguage({ cwd, runtime });
  const began = performance.now();
  await other.compile(toCheck("1", 1));
  const patience = 2_000 + 4 * Math.round(performance.now() - began);
  await other.close();
  return patience;
}

test("a check that does not end costs its own cell only", async () => {
  const patient = startLanguage({ cwd, runtime, patience: await longestCall() });
  try {
    assert.ok((await patient.compile(toCheck("const kept = 1;", 1))).ok);
    await patient.commit(1);
    const stuck = refused(ENDLESS, patient);
    const waiting = patient.compile(toCheck("kept.toFixed()", 2));
    assert.match(await stuck, /did not answer for [\d.]+ s.*\n.*%typecheck off/);
    assert.ok((await waiting).ok);
    assert.ok((await patient.compile(toCheck(`%typecheck off\n${ENDLESS}`, 3))).ok);
  } finally {
    await patient.close();
  }
});

/** A function whose check does not end once `later` is a list: until then nobody knows its type. */
const ENDLESS_LATER = `${ENDLESS.split("\n")[0]!}
type Check<T extends unknown[], N> = 0 extends 1 & T ? 1 : Grow<[...T, N]>;
function useLater() {
  ${Array.from({ length: 100 }, (_, n) => `let endless${String(n)}: Check<typeof later, "${String(n)}"> = 1;`).join("\n  ")}
  return later;
}`;

test("a commit that does not end costs its own cell only, and is not told to the process that takes over", async () => {
  const patient = startLanguage({ cwd, runtime, patience: await longestCall() });
  let processes = 0;
  patient.onProcess(() => processes++);
  try {
    await patient.compile(toCheck("const kept = 1;", 1));
    await patient.commit(1);
    assert.ok((await patient.compile(toCheck(ENDLESS_LATER, 2))).ok);
    await patient.commit(2);
    assert.ok((await patient.compile(toCheck("const later: [] = [];", 3))).ok);
    const [warning] = await patient.commit(3);
    assert.match(
      warning!.message,
      /did not answer for [\d.]+ s.*\nCells after this one do not know what it declares/,
    );
    await patient.ended(3, true);
    assert.ok((await patient.compile(toCheck("kept.toFixed()", 4))).ok);
    assert.match(await refused("later", patient), /Cannot find name 'later'/);
    assert.equal(processes, 2);
  } finally {
    await patient.close();
  }
});

test("a closed language answers no more", async () => {
  const closed = startLanguage({ cwd, runtime });
  await closed.close();
  assert.match(await refused("1", closed), /closed/);
  assert.deepEqual((await closed.complete("a", 1)).matches, []);
  assert.equal((await closed.isComplete("a")).status, "unknown");
});

test("no language process is left behind, however busy, when its kernel is killed", async () => {
  const script = `
    import { startLanguage } from ${JSON.stringify(import.meta.resolve("../../kernel/language/start.ts"))};
    import { startSession } from ${JSON.stringify(import.meta.resolve("../../kernel/session/start.ts"))};
    const language = startLanguage(${JSON.stringify({ cwd, runtime })});
    const session = startSession({ cwd: ${JSON.stringify(cwd)}, onOutput() {}, onRestart() {} });
    language.onProcess((pid) => session.setCompanion(pid));
    const { cell } = await language.compile({ source: "1", number: 1 });
    await session.run(1, { ...cell, source: "1" }, { silent: false });
    // The new one is to be named too.
    await session.restart();
    void language.compile({ source: ${JSON.stringify(ENDLESS)}, number: 2 });
    setTimeout(() => console.log("busy"), 300);
  `;
  const file = join(cwd, "kernel.mjs");
  writeFileSync(file, script);
  const kernel = spawn(process.execPath, ["--import", "tsx", file], { stdio: ["ignore", "pipe", "inherit"] });
  await once(kernel.stdout, "data");
  const children = descendants(kernel.pid!);
  assert.ok(children.length > 1);
  kernel.kill("SIGKILL");
  const end = Date.now() + 120_000;
  while (children.some(isAlive) && Date.now() < end) await delay(50);
  const left = children.filter(isAlive);
  for (const pid of left) process.kill(pid, "SIGKILL");
  assert.deepEqual(left, []);
});
