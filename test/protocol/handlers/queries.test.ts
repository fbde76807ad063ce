import assert from "node:assert/strict";
import { test } from "node:test";
import { toCodePoints, toUtf16 } from "../../../kernel/protocol/handlers/cursor.js";
import { FakeKernel, text, types } from "../fake-kernel.js";

test("kernel_info names protocol 5.5, TypeScript and its file extension, on shell and on control", async () => {
  const kernel = new FakeKernel();
  for (const channel of ["shell", "control"] as const) {
    const { reply } = await kernel.ask("kernel_info_request", {}, { channel });
    const { status, protocol_version, implementation, language_info, banner } = reply!.content;
    assert.deepEqual([status, protocol_version, implementation], ["ok", "5.5", "cellgrad"]);
    const language = language_info as Record<string, unknown>;
    assert.equal(language["name"], "typescript");
    assert.equal(language["file_extension"], ".ts");
    assert.match(String(language["version"]), /^6\.0\.\d+$/);
    assert.match(String(banner), /cellgrad/);
  }
});

test("connect_reply gives the ports", async () => {
  const { reply } = await new FakeKernel().ask("connect_request", {});
  assert.deepEqual(reply!.content, {
    status: "ok",
    shell_port: 1,
    control_port: 2,
    iopub_port: 3,
    stdin_port: 4,
    hb_port: 5,
  });
});

test("an unknown message type is logged and answered with busy and idle, and the kernel goes on", async () => {
  const kernel = new FakeKernel();
  for (const type of ["make_coffee_request", "constructor", "__proto__"]) {
    const { reply, iopub } = await kernel.ask(type, {});
    assert.equal(reply, undefined);
    assert.deepEqual(types(iopub), ["busy", "idle"]);
  }
  assert.match(kernel.logged[0]!, /no handler for message type "make_coffee_request"/);
  assert.equal((await kernel.execute("x")).reply!.content["status"], "ok");
});

test("a fault inside a handler becomes an error reply", async () => {
  const complete = async (): Promise<never> => {
    throw new RangeError("lost my place");
  };
  const kernel = new FakeKernel({ language: { complete } });
  const { reply, iopub } = await kernel.ask("complete_request", { code: "a", cursor_pos: 1 });
  assert.equal(reply!.content["status"], "error");
  assert.equal(reply!.content["ename"], "RangeError");
  assert.deepEqual(types(iopub), ["busy", "idle"]);
});

test("positions are code points in the protocol and UTF-16 units in TypeScript", () => {
  const code = "a𝒳🙂b";
  assert.deepEqual(
    [0, 1, 2, 3, 4, 99].map((position) => toUtf16(code, position)),
    [0, 1, 3, 5, 6, 6],
  );
  assert.deepEqual(
    [0, 1, 3, 5, 6].map((offset) => toCodePoints(code, offset)),
    [0, 1, 2, 3, 4],
  );
});

test("the members of a value come before what its type has, and those that cannot be written are left out", async () => {
  const members = ["rows", "my name", "größe", "Rows"].map((name) => ({ name, kind: "property" as const }));
  const looked: (readonly string[])[] = [];
  let member: "name" | "key" = "name";
  const kernel = new FakeKernel({
    language: {
      complete: async (_code, offset) => ({
        matches: [
          { text: "rows", type: "property" },
          { text: "toString", type: "method" },
        ],
        start: 5,
        end: offset,
        value: { path: ["data"], member, start: 5 },
      }),
    },
    session: {
      preview: async (path, prefix = "") => {
        looked.push(path);
        const begun = members.filter(({ name }) => name.toLowerCase().startsWith(prefix.toLowerCase()));
        return { value: "{…}", size: "4 keys", members: begun };
      },
    },
  });
  const ask = async (code: string) =>
    (await kernel.ask("complete_request", { code, cursor_pos: code.length })).reply!.content["matches"];
  assert.deepEqual(await ask("data."), ["größe", "Rows", "rows", "toString"]);
  assert.deepEqual(await ask("data.r"), ["Rows", "rows", "toString"]);
  member = "key";
  assert.deepEqual(await ask("data.m"), ["my name", "rows", "toString"]);
  assert.deepEqual(looked, [["data"], ["data"], ["data"]]);
});

