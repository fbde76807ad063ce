// Builds the WebAssembly engine from the same sources as the native one, with clang from npm: build/wasm/cellgrad.wasm, and
// build/wasm/cellgrad-relaxed.wasm with those of relaxed SIMD that multiply and add at once. Only what changed is compiled again.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { decoderFiles, fileFlags, kernelFiles } from "./build-native.mjs";
import { primitiveHeaders } from "./primitives.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = join(root, "src/engine/cpu/native");
const folder = join(root, "build/wasm");
const objects = join(folder, "objects");
const stamp = join(folder, "stamp");

/**
 * The kernels that multiply and add most, whose inner loops are vectors throughout: a number alone cannot be multiplied and added at once, so that
 * a loop with a rest of single numbers would round the rest in another way. Not those that choose between numbers: of relaxed SIMD clang takes the
 * lesser and the greater of two numbers too, which may lose a NaN.
 */
const relaxedFiles = new Set(["gemm", "convolution", "convolution_weight", "peak"]);

/** The modules, and what their kernels are compiled with beside the flags of all. */
const modules = {
  cellgrad: () => [],
  "cellgrad-relaxed": (file) => (relaxedFiles.has(file) ? ["-mrelaxed-simd", "-ffp-contract=fast"] : []),
};

/** In each module as they are. */
const plainFiles = [...decoderFiles, "wasm", "pool_serial"];

// wasip1 gives the toolchain's malloc and libm; nothing of it that is linked asks the host for anything. The engine asks for the time (clock.h).
const target = ["--target=wasm32-wasip1"];
const flags = [
  "-std=c++17",
  "-O3",
  "-msimd128",
  "-fno-exceptions",
  "-fno-rtti",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-DCG_ISA=base",
];
const linkFlags = [
  "-mexec-model=reactor",
  "-nostartfiles",
  "-Wl,--no-entry",
  // The host adds functions of its own (native/step_fuser_wasm.h).
  "-Wl,--export-table",
  "-Wl,--growable-table",
  "-Wl,-z,stack-size=262144",
  "-Wl,--strip-all",
];

const hashOf = (...parts) => createHash("sha256").update(JSON.stringify(parts)).digest("hex");

/** The text of a source and of all that it includes. */
function textsOf(tree, name, found = {}) {
  if (name in found || !(name in tree)) return found;
  found[name] = tree[name];
  for (const [, included] of tree[name].matchAll(/^#include "([^"]+)"/gm)) textsOf(tree, included, found);
  return found;
}

/** Clang, which is loaded when it is first called. @throws Error with the first line that says error */
async function clang(args, tree) {
  const { commands, runLLVM } = await import("@yowasp/clang");
  // Loads the compiler; done apart because only here its progress messages can be turned off.
  await runLLVM(null, {}, { fetchProgress: () => {} });
  let messages = "";
  const decoder = new TextDecoder();
  try {
    return await commands["clang++"]([...target, ...args], tree, {
      stdout: null,
      stderr: (bytes) => {
        if (bytes) messages += decoder.decode(bytes);
      },
    });
  } catch (error) {
    throw new Error(messages.split("\n").find((text) => text.includes("error")) ?? error.message, {
      cause: error,
    });
  }
}

async function writeWhole(file, bytes) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.${process.pid}`, bytes);
  await rename(`${file}.${process.pid}`, file);
}

/** The object file of one source, compiled unless it has been with these flags and texts. */
async function objectOf(tree, name, extra) {
  const args = [...flags, ...extra];
  const file = join(objects, `${name}-${hashOf(args, textsOf(tree, `${name}.cpp`)).slice(0, 32)}.o`);
  if (existsSync(file)) return readFile(file);
  const result = await clang([...args, "-c", `${name}.cpp`, "-o", "out.o"], tree);
  await writeWhole(file, result["out.o"]);
  return result["out.o"];
}

async function buildModule(tree, name) {
  const compiled = {};
  for (const file of plainFiles) compiled[`${file}.o`] = await objectOf(tree, file, []);
  for (const file of kernelFiles)
    compiled[`${file}.o`] = await objectOf(tree, file, [...modules[name](file), ...(fileFlags[file] ?? [])]);
  const result = await clang([...linkFlags, ...Object.keys(compiled), "-o", "out.wasm"], compiled);
  await writeWhole(join(folder, `${name}.wasm`), result["out.wasm"]);
}

/** That the module asks for the host's functions alone. A module of relaxed SIMD this version of Node may not know. */
function checkImports(module) {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(module)).filter(
    (entry) => !["host.nanoseconds", "host.link"].includes(`${entry.module}.${entry.name}`),
  );
  if (imports.length) throw new Error(`the module imports ${imports.map((entry) => entry.name).join(", ")}`);
}

/** @returns {Promise<{ built: boolean, reason?: string }>} */
export async function buildWasm() {
  const tree = {};
  for (const name of (await readdir(sources)).sort())
    tree[name] = await readFile(join(sources, name), "utf8");
  Object.assign(tree, await primitiveHeaders());
  const all = hashOf([...relaxedFiles], fileFlags, plainFiles, kernelFiles, target, flags, linkFlags, tree);
  const names = Object.keys(modules);
  const outputs = names.map((name) => join(folder, `${name}.wasm`));
  if (outputs.every(existsSync) && existsSync(stamp) && (await readFile(stamp, "utf8")) === all)
    return { built: true };
  try {
    for (const name of names) await buildModule(tree, name);
    checkImports(await readFile(outputs[0]));
  } catch (error) {
    return { built: false, reason: `clang for WebAssembly failed: ${error.message}` };
  }
  await writeFile(stamp, all);
  return { built: true };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const result = await buildWasm();
  if (!result.built) console.error(result.reason);
  process.exitCode = result.built ? 0 : 1;
}
