/** What ESLint refuses here beside matters of style: imports against the arrows, and promises that nobody waits for. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Boundaries are told by paths, which is fast; only the rules about promises need the program's types. */
const byPaths = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked as object] });
const byTypes = new ESLint({ cwd: root });

/** Names of the rules that refuse a text that stands in this file. */
async function refusals(eslint: ESLint, filePath: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: `${root}${filePath}` });
  return result!.messages.map(({ ruleId, message }) => ruleId ?? message);
}

describe("an import against the arrows is refused:", () => {
  const statement = "no-restricted-imports";
  const expression = "no-restricted-syntax";
  for (const [file, text, rule] of [
    ["src/index.ts", `export { Kernel } from "../kernel/kernel.js";`, statement],
    ["src/nn/linear.ts", `import "../../kernel/kernel.js";`, statement],
    ["src/ops/exponential.ts", `export const kernel = import("../../kernel/kernel.js");`, expression],
    ["src/ops/exponential.ts", `export type K = import("../../kernel/kernel.js").Kernel;`, expression],
    ["src/platform/node.ts", `import type {} from "../../kernel/kernel.js";`, statement],
    ["src/ops/exponential.ts", `import "node:fs";`, statement],
    ["src/engine/engine.ts", `import type {} from "../graph/node.js";`, statement],
    ["src/graph/plan/plan.ts", `import "../ops/exponential.js";`, statement],
    ["kernel/kernel.ts", `import "../src/index.js";`, statement],
    ["kernel/session/child/main.ts", `export const runtime = import("../../../src/index.js");`, expression],
    ["kernel/wire/message.ts", `import "../protocol/kernel.js";`, statement],
    ["kernel/transport/shell.ts", `import "../session/session.js";`, statement],
    ["kernel/transport/shell.ts", `import "../client/client.js";`, statement],
    ["kernel/session/child/main.ts", `import "../../protocol/kernel.js";`, statement],
    ["kernel/language/program/workspace.ts", `import type {} from "../compile/emit.js";`, statement],
    ["kernel/language/program/workspace.ts", `import "../../protocol/kernel.js";`, statement],
    [
      "kernel/language/dataflow/lasting-types.ts",
      `import type {} from "../program/workspace.js";`,
      statement,
    ],
    ["html/writer.ts", `import "../src/index.js";`, statement],
    ["locale/locale.ts", `import "../kernel/kernel.js";`, statement],
  ] as const) {
    it(`${file}: ${text}`, async () => assert.deepEqual(await refusals(byPaths, file, text), [rule]));
  }
});

describe("an import along the arrows is not:", () => {
  for (const [file, text] of [
    ["src/platform/node.ts", `import "node:fs";`],
    ["src/ops/exponential.ts", `import "../tensor/core.js";`],
    ["src/train/fit.ts", `import "../nn/module.js";`],
    ["kernel/transport/shell.ts", `import "../wire/message.js";`],
    ["kernel/session/child/widgets/widget.ts", `import "../comm/comm.js";`],
    ["kernel/language/compile/transform/imports.ts", `import "../../program/workspace.js";`],
    ["kernel/cli/doctor.ts", `export const runtime = import("../../src/index.js");`],
  ] as const) {
    it(`${file}: ${text}`, async () => assert.deepEqual(await refusals(byPaths, file, text), []));
  }
});

it("A promise that nobody waits for is refused", async () => {
  const text = `export function forget(): void {\n  Promise.reject(new Error("lost"));\n}\n`;
  assert.deepEqual(await refusals(byTypes, "src/index.ts", text), [
    "@typescript-eslint/no-floating-promises",
  ]);
});
