/** A notebook file in, an executed notebook file out: what `cellgrad run` and `npm start` share. */
import { dirname, resolve } from "node:path";
import { KERNEL_NAME, kernelSpec } from "./kernelspec.js";
import { launchKernel } from "./launch.js";
import { readNotebook, writeNotebook } from "./notebook.js";
import type { ParameterValue } from "./parameters.js";
import { runNotebook, valuesOf, type CellFailure, type RunOptions } from "./run-notebook.js";

export { describeFailure, showProgress } from "./progress.js";

export interface Execution extends RunOptions {
  readonly path: string;
  readonly output: string;
  /** New initial values of variables that the notebook declares. */
  readonly parameters?: ReadonlyMap<string, ParameterValue>;
  /** Expressions to evaluate after the last cell. */
  readonly show?: readonly string[];
}

export interface Executed {
  readonly failure?: CellFailure;
  /** Values of `show`, as text; empty after a failure. */
  readonly values: Readonly<Record<string, string>>;
  readonly seconds: number;
}

/**
 * Runs a notebook in a kernel of its own, in the notebook's folder, and writes it with the outputs that it got, also after a failure.
 * Throws NotebookError for a file that is no notebook or lacks a parameter, and Error when the kernel ends or an expression fails.
 */
export async function executeNotebook(execution: Execution): Promise<Executed> {
  const started = performance.now();
  const { path, output, parameters, show = [] } = execution;
  const notebook = readNotebook(path);
  if (parameters && parameters.size > 0) {
    const { setParameters } = await import("./parameters.js");
    setParameters(notebook, parameters);
  }
  const { display_name, language } = kernelSpec();
  notebook.metadata["kernelspec"] = { display_name, language, name: KERNEL_NAME };
  const file = resolve(path);
  const kernel = await launchKernel({ cwd: dirname(file), notebook: file });
  try {
    const failure = await runNotebook(notebook, kernel, execution);
    const values = failure || show.length === 0 ? {} : await valuesOf(kernel, show);
    return { values, seconds: (performance.now() - started) / 1_000, ...(failure && { failure }) };
  } finally {
    await kernel.shutdown();
    writeNotebook(output, notebook);
  }
}
