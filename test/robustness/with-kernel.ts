/** A kernel for as long as some work takes: of the sources, or the one that a command line names. */
import { launchKernel, type LaunchedKernel } from "../../kernel/client/launch.js";

export async function withKernel<T>(
  argv: readonly string[] | undefined,
  work: (kernel: LaunchedKernel) => Promise<T>,
): Promise<T> {
  const kernel = await launchKernel({ cwd: import.meta.dirname, ...(argv && { argv }) });
  try {
    return await work(kernel);
  } finally {
    await kernel.shutdown();
  }
}
