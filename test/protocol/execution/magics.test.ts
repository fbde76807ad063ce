/** Magics as the kernel process does them: in steps, in the session by one call, or by itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compiled, FakeKernel } from "../fake-kernel.js";

const printed = (
  iopub: readonly { header: { msg_type: string }; content: Record<string, unknown> }[],
): string =>
  iopub.map(({ header, content }) => (header.msg_type === "stream" ? String(content["text"]) : "")).join("");

test("a cell's magics are done one after another, then its code; what fails ends the cell", async () => {
  const ran: string[] = [];
  const kernel = new FakeKernel({
    session: {
      run: async (_run, cell) => {
        ran.push(cell.js);
        return cell.js.includes('"missing"')
          ? { status: "error", error: { ename: "FolderError", evalue: "no folder", traceback: [] } }
          : { status: "ok" };
      },
    },
    language: {
      compile: async ({ text = "", number }) => compiled(text.trim(), `Cell [${String(number)}]`),
    },
  });
  assert.equal((await kernel.execute("%env A=1\n%cd sub\ncode")).reply!.content["status"], "ok");
  assert.deepEqual(ran, [
    'return { value: await __meta.magic("env", {"argument":"A=1","body":"","bodyLine":2}) };',
    'return { value: await __meta.magic("cd", {"argument":"sub","body":"","bodyLine":3}) };',
    "code",
  ]);
  ran.length = 0;
  const { reply } = await kernel.execute("%cd missing\ncode");
  assert.equal(reply!.content["ename"], "FolderError");
  assert.equal(ran.length, 1);
});

test("a magic that nobody understands stops the cell before any of it is done", async () => {
  const kernel = new FakeKernel({
    language: {
      compile: async () => ({
        ok: false,
        diagnostics: [
          { code: 0, category: "error", message: "There is no magic %x", line: 2, column: 1, frame: "> %x" },
        ],
      }),
    },
  });
  const { reply } = await kernel.execute("%reset\n%x");
  assert.equal(reply!.content["ename"], "MagicError");
  assert.match(String(reply!.content["evalue"]), /no magic %x/);
  assert.deepEqual(kernel.calls, []);
});

test("%help lists the magics, or tells of one", async () => {
  const kernel = new FakeKernel();
  const all = printed((await kernel.execute("%help")).iopub);
  for (const name of [
    "%lsmagic",
    "%run",
    "%%capture",
    "display.html",
    "progress(list)",
    "%typecheck",
    "%time",
    "%timeit",
    "%who",
    "%reset",
    "%locale",
    "%cd",
    "%env",
    "%%html",
    "%%bash",
    "%%writefile",
  ])
    assert.ok(all.includes(name), name);
  assert.match(printed((await kernel.execute("%help %%bash")).iopub), /^%%bash .*exit code/);
  assert.match(
    String((await kernel.execute("%help nothing")).reply!.content["evalue"]),
    /nothing of this name is known/,
  );
  assert.match(
    String((await kernel.execute("%help tim")).reply!.content["evalue"]),
    /no magic %tim; did you mean %help time\?/,
  );
});

test("%help tells of a name as hover does, %lsmagic lists the names of magics", async () => {
  const data = { "text/plain": "class Linear", "text/markdown": "**Linear**" };
  const kernel = new FakeKernel({
    language: { inspect: async (code) => (code === "nn.Linear" ? { data } : undefined) },
  });
  const { iopub } = await kernel.execute("%help nn.Linear");
  const shown = iopub.find(({ header }) => header.msg_type === "display_data");
  assert.deepEqual(shown!.content["data"], data);
  assert.match(printed((await kernel.execute("%lsmagic")).iopub), /%who[^]*%%capture/);
});

test("a name is asked about before, behind and in brackets, unless a cell's own function is called", async () => {
  let own = false;
  const kernel = new FakeKernel({
    language: {
      inspect: async (code, _, detail) =>
        code === "help" && !own ? undefined : { data: { "text/plain": `${code} ${String(detail)}` } },
      compile: async () => compiled("own", "Cell [1]"),
    },
    cells: { own: () => undefined },
  });
  const page = async (code: string): Promise<unknown> => {
    const [payload] = (await kernel.execute(code)).reply!.content["payload"] as { data: unknown }[];
    return (payload?.data as Record<string, string> | undefined)?.["text/plain"];
  };
  for (const code of [
    "?nn.Linear",
    "nn.Linear?",
    "help(nn.Linear)",
    "// why\nhelp( nn.Linear );",
    "? nn.Linear",
  ])
    assert.equal(await page(code), "nn.Linear 0", code);
  for (const code of ["??x", "x??", "/* a */ x ??"]) assert.equal(await page(code), "x 1", code);
  for (const code of ["%time?", "?%time", "help(%time)"])
    assert.match(String(await page(code)), /^%time \[code\]/, code);
  assert.match(String(await page("help()")), /%help[^]*display\(value\)/);
  own = true;
  assert.equal(await page("help(x)"), undefined);
  assert.equal(await page("const a = b ?? c"), undefined);
});

test("%reset starts a new session in which nothing is known of the cells before", async () => {
  let restarts = 0;
  const kernel = new FakeKernel({ session: { restart: async () => void restarts++ } });
  const { reply } = await kernel.execute("%reset\nx");
  assert.equal(reply!.content["status"], "ok");
  assert.equal(restarts, 1);
  assert.deepEqual(kernel.calls, ["language reset", "run %reset\nx", "commit 1"]);
});

test("when the session has gone to another folder the language follows", async () => {
  const kernel = new FakeKernel({
    cells: { x: ({ emit, run }) => void emit({ type: "folder", run, folder: "/elsewhere" }) as undefined },
  });
  await kernel.execute("x");
  assert.ok(kernel.calls.includes("folder /elsewhere"));
});

test("%who hands the session the variables with their types and cells", async () => {
  let js = "";
  const kernel = new FakeKernel({
    session: {
      run: async (_run, cell) => {
        js = cell.js;
        return { status: "ok" };
      },
    },
    language: {
      compile: async ({ source, number }) =>
        ({
          ...compiled(source, `Cell [${String(number)}]`),
          names: { reads: [], declares: ["w"], assigns: [], later: {} },
        }) as ReturnType<typeof compiled>,
      variables: async () => [{ name: "w", kind: "const", type: "number" }],
    },
  });
  await kernel.execute("const w = 1");
  await kernel.execute("%who");
  const { argument } = JSON.parse(/magic\("who", (.*)\) \};$/.exec(js)![1]!) as { argument: string };
  assert.deepEqual(JSON.parse(argument), {
    variables: [{ name: "w", type: "number", cell: "[1]", stale: false }],
    notes: [],
  });
});
