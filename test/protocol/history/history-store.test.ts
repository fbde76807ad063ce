import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { HistoryFile } from "../../../kernel/protocol/history/history-file.js";
import { HistoryStore } from "../../../kernel/protocol/history/history-store.js";

const folder = mkdtempSync(join(tmpdir(), "cellgrad-test-"));
after(() => rmSync(folder, { recursive: true }));
const fail = (line: string): never => assert.fail(line);

test("cells of earlier kernels are found under session numbers before the running one's", async () => {
  const path = join(folder, "new", "history.jsonl");
  for (const [kernel, inputs] of [
    ["first", ["a", "b"]],
    ["second", ["c"]],
  ] as const) {
    const file = new HistoryFile(path, fail);
    const store = new HistoryStore(kernel, file);
    inputs.forEach((input, i) => store.add(i + 1, input, input === "b" ? "result" : undefined));
    await file.flushed();
  }
  const file = new HistoryFile(path, fail);
  const store = new HistoryStore("third", file);
  store.add(1, "d");
  await file.flushed();
  const b = { session: 1, line: 2, input: "b", output: "result" };
  const c = { session: 2, line: 1, input: "c" };
  const d = { session: 3, line: 1, input: "d" };
  assert.deepEqual(await store.tail(3), [b, c, d]);
  assert.deepEqual(await store.range(0, 1), [d]);
  assert.deepEqual(await store.range(-1, 1), [c]);
  assert.deepEqual(await store.range(1, 2, 3), [b]);
  assert.equal((await store.search("?")).length, 4);
  store.add(2, "e");
  assert.deepEqual(await store.tail(1), [{ session: 3, line: 2, input: "e" }]);
  if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("the cells of two kernels that ran at the same time stay apart", async () => {
  const file = new HistoryFile(join(folder, "two.jsonl"), fail);
  const [one, two] = [new HistoryStore("one", file), new HistoryStore("two", file)];
  one.add(1, "a");
  two.add(1, "x");
  one.add(2, "b");
  await file.flushed();
  const later = new HistoryStore("later", file);
  assert.deepEqual(
    (await later.range(1, 0)).map(({ input }) => input),
    ["a", "b"],
  );
  assert.deepEqual(
    (await later.range(2, 0)).map(({ input }) => input),
    ["x"],
  );
});

test("a broken line in the file costs that line only", async () => {
  const path = join(folder, "broken.jsonl");
  const file = new HistoryFile(path, fail);
  const store = new HistoryStore("one", file);
  store.add(1, "a\nb🙂");
  await file.flushed();
  appendFileSync(path, '{"kernel": "on\nnull\n7\n');
  store.add(2, "c");
  await file.flushed();
  assert.equal(readFileSync(path, "utf8").split("\n").length, 6);
  assert.deepEqual(
    (await new HistoryStore("two", file).tail(9)).map(({ input }) => input),
    ["a\nb🙂", "c"],
  );
});

test("a history that cannot be written is said once, and cells go on", async () => {
  const said: string[] = [];
  const file = new HistoryFile(join(folder), (line) => said.push(line));
  const store = new HistoryStore("one", file);
  store.add(1, "a");
  store.add(2, "b");
  await file.flushed();
  assert.equal(said.length, 1);
  assert.match(said[0]!, /^history is not kept: /);
  assert.deepEqual(
    (await store.tail(9)).map(({ input }) => input),
    ["a", "b"],
  );
});

test("a file whose last line has no end loses neither that line nor the next", async () => {
  const path = join(folder, "no-end.jsonl");
  for (const last of ['{"kernel":"one","line":1,"input":"a"}', '{"kernel":"one","line":1,"inp', "\u00fc"]) {
    writeFileSync(path, last);
    const store = new HistoryStore("two", new HistoryFile(path, fail));
    store.add(1, "b");
    assert.deepEqual(
      (await store.tail(9)).map(({ input }) => input),
      last.endsWith("}") ? ["a", "b"] : ["b"],
    );
    store.add(2, "c");
    assert.deepEqual(
      (await store.tail(2)).map(({ input }) => input),
      ["b", "c"],
    );
    assert.equal(readFileSync(path, "utf8").split("\n").length, 4);
  }
});

/** Places where no history can be written, by how the system says so. */
const nowhere: Readonly<Record<string, () => string>> = {
  "a folder that cannot be made, though its parent is there": () => "/proc/nope/history.jsonl",
  "a folder in the place of the file": () => {
    mkdirSync(join(folder, "history.jsonl"));
    return join(folder, "history.jsonl");
  },
  "a file in the place of the folder": () => {
    writeFileSync(join(folder, "plain"), "");
    return join(folder, "plain", "history.jsonl");
  },
  "a disk that is full": () => {
    symlinkSync("/dev/full", join(folder, "full.jsonl"));
    return join(folder, "full.jsonl");
  },
  "a pipe": () => {
    execFileSync("mkfifo", [join(folder, "pipe.jsonl")]);
    return join(folder, "pipe.jsonl");
  },
};

for (const [what, make] of Object.entries(nowhere))
  test(
    `${what} is said once, and cells are found all the same`,
    { skip: !existsSync("/dev/full") },
    async () => {
      const said: string[] = [];
      const store = new HistoryStore("one", new HistoryFile(make(), (line) => said.push(line)));
      store.add(1, "a");
      assert.deepEqual(
        (await store.tail(9)).map(({ input }) => input),
        ["a"],
      );
      store.add(2, "b");
      assert.deepEqual(
        (await store.tail(9)).map(({ input }) => input),
        ["a", "b"],
      );
      assert.equal(said.length, 1, said.join("\n"));
      assert.match(said[0]!, /^history is not kept: /);
    },
  );

test("a glob is matched against the whole input, whatever its stars", async () => {
  const store = new HistoryStore("glob", new HistoryFile(undefined, fail));
  const cases: [input: string, glob: string, found: boolean][] = [
    ["a + 1", "a + ?", true],
    ["a + 12", "a + ?", false],
    ["a + 12", "a*2", true],
    ["a + 12", "*", true],
    ["abcabd", "*ab?", true],
    ["abcabd", "a*b*d", true],
    ["abcabd", "a*c", false],
    ["x = '🙂'", "x = '?'", true],
    ["a\nb", "a?b", true],
    ["[a-z]+", "[a-z]+", true],
    ["b", "[a-z]", false],
    ["2 * 3", "2 * 3", true],
    ["a".repeat(2_000), `${"*a".repeat(50)}*b`, false],
  ];
  cases.forEach(([input], line) => store.add(line, input));
  for (const [line, [input, glob, found]] of cases.entries()) {
    const lines = (await store.search(glob)).map((entry) => entry.line);
    assert.equal(lines.includes(line), found, `${input.slice(0, 20)} and ${glob.slice(0, 20)}`);
  }
});
