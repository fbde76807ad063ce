#!/usr/bin/env node
/**
 * The command `cellgrad`: finds the subcommand and loads only that one.
 *
 * Exit codes: 0 done; 1 it failed (a cell threw, a file cannot be read, a port is taken); 2 the command line is wrong.
 */
import { Failure, HELP, UsageError, type Command } from "./command.js";
import { shutInspectorPort } from "../inspector-port.js";
import { VERSION } from "../installation.js";

shutInspectorPort();

const commands: Readonly<Record<string, () => Promise<Command>>> = {
  install: async () => (await import("./install.js")).install,
  new: async () => (await import("./new.js")).create,
  run: async () => (await import("./run.js")).run,
  kernel: async () => (await import("./kernel.js")).kernel,
  doctor: async () => (await import("./doctor.js")).doctor,
};

async function main([name = "--help", ...args]: string[]): Promise<number> {
  if (name === "--version" || name === "-v") return print(VERSION);
  if (name === "--help" || name === "-h" || name === "help") return print(HELP);
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load)
    throw new UsageError(`no command ${JSON.stringify(name)}: there are ${Object.keys(commands).join(", ")}`);
  const command = await load();
  // The kernel is also given what its client was given.
  const asked = name === "kernel" ? args.slice(0, 1) : args;
  if (asked.includes("--help") || asked.includes("-h")) return print(command.help);
  return command.run(args);
}

function print(text: string): number {
  console.log(text);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  const usage =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS");
  console.error(
    `cellgrad: ${usage || error instanceof Failure ? error.message : (error.stack ?? error.message)}`,
  );
  if (usage) console.error("Try: cellgrad --help");
  process.exitCode = usage ? 2 : 1;
}
