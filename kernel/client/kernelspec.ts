/** The kernelspec, by which Jupyter knows the kernel: what is in it, and the folders where Jupyter looks (jupyter_core's rules). */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
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

/** What decides about folders; a parameter, so that each platform's rules can be stated anywhere. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

export const here: Surroundings = { platform: process.platform, env: process.env, home: homedir() };

/** Jupyter's data folder of the user. */
export function userDataFolder({ platform, env, home }: Surroundings = here): string {
  if (env["JUPYTER_DATA_DIR"]) return env["JUPYTER_DATA_DIR"];
  if (platform === "darwin") return join(home, "Library", "Jupyter");
  if (platform === "win32") return join(env["APPDATA"] ?? join(home, "AppData", "Roaming"), "jupyter");
  return join(env["XDG_DATA_HOME"] || join(home, ".local", "share"), "jupyter");
}

/** Jupyter's data folder below an installation prefix. */
export function prefixDataFolder(prefix: string): string {
  return join(prefix, "share", "jupyter");
}

/** Prefix of the Python environment that is active, if one is. */
export function environmentPrefix({ env }: Surroundings = here): string | undefined {
  return env["VIRTUAL_ENV"] || env["CONDA_PREFIX"] || undefined;
}

/** Data folders in which Jupyter looks for kernels, in its order. */
export function dataFolders(surroundings: Surroundings = here): string[] {
  const { platform, env } = surroundings;
  const prefix = environmentPrefix(surroundings);
  const system =
    platform === "win32"
      ? [join(env["PROGRAMDATA"] ?? "C:\\ProgramData", "jupyter")]
      : ["/usr/local/share/jupyter", "/usr/share/jupyter"];
  return [
    ...(env["JUPYTER_PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""),
    ...(prefix ? [prefixDataFolder(prefix)] : []),
    userDataFolder(surroundings),
    ...system,
  ];
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
