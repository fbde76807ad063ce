/**
 * `npm test`: build, type check, lint, format, unit tests, then interop tests with the real peers.
 * Arguments choose a part: `npm test -- unit`, `npm test -- interop`, or files. Interop tests whose clients wait only a tenth of a second for a
 * message, as jupyter_kernel_test does, run one file at a time; the others, which wait for pages and servers, two.
 */
import { execFile, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const run = (title, command, args) => {
  console.log(`\n▸ ${title}`);
  const { status, signal } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) {
    console.error(`✖ ${title} failed (${signal ?? `exit code ${status}`})`);
    process.exit(1);
  }
};
/** Checks that use one core each run beside each other; what one prints comes in one piece. */
const runTogether = (checks) =>
  Promise.all(
    checks.map(
      ([title, command, args]) =>
        new Promise((resolve) => {
          execFile(command, args, { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
            console.log(`\n▸ ${title}\n${stdout}${stderr}`.trimEnd());
            if (error) console.error(`✖ ${title} failed (${error.signal ?? `exit code ${error.code}`})`);
            resolve(error === null);
          });
        }),
    ),
  ).then((passed) => {
    if (passed.includes(false)) process.exit(1);
  });
const bin = (name, ...args) => [process.execPath, [join("node_modules", name), ...args]];

const testFiles = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
const isInterop = (file) => file.startsWith(join("test", "interop"));
/** Whose clients do not wait long for a message. */
const isImpatient = (file) =>
  /[\\/](command-line|jupyter-kernel-test|protocol|subshells)\.test\.ts$/.test(file);
const nodeTest = (concurrency, files, ...more) => [
  process.execPath,
  [
    "--import",
    "tsx",
    "--test",
    `--test-concurrency=${concurrency}`,
    "--test-reporter=spec",
    ...more,
    ...files,
  ],
];
/** Ends a unit test that hangs, by name; a file of them takes a minute at most, so this leaves room for any machine. */
const HANGS_MS = 1_200_000;

// Tests read English, whatever the user of this machine does.
process.env.LC_ALL = "C.UTF-8";

const [what = "all"] = process.argv.slice(2);
const all = testFiles("test");
run("build", process.execPath, ["scripts/build.mjs"]);
if (what === "all")
  await runTogether([
    ["type check", ...bin("typescript/bin/tsc", "--noEmit")],
    ["lint", ...bin("eslint/bin/eslint.js", "--max-warnings", "0", ".")],
    ["format", ...bin("prettier/bin/prettier.cjs", "--check", ".")],
  ]);
if (what.endsWith(".ts")) run(what, ...nodeTest(1, process.argv.slice(2)));
if (what === "all" || what === "unit")
  run(
    "unit tests",
    ...nodeTest(
      2,
      all.filter((file) => !isInterop(file)),
      `--test-timeout=${HANGS_MS}`,
    ),
  );
if (what === "all" || what === "interop") {
  const interop = all.filter(isInterop);
  run("interop tests, protocol", ...nodeTest(1, interop.filter(isImpatient)));
  run(
    "interop tests, pages and packages",
    ...nodeTest(
      2,
      interop.filter((file) => !isImpatient(file)),
    ),
  );
}
