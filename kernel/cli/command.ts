/** What a subcommand is, and the two ways in which it ends early. */

export interface Command {
  readonly help: string;
  /** Returns the exit code. Throws {@link UsageError} and {@link Failure}. */
  run(args: string[]): Promise<number>;
}

/** The command line is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The work cannot be done, and the message says why: exit code 1 and no stack. */
export class Failure extends Error {
  override readonly name = "Failure";
}

export const HELP = `cellgrad: a Jupyter kernel for TypeScript with a deep-learning runtime

  cellgrad install [--user | --sys-prefix | --prefix DIR] [--name NAME]
      registers the kernel with Jupyter; needs no Python
  cellgrad new FOLDER
      makes a folder to begin in: notebook, module, data and settings
  cellgrad run NOTEBOOK [--output FILE] [--param NAME=VALUE]... [--timeout SECONDS] [--allow-errors]
      runs a notebook from top to bottom and writes it with its outputs
  cellgrad doctor
      says what is installed, which engine computes and why, and what to do about what is missing
  cellgrad kernel CONNECTION_FILE
      starts the kernel; Jupyter calls this
  cellgrad --version | --help

  cellgrad COMMAND --help tells more about a command.
  Exit codes: 0 done, 1 failed, 2 wrong command line.`;
