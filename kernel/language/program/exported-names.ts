/**
 * The names that a file exports, with those of the files all of whose names it exports.
 */
import { exportsOfFile } from "../../file-exports.js";
import { ts } from "../compiler.js";
import type { Files } from "./files.js";

/** Each name with whether it stands for a value; "default" is among them where the file has a default export. */
export type Exported = ReadonlyMap<string, boolean>;

/** So many files are followed from one. */
const FILES = 100;

export function exportedNames(path: string, files: Files): Exported {
  const names = new Map<string, boolean>();
  const followed = new Set<string>();
  const follow = (file: string) => {
    if (followed.has(file) || followed.size >= FILES) return;
    followed.add(file);
    const text = files.readFile(file);
    if (text === undefined) return;
    const exported = exportsOfFile(ts, file, text);
    for (const from of exported.all) {
      const { resolvedModule } = files.resolve(from, file, ts.ModuleKind.ESNext);
      if (resolvedModule) follow(resolvedModule.resolvedFileName);
    }
    for (const [name, what] of exported.names) {
      // What `export *` brings along is without the default. What another file exports is not looked up: most of it is values.
      if (name !== "default" || file === path) names.set(name, what !== "type");
    }
  };
  follow(path);
  return names;
}
