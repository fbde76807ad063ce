/**
 * Entry of a worker thread or child process that runs a file of the user's (programs.ts): with what a session has for files, and without
 * what it has for cells. The runtime is this thread's own, and loaded once somebody imports it.
 */
import Module, { createRequire, syncBuiltinESMExports } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import vm from "node:vm";
import workerThreads, { isMainThread } from "node:worker_threads";
import { resetLocale } from "../../locale/notebook.js";
import { installRequire } from "./modules/commonjs.js";
import { cellError } from "./run/errors.js";
import { Modules } from "./modules/modules.js";
import { installPrograms, type Given } from "./modules/programs.js";
import { installStackTraces } from "./run/stack.js";
import { compileTypeScript } from "./modules/typescript.js";
import { isOurs } from "./warnings.js";

const RUNTIME = new URL(`../../../src/index${extname(import.meta.url)}`, import.meta.url).href;

resetLocale();
process.removeAllListeners("warning");
process.on("warning", ({ name, message }) => {
  const text = `${name}: ${message}`;
  if (!isOurs(text)) console.error(text);
});
installStackTraces(RUNTIME);
installRequire(() => createRequire(import.meta.url)(fileURLToPath(RUNTIME)));
installPrograms(() => () => undefined);

const program = isMainThread ? programOfProcess() : programOfThread();
if ("code" in program) evaluate(program.code);
else {
  process.argv[1] = program.file;
  await modulesOf(dirname(program.file)).runMain(program.file);
}

function modulesOf(folder: string): Modules {
  return new Modules(folder, async () => (await import(RUNTIME)) as object);
}

function programOfProcess(): Given["cellgrad"] {
  process.on("uncaughtException", (error) => {
    // The program has a listener of its own.
    if (process.listenerCount("uncaughtException") > 1) return;
    const text = cellError(error).traceback.join("\n");
    console.error(process.stderr.isTTY ? text : stripVTControlCharacters(text));
    process.exit(1);
  });
  const [file] = process.argv.splice(2, 1);
  return { file: file! };
}

function programOfThread(): Given["cellgrad"] {
  const { cellgrad, data } = workerThreads.workerData as Given;
  Object.assign(workerThreads, { workerData: data });
  syncBuiltinESMExports();
  return cellgrad;
}

/** Code that was given as a text: a script as in Node, in which `require` starts from the current folder; TypeScript where it is none. */
function evaluate(code: string): void {
  const file = join(process.cwd(), "[worker eval].ts");
  const module = new Module(file) as NodeJS.Module & { _compile(code: string, file: string): void };
  module.filename = file;
  module.paths = createRequire(file).resolve.paths("x") ?? [];
  module._compile(isScript(code) ? code : compileTypeScript(file, code, "commonjs"), file);
}

function isScript(code: string): boolean {
  try {
    new vm.Script(`(function () {${code}\n})`);
    return true;
  } catch {
    return false;
  }
}
