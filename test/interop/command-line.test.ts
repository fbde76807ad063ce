/** Jupyter's programs for the command line: scripts, and notebooks as scripts. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { jupyterEnvironment, missing, python } from "./environment.js";

const skip = missing("python");
const folder = mkdtempSync(join(tmpdir(), "cellgrad-command-line-"));
const env = skip ? {} : jupyterEnvironment();

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** `jupyter run`, with something on its standard input or nothing. */
function jupyterRun(args: readonly string[], input = ""): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const program = join(dirname(python!), "jupyter-run");
    const child = spawn(program, ["--kernel", "cellgrad", ...args], { cwd: folder, env });
    let out = "";
    child.stdout.on("data", (text: Buffer) => (out += text.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out }));
    child.stdin.end(input);
  });
}

test(
  "jupyter run runs a file and what is piped into it, and says by its exit code how it went",
  { skip },
  async () => {
    writeFileSync(join(folder, "hi.ts"), "const hi: string = 'hi';\nconsole.log(hi)");
    writeFileSync(join(folder, "bad.ts"), "throw new Error('no')");
    assert.deepEqual(await jupyterRun(["hi.ts"]), { code: 0, out: "hi\n" });
    assert.deepEqual(await jupyterRun([], "console.log('piped')"), { code: 0, out: "piped\n" });
    assert.equal((await jupyterRun(["bad.ts"])).code, 1);
    assert.equal((await jupyterRun([], "let x: number = 's'")).code, 1);
  },
);

test("nbconvert writes a notebook as TypeScript, in which magics are comments", { skip }, async () => {
  const sources = [
    "%typecheck off\n// note\nlet a = 10\n% 3;",
    "%%bash\nls",
    "%%time\nlet b = a;",
    "console.log(b)",
  ];
  const cells = sources.map((source, i) => ({
    cell_type: "code",
    id: `cell-${String(i)}`,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  }));
  const metadata = { language_info: { name: "typescript", file_extension: ".ts" } };
  writeFileSync(
    join(folder, "nb.ipynb"),
    JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }),
  );
  const args = ["-m", "nbconvert", "--to", "script", "--template", "cellgrad", "nb.ipynb"];
  await promisify(execFile)(python!, args, { cwd: folder, env });
  assert.equal(
    readFileSync(join(folder, "nb.ts"), "utf8").trim(),
    "// %typecheck off\n// note\nlet a = 10\n% 3;\n\n// %%bash\n// ls\n\n// %%time\nlet b = a;\n\nconsole.log(b)",
  );
});
