// Builds what runs: JavaScript and declarations by tsc, the kernel's entry points as bundles that start fast, the engines, and the
// figures' page. Each part is done again only when something it is made of has changed, and says so in one line.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { tellsNames, writeNamed } from "./own-names.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "dist", ".stamp");

/** Entry points that are bundled; they must stand in a folder right below kernel/, as the bundles' shared chunks do. */
const entryPoints = ["kernel/cli/main.ts", "kernel/client/execute.ts"];

/** What tsc compiles; html/ and locale/ belong to both others. */
const sourceFolders = ["kernel", "src", "html", "locale"];

/** Modules for browsers, each complete in itself: the runtime with the WebAssembly engine, and the handwritten digits. */
const browserModules = { "index.browser": "src/index.ts", "digits.browser": "src/platform/digits.ts" };

/** Modules and styles for the page, read as text by what runs. */
const fronts = "kernel/session/child/widgets/front";

/** Everything that tsc and the bundles are made of, by name, size and time. */
function fingerprint() {
  const hash = createHash("sha256");
  const add = (path) => {
    const { size, mtimeMs } = statSync(path);
    hash.update(JSON.stringify([relative(root, path), size, mtimeMs]));
  };
  for (const folder of sourceFolders) {
    const names = readdirSync(join(root, folder), { recursive: true }).filter((name) => name.endsWith(".ts"));
    for (const name of names.sort()) add(join(root, folder, name));
  }
  for (const name of readdirSync(join(root, fronts)).sort()) add(join(root, fronts, name));
  for (const name of [
    "tsconfig.json",
    "tsconfig.build.json",
    "package-lock.json",
    "scripts/build.mjs",
    "scripts/own-names.mjs",
  ]) {
    add(join(root, name));
  }
  return hash.digest("hex");
}

async function compile() {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, "-p", "tsconfig.build.json", "--incremental", "--tsBuildInfoFile", "dist/.tsbuildinfo"];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 2 ** 26 });
  } catch (error) {
    throw new Error(`tsc failed:\n${error.stdout?.trimEnd() || error.message}`, { cause: error });
  }
}

function copyFronts() {
  mkdirSync(join(root, "dist", fronts), { recursive: true });
  for (const name of readdirSync(join(root, fronts))) {
    copyFileSync(join(root, fronts, name), join(root, "dist", fronts, name));
  }
}

/**
 * Bundles the kernel's own files and, into them, the packages that package.json has among its devDependencies. jmp must be in the bundle:
 * the `overrides` that put zeromq 6 under it do not reach those who install the package.
 */
async function bundle() {
  const { build } = await import("esbuild");
  const shared = { absWorkingDir: root, bundle: true, format: "esm", platform: "node", target: "node20" };
  const { metafile } = await build({
    ...shared,
    metafile: true,
    entryPoints,
    outdir: "dist/kernel",
    outbase: "kernel",
    chunkNames: "chunks/[name]-[hash]",
    splitting: true,
    logLevel: "warning",
    // The first plugin that resolves an import decides.
    plugins: [rewritten(ownPaths("kernel/chunks")), jmpRequires, externals],
  });
  // The language process, in the one form that a start snapshot can be made of. Where it stands it knows by its own name.
  await build({
    ...shared,
    format: "cjs",
    define: { "import.meta.url": "__fileUrl" },
    banner: { js: `const __fileUrl = process.getBuiltinModule("node:url").pathToFileURL(__filename).href;` },
    entryPoints: ["kernel/language/service.ts"],
    outfile: "dist/kernel/language/service.cjs",
    logLevel: "warning",
  });
  // What a session and its threads load before they are ready: one file each in place of some 150.
  for (const entry of ["kernel/session/child/main", "kernel/session/child/program", "src/index"]) {
    // The runtime asks for its own place once, and that may be in a program which was bundled with it as CommonJS.
    const changes = entry.startsWith("src") ? [tellsNames] : [ownPaths(dirname(entry)), tellsNames];
    const plugins = [rewritten(...changes), externals];
    const outfile = `dist/${entry}.js`;
    const settings = { entryPoints: [`${entry}.ts`], outfile, logLevel: "warning", plugins, write: false };
    writeNamed(await build({ ...shared, ...settings }));
  }
  return Object.keys(metafile.outputs).map((path) => join(root, path));
}

/**
 * Bundles the runtime for browsers, with the engine's bytes in it. What asks the system is exchanged in one place: platform/node.ts for
 * platform/browser.ts.
 */
async function bundleForBrowsers() {
  const { build } = await import("esbuild");
  const built = await build({
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    entryPoints: browserModules,
    outdir: "dist/src",
    loader: { ".wasm": "binary", ".bin": "binary" },
    legalComments: "eof",
    logLevel: "warning",
    metafile: true,
    plugins: [browserPlatform, rewritten(tellsNames)],
  });
  writeNamed(built);
  const { metafile } = built;
  const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  if (outside.length > 0) throw new Error(`the bundle for browsers imports ${outside.join(", ")}`);
  return Object.keys(metafile.outputs);
}

const browserPlatform = {
  name: "browser platform",
  setup({ onResolve }) {
    onResolve({ filter: /\/platform\/node\.js$/ }, () => ({ path: join(root, "src/platform/browser.ts") }));
  },
};

