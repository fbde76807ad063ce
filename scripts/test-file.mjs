/**
 * `npm run test:file -- FILE...`: runs files of tests from the sources, without building first. `npm run test:watch -- FILE` runs them again
 * whenever they or what they import change. The kernel's processes, the types in cells and the engine come from the last build all the
 * same; where a file needs one that is missing or older than the sources, this says so.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { stateOfBuild } from "./build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** What of the kernel starts a process, reads the runtime's types or names what is installed. */
const STARTS = /^kernel[\\/](session|language|debugger|installation)/;

const args = process.argv.slice(2);
const files = args.filter((arg) => !arg.startsWith("-"));

const refusal = whatIsMissing(files);
if (refusal) {
  console.error(refusal);
  process.exit(1);
}
const [needing] = files.filter(needsDist);
if (needing && stateOfBuild() === "older")
  console.error(
    `dist is older than the sources, and ${needing} needs it: npm run build brings it up to date.`,
  );

// Tests read English, whatever the user of this machine does.
const env = { ...process.env, LC_ALL: "C.UTF-8" };
const node = ["--import", "tsx", "--test", "--test-reporter=spec", "--test-concurrency=1", ...args];
process.exit(spawnSync(process.execPath, node, { stdio: "inherit", env }).status ?? 1);

/** Why the files cannot run, and what to do about it. */
function whatIsMissing(files) {
  if (files.length === 0) return "Which file? For instance: npm run test:file -- test/tensor/tensor.test.ts";
  const unknown = files.find((file) => !existsSync(file));
  if (unknown) return `There is no file ${unknown}; tests are in test/, and their names end in .test.ts.`;
  if (
    !["native/cellgrad.node", "wasm/cellgrad.wasm"].some((engine) => existsSync(join(root, "build", engine)))
  )
    return "No engine is built yet: npm run build makes it, in about a minute.";
  const needing = files.find(needsDist);
  if (needing && stateOfBuild() === "missing")
    return `dist is missing, and ${needing} needs it: npm run build makes it.`;
  return undefined;
}

/** True where a test, or what it imports, uses what is built. */
function needsDist(file) {
  const seen = new Set();
  const waiting = [resolve(file)];
  while (waiting.length > 0) {
    const path = waiting.pop();
    if (seen.has(path) || !existsSync(path)) continue;
    seen.add(path);
    const place = relative(root, path);
    if (STARTS.test(place)) return true;
    const text = readFileSync(path, "utf8");
    if (place.startsWith("test") && /\bdist\//.test(text)) return true;
    for (const { fileName } of ts.preProcessFile(text).importedFiles)
      if (fileName.startsWith(".")) waiting.push(resolve(dirname(path), fileName.replace(/\.js$/, ".ts")));
  }
  return false;
}
