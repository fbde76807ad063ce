/**
 * Which file of the user's an import means, as TypeScript understands it: without an extension, with ".js" for a ".ts" file,
 * or a folder with an index.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ADDED = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];
/** In a package what was built comes before the sources. */
const ADDED_IN_PACKAGES = [".js", ".cjs", ".mjs", ".json", ".node", ".ts", ".mts", ".cts", ".tsx"];
/** What a JavaScript extension in an import may mean; the source comes before what was compiled from it. */
const SOURCES: Record<string, readonly string[]> = {
  ".js": [".ts", ".tsx", ".js", ".jsx"],
  ".jsx": [".tsx", ".jsx"],
  ".mjs": [".mts", ".mjs"],
  ".cjs": [".cts", ".cjs"],
};

export type Format = "module" | "commonjs" | "json" | "addon" | "unknown";

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** True for "./a", "../a", "/a" and "file:///a". */
export function isPath(specifier: string): boolean {
  return /^(?:\.{1,2}(?:[\\/]|$)|[\\/]|[a-zA-Z]:[\\/]|file:)/.test(specifier);
}

/** True for a file that the user may edit, as against one of an installed package. */
export function isLocalFile(path: string): boolean {
  return !/[\\/]node_modules[\\/]/.test(path);
}

/** The package that a specifier names: "@scope/name" of "@scope/name/part". */
export function packageName(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** The file that `specifier` means, seen from `folder`; undefined where there is none. */
export function resolvePath(specifier: string, folder: string): string | undefined {
  const path = specifier.startsWith("file:") ? fileURLToPath(specifier) : join(absolute(specifier), "");
  return resolveFile(path) ?? resolveFile(join(path, "index"));

  function absolute(given: string): string {
    return /^(?:[\\/]|[a-zA-Z]:)/.test(given) ? given : join(folder, given);
  }
}

/** The file of a package that a path within it means, without an extension or as a folder; undefined where there is none. */
export function resolveInPackage(path: string): string | undefined {
  if (isFile(path)) return path;
  const paths = [path, join(path, "index")].flatMap((stem) => ADDED_IN_PACKAGES.map((added) => stem + added));
  return paths.find(isFile);
}

function resolveFile(path: string): string | undefined {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  for (const source of SOURCES[extension] ?? []) if (isFile(stem + source)) return stem + source;
  if (isFile(path)) return path;
  return ADDED.map((added) => path + added).find(isFile);
}

/** How a file of the user's is loaded; `text` is asked where name and package do not tell. */
export function formatOf(path: string, text: () => string): Format {
  switch (extname(path)) {
    case ".mts":
    case ".mjs":
      return "module";
    case ".cts":
    case ".cjs":
      return "commonjs";
    case ".json":
      return "json";
    case ".node":
      return "addon";
    case ".ts":
    case ".tsx":
    case ".js":
    case ".jsx":
      return packageType(dirname(path)) === "module" || !isCommonJs(text()) ? "module" : "commonjs";
    default:
      return "unknown";
  }
}

/** CommonJS is what uses its variables; a file with neither these nor imports runs the same as a module. */
function isCommonJs(text: string): boolean {
  if (/^\s*(?:export\s*=|import\s+\w+\s*=\s*require\s*\()/m.test(text)) return true;
  return (
    /(?<![\w$.])(?:require\s*[.(]|module\.exports\b|exports\.\w|__dirname\b|__filename\b)/.test(text) &&
    !/^\s*(?:await\b|export\s+(?:\*|\{[^}]*\}\s*from))|\bimport\.meta\b|\bcreateRequire\b/m.test(text)
  );
}

/** What the nearest package.json says about files whose names do not tell. */
export function packageType(folder: string): unknown {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const text = readFileSync(join(at, "package.json"), "utf8");
      return (JSON.parse(text) as { type?: unknown }).type;
    } catch (error) {
      if (!(error instanceof SyntaxError) && dirname(at) !== at) continue;
      return undefined;
    }
  }
}

/** What a default import of a module that was compiled from an ES module means: all that is exported, as in Node, or its default export. */
export type Interop = "node" | "typescript";

/** TypeScript takes a file for CommonJS, and its default imports for those of compiled ES modules, unless something says otherwise. */
export function interopOf(from: string): Interop {
  return /(?<!\.d)\.tsx?$/.test(from) &&
    isLocalFile(from) &&
    isFile(from) &&
    packageType(dirname(from)) !== "module"
    ? "typescript"
    : "node";
}
