/** Golden files, and a folder of a test's own. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

export function golden(name: string): string {
  return fileURLToPath(new URL(`../golden/io/${name}`, import.meta.url));
}

export function goldenBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(golden(name)));
}

/** Gives paths in a folder that is there until the file's tests are over. */
export function temporary(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), "cellgrad-io-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  return (name) => join(folder, name);
}
