import assert from "node:assert/strict";
import { test } from "node:test";
import { CellOutputs } from "../../kernel/client/cell-outputs.js";
import type { Output } from "../../kernel/client/notebook.js";
import { newHeader, type Json } from "../../kernel/wire/message.js";

/** Collects for cells "a" and "b"; `say` is a message of IOPub. */
function collect(): { a: Output[]; b: Output[]; say: (cell: string, type: string, content: Json) => void } {
  const outputs = new CellOutputs();
  const a: Output[] = [];
  const b: Output[] = [];
  outputs.watch("a", a);
  outputs.watch("b", b);
  return {
    a,
    b,
    say: (cell, type, content) =>
      outputs.receive({
        identities: [],
        header: newHeader(type, "kernel"),
        parentHeader: { ...newHeader("execute_request", "client"), msg_id: cell },
        metadata: {},
        content,
        buffers: [],
      }),
  };
}

const stream = (text: string, name = "stdout"): Json => ({ name, text });
const display = (value: string, id?: string): Json => ({
  data: { "text/plain": value },
  metadata: {},
  transient: id === undefined ? {} : { display_id: id },
});
const shown = (outputs: readonly Output[]): unknown[] =>
  outputs.map((output) =>
    output.output_type === "stream"
      ? output.text
      : output.output_type === "error"
        ? output.ename
        : output.data["text/plain"],
  );

test("texts of one stream run together until something else comes between", () => {
  const { a, say } = collect();
  say("a", "stream", stream("1"));
  say("a", "stream", stream("2\n"));
  say("a", "stream", stream("oops", "stderr"));
  say("a", "stream", stream("3"));
  say("a", "display_data", display("figure"));
  say("a", "stream", stream("4"));
  assert.deepEqual(shown(a), ["12\n", "oops", "3", "figure", "4"]);
});

test("a progress bar that returns to the line's start leaves its last state", () => {
  const { a, say } = collect();
  say("a", "stream", stream("start\n 10 %\r"));
  say("a", "stream", stream(" 50 %\r"));
  say("a", "stream", stream("100 %\ndone\r\n"));
  assert.deepEqual(shown(a), ["start\n100 %\ndone\r\n"]);
});

test("an update changes a display wherever it stands, in every cell", () => {
  const { a, b, say } = collect();
  say("a", "display_data", display("old", "d"));
  say("b", "display_data", display("other", "e"));
  say("b", "display_data", display("old", "d"));
  say("b", "update_display_data", display("new", "d"));
  assert.deepEqual([shown(a), shown(b)], [["new"], ["other", "new"]]);
  say("b", "display_data", display("newest", "d"));
  assert.deepEqual([shown(a), shown(b)], [["newest"], ["other", "newest", "newest"]]);
});

test("clear_output clears at once, or with wait when the next output comes", () => {
  const { a, say } = collect();
  say("a", "stream", stream("1"));
  say("a", "clear_output", { wait: false });
  assert.deepEqual(shown(a), []);
  say("a", "stream", stream("2"));
  say("a", "clear_output", { wait: true });
  assert.deepEqual(shown(a), ["2"]);
  say("a", "display_data", display("3"));
  say("a", "stream", stream("4"));
  assert.deepEqual(shown(a), ["3", "4"]);
});

test("results and errors are kept with all that a notebook says of them, and late output goes to its cell", () => {
  const { a, b, say } = collect();
  say("a", "execute_result", { data: { "text/plain": "2" }, metadata: {}, execution_count: 7 });
  say("a", "error", { ename: "E", evalue: "v", traceback: ["t"] });
  say("b", "stream", stream("b"));
  say("a", "stream", stream("late"));
  say("nobody", "stream", stream("?"));
  assert.deepEqual(a, [
    { output_type: "execute_result", data: { "text/plain": "2" }, metadata: {}, execution_count: 7 },
    { output_type: "error", ename: "E", evalue: "v", traceback: ["t"] },
    { output_type: "stream", name: "stdout", text: "late" },
  ]);
  assert.deepEqual(shown(b), ["b"]);
});
