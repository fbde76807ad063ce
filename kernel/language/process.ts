/**
 * How the language process is started and ended: from a snapshot where there is one, from its sources where the kernel runs from its own.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { NO_INSPECTOR } from "../inspector-port.js";
import type { LanguageOptions } from "./language.js";
import { BUNDLE, findSnapshot, FLAGS, withoutNodeOptions } from "./snapshot.js";

/** Run from its sources, the kernel does not want what was built of them some time ago. */
export const FROM_SOURCES = import.meta.url.endsWith(".ts");

export function ownSnapshot(): string | undefined {
  return FROM_SOURCES ? undefined : findSnapshot();
}

export function startProcess(options: LanguageOptions, snapshot: string | undefined): ChildProcess {
  const what = snapshot === undefined ? service() : ["--snapshot-blob", snapshot, "service"];
  return spawn(process.execPath, [...NO_INSPECTOR, ...FLAGS, ...what, JSON.stringify(options)], {
    env: withoutNodeOptions(),
    // A signal to the kernel's group, such as VS Code's SIGINT, is not meant for it.
    detached: true,
    windowsHide: true,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

/** What Node runs: the bundle, or the sources through the loader that runs this. */
function service(): string[] {
  if (!FROM_SOURCES) return [BUNDLE];
  return ["--import", import.meta.resolve("tsx"), fileURLToPath(new URL("./service.ts", import.meta.url))];
}

/** Resolves when the process has ended. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}
