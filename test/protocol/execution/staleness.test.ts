/** Which cells hold old values. Cells here are what is known of them: the names that they read, declare and assign. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { NamesUsed } from "../../../kernel/language/language.js";
import { Staleness } from "../../../kernel/protocol/execution/staleness.js";
import { compiled, FakeKernel } from "../fake-kernel.js";

let notebook: Staleness;
let count = 0;
beforeEach(() => {
  notebook = new Staleness();
  count = 0;
});

interface What extends Partial<NamesUsed> {
  readonly ok?: boolean;
  /** What it has written where it did not run to its end. */
  readonly written?: readonly string[];
}

/** Runs a cell; its numbers count up. */
function run(cellId: string | undefined, { ok = true, written, ...names }: What, code = cellId ?? ""): void {
  const cell = notebook.begin({ ...(cellId !== undefined && { cellId }), executionCount: ++count }, code);
  cell.reads({ reads: [], declares: [], assigns: [], later: {}, ...names });
  cell.writes(ok ? [...(names.declares ?? []), ...(names.assigns ?? [])] : (written ?? []));
  cell.end(ok);
}

const stale = (): string[] => notebook.stale().map(({ cellId }) => String(cellId));
const reasons = (): string[] => notebook.stale().flatMap(({ because }) => because.map(({ text }) => text));

test("a cell that read a variable of a cell that has run again is stale, and so is what read from it", () => {
  run("a", { declares: ["w"] });
  run("b", { reads: ["w"], declares: ["y"] });
  run("c", { reads: ["y"] });
  run("d", { declares: ["other"] });
  assert.deepEqual(stale(), []);
  run("a", { declares: ["w"] });
  assert.deepEqual(notebook.stale(), [
    {
      cellId: "b",
      executionCount: 2,
      because: [
        {
          name: "w",
          cellId: "a",
          executionCount: 5,
          text: "Cell [2] used `w` of Cell [1], which has run again as [5]",
        },
      ],
    },
    {
      cellId: "c",
      executionCount: 3,
      because: [
        {
          name: "y",
          cellId: "b",
          executionCount: 2,
          text: "Cell [3] used `y` of Cell [2], which itself used old values",
        },
      ],
    },
  ]);
});

test("to run the stale cells again in order makes all of them fresh", () => {
  run("a", { declares: ["w"] });
  run("b", { reads: ["w"], declares: ["y"] });
  run("c", { reads: ["y"] });
  run("a", { declares: ["w"] });
  run("b", { reads: ["w"], declares: ["y"] });
  assert.deepEqual(stale(), ["c"]);
  assert.deepEqual(reasons(), ["Cell [3] used `y` of Cell [2], which has run again as [5]"]);
  run("c", { reads: ["y"] });
  assert.deepEqual(stale(), []);
});

test("a notebook that is run from top to bottom again is fresh at its end", () => {
  for (let round = 0; round < 3; round++) {
    run("a", { declares: ["w"] });
    run("b", { reads: ["w"], assigns: ["w"] });
    run("c", { reads: ["w"], declares: ["w"] });
    run("d", { reads: ["w"] });
  }
  assert.deepEqual(stale(), []);
});

test("another cell that declares the name again makes nothing stale", () => {
  run("a", { declares: ["w"] });
  run("b", { reads: ["w"] });
  run("c", { declares: ["w"] });
  assert.deepEqual(stale(), []);
  run("c", { declares: ["w"] });
  assert.deepEqual(stale(), []);
  run("a", { declares: ["w"] });
  assert.deepEqual(stale(), ["b"]);
});

test("a cell that counts up its own variable is stale when the start is set anew, and not by itself", () => {
  run("start", { declares: ["n"] });
  run("up", { reads: ["n"], assigns: ["n"] });
  run("up", { reads: ["n"], assigns: ["n"] });
  assert.deepEqual(stale(), []);
  run("start", { declares: ["n"] });
  assert.deepEqual(stale(), ["up"]);
});

test("a cell that read what another one changes is stale when that has run again", () => {
  run("a", { declares: ["list"] });
  run("push", { changes: ["list"] });
  run("r", { reads: ["list"] });
  assert.deepEqual(stale(), []);
  run("push", { changes: ["list"] });
  assert.deepEqual(stale(), ["r"]);
  assert.deepEqual(reasons(), ["Cell [3] used `list` of Cell [2], which has run again as [4]"]);
  run("r", { reads: ["list"] });
  assert.deepEqual(stale(), []);
  run("a", { declares: ["list"] });
  assert.deepEqual(stale(), ["push", "r"]);
  run("push", { changes: ["list"] });
  run("r", { reads: ["list"] });
  assert.deepEqual(stale(), []);
});

