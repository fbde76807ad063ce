/** `%%bash`: the cell as a script. What it prints is seen at once and below its cell, also from what it leaves in the background. */
import { spawn, type ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { killDescendants } from "../../process-tree.js";
import { atCellEnd } from "../output/display-host.js";
import { magicError, type MagicCall } from "./magic.js";

/** What background jobs hold open is not waited for any longer than this once the script has ended, in ms. */
const DRAIN_MS = 200;

export async function bash({ body, bodyLine }: MagicCall): Promise<void> {
  // Empty lines before it let bash count lines as the cell does.
  const script = "\n".repeat(bodyLine - 1) + body;
  const child = spawn("bash", ["-c", script], { stdio: ["ignore", "pipe", "pipe"] });
  let running = true;
  // The cell ends before the script does when it is interrupted.
  atCellEnd(() => {
    if (running) end(child);
  });
  const outputs = Promise.all([pass(child.stdout, process.stdout), pass(child.stderr, process.stderr)]);
  const failure = await new Promise<string | undefined>((resolve) => {
    child.once("error", ({ code, message }: NodeJS.ErrnoException) =>
      resolve(
        code === "ENOENT"
          ? "bash was not found; it has to be in PATH"
          : `bash could not be started: ${message}`,
      ),
    );
    child.once("exit", (code, signal) => {
      if (code === 0) resolve(undefined);
      else
        resolve(
          signal === null
            ? `the script ended with exit code ${String(code)}`
            : `the script was ended by ${signal}`,
        );
    });
  });
  running = false;
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([outputs, new Promise((resolve) => (timer = setTimeout(resolve, DRAIN_MS)))]);
  clearTimeout(timer);
  if (failure !== undefined) throw magicError("BashError", failure);
}

function pass(from: Readable, to: NodeJS.WriteStream): Promise<void> {
  from.setEncoding("utf8").on("data", (text: string) => void to.write(text));
  return new Promise((resolve) => from.once("close", resolve));
}

function end(child: ChildProcess): void {
  if (child.pid !== undefined) killDescendants(child.pid);
  child.kill("SIGKILL");
}
