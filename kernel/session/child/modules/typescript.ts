/**
 * The user's local TypeScript files as JavaScript, by ts-node's compiler and with what the user's tsconfig.json says that code means. Types
 * are not checked here: the language service does that before the cell runs.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname } from "node:path";
import type { Service, TSError } from "ts-node";
import type TS from "typescript";
import { findConfig, meaningOf, TsConfigs, type TsConfig } from "../../../tsconfig.js";
import { isLocalFile, isPath, resolvePath } from "./resolve.js";
import { critical } from "../interrupt/critical-sections.js";
import { addSource, MAPPED, placeError } from "../run/stack.js";
import { withoutTypeExports } from "./type-exports.js";

const require = createRequire(import.meta.url);
const MAP_COMMENT = /\n?\/\/# sourceMappingURL=data:application\/json[^,]*base64,([A-Za-z0-9+/=]+)\s*$/;

type ModuleKind = "module" | "commonjs";

/** Compilers by what they make of code. */
const services = new Map<string, Service>();
let configs: TsConfigs | undefined;

export function isTypeScript(path: string): boolean {
  return [".ts", ".tsx", ".mts", ".cts", ".jsx"].includes(extname(path));
}

/**
 * TypeScript, loaded when it is first needed: it takes longer than the whole start of a session. An interrupt in the midst of it would leave
 * half a compiler behind.
 */
function typescript(): typeof TS {
  return critical(() => require("typescript") as typeof TS);
}

/** The nearest tsconfig.json of a folder, read as the language service reads it. */
function configFor(folder: string): TsConfig {
  configs ??= new TsConfigs(typescript());
  return configs.for(folder);
}

/** The compiler for the files of a folder. What its tsconfig.json says of how a project is built does not matter to a file that is run. */
function serviceFor(folder: string, kind: ModuleKind): Service {
  const meaning = meaningOf(typescript(), configFor(folder), folder);
  const key = JSON.stringify([kind, meaning]);
  let service = services.get(key);
  if (!service) {
    const { create } = critical(() => require("ts-node") as typeof import("ts-node"));
    // ts-node maps stacks in its own way from then on; here all stacks are mapped in one place.
    const { prepareStackTrace } = Error;
    service = critical(() =>
      create({
        compiler: require.resolve("typescript"),
        skipProject: true,
        skipIgnore: true,
        transpileOnly: true,
        compilerOptions: {
          ...meaning,
          jsx: JSX_NAMES[meaning.jsx!],
          target: "ES2024",
          module: kind === "module" ? "ESNext" : "CommonJS",
          moduleResolution: "bundler",
          esModuleInterop: true,
          sourceMap: true,
        },
        transformers: { before: [withoutTypeExports(typescript(), typesOf)] },
        // Where files are written to and what types packages have is of no concern here.
        ignoreDiagnostics: [5011, 5095],
      }),
    );
    Error.prepareStackTrace = prepareStackTrace;
    services.set(key, service);
  }
  return service;
}

/** As a tsconfig.json has them, by TypeScript's numbers. */
const JSX_NAMES: Readonly<Record<number, string>> = { 2: "react", 4: "react-jsx", 5: "react-jsxdev" };

/** Compiles one file and remembers its source map. Throws a SyntaxError that carries the place. */
export function compileTypeScript(path: string, text: string, kind: ModuleKind): string {
  const service = serviceFor(dirname(path), kind);
  let output: string;
  try {
    // ts-node picks the module kind by the extension where it says one.
    output = critical(() => service.compile(text, kind === "module" ? outsideOfPackages(path) : path));
  } catch (error) {
    throw syntaxError(error as TSError, path, text, service);
  }
  const map = MAP_COMMENT.exec(output);
  addSource(path, map ? Buffer.from(map[1]!, "base64").toString("utf8") : "", text);
  return (map ? output.slice(0, map.index) : output) + MAPPED;
}

/** Of what is in node_modules TypeScript makes what its package.json says, whatever it is asked for. */
function outsideOfPackages(path: string): string {
  return path.replaceAll("node_modules", "packages");
}

/** The syntax error of a JavaScript module with its place, which V8 does not tell for modules. */
export function moduleSyntaxError(path: string, text: string, error: unknown): unknown {
  try {
    serviceFor(dirname(path), "module").compile(text, path.replace(/\.[cm]?js$/, ".js"));
    return error;
  } catch (found) {
    return syntaxError(found as TSError, path, text, serviceFor(dirname(path), "module"));
  }
}

function syntaxError(error: TSError, path: string, text: string, { ts }: Service): unknown {
  const diagnostic = error.diagnostics?.[0];
  if (!diagnostic) return error;
  const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
  const before = text.slice(0, diagnostic.start ?? 0);
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  addSource(path, "", text);
  return placeError(
    new SyntaxError(`${message} (${path}:${String(line)}:${String(column)})`),
    path,
    line,
    column,
  );
}

/**
 * The file that TypeScript takes a specifier for, if that is one to run: by a tsconfig's `paths` and `baseUrl`, or because a package says
 * of its types that they are in a source file.
 */
export function resolveByPaths(specifier: string, folder: string, from: string): string | undefined {
  const file = resolveTypes(specifier, folder, from);
  return file === undefined || /\.d\.[cm]?ts$/.test(file) ? undefined : file;
}

function resolveTypes(specifier: string, folder: string, from: string): string | undefined {
  const ts = typescript();
  const options = {
    ...configFor(folder).options,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  return ts.resolveModuleName(specifier, from, options, ts.sys).resolvedModule?.resolvedFileName;
}

/** The file that the types of a module are in. */
function typesOf(specifier: string, from: string): string | undefined {
  const file = isPath(specifier) ? resolvePath(specifier, dirname(from)) : undefined;
  return file !== undefined && isTypeScript(file) ? file : resolveTypes(specifier, dirname(from), from);
}

/** The user's own file that a tsconfig.json puts in place of a package. Where none can, TypeScript is not even loaded. */
export function resolveByConfig(specifier: string, from: string): string | undefined {
  if (!mayLeadElsewhere(dirname(from))) return undefined;
  const file = resolveByPaths(specifier, dirname(from), from);
  return file !== undefined && isLocalFile(file) ? file : undefined;
}

function mayLeadElsewhere(folder: string): boolean {
  const path = findConfig(folder);
  return (
    path !== undefined &&
    /"(?:paths|baseUrl|customConditions|extends|references)"/u.test(readFileSync(path, "utf8"))
  );
}
