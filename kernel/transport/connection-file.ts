/**
 * The connection file that a kernel writes of itself after a handshake, into the folder where Jupyter's clients look for running kernels
 * (`jupyter console --existing`). Files that launchers write are read in `connection.ts`.
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../folders.js";
import { userDataFolder } from "../jupyter-folders.js";
import { connectionFile, type Connection } from "./connection.js";

/** Writes the file, which only this user can read; what is returned takes it away again. */
export function publishConnection(connection: Connection, log: (line: string) => void): () => void {
  const folder = process.env["JUPYTER_RUNTIME_DIR"] || join(userDataFolder(), "runtime");
  const id = connection.registration?.kernelId || String(process.pid);
  const path = join(folder, `kernel-${id.replace(/[^\w.-]/g, "_")}.json`);
  try {
    makeFolder(folder, 0o700);
    // Made anew, never written into: what stands there may be open to others, or be somebody's link.
    const unfinished = `${path}.${String(process.pid)}`;
    rmSync(unfinished, { force: true });
    writeFileSync(unfinished, connectionFile(connection), { mode: 0o600, flag: "wx" });
    renameSync(unfinished, path);
  } catch (error) {
    log(`other clients cannot find this kernel: ${(error as Error).message}`);
  }
  return () => rmSync(path, { force: true });
}
