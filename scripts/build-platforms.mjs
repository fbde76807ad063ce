/**
 * `npm run build:platforms`: the native engine for every platform that the package brings it for, build/native/<platform>-<arch>/, by one
 * cross compiler: zig, from PyPI (`pip install ziglang`, found as .venv/bin/python or python3) or as ZIG names it. Without zig the package
 * brings what was built for this machine, and others compute with WebAssembly; `--all`, as for publishing, takes that for a failure.
 * `--own` is about this machine alone.
 */
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { buildAddon, buildNative } from "./build-native.mjs";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const native = join(root, "build", "native");

/** zig's name of each target, and what the linker has to know. Linux: the oldest C library that Node 20 runs with. */
const platforms = {
  "linux-x64": { target: "x86_64-linux-gnu.2.28", link: ["-Wl,--gc-sections", "-s"] },
  "linux-arm64": { target: "aarch64-linux-gnu.2.28", link: ["-Wl,--gc-sections", "-s"] },
  "darwin-x64": { target: "x86_64-macos", link: ["-undefined", "dynamic_lookup", "-s"] },
  "darwin-arm64": { target: "aarch64-macos", link: ["-undefined", "dynamic_lookup", "-s"] },
  "win32-x64": { target: "x86_64-windows-gnu", link: ["-s"], importsNode: true },
};

async function findZig() {
  const python = [join(root, ".venv", "bin", "python"), "python3"].map((name) => [name, "-m", "ziglang"]);
  for (const command of process.env.ZIG ? [[process.env.ZIG]] : python) {
    try {
      const [program, ...args] = command;
      const { stdout } = await run(program, [...args, "version"]);
      return { command, version: `zig ${stdout.trim()}` };
    } catch {
      // Not here: the next one may be.
    }
  }
  return undefined;
}

/** On Windows an addon is linked against the functions that node.exe exports, as Node-API lists them. */
async function nodeImports(zig, objects) {
  const { def_paths } = createRequire(import.meta.url)("node-api-headers");
  const names = [def_paths.js_native_api_def, def_paths.node_api_def]
    .flatMap((file) => readFileSync(file, "utf8").split("\n").slice(2))
    .filter((line) => line.trim() !== "");
  mkdirSync(objects, { recursive: true });
  const definition = join(objects, "node.def");
  const library = join(objects, "node.lib");
  writeFileSync(definition, ["LIBRARY node.exe", "EXPORTS", ...names].join("\n"));
  const [program, ...args] = zig.command;
  await run(program, [
    ...args,
    "dlltool",
    "-m",
    "i386:x86-64",
    "-D",
    "node.exe",
    "-d",
    definition,
    "-l",
    library,
  ]);
  return library;
}

async function buildWithZig(zig, name, { target, link, importsNode }) {
  const objects = join(native, "objects", name);
  const libraries = importsNode ? [await nodeImports(zig, objects)] : [];
  return buildAddon({
    command: [...zig.command, "c++"],
    version: zig.version,
    arch: name.split("-")[1],
    target: ["-target", target],
    link: [...libraries, ...link],
    output: join(native, name, "cellgrad.node"),
    objects,
    stamp: join(native, name, "stamp"),
  });
}

/** What was built for this machine, as its platform's. */
async function copyOwn() {
  const own = `${process.platform}-${process.arch}`;
  const { built, reason } = await buildNative();
  if (!built) return { built, reason };
  const output = join(native, own, "cellgrad.node");
  mkdirSync(dirname(output), { recursive: true });
  copyFileSync(join(native, "cellgrad.node"), output);
  rmSync(join(native, own, "stamp"), { force: true });
  return { built };
}

const all = process.argv.includes("--all");
const onlyOwn = process.argv.includes("--own");
const zig = onlyOwn ? undefined : await findZig();
const failed = [];
const report = (name, { built, reason }, note = "") => {
  if (!built) failed.push(name);
  console.error(
    `${name.padEnd(13)} ${built ? join("build", "native", name, "cellgrad.node") : `none: ${reason}`}${note}`,
  );
};
if (zig) {
  for (const [name, platform] of Object.entries(platforms))
    report(name, await buildWithZig(zig, name, platform));
} else {
  const own = `${process.platform}-${process.arch}`;
  const others = Object.keys(platforms).filter((name) => name !== own);
  report(own, await copyOwn(), " (built for this machine, not for older systems)");
  if (!onlyOwn) {
    // What an earlier run with zig has left was made from other sources, perhaps.
    for (const name of others) rmSync(join(native, name), { recursive: true, force: true });
    failed.push(...others);
    console.error(`without the native engine for ${others.join(", ")}: no zig (pip install ziglang)`);
  }
}
if (failed.length > 0 && (all || zig)) process.exitCode = 1;
