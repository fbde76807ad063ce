/** `cellgrad kernel CONNECTION_FILE`: the kernel process, and what may happen to a process: signals, a dead parent, its own faults. */
import { statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import type { Language } from "../language/language.js";
import { startLanguage } from "../language/start.js";
import { resetLocale } from "../locale/notebook.js";
import { ConnectionError, readConnectionFile } from "../transport/connection.js";
import { Failure, UsageError, type Command } from "./command.js";
import { onParentDeath } from "./parent-death.js";

export const kernel: Command = {
  help: `cellgrad kernel CONNECTION_FILE

  Starts a kernel on the sockets that the connection file names, in the current folder. Jupyter calls this through the kernelspec.
  From a registration file (registration_ip and registration_port in place of the ports) the kernel finds free ports by itself, tells
  them to the launcher (JEP 66) and ends with exit code 1 when that does not answer within 10 seconds.
  SIGINT interrupts the running cell, SIGTERM ends the kernel. Exit code 1: the file cannot be used or a port is taken.
  What stands behind the file is of the client's own (jupyter run, jupyter console) and left to it.
  Cells are kept in a history file in the user's data folder; CELLGRAD_HISTORY names another file, or none when it is empty.`,

  async run(args) {
    // Clients put arguments of their own behind those of the kernelspec: `jupyter run` the script's name.
    const [path] = args.filter((arg) => !arg.startsWith("-"));
    if (path === undefined) throw new UsageError("kernel takes a connection file");
    // Messages pass through this process and leave little behind: it need not grow before it collects what they have left.
    setFlagsFromString("--semi-space-growth-factor=1");
    setFlagsFromString("--heap-growing-percent=50");
    // Whoever read what is said here may be gone: writing then fails, and as an uncaught error that would be said as well, without end.
    process.stderr.on("error", () => undefined);
    process.removeAllListeners("warning");
    process.on("warning", ({ name, message }) => {
      // An option of ZeroMQ that does take effect at once (transport/published.ts).
      if (!message.startsWith("Socket option will not take effect")) log(`${name}: ${message}`);
    });
    const cwd = process.cwd();
    resetLocale();
    let language: Language | undefined;
    try {
      const connection = readConnectionFile(path);
      language = startLanguage({ cwd });
      // Loaded now and not at first, since the library of the sockets takes its time, which the language's process uses.
      const { startKernel } = await import("../kernel.js");
      const running = await startKernel(connection, { cwd, language, log });
      warnIfOpen(path);
      process.on("SIGINT", () => running.interrupt());
      process.on("SIGTERM", () => running.stop());
      process.on("SIGHUP", () => running.stop());
      process.on("uncaughtException", (error) => log(`internal error: ${error.stack}`));
      onParentDeath(() => running.stop());
      await running.ended;
    } catch (error) {
      await language?.close();
      if (error instanceof ConnectionError) throw new Failure(error.message);
      throw error;
    }
    process.exit(0);
  },
};

/** The key stands in the file: who reads it runs code as this user. */
function warnIfOpen(path: string): void {
  const { mode } = statSync(path);
  if (process.platform === "win32" || (mode & 0o077) === 0) return;
  log(
    `WARNING: other users can open ${path}, in which the key stands: chmod 600 it, or let Jupyter write it`,
  );
}

function log(line: string): void {
  process.stderr.write(`[cellgrad] ${line}\n`);
}
