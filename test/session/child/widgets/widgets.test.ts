import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Client } from "../comm/comm-client.js";
import { Notebook, plain, sleep } from "../../notebook.js";

let notebook: Notebook;
let client: Client;
before(() => {
  notebook = new Notebook();
  client = new Client(notebook);
});
after(() => notebook.session.close());

type Json = Record<string, unknown>;
const value = async (code: string) =>
  (await notebook.run(`return { value: ${code} }`)).result?.data["text/plain"];
const opened = () => (client.last("open").data as { state: Json }).state;
/** What a page sends when a control was moved. */
const update = (
  commId: string,
  state: Json,
  more: { buffer_paths?: unknown; buffers?: Uint8Array[] } = {},
) => {
  const { buffer_paths = [], buffers = [] } = more;
  client.message(commId, { method: "update", state, buffer_paths }, { buffers, cause: { msg_id: "moved" } });
};

describe("a widget", () => {
  it("opens a model that anywidget in the page can make, and is shown as a view of it", async () => {
    const { result } = await notebook.run(
      `return { value: $.w = $.widgets.any({ esm: "export default {}", css: "b { color: red }", state: { count: 1 } }) }`,
    );
    const { commId, targetName, metadata, data } = client.last("open");
    assert.equal(targetName, "jupyter.widget");
    assert.deepEqual(metadata, { version: "2.1.0" });
    const { _anywidget_id: id, ...state } = opened();
    assert.match(String(id), /^cellgrad\.widget\./);
    assert.deepEqual(data, { state: opened(), buffer_paths: [] });
    assert.deepEqual(state, {
      ...{ _model_module: "anywidget", _model_module_version: "0.x", _model_name: "AnyModel" },
      ...{ _view_module: "anywidget", _view_module_version: "0.x", _view_name: "AnyView", _view_count: null },
      ...{ _esm: "export default {}", _css: "b { color: red }", count: 1 },
    });
    assert.deepEqual(result?.data["application/vnd.jupyter.widget-view+json"], {
      ...{ version_major: 2, version_minor: 0, model_id: commId },
    });
    assert.equal(result?.data["text/plain"], "A widget");
    assert.match(String(result?.data["text/html"]), /pip install anywidget/);
  });

  it("takes what the page sets, echoes it as the answer to the page's message, and calls the handlers", async () => {
    const ran = await notebook.run(
      `$.w = $.widgets.any({ esm: "", state: { count: 1, name: "a" } });
       $.w.onChange("count", (now, before) => console.log(now, before, $.w.get("name")));`,
    );
    const { commId } = client.last("open");
    update(commId, { count: 2, name: "b" });
    await client.until(() => ran.stdout() !== "");
    assert.equal(plain([ran.stdout()]), "2 1 b\n");
    const { data, cause } = client.last("msg");
    assert.deepEqual(data, { method: "echo_update", state: { count: 2, name: "b" }, buffer_paths: [] });
    assert.deepEqual(cause, { msg_id: "moved" });
    update(commId, { count: 2 });
    assert.equal(await value("$.w.get('count')"), "2");
    assert.equal(plain([ran.stdout()]), "2 1 b\n", "a value that is the same is no change");
  });

  it("sends what code sets, and only what is another", async () => {
    await notebook.run(
      `$.w = $.widgets.any({ esm: "", state: { a: 1, b: [1] } }); $.w.set({ a: 2, b: [2] }); $.w.set({ a: 2 });`,
    );
    assert.deepEqual(client.last("msg").data, {
      method: "update",
      state: { a: 2, b: [2] },
      buffer_paths: [],
    });
  });

  it("carries binary values both ways as buffers with paths", async () => {
    await notebook.run(
      `$.w = $.widgets.any({ esm: "", state: { image: { width: 2, data: new Uint8Array([1, 2]) }, parts: [new Float32Array([0.5]), "x"] } });`,
    );
    const { commId, data, buffers } = client.last("open");
    assert.deepEqual((data as Json)["buffer_paths"], [
      ["image", "data"],
      ["parts", 0],
    ]);
    assert.deepEqual(opened()["image"], { width: 2 });
    assert.deepEqual(opened()["parts"], [null, "x"]);
    assert.deepEqual(buffers, [new Uint8Array([1, 2]), new Uint8Array(new Float32Array([0.5]).buffer)]);
    update(
      commId,
      { image: { width: 3 } },
      { buffer_paths: [["image", "data"]], buffers: [new Uint8Array([7, 8, 9])] },
    );
    assert.equal(
      plain([String(await value("$.w.get('image')"))]),
      "{ width: 3, data: Uint8Array(3) [ 7, 8, 9 ] }",
    );
    const echo = client.last("msg");
    assert.deepEqual(echo.data, {
      ...{ method: "echo_update", state: { image: { width: 3 } }, buffer_paths: [["image", "data"]] },
    });
    assert.deepEqual(echo.buffers, [new Uint8Array([7, 8, 9])]);
    update(
      commId,
      { image: {} },
      { buffer_paths: [["__proto__", "polluted"], ["constructor", "x"], "image", []] },
    );
    assert.equal(await value("'polluted' in {}"), "false");
  });

  it("sends and takes messages that are no state", async () => {
    const ran = await notebook.run(
      `$.w = $.widgets.any({ esm: "" });
       $.w.onMessage((content, buffers) => { console.log(content.a, buffers[0].length); $.w.send({ b: 2 }, [new Uint8Array(3)]); });`,
    );
    const { commId } = client.last("open");
    client.message(commId, { method: "custom", content: { a: 1 } }, { buffers: [new Uint8Array(4)] });
    await client.until(() => client.sent.at(-1)?.kind === "msg");
    assert.deepEqual(client.last("msg").data, { method: "custom", content: { b: 2 } });
    assert.deepEqual(client.last("msg").buffers, [new Uint8Array(3)]);
    assert.equal(plain([ran.stdout()]), "1 4\n");
  });

  it("answers a page that asks for its state, or for that of all widgets", async () => {
    await notebook.run(`$.w = $.widgets.any({ esm: "e", state: { bytes: new Uint8Array([1]) } });`);
    const { commId } = client.last("open");
    client.message(commId, { method: "request_state" }, { cause: { msg_id: "ask" } });
    await client.until(() => client.sent.at(-1)?.kind === "msg");
    const { data, cause, buffers } = client.last("msg");
    assert.deepEqual(data, { method: "update", state: opened(), buffer_paths: [["bytes"]] });
    assert.deepEqual([cause, buffers], [{ msg_id: "ask" }, [new Uint8Array([1])]]);

    client.open("control", "jupyter.widget.control", {}, { metadata: { version: "1.0.0" } });
    client.message("control", { method: "request_states" });
    await client.until(() => client.sent.at(-1)?.commId === "control");
    const all = client.last("msg").data as {
      method: string;
      states: Record<string, Json>;
      buffer_paths: unknown[];
    };
    assert.equal(all.method, "update_states");
    assert.deepEqual(all.states[commId], {
      ...{ model_name: "AnyModel", model_module: "anywidget", model_module_version: "0.x", state: opened() },
    });
    assert.deepEqual(all.buffer_paths.at(-1), [commId, "state", "bytes"]);
    client.close("control");
  });

  it("keeps its value when the page or the cell closes it, and a loop that sets it goes on", async () => {
    await notebook.run(`$.bar = $.widgets.progress(); $.w = $.widgets.slider();`);
    const [bar, slider] = client.sent.filter(({ kind }) => kind === "open").slice(-2);
    client.close(bar!.commId);
    assert.equal(await value("($.bar.value = 0.5, $.bar.closed)"), "true");
    await notebook.run("$.w.close()");
    assert.equal(client.last("close").commId, slider!.commId);
    assert.equal(await value("($.w.value = 0.5, $.w.value)"), "0.5");
  });
});

