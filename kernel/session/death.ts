/** Why a session process ended, in words for the person whose variables are gone. */
import { localized } from "../locale/sentences.js";
import type { CellError } from "./messages.js";
import type { ProcessEnd } from "./child-process.js";

const RED = "\u001b[31m";
const PLAIN = "\u001b[39m";

/** One sentence on how the process ended; `exitCode` is what user code gave to process.exit, if it did. */
export function causeOfDeath(end: ProcessEnd, exitCode: number | undefined): string {
  if (exitCode !== undefined) return `The code called process.exit(${String(exitCode)}).`;
  if (
    /heap out of memory|Reached heap limit|Array buffer allocation failed.*FATAL|OOM error/s.test(
      end.lastWords,
    )
  ) {
    return (
      "The session ran out of memory: JavaScript's heap reached its limit. " +
      "Keep less alive at once, or raise the limit with NODE_OPTIONS=--max-old-space-size=8192 (in MB)."
    );
  }
  switch (end.signal) {
    case "SIGSEGV":
    case "SIGBUS":
    case "SIGILL":
    case "SIGFPE":
      return `The session crashed in native code (${end.signal}).`;
    case "SIGABRT":
      return "The session was aborted by native code (SIGABRT).";
    case "SIGKILL":
      return "The session was killed from outside (SIGKILL); where memory is short, the system does this.";
    case null:
      return end.code === null
        ? `The session could not be started: ${end.lastWords.trim()}`
        : `The session ended with exit code ${String(end.code)}.`;
    default:
      return `The session was ended by ${end.signal}.`;
  }
}

/** The error that the cell gets under which the process ended. */
export function deathError(cause: string): CellError {
  const evalue = localized(`${cause} A new session has started; variables of earlier cells are gone.`);
  return { ename: "SessionDied", evalue, traceback: [`${RED}SessionDied${PLAIN}: ${evalue}`] };
}
