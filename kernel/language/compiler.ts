/**
 * TypeScript itself. It is loaded as the CommonJS module that it is, since an `import` would first search its nine megabytes for the
 * names that it exports. A start snapshot of the language process holds it ready; while one is being made there is no `require` for
 * packages, so that it is evaluated by hand then.
 */
import { readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname } from "node:path";
import { startupSnapshot } from "node:v8";
import { Script } from "node:vm";
import type TS from "typescript";

/** Whether this process does not serve, but is about to become the start snapshot of those that do. */
export const makesSnapshot = startupSnapshot.isBuildingSnapshot();

/** TypeScript's file; who has a snapshot made gives it as the last argument. */
const TYPESCRIPT_FILE = makesSnapshot
  ? process.argv.at(-1)!
  : createRequire(import.meta.url).resolve("typescript");

export const ts: typeof TS = makesSnapshot
  ? evaluated()
  : (createRequire(import.meta.url)("typescript") as typeof TS);

/** The syntax that every Node has that cellgrad runs on; what is newer is made of it. */
export const TARGET = ts.ScriptTarget.ES2024;

function evaluated(): typeof TS {
  const module = { exports: {} };
  const body = new Script(Module.wrap(readFileSync(TYPESCRIPT_FILE, "utf8")), {
    filename: TYPESCRIPT_FILE,
  }).runInThisContext() as (...args: unknown[]) => void;
  body.call(
    module.exports,
    module.exports,
    process.getBuiltinModule,
    module,
    TYPESCRIPT_FILE,
    dirname(TYPESCRIPT_FILE),
  );
  const evaluated = module.exports as typeof TS;
  // TypeScript would keep the folder in which the snapshot was made.
  evaluated.sys.getCurrentDirectory = () => process.cwd();
  return evaluated;
}