describe("a slider", () => {
  it("has a value that stays in its range, wherever it comes from", async () => {
    await notebook.run(`$.s = $.widgets.slider({ label: "rate", min: 1, max: 5, value: 2 });`);
    const { commId } = client.last("open");
    assert.equal(await value("($.s.value = 9, $.s.value)"), "5");
    assert.deepEqual(client.last("msg").data, { method: "update", state: { value: 5 }, buffer_paths: [] });
    update(commId, { value: -3 });
    assert.equal(await value("$.s.value"), "1");
    assert.deepEqual(client.last("msg").data, { method: "update", state: { value: 1 }, buffer_paths: [] });
    update(commId, { value: "much", min: 0 });
    assert.equal(await value("$.s.value"), "1");
    assert.equal(
      (await notebook.run("return { value: $.s }")).result?.data["text/plain"],
      "rate: 1 (1 to 5)",
    );
    assert.equal((await notebook.run("console.log($.s)")).stdout(), "rate: 1 (1 to 5)\n");
  });

  it("chooses a step that fits its range", async () => {
    for (const [options, step] of [
      ["{}", 0.01],
      ["{ max: 100 }", 1],
      ["{ max: 784 }", 5],
      ["{ min: 1e-4, max: 1e-3 }", 5e-6],
      ["{ max: 1, step: 0.25 }", 0.25],
      ["{ min: 1e-4, log: true }", 0.05],
    ] as const) {
      await notebook.run(`$.widgets.slider(${options})`);
      assert.equal(opened()["step"], step, options);
    }
  });
});

