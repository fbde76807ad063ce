/**
 * Files of packages that have no types, where the package as a whole has: TypeScript then sees only what the package declares, and Node
 * loads the file all the same (`moment/locale/de`).
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** The JavaScript within a package that `specifier` means to a file; undefined where there is none. */
export function untypedFile(specifier: string, from: string): string | undefined {
  const [, name, path] = /^(@[^/]+\/[^/]+|[^@./#][^/]*)(\/.+)?$/u.exec(specifier) ?? [];
  if (name === undefined || path === undefined) return undefined;
  const require = createRequire(from);
  // Node remembers what it has not found, and the package may be installed later.
  const folders = require.resolve.paths(name) ?? [];
  if (!folders.some((folder) => existsSync(join(folder, name)))) return undefined;
  try {
    const file = require.resolve(specifier);
    return /\.[cm]?js$/u.test(file) ? file : undefined;
  } catch {
    return undefined;
  }
}
