/** Finds what the build scripts made: from the sources, from the compiled package, and from a program that was bundled with it. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Path of a file under the package's build folder. @throws Error when it is not there. */
export function builtFile(name: string): string {
  const file = join(packageRoot(), "build", name);
  if (existsSync(file)) return file;
  throw new Error(`${file} is not there; ${advice()}`);
}

/** Whoever works on cellgrad itself has its sources; everybody else has what was published, complete. */
function advice(): string {
  return existsSync(join(packageRoot(), "scripts", "build.mjs"))
    ? "run: npm run build"
    : "install cellgrad again: npm install cellgrad";
}

let found: string | undefined;

/** The folder of cellgrad's package.json. */
function packageRoot(): string {
  return (found ??= searchRoot());
}

function searchRoot(): string {
  // A program bundled as CommonJS has no import.meta.url.
  const own = import.meta.url as string | undefined;
  const starts = [own && fileURLToPath(own), process.argv[1], join(process.cwd(), "program.js")];
  for (const start of starts) {
    if (!start) continue;
    const root = rootAbove(start) ?? installedFor(start);
    if (root !== undefined) return root;
  }
  throw new Error(
    "cellgrad's build folder was not found: a program that is bundled with cellgrad needs node_modules/cellgrad beside or above it; install it there, or leave cellgrad out of the bundle (external)",
  );
}

/** The nearest folder above a file whose package is cellgrad. */
function rootAbove(file: string): string | undefined {
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    if (isCellgrad(join(folder, "package.json"))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function isCellgrad(manifest: string): boolean {
  try {
    return (JSON.parse(readFileSync(manifest, "utf8")) as { name?: unknown }).name === "cellgrad";
  } catch {
    return false;
  }
}

/** The package as an import from this file would find it. */
function installedFor(file: string): string | undefined {
  try {
    return dirname(createRequire(resolve(file)).resolve("cellgrad/package.json"));
  } catch {
    return undefined;
  }
}
