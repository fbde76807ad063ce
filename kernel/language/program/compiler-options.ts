/**
 * The compiler options under which cells are checked: what the tsconfig.json of the notebook's folder says of types and meanings, and
 * beside it what cells and the running Node make the same for all.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type TS from "typescript";
import { meaningOf, TsConfigs, type TsConfig } from "../../tsconfig.js";
import { TARGET, ts } from "../compiler.js";
import type { CellModuleOptions } from "./cell-module.js";
import { librariesOfNode } from "./node-library.js";

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
  "baseUrl",
  "paths",
  "pathsBasePath",
  "rootDirs",
  "typeRoots",
  "customConditions",
  "allowJs",
  "maxNodeModuleJsDepth",
] as const;

export interface Toolchain {
  readonly options: TS.CompilerOptions;
  /** Where the options come from; another object once the file was edited. */
  readonly config: TsConfig;
  readonly configs: TsConfigs;
}

/** Finds the user's tsconfig.json from `cwd` upwards and makes of it the options under which cells are checked. */
export function loadToolchain(cwd: string, configs = new TsConfigs(ts)): Toolchain {
  const config = configs.for(cwd);
  const user = config.options;
  const options: TS.CompilerOptions = meaningOf(ts, config, cwd);
  for (const name of RESPECTED) if (user[name] !== undefined) Object.assign(options, { [name]: user[name] });
  options.strict ??= true;
  const ofPages = (user.lib ?? []).filter((name) => !LANGUAGE.test(name));
  options.lib = [...librariesOfNode().map((name) => `lib.${name}.d.ts`), ...ofPages];
  const ownTypes = findUp(packageRoot(), "node_modules/@types/node");
  options.typeRoots = [
    ...(ts.getEffectiveTypeRoots(options, { getCurrentDirectory: () => cwd }) ?? []),
    ...(ownTypes === undefined ? [] : [dirname(ownTypes)]),
  ];
  options.types = [...new Set(["node", ...(user.types ?? []).filter((name) => name !== "*")])];
  return { options: Object.assign(options, FIXED), config, configs };
}

/** Libraries of JavaScript itself, as against those of a page: which there are is up to Node. */
const LANGUAGE = /^lib\.(?:es|decorators)/u;

/** Options that say where an import leads. */
const RESOLUTION = ["baseUrl", "paths", "pathsBasePath", "rootDirs", "customConditions"] as const;

/** How imports are resolved in local files that a tsconfig.json of their own counts for, such as those of a linked package. */
export function resolutionUnder(config: TsConfig, options: TS.CompilerOptions): TS.CompilerOptions {
  const own = RESOLUTION.map((name) => [name, config.options[name]] as const);
  return { ...options, ...Object.fromEntries(own) };
}

/** Whether libraries mean the same under two sets of options: all agree, and the folders of the one have no types of Node of their own. */
export function sameMeaning(options: TS.CompilerOptions, others: TS.CompilerOptions): boolean {
  const { typeRoots = [], ...rest } = options;
  const { typeRoots: otherRoots = [], ...otherRest } = others;
  const own = typeRoots.filter((root) => !otherRoots.includes(root));
  return isDeepStrictEqual(rest, otherRest) && !own.some((root) => existsSync(join(root, "node")));
}

/** What the transformation and the emitted declarations rely on. */
const FIXED: TS.CompilerOptions = {
  target: TARGET,
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

/** What these options say of how cells are read. */
export function readingOf(options: TS.CompilerOptions): Pick<CellModuleOptions, "jsx" | "evolving"> {
  const { noImplicitAny, strict = false, jsx, jsxFactory = "React", jsxFragmentFactory = "" } = options;
  const factory = jsx === ts.JsxEmit.React ? jsxFactory : "";
  return {
    evolving: noImplicitAny ?? strict,
    jsx: [factory, jsxFragmentFactory].map((name) => name.split(".")[0]!),
  };
}
