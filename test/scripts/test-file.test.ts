/** `npm run test:file` runs files of tests, passes on whether they passed, and says what to do where there is nothing to run. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../scripts/test-file.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "cellgrad-test-"));
after(() => rmSync(folder, { recursive: true }));

function testFile(...args: string[]): { status: number | null; text: string } {
  // Node's runner speaks another language with those whom it has started itself.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    env,
    encoding: "utf8",
  });
  return { status, text: stdout + stderr };
}

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `import { test } from "node:test";\n${text}\n`);
  return path;
}

test("a file of TypeScript runs, and tells whether it passed", () => {
  const good = testFile(written("good.test.ts", `test("adds", (): void => {});`));
  assert.equal(good.status, 0, good.text);
  assert.match(good.text, /✔ adds/);
  const bad = testFile(written("bad.test.ts", `test("fails", (): void => { throw new Error("no"); });`));
  assert.equal(bad.status, 1, bad.text);
  assert.match(bad.text, /✖ fails/);
});

test("without a file, or with one that there is not, it says what to write", () => {
  assert.deepEqual(testFile(), {
    status: 1,
    text: "Which file? For instance: npm run test:file -- test/tensor/tensor.test.ts\n",
  });
  const { status, text } = testFile("test/nothing.test.ts");
  assert.equal(status, 1);
  assert.match(text, /^There is no file test\/nothing\.test\.ts/);
});
