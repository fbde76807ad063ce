/** `cellgrad new`: what it makes runs, checks and is not written over anything. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ownKernel } from "../../kernel/client/launch.js";

const folder = mkdtempSync(join(tmpdir(), "cellgrad-new-"));
after(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const [node, ...main] = ownKernel().slice(0, -1);

/** Runs a program of Node's in a folder. */
async function ended(args: readonly string[], cwd = folder): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(node!, args, { cwd }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

test("a new project's notebook runs and its module's types check", async () => {
  const made = await ended([...main, "new", "My Project"]);
  assert.equal(made.err, "");
  assert.match(made.out, /made My Project; next:\n\n {2}cd "My Project"\n {2}npm install/);
  const project = join(folder, "My Project");
  const { name } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as { name: string };
  assert.equal(name, "my-project");
  // What npm install would bring is here already.
  const packages = new URL("../../node_modules", import.meta.url).pathname;
  mkdirSync(join(project, "node_modules"));
  symlinkSync(new URL("../..", import.meta.url).pathname, join(project, "node_modules", "cellgrad"));
  symlinkSync(join(packages, "@types"), join(project, "node_modules", "@types"));
  const [run, check] = await Promise.all([
    ended([...main, "run", "notebook.ipynb", "--output", "done.ipynb"], project),
    ended([join(packages, "typescript", "bin", "tsc")], project),
  ]);
  assert.deepEqual([check.code, check.out], [0, ""]);
  assert.equal(run.code, 0, run.err);
  const { cells } = JSON.parse(readFileSync(join(project, "done.ipynb"), "utf8")) as {
    cells: { outputs?: { data?: Record<string, string | string[]> }[] }[];
  };
  const last = cells.at(-1)!.outputs!.at(-1)!.data!["text/plain"]!;
  const accuracy = Number([last].flat().join(""));
  assert.ok(accuracy > 0.95, String(accuracy));
  assert.ok(readdirSync(project).includes("model.safetensors"));
});

test("a folder that has something in it is left alone", async () => {
  mkdirSync(join(folder, "full"));
  writeFileSync(join(folder, "full", "thesis.txt"), "");
  writeFileSync(join(folder, "file"), "");
  for (const [args, message, code] of [
    [["full"], /full is not empty, it has thesis\.txt; name a folder that is empty/, 1],
    [["file"], /file is a file; name a folder/, 1],
    [[], /new takes one folder, not 0: cellgrad new my-project/, 2],
    [["a", "b"], /new takes one folder, not 2/, 2],
    [["--force"], /new has no option --force/, 2],
  ] as const) {
    const { code: got, err } = await ended([...main, "new", ...args]);
    assert.match(err, message);
    assert.equal(got, code);
  }
  assert.deepEqual(readdirSync(join(folder, "full")), ["thesis.txt"]);
});
