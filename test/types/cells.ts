/**
 * Type checks pieces of code as a cell would be checked: with the public API in scope and nothing else.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { saidByTypes } from "../../kernel/language/compile/rewording.js";

const root = path.resolve(fileURLToPath(import.meta.url), "../../..");

const names =
  "Tensor, tensor, zeros, zerosLike, ones, full, eye, arange, linspace, rand, randn, randint, cat, stack, where, grad, valueAndGrad, nn, optim, data, viz";

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: ["node"],
};

/** What the compiler says of some code. */
export interface Checked {
  /** Inferred types of the top-level constants, as the compiler writes them. */
  readonly types: Readonly<Record<string, string>>;
  /** Messages, first lines only. */
  readonly errors: readonly string[];
}

/** Checks many pieces in one program: making one takes seconds. */
export function check(pieces: Readonly<Record<string, string>>): Readonly<Record<string, Checked>> {
  const files = new Map<string, string>();
  for (const [name, code] of Object.entries(pieces)) {
    const imports = `import { ${names} } from "../../src/index.js";\n`;
    files.set(path.join(root, "test/types", `cell-${name}.ts`), `${imports}export {};\n${code}`);
  }
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists.call(host, name);
  host.readFile = (name) => files.get(name) ?? readFile.call(host, name);
  host.getSourceFile = (name, languageVersion, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile.call(host, name, languageVersion, ...rest)
      : ts.createSourceFile(name, text, languageVersion, true);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  const checker = program.getTypeChecker();
  const results: Record<string, Checked> = {};
  for (const name of Object.keys(pieces)) {
    const source = program.getSourceFile(path.join(root, "test/types", `cell-${name}.ts`))!;
    const types: Record<string, string> = {};
    source.forEachChild((node) => {
      if (!ts.isVariableStatement(node)) return;
      for (const { name: id } of node.declarationList.declarations) {
        const type = checker.getTypeAtLocation(id);
        types[id.getText()] = checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
      }
    });
    const diagnostics = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ];
    const errors = diagnostics.map(
      (d) => ts.flattenDiagnosticMessageText(d.messageText, "\n").split("\n")[0]!,
    );
    results[name] = { types, errors };
  }
  return results;
}

/** One case: code, and the types of its constants or what a cell says of it. */
export interface Case {
  readonly code: string;
  readonly types?: Readonly<Record<string, string>>;
  readonly refused?: string;
}

/** Declares a test for each case; its name says what holds. All are checked in one program. */
export function testTypes(cases: Readonly<Record<string, Case>>): void {
  const names = Object.keys(cases);
  const code = Object.fromEntries(names.map((name, i) => [`case${i}`, cases[name]!.code]));
  let checked: Readonly<Record<string, Checked>> | undefined;
  names.forEach((name, i) => {
    void test(name, () => {
      const { types, errors } = (checked ??= check(code))[`case${i}`]!;
      const { types: expected = {}, refused } = cases[name]!;
      assert.deepEqual(
        errors.map((error) => saidByTypes(error) ?? error),
        refused === undefined ? [] : [refused],
      );
      const found = Object.fromEntries(Object.keys(expected).map((id) => [id, types[id]]));
      assert.deepEqual(found, expected);
    });
  });
}
