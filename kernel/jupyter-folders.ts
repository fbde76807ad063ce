/** The folders where Jupyter looks for kernels and their connections, by jupyter_core's rules. */
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** What decides about folders; a parameter, so that each platform's rules can be stated anywhere. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

const here: Surroundings = { platform: process.platform, env: process.env, home: homedir() };

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
