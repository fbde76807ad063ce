// Builds the WebAssembly engine, build/wasm/cellgrad.wasm, from the same sources as the native one, with clang from npm.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { decoderFiles, kernelFiles } from "./build-native.mjs";
import { primitiveHeaders } from "./primitives.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const sources = join(root, "src/engine/cpu/native");
const output = join(root, "build/wasm/cellgrad.wasm");

const files = [...kernelFiles, ...decoderFiles, "wasm", "pool_serial"];

// wasip1 gives the toolchain's malloc and libm; nothing of it that is linked asks the host for anything. The engine asks for the time (clock.h).
const flags = [
  "--target=wasm32-wasip1",
  "-std=c++17",
  "-O3",
  "-msimd128",
  "-fno-exceptions",
  "-fno-rtti",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-DCG_ISA=base",
  "-mexec-model=reactor",
  "-nostartfiles",
  "-Wl,--no-entry",
  "-Wl,-z,stack-size=262144",
  "-Wl,--strip-all",
];

/** @returns {Promise<{ built: boolean, reason?: string }>} */
export async function buildWasm() {
  const tree = {};
  const hash = createHash("sha256").update(JSON.stringify([flags, files]));
  for (const name of (await readdir(sources)).sort())
    tree[name] = await readFile(join(sources, name), "utf8");
  Object.assign(tree, await primitiveHeaders());
  for (const [name, text] of Object.entries(tree)) hash.update(name).update(text);
  const all = hash.digest("hex");
  const stamp = join(root, "build/wasm/stamp");
  if (existsSync(output) && existsSync(stamp) && (await readFile(stamp, "utf8")) === all)
    return { built: true };

  let messages = "";
  const decoder = new TextDecoder();
  try {
    const { commands, runLLVM } = await import("@yowasp/clang");
    // Loads the compiler; done apart because only here its progress messages can be turned off.
    await runLLVM(null, {}, { fetchProgress: () => {} });
    const result = await commands["clang++"](
      [...flags, ...files.map((name) => `${name}.cpp`), "-o", "cellgrad.wasm"],
      tree,
      {
        stdout: null,
        stderr: (bytes) => {
          if (bytes) messages += decoder.decode(bytes);
        },
      },
    );
    const module = result["cellgrad.wasm"];
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(module)).filter(
      ({ module, name }) => `${module}.${name}` !== "host.nanoseconds",
    );
    if (imports.length)
      throw new Error(`the module imports ${imports.map((entry) => entry.name).join(", ")}`);
    await mkdir(dirname(output), { recursive: true });
    await writeFile(`${output}.${process.pid}`, module);
    await rename(`${output}.${process.pid}`, output);
  } catch (error) {
    const line = messages.split("\n").find((text) => text.includes("error")) ?? error.message;
    return { built: false, reason: `clang for WebAssembly failed: ${line}` };
  }
  await writeFile(stamp, all);
  return { built: true };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const result = await buildWasm();
  if (!result.built) console.error(result.reason);
  process.exitCode = result.built ? 0 : 1;
}