test("cells that add to one list have nothing to do with each other, and who reads it with all of them", () => {
  run("a", { declares: ["list"] });
  run("m", { changes: ["list"] });
  run("n", { changes: ["list"], declares: ["b"] });
  run("r", { reads: ["list"] });
  run("z", { reads: ["b"] });
  for (let round = 0; round < 3; round++) {
    run("m", { changes: ["list"] });
    assert.deepEqual(stale(), ["r"]);
    run("r", { reads: ["list"] });
    assert.deepEqual(stale(), []);
    run("n", { changes: ["list"], declares: ["b"] });
    assert.deepEqual(stale().toSorted(), ["r", "z"]);
    run("r", { reads: ["list"] });
    run("z", { reads: ["b"] });
    assert.deepEqual(stale(), []);
  }
});

test("cells that read a list and add to it by turns are old where the other has run again, and not by themselves", () => {
  run("a", { declares: ["list"] });
  run("m", { reads: ["list"], changes: ["list"] });
  run("n", { reads: ["list"], changes: ["list"] });
  run("m", { reads: ["list"], changes: ["list"] });
  assert.deepEqual(stale(), ["n"]);
  run("n", { reads: ["list"], changes: ["list"] });
  assert.deepEqual(stale(), []);
  run("m", { reads: ["list"], changes: ["list"] });
  assert.deepEqual(stale(), ["n"]);
});

test("an object that thousands of cells change fills no memory", () => {
  run("a", { declares: ["list"] });
  for (let i = 0; i < 5_000; i++) run(undefined, { changes: ["list"] }, `list.push(${i})`);
  run("r", { reads: ["list"] });
  run("a", { declares: ["list"] });
  assert.ok(stale().includes("r"));
});

test("what a called function changes counts as changed by its caller, also by one that failed", () => {
  run("a", { declares: ["log", "note"], later: { note: [] }, changesLater: { note: ["log"] } });
  run("call", { reads: ["note"] });
  run("r", { reads: ["log"] });
  run("call", { reads: ["note"], ok: false });
  assert.deepEqual(stale(), ["r"]);
  assert.deepEqual(reasons(), ["Cell [3] used `log` of Cell [2], which has run again as [4]"]);
});

test("who calls a function that remembers what it has computed does not depend on who called it before", () => {
  run("f", { declares: ["cache", "get"], later: { get: ["cache"] }, changesLater: { get: ["cache"] } });
  run("x", { reads: ["get"], declares: ["x"] });
  run("y", { reads: ["get"], declares: ["y"] });
  run("z", { reads: ["y"] });
  run("x", { reads: ["get"], declares: ["x"] });
  assert.deepEqual(stale(), []);
  run("f", { declares: ["cache", "get"], later: { get: ["cache"] }, changesLater: { get: ["cache"] } });
  assert.deepEqual(stale(), ["y", "z", "x"]);
});

test("a cell's own function that changes what the cell has declared again has nothing to do with another cell's", () => {
  run("a", { declares: ["xs"] });
  run("b", { declares: ["xs", "add"], reads: ["add"], later: { add: [] }, changesLater: { add: ["xs"] } });
  run("a", { declares: ["xs"] });
  assert.deepEqual(stale(), []);
});

test("a class whose member is changed reads later what it did", () => {
  run("w", { declares: ["w"] });
  run("c", { declares: ["C"], later: { C: ["w"] } });
  run("set", { reads: ["C"], changes: ["C"] });
  run("use", { reads: ["C"], declares: ["y"] });
  run("w", { declares: ["w"] });
  assert.ok(stale().includes("use"));
});

test("a cell that declares a function is not stale when what the function reads is new, but what called it is", () => {
  run("a", { declares: ["w"] });
  run("f", { declares: ["f", "g"], later: { f: ["w"], g: ["f"] } });
  run("y", { reads: ["g"], declares: ["y"] });
  run("a", { declares: ["w"] });
  assert.deepEqual(stale(), ["y"]);
  assert.deepEqual(reasons(), ["Cell [3] used `w` of Cell [1], which has run again as [4]"]);
  run("y", { reads: ["g"], declares: ["y"] });
  run("f", { declares: ["f", "g"], later: { f: ["w"], g: ["f"] } });
  assert.deepEqual(stale(), ["y"]);
});

