/** Where this cellgrad is installed, and versions read without loading what they belong to. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** Folder of cellgrad's package.json. */
export const PACKAGE_ROOT = dirname(require.resolve("cellgrad/package.json"));
/** What Jupyter and the shell start; exists once cellgrad is built. */
export const MAIN = join(PACKAGE_ROOT, "dist", "kernel", "cli", "main.js");

export const VERSION = versionOf("cellgrad");
export const TYPESCRIPT_VERSION = versionOf("typescript");

function versionOf(name: string): string {
  const file = require.resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
