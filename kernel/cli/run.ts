/** `cellgrad run NOTEBOOK`: a notebook from top to bottom through the real kernel, and the executed notebook. */
import { extname } from "node:path";
import { parseArgs } from "node:util";
import { describeFailure, executeNotebook, showProgress } from "../client/execute.js";
import type { ParameterValue } from "../client/parameters.js";
import { Failure, UsageError, type Command } from "./command.js";

export const run: Command = {
  help: `cellgrad run NOTEBOOK [--output FILE] [--param NAME=VALUE]... [--show EXPRESSION]... [--timeout SECONDS] [--allow-errors]

  Runs a notebook from top to bottom and writes it with its outputs.

  --output FILE        where to write it; default: NOTEBOOK's name with .executed.ipynb, beside it
  --param NAME=VALUE   another initial value for a variable that a cell declares at its top level: if a cell is tagged
                       "parameters" and declares it, a cell with the value is put behind that one, else the declaration itself is changed.
                       VALUE is JSON, or a string where it is not.
  --show EXPRESSION    prints the value of an expression after the last cell
  --timeout SECONDS    stops a cell that takes longer
  --allow-errors       goes on after a cell that fails

  Exit codes: 0 all cells ran; 1 a cell failed, took too long or the notebook cannot be read; 2 wrong command line.`,

  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        output: { type: "string", short: "o" },
        param: { type: "string", short: "p", multiple: true },
        show: { type: "string", multiple: true },
        timeout: { type: "string" },
        "allow-errors": { type: "boolean" },
      },
    });
    const [path, ...more] = positionals;
    if (path === undefined || more.length > 0)
      throw new UsageError(`run takes one notebook, not ${positionals.length}`);
    const timeout = values.timeout === undefined ? undefined : Number(values.timeout);
    const output = values.output ?? path.slice(0, path.length - extname(path).length) + ".executed.ipynb";
    if (timeout !== undefined && !(timeout > 0)) {
      throw new UsageError(
        `--timeout takes a number of seconds over 0, not ${JSON.stringify(values.timeout)}`,
      );
    }
    // The first Ctrl-C stops the cell and keeps what there is; the second ends the process.
    const stopped = new AbortController();
    process.once("SIGINT", () => stopped.abort());
    try {
      const { failure, values: shown } = await executeNotebook({
        path,
        output,
        parameters: await parametersOf(values.param ?? []),
        show: values.show ?? [],
        allowErrors: values["allow-errors"] ?? false,
        onProgress: showProgress(process.stderr),
        signal: stopped.signal,
        ...(timeout !== undefined && { timeout }),
      });
      console.error(`wrote ${output}`);
      for (const [name, value] of Object.entries(shown)) console.log(`${name} = ${value}`);
      if (!failure) return 0;
      console.error(`\n${describeFailure(failure, process.stderr)}`);
      return 1;
    } catch (error) {
      throw error instanceof UsageError ? error : new Failure((error as Error).message);
    }
  },
};

async function parametersOf(texts: readonly string[]): Promise<Map<string, ParameterValue>> {
  if (texts.length === 0) return new Map();
  const { parseParameter } = await import("../client/parameters.js");
  try {
    return new Map(texts.map(parseParameter));
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
