/** Command line of the kernel as it is installed: bundled, with the language started from its snapshot. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export function builtKernel(): string[] {
  const main = fileURLToPath(new URL("../../dist/kernel/cli/main.js", import.meta.url));
  if (!existsSync(main)) throw new Error(`${main} is missing: build it first with npm run build`);
  return [process.execPath, main, "kernel"];
}
