/**
 * `npm run test:sanitize`: the tests of engine, graph and operations, and shortened fuzzers, on a native engine built with the address
 * and the undefined behaviour sanitizer, for every instruction set. The first error of the engine ends a test's process with a report.
 * `npm run test:sanitize -- FILE …` runs these test files alone.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { buildSanitized } from "./build-native.mjs";

const { built, reason, output, preload } = await buildSanitized();
if (!built) {
  console.error(`no engine with sanitizers: ${reason}`);
  process.exit(1);
}

const environment = {
  ...process.env,
  CELLGRAD_NATIVE: output,
  CELLGRAD_ENGINE: "native",
  LD_PRELOAD: preload,
  // V8 keeps what it has until the end. Its own calls of the allocator may ask for more than there is and expect null.
  ASAN_OPTIONS: "detect_leaks=0:allocator_may_return_null=1:detect_stack_use_after_return=1",
  UBSAN_OPTIONS: "print_stacktrace=1",
};

/** Runs one part; the process that finds an error exits with another code than 0. */
function run(title, args, isa) {
  console.log(`\n▸ ${title}${isa ? ` (${isa})` : ""}`);
  const env = isa ? { ...environment, CELLGRAD_ISA: isa } : environment;
  const { status, signal } = spawnSync(process.execPath, ["--import", "tsx", ...args], {
    stdio: "inherit",
    env,
  });
  if (status === 0) return;
  console.error(`✖ ${title} failed (${signal ?? `exit code ${status}`})`);
  process.exit(1);
}

/** Without this a library that was not loaded, or an addon without sanitizers, would look like an engine without errors. */
function checkSanitizer() {
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "test/engine/overrun.ts"], {
    env: environment,
    encoding: "utf8",
  });
  if (status !== 0 && stderr.includes("AddressSanitizer: heap-buffer-overflow")) return;
  console.error(`✖ a read behind the end of a buffer was not reported:\n${stderr}`);
  process.exit(1);
}

const testsOf = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join(folder, name));
const given = process.argv.slice(2);
const tests = (files) => ["--test", "--test-concurrency=1", "--test-reporter=dot", ...files];

checkSanitizer();
const instructionSets = process.arch === "x64" ? ["base", "avx2", "avx512"] : [undefined];
if (given.length > 0) run("tests", tests(given));
else {
  for (const isa of instructionSets) {
    run("engine", tests(testsOf("test/engine")), isa);
    run("fuzz:programs, 5000", ["test/robustness/programs.ts", "5000", "5"], isa);
    run("fuzz:threads, 40", ["test/robustness/threads.ts", "40", "5"], isa);
  }
  run("graph and operations", tests([...testsOf("test/graph"), ...testsOf("test/ops")]));
  run("fuzz:lazy, 40", ["test/robustness/lazy.ts", "40", "1000"]);
}
console.log("\nno error of memory and no undefined behaviour was found");
