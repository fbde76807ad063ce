/**
 * The TypeScript that everything here uses: the one that ts-node's `create()` answers, so that cells, local `.ts` files and the
 * editor agree, with the compiler options of the notebook's folder.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type TsNode from "ts-node";
import type TS from "typescript";
import { makesSnapshot, requireWithTypeScript, ts, TYPESCRIPT_FILE } from "./compiler.js";

/** Options of a user's tsconfig.json that also hold in cells; the others say how files are built, not what they mean. */
const RESPECTED = [
  "strict",
  "noImplicitAny",
  "noImplicitThis",
  "noImplicitReturns",
  "noImplicitOverride",
  "noFallthroughCasesInSwitch",
  "noUncheckedIndexedAccess",
  "noPropertyAccessFromIndexSignature",
  "strictNullChecks",
  "strictFunctionTypes",
  "strictBindCallApply",
  "strictBuiltinIteratorReturn",
  "strictPropertyInitialization",
  "exactOptionalPropertyTypes",
  "useUnknownInCatchVariables",
  "useDefineForClassFields",
  "experimentalDecorators",
  "emitDecoratorMetadata",
  "jsx",
  "jsxFactory",
  "jsxFragmentFactory",
  "jsxImportSource",
  "baseUrl",
  "paths",
  "rootDirs",
  "typeRoots",
  "customConditions",
  "allowJs",
  "maxNodeModuleJsDepth",
  "lib",
] as const;

export interface Toolchain {
  readonly options: TS.CompilerOptions;
  /** What is wrong with the user's tsconfig.json, which is then left aside. */
  readonly problem: string | undefined;
}

/** Finds the user's tsconfig.json from `cwd` upwards and makes of it the options under which cells are checked. */
export function loadToolchain(cwd: string): Toolchain {
  let user: TS.CompilerOptions = {};
  let problem: string | undefined;
  try {
    user = userOptions(cwd);
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  const options: TS.CompilerOptions = {};
  for (const name of RESPECTED) if (user[name] !== undefined) Object.assign(options, { [name]: user[name] });
  options.strict ??= true;
  options.lib ??= ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"];
  if (
    options.jsx === undefined ||
    options.jsx === ts.JsxEmit.Preserve ||
    options.jsx === ts.JsxEmit.ReactNative
  )
    options.jsx = ts.JsxEmit.React;
  if (user.jsx === undefined && resolvable(cwd, `${options.jsxImportSource ?? "react"}/jsx-runtime`))
    options.jsx = ts.JsxEmit.ReactJSX;
  const ownTypes = findUp(packageRoot(), "node_modules/@types/node");
  options.typeRoots = [
    ...(ts.getEffectiveTypeRoots(options, { getCurrentDirectory: () => cwd }) ?? []),
    ...(ownTypes === undefined ? [] : [dirname(ownTypes)]),
  ];
  options.types = [...new Set(["node", ...(user.types ?? []).filter((name) => name !== "*")])];
  return { options: Object.assign(options, FIXED), problem };
}

/** Whether libraries mean the same under two sets of options: all agree, and the folders of the one have no types of Node of their own. */
export function sameMeaning(options: TS.CompilerOptions, others: TS.CompilerOptions): boolean {
  const { typeRoots = [], ...rest } = options;
  const { typeRoots: otherRoots = [], ...otherRest } = others;
  const own = typeRoots.filter((root) => !otherRoots.includes(root));
  return isDeepStrictEqual(rest, otherRest) && !own.some((root) => existsSync(join(root, "node")));
}

/** Options of the nearest tsconfig.json, as ts-node reads it; ts-node is loaded where there is one. */
function userOptions(cwd: string): TS.CompilerOptions {
  if (ts.findConfigFile(cwd, ts.sys.fileExists) === undefined) return {};
  const { create } = requireWithTypeScript("ts-node") as typeof TsNode;
  const service = create({
    cwd,
    transpileOnly: true,
    skipIgnore: true,
    compiler: TYPESCRIPT_FILE,
    // A tsconfig.json is written for the TypeScript that its folder uses; what is deprecated there is no error here.
    compilerOptions: { ignoreDeprecations: "6.0" },
  });
  const found = service.config.options as TS.CompilerOptions;
  return found["configFilePath"] === undefined ? {} : found;
}

/** What the transformation and the emitted declarations rely on. */
const FIXED: TS.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  sourceMap: true,
  preserveConstEnums: true,
  allowUnreachableCode: true,
  allowUnusedLabels: true,
  importHelpers: false,
  noEmitOnError: false,
  newLine: ts.NewLineKind.LineFeed,
  ignoreDeprecations: "6.0",
};

function resolvable(cwd: string, specifier: string): boolean {
  // There is no `require` yet, nor a notebook.
  if (makesSnapshot) return false;
  try {
    createRequire(join(cwd, "cell.js")).resolve(specifier);
    return true;
  } catch {
    return false;
  }
}

/**
 * The types of the runtime: those that were built when there are any, else its sources.
 * @param root folder of the cellgrad package
 */
export function runtimeTypes(root: string): string | undefined {
  return [join(root, "dist/src/index.d.ts"), join(root, "src/index.ts")].find(existsSync);
}

/** Folder of the cellgrad package, from its sources as well as from `dist`. */
export function packageRoot(): string {
  return dirname(findUp(dirname(fileURLToPath(import.meta.url)), "package.json")!);
}

/** The nearest path of this name in a folder or in those above it. */
function findUp(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  return dirname(folder) === folder ? undefined : findUp(dirname(folder), name);
}
