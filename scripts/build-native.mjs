// Builds the native engine, build/native/cellgrad.node, by calling the C++ compiler directly: no node-gyp, so no Python.
// Only what changed is compiled again. Where there is no compiler the engine runs on WebAssembly.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { primitiveHeaders } from "./primitives.mjs";

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = join(root, "src/engine/cpu/native");
const generated = join(root, "build/generated");

/** From words to an executable; both engines have it. */
export const decoderFiles = [
  "words",
  "decode",
  "decode_reduce",
  "decode_matmul",
  "decode_call",
  "schedule",
  "schedule_registers",
  "body_values",
  "fuse_steps",
  "machine_code",
];
/** Compiled once, for any processor of the architecture. */
const plainFiles = [...decoderFiles, "addon", "isa", "large_buffers", "pool"];
/** Compiled once per instruction set. */
export const kernelFiles = [
  "ops",
  "transcendental",
  "tile",
  "bands",
  "random",
  "reduce",
  "gemm",
  "gemm_cut",
  "index",
  "scan",
  "taps",
  "sort",
  "convolution",
  "convolution_weight",
  "convolution_geometry",
  "convolution_winograd",
  "convolution_winograd_weight",
  "pool_windows",
  "normalize",
  "moments",
  "batch_norm",
  "softmax",
  "attention",
  "alignment",
  "recurrent",
  "recurrent_backward",
  "matrix_update",
  "factor",
  "householder",
  "eigen",
  "eigen_general",
  "singular",
  "matrix_exp",
  "fourier",
  "calls",
  "peak",
  "run",
];

/** Elementwise results must not depend on which operations share a loop, and random numbers and what is carried along a dim not on the instruction set. */
export const fileFlags = Object.fromEntries(
  ["index", "ops", "random", "scan", "taps"].map((file) => [file, ["-ffp-contract=off"]]),
);

const instructionSets = {
  x64: {
    base: ["-msse2"],
    avx2: ["-mavx2", "-mfma", "-mtune=haswell"],
    avx512: [
      "-mavx512f",
      "-mavx512dq",
      "-mavx512bw",
      "-mavx512vl",
      "-mavx2",
      "-mfma",
      "-mprefer-vector-width=512",
    ],
  },
};

const flags = [
  "-std=c++17",
  "-O3",
  "-fPIC",
  "-fvisibility=hidden",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fno-exceptions",
  "-fno-rtti",
  "-Wall",
  "-Wextra",
  // A new dtype or kernel has to be thought of wherever the others are told apart.
  "-Werror=switch",
  "-Wno-unknown-pragmas",
  "-DNAPI_VERSION=8",
];

/** Flags with which memory errors and undefined behaviour end the process with a report. Later flags win: -O1 keeps the reports' lines true. */
const sanitizers = [
  "-O1",
  "-g",
  "-fno-omit-frame-pointer",
  "-fsanitize=address,undefined,float-cast-overflow",
  "-fno-sanitize=vptr",
  "-fno-sanitize-recover=all",
];

const compilers = process.env.CXX ? [process.env.CXX] : ["c++", "g++", "clang++"];

async function findCompiler() {
  for (const name of compilers) {
    try {
      const { stdout } = await run(name, ["--version"]);
      return { name, version: stdout.split("\n")[0] };
    } catch {
      // Not installed: the next one may be.
    }
  }
  return undefined;
}

/**
 * Builds the addon for this machine.
 * @returns {Promise<{ built: boolean, reason?: string }>} `built: false` with a one-line reason where the addon could not be made.
 */
export async function buildNative() {
  if (process.platform === "win32") return { built: false, reason: "no native engine is built on Windows" };
  const compiler = await findCompiler();
  if (!compiler) return { built: false, reason: `no C++ compiler found (tried ${compilers.join(", ")})` };
  return buildAddon({
    command: [compiler.name],
    version: compiler.version,
    arch: process.arch,
    link:
      process.platform === "darwin"
        ? ["-undefined", "dynamic_lookup"]
        : ["-static-libstdc++", "-static-libgcc", "-Wl,--gc-sections"],
    output: join(root, "build/native/cellgrad.node"),
    objects: join(root, "build/native/objects"),
    stamp: join(root, "build/native/stamp"),
  });
}

/**
 * Builds the addon with the address and the undefined behaviour sanitizer, in a folder of its own (see scripts/sanitize.mjs).
 * @returns {Promise<{ built: boolean, reason?: string, output: string, preload: string }>} The addon, and the library that a process
 *   has to load before it.
 */
