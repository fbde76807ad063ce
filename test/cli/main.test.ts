import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ownKernel } from "../../kernel/client/launch.js";

const folder = mkdtempSync(join(tmpdir(), "cellgrad-test-"));
after(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line from its sources. */
async function cellgrad(...args: string[]): Promise<Ended> {
  const [node, ...main] = ownKernel().slice(0, -1);
  return new Promise((resolve) => {
    execFile(node!, [...main, ...args], { cwd: folder }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

const write = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
};

const notebook = (...sources: string[]): object => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: sources.map((source, i) => ({
    cell_type: "code",
    id: `cell-${i}`,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  })),
});

test("--version and --help answer, and each command has its own help", async () => {
  const [version, help, run] = await Promise.all([
    cellgrad("--version"),
    cellgrad("--help"),
    cellgrad("run", "--help"),
  ]);
  assert.match(version.out, /^\d+\.\d+\.\d+\n$/);
  for (const command of ["install", "new", "run", "doctor", "kernel"])
    assert.ok(help.out.includes(`cellgrad ${command}`));
  assert.match(run.out, /--timeout SECONDS/);
  assert.deepEqual([version.code, help.code, run.code], [0, 0, 0]);
});

test("a wrong command line has exit code 2 and one line that says what is wrong", async () => {
  const wrong: [RegExp, ...string[]][] = [
    [/no command "fly": there are install, new, run, kernel, doctor/, "fly"],
    [/run takes one notebook, not 0/, "run"],
    [/--timeout takes a number of seconds over 0, not "soon"/, "run", "n.ipynb", "--timeout", "soon"],
    [/Unknown option '--colour'/, "install", "--colour"],
    [/takes one of --user, --sys-prefix and --prefix/, "install", "--user", "--prefix", "/tmp"],
    [/--name takes small letters, .* not "\.\."/, "install", "--prefix", folder, "--name", ".."],
  ];
  const ended = await Promise.all(wrong.map(([, ...args]) => cellgrad(...args)));
  ended.forEach(({ code, err }, i) => {
    assert.match(err, wrong[i]![0]);
    assert.equal(code, 2);
    assert.equal(err.trim().split("\n").length, 2);
  });
});

test("run speaks the language that the notebook's name asks for", async () => {
  const refused = notebook('const wrong: number = "x";');
  const [chinese, english] = await Promise.all([
    cellgrad("run", write("lesson.zh.ipynb", refused)),
    cellgrad("run", write("lesson.ipynb", refused)),
  ]);
  assert.match(chinese.err, /不能将类型“string”分配给类型“number”。/);
  assert.match(english.err, /Type 'string' is not assignable to type 'number'\./);
});

test("a connection file that cannot be used, or a port that is taken, ends the kernel with one line and exit code 1", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const ports = { shell_port: port, control_port: 0, iopub_port: 0, stdin_port: 0, hb_port: 0 };
  const [missing, broken, scheme, taken] = await Promise.all([
    // Clients put arguments of their own behind the file.
    cellgrad("kernel", join(folder, "none.json"), "script.ts", "--existing", "-h"),
    cellgrad("kernel", write("broken.json", "{")),
    cellgrad("kernel", write("scheme.json", { ...ports, key: "k", signature_scheme: "rot13" })),
    cellgrad("kernel", write("taken.json", { ...ports, transport: "tcp", ip: "127.0.0.1" })),
  ]);
  server.close();
  assert.match(missing.err, /none\.json: there is no such file/);
  assert.match(broken.err, /broken\.json is not JSON/);
  assert.match(scheme.err, /unknown signature_scheme "rot13"/);
  assert.match(
    taken.err,
    new RegExp(`cannot bind the shell socket to tcp://127.0.0.1:${port}: another program`),
  );
  for (const { code, err } of [missing, broken, scheme, taken]) {
    assert.equal(code, 1);
    assert.equal(err.trim().split("\n").length, 1);
  }
});

test("run: a notebook runs through a real kernel and is written with outputs and metadata", async () => {
  const path = write("good.ipynb", notebook("const lr = 0.5;", "console.log('lr', String(lr)); lr * 2"));
  const output = join(folder, "out", "good.ipynb");
  const { code, out, err } = await cellgrad(
    "run",
    path,
    "--output",
    output,
    "--param",
    "lr=0.25",
    "--show",
    "lr",
  );
  assert.equal(code, 0, err);
  assert.equal(out, "lr = 0.25\n");
  assert.match(err, /^1\/2 ok .*const lr = 0\.25;\n2\/2 ok /);
  const { cells, metadata } = JSON.parse(readFileSync(output, "utf8"));
  assert.deepEqual(cells[1].outputs, [
    { name: "stdout", output_type: "stream", text: ["lr 0.25\n"] },
    { data: { "text/plain": ["0.5"] }, execution_count: 2, metadata: {}, output_type: "execute_result" },
  ]);
  assert.equal(metadata.kernelspec.name, "cellgrad");
  assert.equal(metadata.language_info.file_extension, ".ts");
});

test("run: a cell that fails or takes too long ends the run with exit code 1 and its error; the notebook holds what came before", async () => {
  const failing = write("failing.ipynb", notebook("1 + 1", "throw new RangeError('too far')", "2"));
  const endless = write("endless.ipynb", notebook("while (true) {}"));
  const [failed, stopped] = await Promise.all([
    cellgrad("run", failing),
    cellgrad("run", endless, "--timeout", "3"),
  ]);
  assert.equal(failed.code, 1);
  assert.match(failed.err, /cell 2 failed: RangeError: too far/);
  const { cells } = JSON.parse(readFileSync(join(folder, "failing.executed.ipynb"), "utf8"));
  assert.deepEqual(
    cells.map((cell: { outputs: { output_type: string }[] }) => cell.outputs.map((o) => o.output_type)),
    [["execute_result"], ["error"], []],
  );
  assert.equal(stopped.code, 1);
  assert.match(stopped.err, /cell 1 of 1 took longer than 3 s and was stopped/);
});

test("run: what cannot be run is one line and exit code 1", async () => {
  const [missing, text, parameter] = await Promise.all([
    cellgrad("run", "none.ipynb"),
    cellgrad("run", write("text.ipynb", "# hello")),
    cellgrad("run", write("plain.ipynb", notebook("const lr = 1;")), "--param", "rate=2"),
  ]);
  assert.match(missing.err, /cannot read the notebook none\.ipynb: there is no such file/);
  assert.match(text.err, /text\.ipynb is not JSON, so not a notebook/);
  assert.match(
    parameter.err,
    /no cell declares the parameter rate at its top level; the notebook declares lr/,
  );
  for (const { code, err } of [missing, text, parameter]) {
    assert.equal(code, 1);
    assert.equal(err.trim().split("\n").length, 1);
  }
});
