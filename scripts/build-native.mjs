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

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = join(root, "src/engine/cpu/native");
const output = join(root, "build/native/cellgrad.node");

/** Compiled once, for any processor of the architecture. */
const plainFiles = ["addon", "decode", "schedule", "words", "isa", "pool"];
/** Compiled once per instruction set. */
export const kernelFiles = ["ops", "transcendental", "tile", "random", "reduce", "gemm", "index", "run"];

/** Elementwise results must not depend on which operations share a loop, and random numbers not on the instruction set. */
export const fileFlags = { ops: ["-ffp-contract=off"], random: ["-ffp-contract=off"] };

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
  "-Wno-unknown-pragmas",
  "-DNAPI_VERSION=8",
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
 * @returns {Promise<{ built: boolean, reason?: string }>} `built: false` with a one-line reason where the addon could not be made.
 */
export async function buildNative() {
  if (process.platform === "win32") return { built: false, reason: "no native engine for Windows yet" };
  const compiler = await findCompiler();
  if (!compiler) return { built: false, reason: `no C++ compiler found (tried ${compilers.join(", ")})` };
  let napi;
  try {
    napi = createRequire(import.meta.url)("node-api-headers").include_dir;
  } catch {
    return { built: false, reason: "the npm package node-api-headers is not installed" };
  }

  const hash = createHash("sha256").update(JSON.stringify([compiler.version, process.arch, flags]));
  const names = (await readdir(sources)).sort();
  const headers = createHash("sha256");
  const texts = new Map();
  for (const name of names) {
    const text = await readFile(join(sources, name));
    if (name.endsWith(".h")) headers.update(name).update(text);
    texts.set(name, text);
  }
  const common = hash.update(headers.digest()).digest("hex");

  const sets = instructionSets[process.arch] ?? { base: [] };
  const jobs = plainFiles.map((file) => ({ file, object: file, extra: [] }));
  for (const [set, extra] of Object.entries(sets)) {
    for (const file of kernelFiles)
      jobs.push({
        file,
        object: `${file}.${set}`,
        extra: [...extra, ...(fileFlags[file] ?? []), `-DCG_ISA=${set}`],
      });
  }
  const cache = join(root, "build/native/objects");
  await mkdir(cache, { recursive: true });
  for (const job of jobs) {
    const key = createHash("sha256")
      .update(common)
      .update(texts.get(`${job.file}.cpp`))
      .update(job.extra.join(" "));
    job.path = join(cache, `${job.object}.${key.digest("hex").slice(0, 16)}.o`);
  }
  const all = createHash("sha256")
    .update(jobs.map((job) => job.path).join("\n"))
    .digest("hex");
  const stamp = join(root, "build/native/stamp");
  if (existsSync(output) && existsSync(stamp) && (await readFile(stamp, "utf8")) === all)
    return { built: true };

  const waiting = jobs.filter((job) => !existsSync(job.path));
  try {
    const worker = async () => {
      for (let job = waiting.shift(); job; job = waiting.shift()) {
        const part = `${job.path}.${process.pid}`;
        await run(compiler.name, [
          ...flags,
          ...job.extra,
          `-I${napi}`,
          "-c",
          join(sources, `${job.file}.cpp`),
          "-o",
          part,
        ]);
        await rename(part, job.path);
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, worker));
    const system =
      process.platform === "darwin"
        ? ["-undefined", "dynamic_lookup"]
        : ["-static-libstdc++", "-static-libgcc", "-Wl,--gc-sections"];
    const part = `${output}.${process.pid}`;
    await run(compiler.name, ["-shared", "-pthread", ...jobs.map((job) => job.path), "-o", part, ...system]);
    await rename(part, output);
  } catch (error) {
    const lines = String(error.stderr || error.message).split("\n");
    const line = lines.find((text) => text.includes("error")) ?? lines[0];
    return { built: false, reason: `${compiler.name} failed: ${line}` };
  }
  // Old objects go, but not fresh ones: another build of other sources may be about to link them.
  const kept = new Set(jobs.map((job) => job.path));
  for (const name of await readdir(cache)) {
    const file = join(cache, name);
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