test("inspection tells the value that a name has now, and what is known without the session where it has none", async () => {
  const data = { "text/plain": "const n: number", "text/markdown": "`n`" };
  const seen = new Map([
    ["n", { value: "5", size: "", members: [] }],
    ["data.rows", { value: "[ `x` ]", size: "1 item", members: [] }],
  ]);
  const kernel = new FakeKernel({
    language: {
      inspect: async (code) => ({ data: code.startsWith("data") ? {} : data, value: code.split(".") }),
    },
    session: { preview: async (path) => seen.get(path.join(".")) },
  });
  const ask = async (code: string) =>
    (await kernel.ask("inspect_request", { code, cursor_pos: code.length })).reply!.content;
  assert.deepEqual((await ask("n"))["data"], {
    "text/plain": "const n: number\n\nValue now: 5",
    "text/markdown": "`n`\n\nValue now: `5`",
  });
  assert.deepEqual((await ask("m"))["data"], data);
  assert.deepEqual((await ask("data.rows"))["data"], {
    "text/plain": "data.rows\n\nValue now: [ `x` ] (1 item)",
    "text/markdown": "`data.rows`\n\nValue now: `` [ `x` ] `` (1 item)",
  });
  assert.equal((await ask("data.none"))["found"], false);
});

test("completion converts positions both ways and gives kinds for every match", async () => {
  const asked: number[] = [];
  const kernel = new FakeKernel({
    language: {
      complete: async (_code, offset) => {
        asked.push(offset);
        const matches = [
          { text: "map", type: "method", signature: "map<U>(…): U[]" },
          { text: "length", type: "const" },
        ];
        return { matches, start: 7, end: 8 };
      },
    },
  });
  const { reply } = await kernel.ask("complete_request", { code: "'🙂𝒳'.m", cursor_pos: 6 });
  assert.deepEqual(asked, [8]);
  assert.deepEqual(reply!.content, {
    status: "ok",
    matches: ["map", "length"],
    cursor_start: 5,
    cursor_end: 6,
    metadata: {
      _jupyter_types_experimental: [
        { text: "map", type: "method", start: 5, end: 6, signature: "map<U>(…): U[]" },
        { text: "length", type: "variable", start: 5, end: 6 },
      ],
    },
  });
});

test("a client that counts UTF-16 units, as VS Code does, is answered in them", async () => {
  const asked: number[] = [];
  const kernel = new FakeKernel({
    language: {
      complete: async (code, offset) => {
        asked.push(offset);
        return { matches: [{ text: "value", type: "const" }], start: code.lastIndexOf("v"), end: offset };
      },
    },
  });
  const ask = async (code: string, cursor_pos: number): Promise<unknown[]> => {
    const { content } = (await kernel.ask("complete_request", { code, cursor_pos })).reply!;
    return [content["cursor_start"], content["cursor_end"]];
  };
  assert.deepEqual(await ask("'🙂'; va", 8), [6, 8]);
  assert.deepEqual(await ask("'🙂'; va", 7), [5, 7]);
  assert.deepEqual(await ask("'🙂'; va + 1", 8), [6, 8]);
  assert.deepEqual(await ask("'🙂'; va + 1", 7), [5, 7]);
  assert.deepEqual(asked, [8, 8, 8, 8]);
});

test("a completion that VS Code looks up below the first line is the one that is meant", async () => {
  const asked: unknown[] = [];
  const kernel = new FakeKernel({
    language: {
      complete: async (_code, offset) => ({
        matches: [{ text: "forward", type: "method" }],
        start: offset - 2,
        end: offset,
      }),
      inspect: async (code, offset) => void asked.push([code, offset]) as undefined,
    },
  });
  const code = "const model = make();\n  model.fo\n";
  await kernel.ask("complete_request", { code, cursor_pos: code.indexOf("fo") + 2 });
  // Its column in the line, 8, is taken for its place in the cell.
  await kernel.ask("inspect_request", { code: "const moforward", cursor_pos: 15 });
  await kernel.ask("inspect_request", { code: "const mobackward", cursor_pos: 16 });
  await kernel.ask("inspect_request", { code: "other = forward", cursor_pos: 15 });
  assert.deepEqual(asked, [
    ["const model = make();\n  model.forward", 37],
    ["const mobackward", 16],
    ["other = forward", 15],
  ]);
});

test("without cursor_pos, completion and inspection look at the end of the code", async () => {
  const offsets: number[] = [];
  const kernel = new FakeKernel({
    language: { inspect: async (_code, offset) => void offsets.push(offset) as undefined },
  });
  await kernel.ask("inspect_request", { code: "🙂abc" });
  assert.deepEqual(offsets, [5]);
});

test("a wrong cursor_pos is an error reply that says what was expected", async () => {
  const { reply } = await new FakeKernel().ask("complete_request", { code: "a", cursor_pos: "one" });
  assert.equal(reply!.content["status"], "error");
  assert.match(String(reply!.content["evalue"]), /cursor_pos should be a whole number, not "one"/);
});

test("inspection says whether something was found, and passes the detail level on", async () => {
  const kernel = new FakeKernel({
    language: {
      inspect: async (_code, offset, detail) =>
        offset === 0 ? undefined : { data: { "text/plain": `level ${detail}` } },
    },
  });
  const at = async (cursor_pos: number, detail_level: number): Promise<unknown> =>
    (await kernel.ask("inspect_request", { code: "ab", cursor_pos, detail_level })).reply!.content;
  assert.deepEqual(await at(0, 0), { status: "ok", found: false, data: {}, metadata: {} });
  assert.deepEqual(await at(1, 1), {
    status: "ok",
    found: true,
    data: { "text/plain": "level 1" },
    metadata: {},
  });
});

