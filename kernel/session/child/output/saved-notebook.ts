/**
 * The notebook's file as it was last saved: what a page that is loaded anew shows, and what is exported. Jupyter's server tells its path
 * when it starts the kernel; under other clients nothing is known of it.
 */
import { readFileSync, statSync } from "node:fs";

export interface SavedNotebook {
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  /** Whether this text, which has no characters that JSON escapes, is in the file. */
  includes(text: string): boolean;
}

/** Undefined if there is no such file. */
export function savedNotebook(path = process.env["JPY_SESSION_NAME"]): SavedNotebook | undefined {
  if (path === undefined) return undefined;
  try {
    const { mtimeMs } = statSync(path);
    return { savedAt: mtimeMs, includes: (text) => readFileSync(path, "utf8").includes(text) };
  } catch {
    // Renamed since, or shared by several people and kept elsewhere.
    return undefined;
  }
}
