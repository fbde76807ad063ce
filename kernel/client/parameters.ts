/**
 * Parameters of a run, given from outside: as with papermill, a cell tagged "parameters" holds the defaults and a cell with the new
 * values is put behind it. A notebook without that tag needs no change: the declaration at the top level of whichever cell has
 * it gets the new initial value.
 */
import ts from "typescript";
import { newCellId, NotebookError, type Cell, type Notebook } from "./notebook.js";

export type ParameterValue = string | number | boolean | null | object;

const TAG = "parameters";
const INJECTED_TAG = "injected-parameters";

interface Declaration {
  readonly name: string;
  readonly cell: Cell;
  readonly keyword: "const" | "let" | "var";
  /** Where the initial value stands in the source; both equal where there is none. */
  readonly start: number;
  readonly end: number;
}

/** `NAME=VALUE` of a command line; a value that is JSON is that value, everything else a string. Throws TypeError. */
export function parseParameter(text: string): [name: string, value: ParameterValue] {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(0, at)).trim();
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) {
    throw new TypeError(`--param takes NAME=VALUE, not ${JSON.stringify(text)}`);
  }
  const value = text.slice(at + 1);
  try {
    return [name, JSON.parse(value) as ParameterValue];
  } catch {
    return [name, value];
  }
}

/** Puts the values into the notebook, in place. Throws {@link NotebookError} for a name that no cell declares. */
export function setParameters(notebook: Notebook, parameters: ReadonlyMap<string, ParameterValue>): void {
  if (parameters.size === 0) return;
  notebook.cells = notebook.cells.filter((cell) => !hasTag(cell, INJECTED_TAG));
  const declarations = notebook.cells
    .filter(({ cell_type: type }) => type === "code")
    .flatMap(declarationsOf);
  const unknown = [...parameters.keys()].filter((name) => declarations.every((known) => known.name !== name));
  if (unknown.length > 0) {
    const names = [...new Set(declarations.map(({ name }) => name))];
    const there =
      names.length > 0 ? `the notebook declares ${names.join(", ")}` : "the notebook declares none";
    throw new NotebookError(
      `no cell declares the parameter ${unknown.join(", ")} at its top level; ${there}`,
    );
  }

  const tagged = notebook.cells.find((cell) => cell.cell_type === "code" && hasTag(cell, TAG));
  const injected: string[] = [];
  const edits = new Map<Cell, { declaration: Declaration; code: string }[]>();
  for (const [name, value] of parameters) {
    const all = declarations.filter((declaration) => declaration.name === name);
    const declaration = all.find(({ cell }) => cell === tagged) ?? all[0]!;
    const code = JSON.stringify(value);
    if (declaration.cell === tagged) injected.push(`${declaration.keyword} ${name} = ${code};`);
    else edits.set(declaration.cell, [...(edits.get(declaration.cell) ?? []), { declaration, code }]);
  }
  for (const [cell, changes] of edits) {
    for (const { declaration, code } of changes.sort((a, b) => b.declaration.start - a.declaration.start)) {
      const { start, end } = declaration;
      cell.source =
        cell.source.slice(0, start) + (start === end ? ` = ${code}` : code) + cell.source.slice(end);
    }
  }
  if (tagged && injected.length > 0) {
    notebook.cells.splice(notebook.cells.indexOf(tagged) + 1, 0, {
      cell_type: "code",
      id: newCellId(),
      metadata: { tags: [INJECTED_TAG] },
      source: ["// Parameters", ...injected].join("\n"),
      execution_count: null,
      outputs: [],
    });
  }
}

/** Variables that a cell declares by name at its top level. */
function declarationsOf(cell: Cell): Declaration[] {
  const source = ts.createSourceFile("cell.ts", cell.source, ts.ScriptTarget.Latest);
  return source.statements.filter(ts.isVariableStatement).flatMap(({ declarationList: list }) => {
    const keyword = list.flags & ts.NodeFlags.Const ? "const" : list.flags & ts.NodeFlags.Let ? "let" : "var";
    return list.declarations.flatMap(({ name, initializer, end }) =>
      ts.isIdentifier(name)
        ? [{ name: name.text, cell, keyword, start: initializer?.getStart(source) ?? end, end } as const]
        : [],
    );
  });
}

function hasTag(cell: Cell, tag: string): boolean {
  const tags = cell.metadata["tags"];
  return Array.isArray(tags) && tags.includes(tag);
}
