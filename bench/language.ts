/**
 * What the language costs: from its start to the first checked cell, a small cell through the process and back, whether cell 500
 * costs what cell 5 costs, and completion. Measures the built kernel where there is one, since loading sources through tsx
 * takes longer: `node --import tsx bench/language.ts`.
 */
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Language, StartLanguage } from "../kernel/language/language.js";

const CELLS = 510;
const built = new URL("../dist/kernel/language/start.js", import.meta.url);
const source = new URL("../kernel/language/start.ts", import.meta.url);
const chosen = existsSync(built) && !process.argv.includes("--sources") ? built : source;
const { startLanguage } = (await import(chosen.href)) as { startLanguage: StartLanguage };

const cwd = mkdtempSync(join(tmpdir(), "cellgrad-"));
const runtime = join(cwd, "runtime.d.ts");
writeFileSync(runtime, "export declare function randn(shape: readonly number[]): number[];\n");

/** What a user may well write: a value of the cell before, a function, a loop. */
function cell(n: number): string {
  const before = n > 1 ? `value${String(n - 1)}` : "1";
  return [
    `const value${String(n)} = ${before} + ${String(n)};`,
    `function scaled${String(n)}(factor: number) { return value${String(n)} * factor; }`,
    `const list${String(n)} = [1, 2, 3].map((x) => scaled${String(n)}(x));`,
    `list${String(n)}.length`,
  ].join("\n");
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}

async function compiled(language: Language, code: string, n: number): Promise<number> {
  const { ms, value } = await timed(() => language.compile({ source: code, number: n }));
  if (!value.ok) throw new Error(JSON.stringify(value.diagnostics));
  await language.commit(n);
  return ms;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function report(what: string, ms: number): void {
  console.log(`${what.padEnd(48)} ${ms.toFixed(1).padStart(8)} ms`);
}

console.log(chosen === built ? "built kernel" : "kernel from its sources");
const start = performance.now();
const language = startLanguage({ cwd, runtime });
await compiled(language, "1 + 1", 0);
report("start to first checked cell", performance.now() - start);
const times: number[] = [];
for (let n = 1; n <= CELLS; n++) times.push(await compiled(language, cell(n), n));
report("second cell", times[0] ?? NaN);
report("small cell, median of cells 20 to 120", median(times.slice(20, 120)));
report("fastest cell", Math.min(...times));
// Neighbours of cell 5 are still warming up, so cells 5 to 45 of a second notebook are measured.
const last = median(times.slice(-40));
await language.reset();
const again: number[] = [];
for (let n = 1; n <= 45; n++) again.push(await compiled(language, cell(n), n));
const early = median(again.slice(5));
report("cells 5 to 45", early);
report("cells 470 to 510", last);
console.log(`${"ratio".padEnd(48)} ${(last / early).toFixed(2).padStart(8)}`);
const completions: number[] = [];
for (let n = 0; n < 40; n++)
  completions.push(
    (await timed(() => language.complete(`const q${String(n)} = 1; list5.`, 20 + String(n).length))).ms,
  );
report("completion, median", median(completions));
await language.close();
