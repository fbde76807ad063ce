/** `cellgrad install`: writes the kernelspec into a folder where Jupyter looks. Jupyter itself need not be there yet. */
import { copyFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { KERNEL_NAME, kernelFolder, KERNELSPEC_FOLDER, kernelSpec } from "../client/kernelspec.js";
import { makeFolder } from "../folders.js";
import { MAIN } from "../installation.js";
import { environmentPrefix, prefixDataFolder, userDataFolder } from "../jupyter-folders.js";
import { ensureSnapshot } from "../language/snapshot.js";
import { Failure, UsageError, type Command } from "./command.js";

export const install: Command = {
  help: `cellgrad install [--user | --sys-prefix | --prefix DIR] [--name NAME]

  Registers the kernel with Jupyter by writing a kernelspec; needs neither Python nor Jupyter.

  --user         for the current user (default): JUPYTER_DATA_DIR, or the platform's folder
  --sys-prefix   into the active Python environment (VIRTUAL_ENV or CONDA_PREFIX)
  --prefix DIR   into DIR/share/jupyter, as for /usr/local
  --name NAME    under another name than "${KERNEL_NAME}": small letters, digits, ".", "_" and "-"`,

  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        user: { type: "boolean" },
        "sys-prefix": { type: "boolean" },
        prefix: { type: "string" },
        name: { type: "string", default: KERNEL_NAME },
      },
    });
    const where = [values.user, values["sys-prefix"], values.prefix !== undefined].filter(Boolean);
    if (where.length > 1) throw new UsageError("install takes one of --user, --sys-prefix and --prefix");
    const folder = installKernelSpec(dataFolder(values.prefix, values["sys-prefix"] === true), values.name);
    console.log(`installed the kernel ${values.name} in ${folder}`);
    const snapshot = await ensureSnapshot();
    console.log(
      snapshot === undefined
        ? "no start snapshot could be made; the first cell takes a second longer"
        : `start snapshot of the language service: ${snapshot}`,
    );
    return 0;
  },
};

/** Writes kernel.json and the logos below a data folder of Jupyter; returns the kernel's folder. Throws {@link UsageError} and {@link Failure}. */
export function installKernelSpec(dataFolder: string, name = KERNEL_NAME): string {
  // Jupyter's rule. A name of dots alone would be another folder than one below `kernels`.
  if (!/^[a-z0-9._-]+$/.test(name) || /^\.+$/.test(name)) {
    throw new UsageError(
      `--name takes small letters, digits, ".", "_" and "-", such as cellgrad-2, not ${JSON.stringify(name)}`,
    );
  }
  if (!existsSync(MAIN)) throw new Failure(`${MAIN} is missing: build it first with npm run build`);
  const folder = kernelFolder(dataFolder, name);
  try {
    // What stands here is what Jupyter starts: only this user may write it, whatever the umask.
    makeFolder(folder, 0o755);
    for (const file of readdirSync(KERNELSPEC_FOLDER)) {
      if (file.startsWith("logo")) copyFileSync(join(KERNELSPEC_FOLDER, file), join(folder, file));
    }
    installTemplate(dataFolder);
    writeFileSync(join(folder, "kernel.json"), `${JSON.stringify(kernelSpec(), undefined, 2)}\n`, {
      mode: 0o644,
    });
  } catch (error) {
    throw new Failure(`cannot write the kernelspec to ${folder}: ${(error as Error).message}`);
  }
  return folder;
}

/** The template by which `jupyter nbconvert --to script --template cellgrad` writes TypeScript: magics are comments in it. */
function installTemplate(dataFolder: string): void {
  const from = join(KERNELSPEC_FOLDER, "nbconvert");
  const folder = join(dataFolder, "nbconvert", "templates", "cellgrad");
  makeFolder(folder, 0o755);
  for (const file of readdirSync(from)) copyFileSync(join(from, file), join(folder, file));
}

function dataFolder(prefix: string | undefined, sysPrefix: boolean): string {
  if (prefix !== undefined) return prefixDataFolder(resolve(prefix));
  if (!sysPrefix) return userDataFolder();
  const environment = environmentPrefix();
  if (environment === undefined) {
    throw new Failure(
      "no Python environment is active (neither VIRTUAL_ENV nor CONDA_PREFIX is set): use --user or --prefix",
    );
  }
  return prefixDataFolder(environment);
}
