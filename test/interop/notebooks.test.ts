/** The notebooks run in Jupyter's own headless clients. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { jupyterEnvironment, missing, python, root } from "./environment.js";

const execute = promisify(execFile);
const skip = missing("python");
const folder = mkdtempSync(join(tmpdir(), "cellgrad-notebooks-"));

interface Output {
  output_type: string;
  text?: string[];
}

function outputsOf(file: string): Output[] {
  const { cells } = JSON.parse(readFileSync(file, "utf8")) as { cells: { outputs?: Output[] }[] };
  return cells.flatMap((cell) => cell.outputs ?? []);
}

function accuracyIn(outputs: readonly Output[], pattern: RegExp): number {
  const text = outputs.flatMap((output) => output.text ?? []).join("");
  return Number(pattern.exec(text)?.[1]);
}

test("jupyter nbconvert --execute runs the English notebook", { skip, timeout: 1_500_000 }, async () => {
  await execute(
    python!,
    [
      ...["-m", "nbconvert", "--to", "notebook", "--execute", "--output-dir", folder],
      join(root, "notebooks", "01-neural-networks.ipynb"),
    ],
    { env: jupyterEnvironment() },
  );
  const outputs = outputsOf(join(folder, "01-neural-networks.ipynb"));
  assert.ok(outputs.every((output) => output.output_type !== "error"));
  assert.ok(accuracyIn(outputs, /the network: +test accuracy (\d+\.\d+) %/) >= 95);
});

test("nbclient runs the Chinese notebook", { skip, timeout: 1_500_000 }, async () => {
  await execute(
    python!,
    [
      ...["-c", "from nbclient.cli import main; main()", "--timeout=1200", "--output", join(folder, "zh")],
      join(root, "notebooks", "01-neural-networks.zh.ipynb"),
    ],
    { env: jupyterEnvironment() },
  );
  const outputs = outputsOf(join(folder, "zh.ipynb"));
  assert.ok(outputs.every((output) => output.output_type !== "error"));
  assert.ok(accuracyIn(outputs, /网络： +测试准确率 (\d+\.\d+) %/) >= 95);
  // It asks for Chinese itself: nothing else tells the kernel.
  assert.match(outputs.flatMap(({ text = [] }) => text).join(""), /第 15\/15 轮 {2}损失 /);
});

for (const [file, right] of [
  ["02-live-controls.ipynb", /(\d+) of 600 points right/],
  ["02-live-controls.zh.ipynb", /600 个点对了 (\d+) 个/],
] as const) {
  test(
    `nbconvert runs ${file}, with no page to show its controls`,
    { skip, timeout: 1_000_000 },
    async () => {
      await execute(
        python!,
        [
          ...["-m", "nbconvert", "--to", "notebook", "--execute", "--output-dir", folder],
          join(root, "notebooks", file),
        ],
        { env: jupyterEnvironment() },
      );
      const outputs = outputsOf(join(folder, file));
      assert.ok(outputs.every((output) => output.output_type !== "error"));
      assert.ok(accuracyIn(outputs, right) >= 540);
    },
  );
}
