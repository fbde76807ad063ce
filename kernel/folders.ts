/** Folders that the kernel makes. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder, and those above it that are missing; throws what the system says where one cannot be made. Node's own `recursive` tries
 * without end where the system says "no such file" of a folder whose parent is there, as below /proc.
 * @param mode rights of the folders that are made, as far as the umask leaves them
 */
export function makeFolder(path: string, mode = 0o777): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
