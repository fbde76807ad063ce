/** Finds what the build scripts made, from the sources as well as from the compiled package. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Path of a file under the package's build folder. @throws Error when it is not there. */
export function builtFile(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    if (existsSync(join(folder, "package.json"))) {
      const file = join(folder, "build", name);
      if (existsSync(file)) return file;
      throw new Error(`${file} is not there; run: npm run build`);
    }
    const parent = dirname(folder);
    if (parent === folder)
      throw new Error(`build/${name} was not found above ${import.meta.url}; run: npm run build`);
    folder = parent;
  }
}
