import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  formatNotebook,
  NotebookError,
  parseNotebook,
  readNotebook,
  writeNotebook,
} from "../../kernel/client/notebook.js";

const folder = mkdtempSync(join(tmpdir(), "cellgrad-test-"));
after(() => rmSync(folder, { recursive: true }));

/** Made with Python's nbformat, with every kind of output and all the line ends that Python knows. */
const byNbformat = join(import.meta.dirname, "written-by-nbformat.ipynb");

test("a notebook that nbformat wrote is written back byte for byte", () => {
  const text = readFileSync(byNbformat, "utf8");
  const copy = join(folder, "new-folder", "copy.ipynb");
  writeNotebook(copy, readNotebook(byNbformat));
  assert.equal(readFileSync(copy, "utf8"), text);
});

test("multi-line strings are in one piece in memory", () => {
  const [title, code] = readNotebook(byNbformat).cells;
  assert.equal(title!.source, "# Title\n\ntext\n");
  assert.deepEqual(code!.outputs![0], { output_type: "stream", name: "stdout", text: "a\r\nb\rc\u2028d\n" });
});

test("cells of older notebooks get ids, and the format's minor number says so", () => {
  const cells = [
    { cell_type: "code", source: ["a\n", "b"], metadata: {}, outputs: [], execution_count: null },
    { cell_type: "markdown", source: "", metadata: {} },
  ];
  const notebook = parseNotebook({ nbformat: 4, nbformat_minor: 2, metadata: {}, cells }, "old");
  assert.equal(notebook.nbformat_minor, 5);
  assert.match(notebook.cells[0]!.id, /^[0-9a-f]{8}$/);
  assert.notEqual(notebook.cells[0]!.id, notebook.cells[1]!.id);
  assert.equal(notebook.cells[0]!.source, "a\nb");
  assert.match(formatNotebook(notebook), /"nbformat_minor": 5\n}\n$/);
});

test("what is no notebook is an error that names the file and says what is wrong", () => {
  const refused = (read: () => unknown, why: RegExp): void =>
    assert.throws(read, (error: unknown) => error instanceof NotebookError && why.test(error.message));
  refused(() => readNotebook(join(folder, "none.ipynb")), /none\.ipynb: there is no such file/);
  const broken = join(folder, "broken.ipynb");
  writeFileSync(broken, "# not a notebook");
  refused(() => readNotebook(broken), /broken\.ipynb is not JSON/);
  const parse = (json: unknown) => () => parseNotebook(json, "n");
  refused(parse([]), /does not hold a JSON object/);
  refused(parse({}), /no nbformat number/);
  refused(parse({ nbformat: 3, worksheets: [] }), /its format is 3, and this program reads 4/);
  refused(parse({ nbformat: 4 }), /no list of cells/);
  refused(parse({ nbformat: 4, cells: [7] }), /cell 1 is not a JSON object/);
  refused(parse({ nbformat: 4, cells: [{ cell_type: "poem", source: "" }] }), /cell 1 has the type "poem"/);
  refused(parse({ nbformat: 4, cells: [{ cell_type: "code" }] }), /cell 1 has no source/);
});
