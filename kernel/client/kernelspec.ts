/** The kernelspec, by which Jupyter knows the kernel. The folders where Jupyter looks for one are in `jupyter-folders.ts`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NO_INSPECTOR } from "../inspector-port.js";
import { MAIN, PACKAGE_ROOT } from "../installation.js";

export const KERNEL_NAME = "cellgrad";
/** Folder with the template of kernel.json and the logos. */
export const KERNELSPEC_FOLDER = join(PACKAGE_ROOT, "kernelspec");

export interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly [more: string]: unknown;
}

/** The kernelspec of this installation: absolute paths, so that it works whatever PATH a notebook server has. */
export function kernelSpec(): KernelSpec {
  const template = JSON.parse(readFileSync(join(KERNELSPEC_FOLDER, "kernel.json"), "utf8")) as KernelSpec;
  const argv = template.argv.flatMap((part) =>
    part === "{node}" ? [process.execPath, ...NO_INSPECTOR] : part === "{main}" ? [MAIN] : [part],
  );
  return { ...template, argv };
}

export function kernelFolder(dataFolder: string, name: string): string {
  return join(dataFolder, "kernels", name);
}

/** Reads the kernelspec in a folder; undefined where there is none that can be read. */
export function readSpec(folder: string): { argv: string[] } | undefined {
  const file = join(folder, "kernel.json");
  if (!existsSync(file)) return undefined;
  try {
    const { argv } = JSON.parse(readFileSync(file, "utf8")) as { argv?: unknown };
    return Array.isArray(argv) ? { argv: argv.map(String) } : undefined;
  } catch {
    return undefined;
  }
}
