import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { KEEP, openFloodFile, removeOldFloodFiles } from "../../../kernel/protocol/output/flood-files.js";

const before = process.env["TMPDIR"];
const root = mkdtempSync(join(tmpdir(), "cellgrad-test-"));
after(() => {
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
  rmSync(root, { recursive: true });
});

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  process.env["TMPDIR"] = root;
});

const DAY = 24 * 3_600_000;
const ended = spawnSync(process.execPath, ["-e", ""]).pid;

function file(folder: string, name: string, days: number, text = "text"): string {
  const path = join(root, folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  const time = new Date(Date.now() - days * DAY);
  utimesSync(path, time, time);
  return path;
}

test("files of ended kernels go after some days, with their folder; those of a living kernel stay", () => {
  const old = file(`cellgrad-output-${ended}-abcdef`, "cell-3.txt", 4);
  const older = file("cellgrad-Ab3xYz", "cell-12.txt", 40);
  const fresh = file(`cellgrad-output-${ended}-ghijkl`, "cell-3.txt", 1);
  const living = file(`cellgrad-output-${process.pid}-abcdef`, "cell-3-2.txt", 40);
  removeOldFloodFiles();
  assert.deepEqual([old, older, fresh, living].map(existsSync), [false, false, true, true]);
  assert.deepEqual(
    [old, older].map((path) => existsSync(dirname(path))),
    [false, false],
  );
});

test("nothing else goes, be it in folders with such names", () => {
  const others = [
    file("cellgrad-Kernel", "connection.json", 40),
    file("cellgrad-Mixed1", "cell-1.txt", 40),
    file("cellgrad-Mixed1", "notes.txt", 40),
    file("cellgrad-test-abcdef", "cell-1.txt", 40),
    file("other-abcdef", "cell-1.txt", 40),
  ];
  removeOldFloodFiles();
  assert.deepEqual(
    others.map(existsSync),
    others.map(() => true),
  );
});

test("of more than may be kept the oldest go, whoever's", () => {
  const paths = [1, 2, 0.5, 0.25].map((days, i) =>
    file(`cellgrad-output-${[ended, process.pid][i % 2]!}-abcde${i}`, "cell-1.txt", days, "x".repeat(100)),
  );
  removeOldFloodFiles({ ...KEEP, total: 250 });
  assert.deepEqual(paths.map(existsSync), [false, false, true, true]);
});

test("a new file makes room, is this user's alone, and takes no other's name", () => {
  const old = file(`cellgrad-output-${ended}-abcdef`, "cell-3.txt", 1, "x".repeat(100));
  const files = [openFloodFile("cell-3", KEEP.total), openFloodFile("cell-3", 1), openFloodFile("cell-4", 1)];
  for (const { fd } of files) closeSync(fd);
  assert.equal(existsSync(old), false);
  assert.equal(new Set(files.map(({ path }) => path)).size, 3);
  for (const { path } of files) {
    assert.ok(dirname(path).startsWith(join(root, `cellgrad-output-${process.pid}-`)));
    if (process.platform === "win32") continue;
    assert.equal(statSync(path).mode & 0o077, 0);
    assert.equal(statSync(dirname(path)).mode & 0o077, 0);
  }
  // Whoever has tidied up the folder is not in the way.
  rmSync(root, { recursive: true });
  mkdirSync(root);
  const again = openFloodFile("cell-3", 1);
  closeSync(again.fd);
  assert.ok(existsSync(again.path));
});