test("is_complete gives an indent only for incomplete code", async () => {
  const kernel = new FakeKernel({
    language: {
      isComplete: async (code) =>
        code === "if (x) {" ? { status: "incomplete", indent: "  " } : { status: "complete", indent: "" },
    },
  });
  const ask = async (code: string): Promise<unknown> =>
    (await kernel.ask("is_complete_request", { code })).reply!.content;
  assert.deepEqual(await ask("if (x) {"), { status: "incomplete", indent: "  " });
  assert.deepEqual(await ask("x"), { status: "complete" });
});

test("queries are answered while a cell runs, and clients then hear that the cell is still busy", async () => {
  let finish!: () => void;
  const kernel = new FakeKernel({
    cells: { long: () => new Promise((resolve) => (finish = () => resolve(undefined))) },
  });
  const cell = kernel.send("execute_request", { code: "long" });
  await kernel.until(() => kernel.sent.some(({ message }) => message.header.msg_type === "execute_input"));
  for (const type of ["complete_request", "kernel_info_request", "comm_info_request"]) {
    assert.equal((await kernel.ask(type, { code: "a" })).reply!.content["status"], "ok");
  }
  const last = kernel.sent.at(-1)!.message;
  assert.equal(last.content["execution_state"], "busy");
  assert.equal(last.parentHeader["msg_id"], cell.header.msg_id);
  finish();
  assert.equal((await kernel.answer(cell)).reply!.content["status"], "ok");
});

test("history: tail, range and search with glob, unique and n", async () => {
  const kernel = new FakeKernel({
    cells: {
      "1 + 1": ({ emit, run }) =>
        void emit({ type: "result", run, bundle: text("2"), excerpt: "2" }) as undefined,
    },
  });
  for (const code of ["let a = 1", "1 + 1", "let b = 2", "1 + 1", "let a = 1"]) await kernel.execute(code);
  await kernel.execute("hidden", { store_history: false });
  const ask = async (content: Record<string, unknown>): Promise<unknown> =>
    (await kernel.ask("history_request", { raw: true, output: false, ...content })).reply!.content["history"];

  assert.deepEqual(await ask({ hist_access_type: "tail", n: 2 }), [
    [1, 4, "1 + 1"],
    [1, 5, "let a = 1"],
  ]);
  assert.deepEqual(await ask({ hist_access_type: "range", session: 0, start: 2, stop: 4 }), [
    [1, 2, "1 + 1"],
    [1, 3, "let b = 2"],
  ]);
  assert.deepEqual(await ask({ hist_access_type: "range", session: 7, start: 0 }), []);
  assert.deepEqual(await ask({ hist_access_type: "tail", n: 2, output: true }), [
    [1, 4, ["1 + 1", "2"]],
    [1, 5, ["let a = 1", null]],
  ]);
  assert.deepEqual(await ask({ hist_access_type: "search", pattern: "let*" }), [
    [1, 1, "let a = 1"],
    [1, 3, "let b = 2"],
    [1, 5, "let a = 1"],
  ]);
  assert.deepEqual(await ask({ hist_access_type: "search", pattern: "let ? = ?", unique: true }), [
    [1, 3, "let b = 2"],
    [1, 5, "let a = 1"],
  ]);
  assert.deepEqual(await ask({ hist_access_type: "search", pattern: "1 + 1", n: 1 }), [[1, 4, "1 + 1"]]);
  assert.equal(await ask({ hist_access_type: "everything" }), undefined);
});

test("a cell that is a name with a question mark opens the pager; two marks ask for the source", async () => {
  const kernel = new FakeKernel({
    language: {
      inspect: async (code, offset, detail) =>
        code === "Math.max" && offset === 8 ? { data: { "text/plain": `max, detail ${detail}` } } : undefined,
    },
  });
  const page = async (code: string): Promise<unknown> =>
    (await kernel.execute(code)).reply!.content["payload"];
  assert.deepEqual(await page("Math.max?"), [
    { source: "page", data: { "text/plain": "max, detail 0" }, start: 0 },
  ]);
  assert.deepEqual(await page(" Math.max??\n"), [
    { source: "page", data: { "text/plain": "max, detail 1" }, start: 0 },
  ]);
  const { reply, iopub } = await kernel.execute("nothing?");
  assert.deepEqual(reply!.content["payload"], []);
  assert.match(String(iopub[2]!.content["text"]), /nothing of this name is known/);
  assert.deepEqual(kernel.calls, []);
  assert.equal(
    (await kernel.ask("is_complete_request", { code: "Math.max?" })).reply!.content["status"],
    "complete",
  );
});