describe("other controls", () => {
  it("count clicks one by one and call onClick for each", async () => {
    const ran = await notebook.run(
      `$.b = $.widgets.button("Stop"); $.b.onClick(() => console.log("clicked", $.b.clicks));`,
    );
    const { commId } = client.last("open");
    for (let i = 0; i < 3; i++) client.message(commId, { method: "custom", content: "click" });
    await client.until(() => ran.stdout().split("\n").length > 3);
    assert.match(plain([ran.stdout()]), /^(clicked [123]\n){3}$/);
    await notebook.run("$.b.disabled = true");
    client.message(commId, { method: "custom", content: "click" });
    assert.equal(await value("$.b.clicks"), "3");
  });

  it("take only what they offer", async () => {
    await notebook.run(`$.sel = $.widgets.select({ options: ["relu", "tanh"], value: "tanh" });`);
    const select = client.last("open").commId;
    update(select, { value: "sine" });
    assert.equal(await value("$.sel.value"), "'tanh'");
    update(select, { value: "relu" });
    assert.equal(await value("$.sel.value"), "'relu'");
    await notebook.run(`$.on = $.widgets.toggle({ label: "on" });`);
    update(client.last("open").commId, { value: true });
    assert.equal(await value("$.on.value"), "true");
    await notebook.run(`$.text = $.widgets.text({ value: "a" });`);
    update(client.last("open").commId, { value: "ab" });
    assert.equal(await value("$.text.value"), "'ab'");
  });

  it("say what is wrong with their options", async () => {
    for (const [code, message] of [
      ["slider({ min: 2, max: 1 })", "widgets.slider: min should be less than max, got min 2 and max 1"],
      [
        "slider({ min: 0, log: true })",
        "widgets.slider: min of a logarithmic slider should be more than 0, got 0",
      ],
      ["slider({ value: 3 })", "widgets.slider: value should be from min 0 to max 1, got 3"],
      ["slider({ max: '9' })", 'widgets.slider: max should be a finite number, got "9"'],
      [
        "slider({ steps: 3 })",
        'widgets.slider: there is no option "steps"; there are label, min, max, value, step, log',
      ],
      ["slider().value = NaN", "slider.value: expected a finite number, got NaN"],
      ["button()", "widgets.button: label should be a string, got a value of type undefined"],
      ["progress({ max: 0 })", "widgets.progress: max should be more than 0, got 0"],
      ["progress().value = '3'", 'progress.value: expected a number, got "3"'],
      [
        "select({ options: [] })",
        "widgets.select: options should be an array of strings or numbers, with at least one",
      ],
      ["select({ options: ['a'] }).value = 'b'", 'select.value: expected one of a, got "b"'],
      ["any({ esm: 1 })", "widgets.any: esm should be a string, got 1"],
      [
        "any({ esm: '', state: { _esm: 1 } })",
        'widgets.any: the name "_esm" is not free: those that begin with _ are the protocol\'s',
      ],
    ] as const) {
      const { outcome } = await notebook.run(`$.widgets.${code}`);
      assert.ok(outcome.status === "error", code);
      assert.equal(outcome.error.evalue, message);
    }
  });
});

describe("a progress bar", () => {
  it("set a million times in a loop tells the page a few times, and the end at once", async () => {
    const before = client.sent.length;
    await notebook.run(
      `$.bar = $.widgets.progress({ max: 1e6 });
       for (let i = 1; i <= 1e6; i++) $.bar.value = i;
       for (let i = 1; i <= 1e5; i++) { $.bar.value = 1e6; $.bar.text = String(i % 2); }
       console.log("loop ended");`,
    );
    const values = client.sent.slice(before).filter(({ kind }) => kind === "msg");
    assert.ok(values.length >= 2 && values.length < 200, `${values.length} messages`);
    const ends = values.filter(({ data }) => (data as { state: Json }).state["value"] === 1e6);
    assert.equal(ends.length, 1);
  });

  it("shows its last value when the cell has ended, also by an interrupt", async () => {
    await notebook.run(
      `$.bar = $.widgets.progress({ max: 10 }); $.bar.value = 1; $.bar.value = 2; $.bar.text = "loss 0.5"; $.bar.value = 3;`,
    );
    assert.deepEqual(client.last("msg").data, {
      ...{ method: "update", state: { value: 3, text: "loss 0.5" }, buffer_paths: [] },
    });
    const { ended } = await notebook.launch(
      `$.bar.value = 4; $.bar.value = 5; console.log("begun"); while (true);`,
    );
    await notebook.session.interrupt();
    await ended;
    assert.deepEqual(client.last("msg").data, { method: "update", state: { value: 5 }, buffer_paths: [] });
    assert.equal(
      (await notebook.run("return { value: $.bar }")).result?.data["text/plain"],
      "progress · 50 % · loss 0.5",
    );
  });
});

