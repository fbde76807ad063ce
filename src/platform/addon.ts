/**
 * The native engine's addon: the one that was built on this machine if there is one, else the one that came with the package for this
 * platform (scripts/build-platforms.mjs). CELLGRAD_NATIVE=<path> insists on one file.
 */
import { createRequire } from "node:module";
import { resolve } from "node:path";

import { builtFile } from "./built.js";

/** How well each prebuilt addon is known, by process.platform and process.arch. */
const experience: Readonly<Record<string, string>> = {
  "linux-x64": "tested",
  "linux-arm64": "tested on an emulated processor only",
  "darwin-x64": "never run before its release",
  "darwin-arm64": "never run before its release",
  "win32-x64": "never run before its release",
};

/** @throws Error when there is no addon for this machine or none that loads. */
export function loadAddon(): { readonly addon: unknown; readonly origin: string } {
  const given = process.env["CELLGRAD_NATIVE"];
  if (given) {
    const path = resolve(given);
    return { addon: createRequire(path)(path) as unknown, origin: `CELLGRAD_NATIVE=${given}` };
  }
  const machine = `${process.platform}-${process.arch}`;
  const known = experience[machine];
  const candidates = [
    { file: "native/cellgrad.node", origin: "the addon built on this machine" },
    ...(known === undefined
      ? []
      : [{ file: `native/${machine}/cellgrad.node`, origin: `the prebuilt addon for ${machine}, ${known}` }]),
  ];
  const failures: string[] = [];
  for (const { file, origin } of candidates) {
    let path: string;
    try {
      path = builtFile(file);
    } catch {
      continue;
    }
    try {
      return { addon: createRequire(path)(path) as unknown, origin };
    } catch (error) {
      failures.push(`${path} does not load here: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  throw new Error(failures.join("; ") || `none is built for ${machine}`);
}
