/** `%cd`: another folder for files, imports and what the session starts. Also how magics read paths. */
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { emit } from "../output/event-pipe.js";
import { currentRun } from "../output/streams.js";
import { magicError, type MagicCall, type MagicHost } from "./magic.js";

let previous: string | undefined;

export function changeFolder({ argument }: MagicCall, { modules }: MagicHost): void {
  const folder = wanted(argument);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw magicError("FolderError", `There is no folder ${folder}; cells stay in ${process.cwd()}`);
  previous = process.cwd();
  process.chdir(folder);
  modules.moveTo(folder);
  emit({ type: "folder", run: currentRun(), folder });
  process.stdout.write(`${folder}\n`);
}

function wanted(argument: string): string {
  if (argument === "") return homedir();
  if (argument !== "-") return pathOf(argument);
  if (previous !== undefined) return previous;
  throw magicError("FolderError", "%cd - goes back to the folder before, and there was none yet");
}

/** The path that a user wrote: perhaps in quotes, perhaps from home, else from the session's folder. */
export function pathOf(text: string): string {
  const path = /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
  return /^~(?:[\\/]|$)/.test(path) ? join(homedir(), path.slice(1)) : resolve(path);
}
