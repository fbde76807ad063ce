/**
 * `npm run check`: what a commit would be refused for and a few seconds can tell - types, and lint and format of what differs from the last
 * commit. The hook in .githooks runs it before each commit; tests are left to `npm test`.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const changed = git("diff", "--name-only", "--diff-filter=d", "HEAD", "--")
  .concat(git("ls-files", "--others", "--exclude-standard"))
  .filter((file) => existsSync(file));
const code = changed.filter((file) => /\.(ts|mts|js|mjs)$/.test(file));

// What is known of unchanged files is kept from one time to the next.
const types = ["--noEmit", "--incremental", "--tsBuildInfoFile", "build/typecheck.tsbuildinfo"];
if (code.length > 0 || changed.some((file) => file.endsWith(".json"))) run("typescript/bin/tsc", ...types);
if (code.length > 0) run("eslint/bin/eslint.js", "--max-warnings", "0", "--no-warn-ignored", ...code);
if (changed.length > 0) run("prettier/bin/prettier.cjs", "--check", "--ignore-unknown", ...changed);

/** @returns {string[]} */
function git(...args) {
  const { stdout, status, stderr } = spawnSync("git", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr.trim()}`);
  return stdout.split("\n").filter((line) => line !== "");
}

function run(tool, ...args) {
  const { status } = spawnSync(process.execPath, [join(root, "node_modules", tool), ...args], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
