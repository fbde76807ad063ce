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
/** What the notebook's last cells declare. */
const results = ["finalLoss", "testAccuracy"];

const started = performance.now();
const seconds = () => ((performance.now() - started) / 1_000).toFixed(1);
const heading = (text) => console.log(`\n▸ ${text}`);

heading("build");
await buildAll();

heading("register the kernel");
const main = join(root, "dist", "kernel", "cli", "main.js");
if (spawnSync(process.execPath, [main, "install", "--user"], { stdio: "inherit" }).status !== 0)
  process.exit(1);

heading(`run ${relative(root, notebook)}`);
const { describeFailure, executeNotebook, showProgress } = await import("../dist/kernel/client/execute.js");
const {
  failure,
  values,
  seconds: running,
} = await executeNotebook({
  path: notebook,
  output,
  show: results,
  onProgress: showProgress(process.stdout),
});
if (failure) {
  console.error(
    `\ncell ${failure.index}: ${failure.ename}: ${failure.evalue}\n${failure.traceback.join("\n")}`,
  );
  process.exit(1);
}

heading("what came out");
for (const name of results) console.log(`${name.padEnd(13)} ${values[name]}`);
console.log(`${"time".padEnd(13)} ${running.toFixed(1)} s for the notebook, ${seconds()} s in all`);
console.log(`${"notebook".padEnd(13)} ${relative(process.cwd(), output)}`);

heading("open it");
const lab = [join(root, ".venv", "bin", "jupyter-lab")].find(existsSync) ?? "jupyter lab";
console.log(`JupyterLab   ${lab} ${relative(process.cwd(), output)}`);
console.log(
  `             (no JupyterLab yet? pip install jupyterlab, then choose the kernel "${displayName()}")`,
);
console.log(`VS Code      code ${relative(process.cwd(), output)}`);
console.log(
  `             (with the extension Jupyter; Select Kernel → Jupyter Kernel… → "${displayName()}")`,
);

function displayName() {
  return JSON.parse(readFileSync(join(root, "kernelspec", "kernel.json"), "utf8")).display_name;
}