test("a function that its own cell calls counts with what it reads", () => {
  run("a", { declares: ["w"] });
  run("b", { reads: ["f"], declares: ["f", "y"], later: { f: ["w"] } });
  run("a", { declares: ["w"] });
  assert.deepEqual(stale(), ["b"]);
});

test("a run that fails counts by what it did", () => {
  run("a", { declares: ["w"] });
  run("b", { reads: ["w"], declares: ["y"] });
  run("a", { declares: ["w"], ok: false });
  assert.deepEqual(stale(), []);
  run("a", { declares: ["w"], ok: false, written: ["w"] });
  assert.deepEqual(stale(), ["b"]);
  // y still is what it was.
  run("b", { reads: ["w"], declares: ["y"], ok: false });
  assert.deepEqual(stale(), ["b"]);
  assert.equal(notebook.definers().get("y")?.stale, true);
  run("b", { reads: ["w"], declares: ["y"], ok: false, written: ["y"] });
  assert.deepEqual(stale(), []);
});

test("a cell that was edited and no longer declares a name does not stay stale for its old values", () => {
  run("a", { declares: ["w"] });
  run("b", { reads: ["w"], declares: ["y"] });
  run("a", { declares: ["w"] });
  run("b", { declares: ["z"] });
  assert.deepEqual(stale(), []);
});

test("deleted cells are not named", () => {
  run("a", { declares: ["w"] });
  run("b", { reads: ["w"] });
  run("a", { declares: ["w"] });
  notebook.drop(["b"]);
  assert.deepEqual(stale(), []);
});

test("variables know the cell that gave them their value, and whether that is old", () => {
  run("a", { declares: ["w", "n"] });
  run("b", { reads: ["w"], declares: ["y", "f"], assigns: ["n"], later: { f: ["w"] } });
  run("a", { declares: ["w"] });
  const found = [...notebook.definers()].map(([name, { executionCount, stale }]) => [
    name,
    executionCount,
    stale,
  ]);
  assert.deepEqual(found, [
    ["w", 3, false],
    ["n", 2, true],
    ["y", 2, true],
    ["f", 2, false],
  ]);
});

test("without ids the same text is the same cell, and a console of any length takes no more room", () => {
  run(undefined, { declares: ["w"] }, "w = random()");
  run(undefined, { reads: ["w"], declares: ["y"] }, "y = w");
  run(undefined, { declares: ["w"] }, "w = random() ");
  assert.deepEqual(
    notebook.stale().map(({ executionCount }) => executionCount),
    [2],
  );
  for (let i = 0; i < 3000; i++) run(undefined, { reads: ["w"], assigns: ["w"] }, `w += ${String(i)}`);
  assert.ok(notebook.stale().length <= 1000);
});

const names = (reads: string[], declares: string[]): NamesUsed => ({
  reads,
  declares,
  assigns: [],
  later: {},
});
const USED: Readonly<Record<string, NamesUsed>> = { "w = 1": names([], ["w"]), "y = w": names(["w"], ["y"]) };

function kernelWithNames(): FakeKernel {
  return new FakeKernel({
    language: {
      compile: async ({ source, number }) => {
        const result = compiled(source, `Cell [${String(number)}]`);
        return { ...result, names: USED[source] ?? names([], []) } as typeof result;
      },
    },
  });
}

test("execute_reply names the stale cells in its metadata, until they run again or the session does", async () => {
  const kernel = kernelWithNames();
  const staleAfter = async (code: string, metadata: object): Promise<unknown> => {
    const { reply } = await kernel.ask("execute_request", { code }, { metadata: { ...metadata } });
    const { stale } = reply!.metadata["cellgrad"] as { stale: { cellId: string; executionCount: number }[] };
    return stale.map(({ cellId, executionCount }) => [cellId, executionCount]);
  };
  assert.deepEqual(await staleAfter("w = 1", { cellId: "a" }), []);
  assert.deepEqual(await staleAfter("y = w", { cellId: "b" }), []);
  assert.deepEqual(await staleAfter("w = 1", { cellId: "a" }), [["b", 2]]);
  assert.deepEqual(await staleAfter("", { deletedCells: ["b"] }), []);
  await staleAfter("y = w", { cellId: "b" });
  assert.deepEqual(await staleAfter("w = 1", { cellId: "a" }), [["b", 4]]);
  assert.deepEqual(await staleAfter("%reset", { cellId: "c" }), []);
});
