/** `npm run bench:setup`: installs the peers that `npm run bench` measures into bench/peers (about 2 GB; not needed to use cellgrad). */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const peers = fileURLToPath(new URL("../bench/peers/", import.meta.url));
const run = (command, ...args) => {
  const { status, error } = spawnSync(command, args, { cwd: peers, stdio: "inherit" });
  if (status !== 0) {
    console.error(`${command} ${args.join(" ")} failed${error ? `: ${error.message}` : ""}`);
    process.exit(1);
  }
};
run("npm", "ci", "--no-audit", "--no-fund");
run("python3", "-m", "venv", ".venv");
// torch first and alone: a later request that its version satisfies leaves the CPU build in place.
run(".venv/bin/pip", "install", "--quiet", "torch==2.13.0");
run(".venv/bin/pip", "install", "--quiet", "-r", "requirements.txt");
