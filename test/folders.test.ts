import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeFolder } from "../kernel/folders.js";

const root = mkdtempSync(join(tmpdir(), "cellgrad-test-"));
after(() => rmSync(root, { recursive: true }));

test("a folder is made with those above it that are missing", () => {
  const path = join(root, "a", "b", "c");
  makeFolder(path, 0o700);
  makeFolder(path);
  for (const each of ["a", "a/b", "a/b/c"]) {
    assert.ok(statSync(join(root, each)).isDirectory());
    if (process.platform !== "win32") assert.equal(statSync(join(root, each)).mode & 0o077, 0);
  }
});

test("a folder that cannot be made is an error at once, whatever the system says", () => {
  writeFileSync(join(root, "file"), "");
  assert.throws(() => makeFolder(join(root, "file", "x", "y")));
  // Here mkdir says "no such file" though the parent is there.
  for (const path of ["/proc/nope", "/proc/nope/a/b", "/proc/self/fd/nope/x"])
    if (existsSync("/proc/self")) assert.throws(() => makeFolder(path), /nope/);
  symlinkSync(join(root, "nowhere"), join(root, "link"));
  assert.throws(() => makeFolder(join(root, "link", "x")));
});
