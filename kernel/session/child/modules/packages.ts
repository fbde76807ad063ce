/**
 * Where the name of an installed package leads: what Node's `import` makes of it, else what `require` does, which also finds files without
 * their extension and folders by their index, else what the package tells bundlers alone. What leads nowhere is an error that says what
 * the package has.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isFile, isLocalFile, packageName, resolveInPackage } from "./resolve.js";

interface Manifest {
  readonly main?: unknown;
  readonly module?: unknown;
  readonly types?: unknown;
  readonly typings?: unknown;
  readonly exports?: unknown;
}

/** URL of what `specifier`, the name of a package or a path within one, means to the file `from`; undefined where it means nothing. */
export function resolvePackage(specifier: string, from: string): string | undefined {
  const url = resolveByImport(specifier, from);
  // Node answers here also where there is no such file.
  if (typeof url === "string" && isThere(url)) return url;
  const file = resolveByRequire(specifier, from) ?? beside(url) ?? bundled(specifier, from);
  return file === undefined ? undefined : pathToFileURL(file).href;
}

/** The file or URL that Node's `import` finds. */
function resolveByImport(specifier: string, from: string): string | Error {
  try {
    return import.meta.resolve(specifier, pathToFileURL(from).href);
  } catch (error) {
    return error as Error;
  }
}

function isThere(url: string): boolean {
  return !url.startsWith("file:") || isFile(fileURLToPath(url));
}

/** The file of a package that is for `import` alone. */
export function fileForImport(specifier: string, from: string): string | undefined {
  const url = resolveByImport(specifier, from);
  return typeof url === "string" && url.startsWith("file:") && isThere(url) ? fileURLToPath(url) : undefined;
}

/** What `require` finds; undefined where that is nothing. */
export function resolveByRequire(specifier: string, from: string): string | undefined {
  if (!mayBeThere(specifier, from)) return undefined;
  try {
    return createRequire(from).resolve(specifier);
  } catch {
    return undefined;
  }
}

function beside(url: string | Error): string | undefined {
  return typeof url === "string" ? resolveInPackage(fileURLToPath(url)) : undefined;
}

/** The entry for bundlers of a package that has no other. */
function bundled(specifier: string, from: string): string | undefined {
  const found = specifier === packageName(specifier) ? installed(specifier, from) : undefined;
  if (!found || found.manifest.exports !== undefined) return undefined;
  const { module } = found.manifest;
  return typeof module === "string" ? resolveInPackage(join(found.folder, module)) : undefined;
}

/**
 * Whether there is a package for `require` to look into. Node remembers for good which package.json it has not found: to ask it before would
 * hide what is installed later.
 */
export function mayBeThere(specifier: string, from: string): boolean {
  return specifier.startsWith("#") || installed(packageName(specifier), from) !== undefined;
}

interface Installed {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The folder of a package, seen from a file, and what its package.json says. */
function installed(name: string, from: string): Installed | undefined {
  const folders = createRequire(from).resolve.paths(name) ?? [];
  const folder = folders.map((at) => join(at, name)).find((at) => existsSync(at));
  return folder === undefined ? undefined : { folder, manifest: manifestOf(folder) };
}

function manifestOf(folder: string): Manifest {
  try {
    return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest | null) ?? {};
  } catch {
    return {};
  }
}

export function notFound(message: string, code = "ERR_MODULE_NOT_FOUND"): Error {
  return Object.assign(new Error(message), { code });
}

