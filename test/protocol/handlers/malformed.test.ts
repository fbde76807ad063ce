/** Requests that no client should send: each is answered with an error or logged, and nothing changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../kernel/wire/message.js";
import { FakeKernel, text, types } from "../fake-kernel.js";

/** JSON that nests deeper than JSON.stringify can follow. */
const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`) as Json;

const anything: readonly unknown[] = [
  7,
  1e300,
  -1,
  0.5,
  "text",
  "\ud800",
  true,
  [],
  ["a"],
  {},
  { a: 1 },
  deep,
];
const isText = (value: unknown): boolean => typeof value === "string";
const isFlag = (value: unknown): boolean => typeof value === "boolean";
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value);
const isPosition = (value: unknown): boolean => isWhole(value) && (value as number) >= 0;
const isObject = (value: unknown): boolean => typeof value === "object" && !Array.isArray(value);

interface Row {
  readonly content: Json;
  readonly channel?: "shell" | "control";
  /** Field → which values of `anything` it may have; all others are mistakes. */
  readonly fields: Readonly<Record<string, (value: unknown) => boolean>>;
  /** Fields without which the request makes no sense. */
  readonly needs: readonly string[];
}

const requests: Readonly<Record<string, Row>> = {
  execute_request: {
    content: { code: "x", silent: false },
    fields: {
      code: isText,
      silent: isFlag,
      store_history: isFlag,
      user_expressions: isObject,
      allow_stdin: isFlag,
      stop_on_error: isFlag,
    },
    needs: ["code"],
  },
  complete_request: {
    content: { code: "x", cursor_pos: 1 },
    fields: { code: isText, cursor_pos: isPosition },
    needs: ["code"],
  },
  inspect_request: {
    content: { code: "x", cursor_pos: 1, detail_level: 0 },
    fields: { code: isText, cursor_pos: isPosition, detail_level: isWhole },
    needs: ["code"],
  },
  is_complete_request: { content: { code: "x" }, fields: { code: isText }, needs: ["code"] },
  history_request: {
    content: { hist_access_type: "range", output: false },
    fields: {
      hist_access_type: () => false,
      output: isFlag,
      session: isWhole,
      start: isWhole,
      stop: isWhole,
    },
    needs: ["hist_access_type"],
  },
  comm_info_request: { content: {}, fields: { target_name: isText }, needs: [] },
  shutdown_request: { content: {}, channel: "control", fields: { restart: isFlag }, needs: [] },
  delete_subshell_request: {
    content: {},
    channel: "control",
    fields: { subshell_id: () => false },
    needs: ["subshell_id"],
  },
};

for (const [type, { content, channel, fields, needs }] of Object.entries(requests)) {
  test(`${type}: a field of a wrong type or a missing one is an error reply that names it, and changes nothing`, async () => {
    const kernel = new FakeKernel();
    const refused = async (mistaken: Json, field: string): Promise<void> => {
      const { reply, iopub } = await kernel.ask(type, mistaken, channel && { channel });
      assert.equal(reply!.content["status"], "error", field);
      assert.match(
        String(reply!.content["evalue"]),
        new RegExp(field === "subshell_id" ? "subshell" : field),
      );
      assert.deepEqual(types(iopub), ["busy", "idle"]);
    };
    for (const [field, mayBe] of Object.entries(fields)) {
      for (const value of anything) {
        if (!mayBe(value)) await refused({ ...content, [field]: value }, field);
      }
    }
    for (const field of needs) await refused({ ...content, [field]: null }, field);
    for (const field of needs) await refused({}, field);
    assert.deepEqual(kernel.calls, []);
    assert.deepEqual(kernel.shutdowns, []);
    assert.equal(kernel.kernel.executionCount, 0);
    const { reply } = await kernel.execute("x");
    assert.equal(reply!.content["execution_count"], 1);
  });
}

test("what a Python client leaves out it may send as null", async () => {
  const kernel = new FakeKernel();
  const { reply } = await kernel.execute("x", { silent: null, user_expressions: null, stop_on_error: null });
  assert.equal(reply!.content["status"], "ok");
  const history = {
    hist_access_type: "range",
    session: null,
    start: null,
    stop: null,
    n: null,
    pattern: null,
  };
  assert.equal((await kernel.ask("history_request", history)).reply!.content["status"], "ok");
});

test("an expression that is no string is an error of its own, and the others are evaluated", async () => {
  const kernel = new FakeKernel({ values: { one: text("1") } });
  const user_expressions = JSON.parse('{ "bad": 7, "deep": [[]], "__proto__": "one" }') as Json;
  const { reply } = await kernel.execute("x", { user_expressions });
  const results = Object.entries(reply!.content["user_expressions"] as Record<string, Json>);
  assert.deepEqual(
    results.map(([name, { status }]) => [name, status]),
    [
      ["bad", "error"],
      ["deep", "error"],
      ["__proto__", "ok"],
    ],
  );
});

test("a comm message that makes no sense is logged, and no comm is open for it", async () => {
  const kernel = new FakeKernel();
  for (const content of [{}, { comm_id: 7 }, { comm_id: "a" }, { comm_id: "a", target_name: "t", data: 7 }]) {
    const before = kernel.logged.length;
    const { reply } = await kernel.ask("comm_open", content);
    assert.equal(reply, undefined);
    assert.equal(kernel.logged.length, before + 1);
  }
  assert.deepEqual(kernel.calls, []);
  assert.deepEqual((await kernel.ask("comm_info_request", {})).reply!.content["comms"], {});
});

test("comms that are called like properties of every object are listed like others", async () => {
  const kernel = new FakeKernel();
  await kernel.ask("comm_open", { comm_id: "__proto__", target_name: "t", data: {} });
  const { comms } = (await kernel.ask("comm_info_request", {})).reply!.content;
  assert.deepEqual(Object.keys(comms as object), ["__proto__"]);
});

test("a request on the channel of another is logged and has no effect", async () => {
  const kernel = new FakeKernel();
  for (const [type, channel] of [
    ["execute_request", "control"],
    ["create_subshell_request", "shell"],
    ["input_reply", "shell"],
  ] as const) {
    const { reply, iopub } = await kernel.ask(type, { code: "x", value: "x" }, { channel });
    assert.equal(reply, undefined);
    assert.deepEqual(types(iopub), ["busy", "idle"]);
    assert.match(kernel.logged.at(-1)!, new RegExp(`${channel}: no handler for message type "${type}"`));
  }
  assert.deepEqual(kernel.calls, []);
});

test("text that would keep a backtracking search busy for hours is answered at once", async () => {
  const kernel = new FakeKernel();
  await kernel.execute("a".repeat(5_000));
  const pattern = `${"*a".repeat(1_000)}b`;
  const { reply } = await kernel.ask("history_request", { hist_access_type: "search", pattern });
  assert.deepEqual(reply!.content["history"], []);
  const code = `name?${" ".repeat(200_000)}x`;
  assert.equal((await kernel.ask("is_complete_request", { code })).reply!.content["status"], "complete");
});
