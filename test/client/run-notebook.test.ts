import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchKernel, type LaunchedKernel } from "../../kernel/client/launch.js";
import { parseNotebook, type Notebook } from "../../kernel/client/notebook.js";
import { runNotebook, valuesOf, type Progress } from "../../kernel/client/run-notebook.js";

let kernel: LaunchedKernel;
before(async () => {
  kernel = await launchKernel({ cwd: import.meta.dirname });
});
after(() => kernel.shutdown());

const notebook = (...cells: (string | [source: string, tag: string])[]): Notebook =>
  parseNotebook(
    {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: cells.map((cell) => {
        const [source, ...tags] = typeof cell === "string" ? [cell] : cell;
        return { cell_type: "code", source, metadata: { tags }, outputs: [], execution_count: null };
      }),
    },
    "notebook",
  );
const kinds = ({ cells }: Notebook): string[][] =>
  cells.map(({ outputs }) => outputs!.map((output) => output.output_type));

test("cells run in order, progress tells each, and values can be asked for afterwards", async () => {
  const told: Progress[] = [];
  const good = notebook("const a = 20;", "", "console.log('half'); a * 2");
  assert.equal(
    await runNotebook(good, kernel, { onProgress: (progress) => void told.push(progress) }),
    undefined,
  );
  assert.deepEqual(kinds(good), [[], [], ["stream", "execute_result"]]);
  assert.deepEqual(
    told.map(({ type }) => type),
    ["begin", "end", "begin", "print", "end"],
  );
  assert.deepEqual(await valuesOf(kernel, ["a", "a + 1"]), { a: "20", "a + 1": "21" });
  await assert.rejects(valuesOf(kernel, ["nothing"]), /^Error: nothing: /);
});

test("a failing cell ends the run, unless it is tagged raises-exception or errors are allowed; skip-execution skips", async () => {
  const cells = ["throw new RangeError('far')", "1"] as const;
  const stopped = notebook(...cells);
  const failure = await runNotebook(stopped, kernel);
  assert.deepEqual([failure?.index, failure?.ename, failure?.evalue], [1, "RangeError", "far"]);
  assert.deepEqual(kinds(stopped), [["error"], []]);
  const allowed = notebook(...cells);
  assert.equal(await runNotebook(allowed, kernel, { allowErrors: true }), undefined);
  assert.deepEqual(kinds(allowed), [["error"], ["execute_result"]]);
  const tagged = notebook([cells[0], "raises-exception"], ["throw 1", "skip-execution"], cells[1]);
  assert.equal(await runNotebook(tagged, kernel), undefined);
  assert.deepEqual(kinds(tagged), [["error"], [], ["execute_result"]]);
});

test("a signal stops the running cell, and the kernel keeps its state", async () => {
  const stop = new AbortController();
  const endless = notebook("const kept = 7;", "console.log('running'); while (true) {}", "1");
  const onProgress = ({ type }: Progress): void => {
    if (type === "print") stop.abort();
  };
  const failure = await runNotebook(endless, kernel, { signal: stop.signal, onProgress });
  assert.deepEqual([failure?.index, failure?.ename], [2, "Interrupted"]);
  assert.deepEqual(await valuesOf(kernel, ["kept"]), { kept: "7" });
});