describe("a loop without await", () => {
  const loops: Record<string, string> = {
    "that does nothing else": "while ($.s.value !== 3);",
    "that computes": "let x = 0; for (let i = 0; $.s.value !== 3; i++) x += Math.sqrt(i) * $.s.value;",
    "that prints": 'while ($.s.value !== 3) console.log("x".repeat(100));',
    "that allocates": "while ($.s.value !== 3) [1, 2, 3].map((x) => ({ x }));",
    "in a handler's function":
      "const wait = () => { while ($.s.value !== 3); }; await new Promise((r) => setTimeout(() => { wait(); r(); }, 1));",
    "after an await": "await null; while ($.s.value !== 3);",
  };
  for (const [what, code] of Object.entries(loops)) {
    it(`${what} sees that the slider is moved`, async () => {
      await notebook.run("$.s = $.widgets.slider({ max: 10 });");
      const { commId } = client.last("open");
      const running = notebook.run(code);
      // Mostly long enough for V8 to compile the loop as one in which nothing changes.
      await sleep(150);
      update(commId, { value: 1 });
      update(commId, { value: 3 });
      assert.equal((await running).outcome.status, "ok");
    });
  }

  it("is stopped by a button", async () => {
    await notebook.run(`$.b = $.widgets.button("Stop");`);
    const { commId } = client.last("open");
    const { ended } = await notebook.launch('console.log("begun"); while ($.b.clicks === 0);');
    client.message(commId, { method: "custom", content: "click" });
    assert.equal((await ended).outcome.status, "ok");
  });

  it("does not hold up a page that asks for all widgets", async () => {
    const { ended } = await notebook.launch('console.log("begun"); while (true);');
    client.open("control-2", "jupyter.widget.control", {}, { metadata: { version: "1.0.0" } });
    client.message("control-2", { method: "request_states" });
    await client.until(() => client.sent.at(-1)?.commId === "control-2");
    await notebook.session.interrupt();
    assert.equal((await ended).outcome.status, "interrupted");
  });

  it("gets values at once and handlers afterwards, each change in order", async () => {
    const first = await notebook.run(
      `$.s = $.widgets.slider({ max: 1000 });
       $.seen = [];
       $.s.onChange((now, before) => $.seen.push([before, now]));`,
    );
    const { commId } = client.last("open");
    // The next values are sent when the loop has said that it has those before.
    notebook.onEvent = (event) => {
      if (event.type !== "stream" || event.name !== "stdout") return;
      const n = Number(event.text.trim().split("\n").at(-1));
      for (const next of [n + 1, n + 2, n + 3]) update(commId, { value: next });
    };
    const { result } = await notebook.run(
      `console.log("0");
       for (let last = 0; last < 300;) {
         const now = $.s.value;
         if (now !== last && now % 3 === 0) console.log(String((last = now)));
       }
       return { value: $.seen.length };`,
    );
    notebook.onEvent = undefined;
    assert.equal(result?.data["text/plain"], "0");
    const seen = Array.from({ length: 303 }, (_, n) => [n, n + 1]);
    assert.equal(await value("JSON.stringify($.seen)"), `'${JSON.stringify(seen)}'`);
    assert.equal(first.stderr(), "");
  });

  it("is interrupted as ever while a slider is moved all the time, and nothing is lost", async () => {
    await notebook.run(
      "$.s = $.widgets.slider({ max: 1e9 }); $.count = 0; $.changes = 0; $.s.onChange(() => $.changes++);",
    );
    const { commId } = client.last("open");
    const { pid } = notebook.session;
    let n = 0;
    const codes = [
      "while (true) $.s.value;",
      'while (true) console.log("x".repeat(200), $.s.value)',
      "while (true) await null;",
      "while (true) await new Promise((resolve) => setImmediate(resolve))",
      "(function deep() { try { deep(); } finally { $.s.value; } })()",
    ];
    for (let i = 1; i <= 60; i++) {
      const running = notebook.run(codes[i % codes.length]!);
      for (let burst = 0; burst < 5; burst++) {
        for (let k = 0; k < 20; k++) update(commId, { value: ++n });
        await sleep(Math.random() * 3);
      }
      await notebook.session.interrupt();
      const ran = await running;
      assert.notEqual(ran.outcome.status, "died");
      assert.equal(await value("++$.count"), String(i));
    }
    assert.equal(notebook.session.pid, pid);
    assert.equal(await value("$.s.value"), String(n));
    assert.equal(await value("$.changes"), String(n));
  });
});