/** Why a package's name leads nowhere, and what to do about it. */
export function unresolved(specifier: string, from: string): Error {
  const refusal = resolveByImport(specifier, from);
  const code = refusal instanceof Error && "code" in refusal ? String(refusal.code) : undefined;
  // The name is no package's, or the package.json that explains it cannot be read: Node says which.
  const isPlain = !specifier.startsWith("#") && code !== "ERR_INVALID_MODULE_SPECIFIER";
  if (refusal instanceof Error && (!isPlain || code?.includes("_CONFIG"))) return refusal;
  const name = packageName(specifier);
  const found = installed(name, from);
  if (!found) {
    return notFound(
      isLocalFile(from)
        ? `Cannot find package '${specifier}' from ${dirname(from)}; install it there with: npm install ${name}`
        : `Cannot find package '${specifier}', which ${from} imports; install it beside that package with: npm install ${name}`,
    );
  }
  const { folder, manifest } = found;
  const subpath = specifier.slice(name.length + 1);
  if (hasOnlyTypes(name, folder, manifest)) {
    const advice = `import only its types: import type { … } from "${specifier}"`;
    return notFound(`Package '${name}' has types and no code (${folder}); ${advice}`, code);
  }
  if (manifest.exports !== undefined) return notFound(unexported(name, subpath, manifest.exports), code);
  if (subpath !== "") return notFound(`Package '${name}' has no file ${subpath} (${folder})`);
  const main =
    typeof manifest.main === "string" ? `its main, ${manifest.main}, is not there` : "it names no main file";
  const files = codeIn(folder);
  const advice =
    files.length > 0
      ? `import one of its files: ${files.map((file) => `"${name}/${file}"`).join(", ")}`
      : `install it again, or build it: ${folder}`;
  return notFound(`Package '${name}' has no entry: ${main}; ${advice}`);
}

/** What a package exports, where it does not export what was asked for. */
function unexported(name: string, subpath: string, exports: unknown): string {
  const paths = pathsOf(exports);
  const has = (path: string) => path === "." || path.startsWith("./");
  const asked = subpath === "" ? "." : `./${subpath}`;
  const entry = paths.includes(asked) || !paths.some(has);
  if (entry && (subpath === "" || paths.some(has))) {
    const conditions = conditionsOf(paths.some(has) ? (exports as Record<string, unknown>)[asked] : exports);
    const others = conditions.length > 0 ? `; there is one for ${conditions.join(", ")}` : "";
    return `Package '${name}' has no entry for Node${subpath === "" ? "" : ` under '${specifierOf(name, asked)}'`}${others}`;
  }
  const offered = paths.some(has) ? paths.filter(has) : ["."];
  const list = offered.map((path) => `"${specifierOf(name, path)}"`).join(", ");
  return `Package '${name}' does not export '${asked}'; it exports ${list}`;
}

function specifierOf(name: string, path: string): string {
  return name + path.slice(1);
}

function pathsOf(exports: unknown): string[] {
  return typeof exports === "object" && exports !== null && !Array.isArray(exports)
    ? Object.keys(exports)
    : [];
}

/** Conditions under which an entry of an exports map leads somewhere, the outermost. */
function conditionsOf(entry: unknown): string[] {
  return pathsOf(entry).filter((key) => key !== "types" && (entry as Record<string, unknown>)[key] !== null);
}

const CODE = /(?<!\.d)\.[cm]?[jt]sx?$|\.node$|\.wasm$/u;

function hasOnlyTypes(name: string, folder: string, { types, typings, exports, main }: Manifest): boolean {
  if (name.startsWith("@types/")) return true;
  if (exports !== undefined) {
    const leads = targets(exports);
    return leads.length > 0 && leads.every((target) => /\.d\.[cm]?ts$/u.test(target));
  }
  const declares = types !== undefined || typings !== undefined || existsSync(join(folder, "index.d.ts"));
  return declares && !main && codeIn(folder).length === 0;
}

function targets(entry: unknown): string[] {
  if (typeof entry === "string") return entry.endsWith("package.json") ? [] : [entry];
  return typeof entry === "object" && entry !== null ? Object.values(entry).flatMap(targets) : [];
}

/** Files of code that stand in a package's own folder. */
function codeIn(folder: string): string[] {
  if (!statSync(folder).isDirectory()) return [];
  return readdirSync(folder)
    .filter((file) => CODE.test(file))
    .sort();
}