export async function buildSanitized() {
  const folder = join(root, "build/sanitized");
  const output = join(folder, "cellgrad.node");
  const compiler = await findCompiler();
  if (!compiler || process.platform !== "linux")
    return { built: false, reason: "it takes a C++ compiler on Linux", output, preload: "" };
  const { stdout } = await run(compiler.name, ["-print-file-name=libasan.so"]);
  const result = await buildAddon({
    command: [compiler.name],
    version: compiler.version,
    arch: process.arch,
    target: sanitizers,
    link: [],
    output,
    objects: join(folder, "objects"),
    stamp: join(folder, "stamp"),
  });
  return { ...result, output, preload: stdout.trim() };
}

/** Writes a file that nobody ever sees half written, unless it is there already. */
async function writeWhole(file, text) {
  if (existsSync(file) && (await readFile(file, "utf8")) === text) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.${process.pid}`, text);
  await rename(`${file}.${process.pid}`, file);
}

/**
 * Compiles and links one addon; what has not changed since the last time is not done again.
 * @param {{ command: string[], version: string, arch: string, target?: string[], link: string[], output: string, objects: string, stamp: string }} addon
 *   The compiler's command and what it says of itself, Node's name of the processor, flags of its own (they come last and win) and those for the
 *   linker, and three paths: the addon, the folder of its object files, and the file that tells what it was made of.
 * @returns {Promise<{ built: boolean, reason?: string }>}
 */
export async function buildAddon({ command, version, arch, target = [], link, output, objects, stamp }) {
  let napi;
  try {
    napi = createRequire(import.meta.url)("node-api-headers").include_dir;
  } catch {
    return { built: false, reason: "the npm package node-api-headers is not installed" };
  }
  const [program, ...first] = command;
  const compile = [...first, ...flags, ...target];

  const hash = createHash("sha256").update(JSON.stringify([version, arch, target, flags]));
  const names = (await readdir(sources)).sort();
  const headers = createHash("sha256");
  const texts = new Map();
  for (const name of names) {
    const text = await readFile(join(sources, name));
    if (name.endsWith(".h")) headers.update(name).update(text);
    texts.set(name, text);
  }
  for (const [name, text] of Object.entries(await primitiveHeaders())) {
    headers.update(name).update(text);
    await writeWhole(join(generated, name), text);
  }
  const common = hash.update(headers.digest()).digest("hex");

  const sets = instructionSets[arch] ?? { base: [] };
  const jobs = plainFiles.map((file) => ({ file, object: file, extra: [] }));
  for (const [set, extra] of Object.entries(sets)) {
    for (const file of kernelFiles)
      jobs.push({
        file,
        object: `${file}.${set}`,
        extra: [...extra, ...(fileFlags[file] ?? []), `-DCG_ISA=${set}`],
      });
  }
  await mkdir(objects, { recursive: true });
  await mkdir(dirname(output), { recursive: true });
  for (const job of jobs) {
    const key = createHash("sha256")
      .update(common)
      .update(texts.get(`${job.file}.cpp`))
      .update(job.extra.join(" "));
    job.path = join(objects, `${job.object}.${key.digest("hex").slice(0, 16)}.o`);
  }
  const all = createHash("sha256")
    .update([...jobs.map((job) => job.path), ...link].join("\n"))
    .digest("hex");
  if (existsSync(output) && existsSync(stamp) && (await readFile(stamp, "utf8")) === all)
    return { built: true };

  const waiting = jobs.filter((job) => !existsSync(job.path));
  try {
    const worker = async () => {
      for (let job = waiting.shift(); job; job = waiting.shift()) {
        const part = `${job.path}.${process.pid}`;
        const source = join(sources, `${job.file}.cpp`);
        await run(program, [
          ...compile,
          ...job.extra,
          `-I${napi}`,
          `-I${generated}`,
          `-I${sources}`,
          "-c",
          source,
          "-o",
          part,
        ]);
        await rename(part, job.path);
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, worker));
    const part = `${output}.${process.pid}`;
    const paths = jobs.map((job) => job.path);
    await run(program, [...first, ...target, "-shared", "-pthread", ...paths, "-o", part, ...link]);
    await rename(part, output);
  } catch (error) {
    const lines = String(error.stderr || error.message).split("\n");
    const line = lines.find((text) => text.includes("error")) ?? lines[0];
    return { built: false, reason: `${command.join(" ")} failed: ${line}` };
  }
  // Old objects go, but not fresh ones: another build of other sources may be about to link them.
  const kept = new Set(jobs.map((job) => job.path));
  for (const name of await readdir(objects)) {
    const file = join(objects, name);
    if (!kept.has(file) && Date.now() - (await stat(file)).mtimeMs > 3600e3) await rm(file, { force: true });
  }
  await writeFile(stamp, all);
  return { built: true };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const result = await buildNative();
  if (!result.built) console.error(result.reason);
  process.exitCode = result.built ? 0 : 1;
}
