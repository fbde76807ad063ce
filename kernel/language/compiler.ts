/**
 * TypeScript itself. It is loaded as the CommonJS module that it is, since an `import` would first search its nine megabytes for the
 * names that it exports, and with V8's code cache, since what it compiles anew at each start is most of what loading it takes.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import type TS from "typescript";

const require = createRequire(import.meta.url);
const file = require.resolve("typescript");
let script: Script | undefined;

export const ts: typeof TS = load();

function load(): typeof TS {
  const loaded = require.cache[file];
  if (loaded) return loaded.exports as typeof TS;
  // `require` finds it too from now on: ts-node has to use the same one.
  const module = new Module(file);
  module.filename = file;
  module.paths = createRequire(file).resolve.paths("typescript") ?? [];
  script = new Script(Module.wrap(readFileSync(file, "utf8")), { filename: file, ...cachedCode() });
  const body = script.runInThisContext() as (...args: unknown[]) => void;
  body.call(module.exports, module.exports, createRequire(file), module, file, dirname(file));
  module.loaded = true;
  require.cache[file] = module as NodeJS.Module;
  return module.exports as typeof TS;
}

function cachedCode(): { cachedData?: Buffer } {
  try {
    return { cachedData: readFileSync(cacheFile()) };
  } catch {
    return {};
  }
}

/** Keeps compiled code for the next start; called once TypeScript has done some work, so that what was needed is in it. */
export function keepCompiledCode(): void {
  if (!script || script.cachedDataRejected === false) return;
  try {
    const path = cacheFile();
    mkdirSync(dirname(path), { recursive: true });
    const temporary = `${path}.${String(process.pid)}`;
    writeFileSync(temporary, script.createCachedData());
    renameSync(temporary, path);
  } catch {
    // A folder that can not be written to only costs time at the next start.
  }
}

function cacheFile(): string {
  const { mtimeMs, size } = statSync(file);
  const folder = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const name = `typescript-${String(size)}-${String(Math.round(mtimeMs))}-node-${process.version}-${process.arch}.bin`;
  return join(folder, "cellgrad", name);
}
