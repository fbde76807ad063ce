/**
 * The user's local TypeScript files as JavaScript, by ts-node's compiler and with the user's tsconfig. Types are not checked
 * here: the language service does that before the cell runs.
 */
import { createRequire } from "node:module";
import { statSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import type { Service, TSError } from "ts-node";
import { critical } from "./sections.js";
import { MAPPED } from "./debug-host.js";
import { addSource, placeError } from "./stack.js";

const require = createRequire(import.meta.url);
const MAP_COMMENT = /\n?\/\/# sourceMappingURL=data:application\/json[^,]*base64,([A-Za-z0-9+/=]+)\s*$/;

type ModuleKind = "module" | "commonjs";
const services = new Map<string, Service>();

export function isTypeScript(path: string): boolean {
  return [".ts", ".tsx", ".mts", ".cts", ".jsx"].includes(extname(path));
}

/** The compiler for the files of a folder: its nearest tsconfig.json counts. */
function serviceFor(folder: string, kind: ModuleKind): Service {
  const key = `${kind} ${folder} ${configStamp(folder)}`;
  let service = services.get(key);
  if (!service) {
    // Loaded at the first TypeScript file: it takes longer than the whole start of a session. An interrupt in the middle of it
    // would leave half a compiler behind.
    const { create } = critical(() => require("ts-node") as typeof import("ts-node"));
    // ts-node maps stacks in its own way from then on; here all stacks are mapped in one place.
    const { prepareStackTrace } = Error;
    service = critical(() =>
      create({
        cwd: folder,
        projectSearchDir: folder,
        transpileOnly: true,
        // Deprecated settings of a tsconfig are the editor's concern; here they would refuse the file.
        ignoreDiagnostics: [5101, 5102, 5107, 5095, 5098, 5109, 5110],
        compilerOptions: {
          module: kind === "module" ? "ESNext" : "CommonJS",
          moduleResolution: "bundler",
          verbatimModuleSyntax: false,
          allowJs: true,
          esModuleInterop: true,
          declaration: false,
          isolatedDeclarations: false,
          sourceMap: true,
          inlineSources: false,
          removeComments: false,
          noEmit: false,
          emitDeclarationOnly: false,
        },
      }),
    );
    Error.prepareStackTrace = prepareStackTrace;
    services.set(key, service);
  }
  return service;
}

/** Changes when the tsconfig.json that counts for a folder is edited, or another takes its place. */
function configStamp(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const stat = statSync(join(at, "tsconfig.json"), { throwIfNoEntry: false });
    if (stat) return `${at} ${String(stat.mtimeMs)}`;
    if (dirname(at) === at) return "";
  }
}

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

/** The file that a tsconfig's `paths` give for a specifier, if any do. */
export function resolveByPaths(specifier: string, folder: string, from: string): string | undefined {
  const { config, ts } = serviceFor(folder, "module");
  if (!config.options.paths) return undefined;
  const { resolvedModule } = ts.resolveModuleName(specifier, from, config.options, ts.sys);
  const file = resolvedModule?.resolvedFileName;
  return file === undefined || /\.d\.[cm]?ts$/.test(file) ? undefined : file;
}
