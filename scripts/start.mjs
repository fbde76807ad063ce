// `npm start`: from a fresh clone to a trained network. Builds what is not built, registers the kernel for the current user, runs the
// first notebook through the real kernel, and says what came out and where to go on.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildAll } from "./build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const notebook = join(root, "notebooks", "01-neural-networks.ipynb");
const output = join(root, "out", "01-neural-networks.ipynb");
/** What came out: expressions of what the notebook's cells declare. */
const results = { "final loss": "history.epochLoss.at(-1)", "test accuracy": "accuracy(testScores)" };

const started = performance.now();
const heading = (text) => console.log(`\n▸ ${text}`);
const fact = (name, text) => console.log(`${name.padEnd(13)} ${text}`);

try {
  await main();
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}

async function main() {
  heading("build");
  await buildAll();

  heading("register the kernel");
  const cellgrad = join(root, "dist", "kernel", "cli", "main.js");
  const { status } = spawnSync(process.execPath, [cellgrad, "install", "--user"], { stdio: "inherit" });
  if (status !== 0) throw new Error("the kernel could not be registered");

  heading(`run ${relative(root, notebook)}`);
  const { describeFailure, executeNotebook, showProgress } = await import("../dist/kernel/client/execute.js");
  const execution = {
    path: notebook,
    output,
    show: Object.values(results),
    onProgress: showProgress(process.stdout),
  };
  const { failure, values, seconds } = await executeNotebook(execution);
  if (failure) throw new Error(describeFailure(failure, process.stderr));

  heading("what came out");
  for (const [name, expression] of Object.entries(results)) fact(name, rounded(values[expression]));
  const all = (performance.now() - started) / 1_000;
  fact("time", `${seconds.toFixed(1)} s for the notebook, ${all.toFixed(1)} s in all`);
  const file = relative(process.cwd(), output);
  fact("notebook", file);

  heading("open it");
  const kernel = JSON.parse(readFileSync(join(root, "kernelspec", "kernel.json"), "utf8")).display_name;
  const lab = join(root, ".venv", "bin", "jupyter-lab");
  fact("JupyterLab", `${existsSync(lab) ? lab : "jupyter lab"} ${file}`);
  fact("", `(no JupyterLab yet? pip install jupyterlab; the kernel is "${kernel}")`);
  fact("VS Code", `code ${file}`);
  fact("", `(with the extension Jupyter; Select Kernel → Jupyter Kernel… → "${kernel}")`);
}

/** A number's first four digits. @throws Error for what is none: the notebook has changed, and this program has not. */
function rounded(text) {
  if (!Number.isFinite(Number(text))) throw new Error(text);
  return String(Number(Number(text).toPrecision(4)));
}
