import assert from "node:assert/strict";
import { test } from "node:test";
import { NotebookError, parseNotebook, type Notebook } from "../../kernel/client/notebook.js";
import { parseParameter, setParameters, type ParameterValue } from "../../kernel/client/parameters.js";

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

function sourcesWith(
  values: Record<string, ParameterValue>,
  ...cells: Parameters<typeof notebook>
): string[] {
  const changed = notebook(...cells);
  setParameters(changed, new Map(Object.entries(values)));
  return changed.cells.map(({ source }) => source);
}

test("values of a command line are JSON, or strings", () => {
  assert.deepEqual(parseParameter("lr=0.1"), ["lr", 0.1]);
  assert.deepEqual(parseParameter("sizes=[784, 10]"), ["sizes", [784, 10]]);
  assert.deepEqual(parseParameter("name=a=b"), ["name", "a=b"]);
  assert.deepEqual(parseParameter('quoted="7"'), ["quoted", "7"]);
  assert.deepEqual(parseParameter("flag=true"), ["flag", true]);
  assert.deepEqual(parseParameter("empty="), ["empty", ""]);
  for (const wrong of ["lr", "=1", "a b=1", "2x=1"]) assert.throws(() => parseParameter(wrong), /NAME=VALUE/);
});

test("behind a cell tagged parameters stands a cell with the new values, as papermill puts it", () => {
  const changed = notebook(["const lr = 1, epochs = 2;\nlet name: string = 'a';", "parameters"], "train()");
  setParameters(
    changed,
    new Map<string, ParameterValue>([
      ["lr", 0.1],
      ["name", "b"],
    ]),
  );
  assert.deepEqual(
    changed.cells.map(({ source }) => source),
    [
      "const lr = 1, epochs = 2;\nlet name: string = 'a';",
      '// Parameters\nconst lr = 0.1;\nlet name = "b";',
      "train()",
    ],
  );
  assert.deepEqual(changed.cells[1]!.metadata, { tags: ["injected-parameters"] });
  setParameters(changed, new Map([["lr", 0.2]]));
  assert.equal(changed.cells.length, 3);
  assert.equal(changed.cells[1]!.source, "// Parameters\nconst lr = 0.2;");
});

test("without the tag, the declaration at the top level of a cell gets the value, so that the same cell uses it", () => {
  assert.deepEqual(
    sourcesWith(
      { lr: 0.1, epochs: 3, later: null },
      "import x from 'x';",
      "const lr = 1 /* step */, sizes = [1, 2]; // rate\nlet later: number | null;\ntrain(lr)",
      "function f() { const epochs = 1; }\nlet epochs: number = 2 + 3;",
    ),
    [
      "import x from 'x';",
      "const lr = 0.1 /* step */, sizes = [1, 2]; // rate\nlet later: number | null = null;\ntrain(lr)",
      "function f() { const epochs = 1; }\nlet epochs: number = 3;",
    ],
  );
});

test("a parameter that no cell declares is an error that names those there are", () => {
  assert.throws(
    () => sourcesWith({ lr: 1, typo: 2 }, "const lr = 1; let b;", "{ const typo = 1 }"),
    (error: unknown) =>
      error instanceof NotebookError &&
      error.message === "no cell declares the parameter typo at its top level; the notebook declares lr, b",
  );
  assert.throws(() => sourcesWith({ a: 1 }, "f()"), /the notebook declares none/);
});