/** Removes from dist what neither a source nor a bundle accounts for any more, since dist is what gets published. */
function prune(bundled) {
  const kept = new Set(bundled);
  for (const folder of sourceFolders) {
    const output = join(root, "dist", folder);
    for (const name of readdirSync(output, { recursive: true })) {
      const source = join(root, folder, name.replace(/(\.d)?\.[tj]s$/, ".ts"));
      const file = join(output, name);
      const copied = existsSync(join(root, folder, name));
      const browser = folder === "src" && name.replace(/\.js$/, "") in browserModules;
      if (/\.[tj]s$/.test(name) && !existsSync(source) && !copied && !browser && !kept.has(file))
        rmSync(file);
    }
  }
}

/** Changes the text of our own modules before they are bundled. */
const rewritten = (...changes) => ({
  name: "rewritten modules",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](kernel|src|html|locale)[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      return { contents: changes.reduce((changed, change) => change(changed, path), text), loader: "ts" };
    });
  },
});

/** In a bundle, which stands in `folder`, import.meta.url is the bundle's; each file is told where its own output stands. */
const ownPaths = (folder) => (text, path) => {
  const output = relative(join(root, folder), path).split(sep).join("/").replace(/\.ts$/, ".js");
  const url = `new URL(${JSON.stringify(output)}, import.meta.url).href`;
  return text.replaceAll("import.meta.url", url);
};

/** Packages and the runtime stay outside, except what must be inside. */
const externals = {
  name: "externals",
  setup({ onResolve }) {
    onResolve({ filter: /^[^.]/ }, ({ path, kind }) =>
      kind === "entry-point" || /^(jmp|uuid|d3-[\w-]+|internmap)(\/|$)/.test(path)
        ? undefined
        : { path, external: true },
    );
    onResolve({ filter: /\/src\// }, ({ path, kind }) =>
      kind === "entry-point" ? undefined : { path, external: true },
    );
  },
};

/** What jmp requires: a bundle of ES modules has no `require`, and needs the codec only. */
const jmpRequires = {
  name: "jmp's requires",
  setup({ onResolve, onLoad }) {
    const modules = {
      crypto: `export * from "node:crypto"`,
      // jmp's Socket is not used, and cannot be made over zeromq 6 in strict code: it assigns to what is read-only there.
      zeromq: `exports.Socket = class {}`,
      debug: `module.exports = () => () => {}`,
    };
    onResolve({ filter: /^(crypto|zeromq|debug)$/ }, ({ path, importer }) =>
      importer.includes(`node_modules${sep}jmp${sep}`) ? { path, namespace: "jmp" } : undefined,
    );
    onLoad({ filter: /./, namespace: "jmp" }, ({ path }) => ({ contents: modules[path], resolveDir: root }));
  },
};

async function part(name, work) {
  const started = performance.now();
  const note = await work();
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${name.padEnd(12)} ${note} (${seconds} s)`);
}

/** Whether dist is what the sources make: "missing", "older" than they are, or "fresh". */
export function stateOfBuild(wanted = fingerprint()) {
  if (!existsSync(stamp)) return "missing";
  return readFileSync(stamp, "utf8") === wanted ? "fresh" : "older";
}

/** Brings all parts up to date, beside each other. Throws when one that is needed cannot be built. */
export async function buildAll() {
  const { buildNative } = await import("./build-native.mjs");
  const { buildWasm } = await import("./build-wasm.mjs");
  const { buildPlotly } = await import("./build-plotly.mjs");
  const { buildDigits } = await import("./build-digits.mjs");
  mkdirSync(join(root, "dist"), { recursive: true });
  const wanted = fingerprint();
  const fresh = stateOfBuild(wanted) === "fresh";
  const scripts = async () => {
    await part("typescript", async () =>
      fresh ? "up to date" : (await compile(), copyFronts(), "compiled to dist"),
    );
    await part("bundles", async () =>
      fresh ? "up to date" : (prune(await bundle()), entryPoints.join(", ")),
    );
    writeFileSync(stamp, wanted);
  };
  const engines = async () => {
    const built = [];
    for (const [name, file, build, without] of [
      ["native", "build/native/cellgrad.node", buildNative, "; the engine runs on WebAssembly"],
      ["webassembly", "build/wasm/cellgrad.wasm", buildWasm, ""],
    ]) {
      await part(name, async () => {
        const { built: ok, reason } = await build();
        if (ok) built.push(name);
        return ok ? file : `none: ${reason}${without}`;
      });
    }
    if (built.length === 0) throw new Error("neither the native nor the WebAssembly engine could be built");
  };
  const digits = () => part("digits", async () => relative(root, buildDigits()));
  const figures = () =>
    part("figures", async () => (await buildPlotly()).map((file) => relative(root, file)).join(", "));
  await Promise.all([scripts(), engines(), figures(), digits()]);
  const page = async () =>
    existsSync(join(root, "build/wasm/cellgrad.wasm"))
      ? (await bundleForBrowsers()).join(", ")
      : "none: they need the WebAssembly engine";
  await part("browsers", page);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await buildAll();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
