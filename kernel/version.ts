/** Versions of cellgrad and of the TypeScript that checks cells, read without loading either. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const VERSION = versionOf("cellgrad/package.json");
export const TYPESCRIPT_VERSION = versionOf("typescript/package.json");

function versionOf(packageJson: string): string {
  return (JSON.parse(readFileSync(require.resolve(packageJson), "utf8")) as { version: string }).version;
}
