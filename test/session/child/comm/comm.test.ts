import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { CommMessage } from "../../../../kernel/session/messages.js";
import { Client } from "./comm-client.js";
import { Notebook, plain, sleep } from "../../notebook.js";

let notebook: Notebook;
let client: Client;
before(() => {
  notebook = new Notebook();
  client = new Client(notebook);
});
after(() => notebook.session.close());

const strip = ({ cause: _, ...message }: CommMessage) => message;

describe("a comm that a cell opens", () => {
  it("sends data, metadata and binary buffers, and is closed once", async () => {
    await notebook.run(
      `$.c = $.comm.open("plot", { points: 3 }, { metadata: { version: "1" } });
       $.c.send({ at: 1 }, { buffers: [new Float32Array([1, 2]), new Uint8Array([9]).buffer, new DataView(new ArrayBuffer(1))] });
       $.c.send();
       $.c.close({ bye: true });
       $.c.close();`,
    );
    const [open, first, second, close, ...more] = client.sent.map(strip);
    const { commId } = open!;
    assert.deepEqual(open, {
      ...{ kind: "open", commId, targetName: "plot", data: { points: 3 }, metadata: { version: "1" } },
      buffers: [],
    });
    const floats = new Uint8Array(new Float32Array([1, 2]).buffer);
    const buffers = [floats, new Uint8Array([9]), new Uint8Array(1)];
    assert.deepEqual(first, { kind: "msg", commId, data: { at: 1 }, buffers });
    assert.deepEqual(second, { kind: "msg", commId, data: {}, buffers: [] });
    assert.deepEqual(close, { kind: "close", commId, data: { bye: true }, buffers: [] });
    assert.equal(more.length, 0);
  });

  it("takes messages and the end, in order, and what its handlers print goes to the cell that set them", async () => {
    const ran = await notebook.run(
      `$.c = $.comm.open("echo");
       $.c.onMessage((data, buffers) => { console.log("got", data.n, buffers[0]); $.c.send({ twice: data.n * 2 }, { buffers }); });
       $.c.onClose((data) => console.log("closed", data.why, $.c.closed));`,
    );
    const { commId } = client.last("open");
    await notebook.run("1");
    client.message(commId, { n: 1 }, { buffers: [new Uint8Array([7, 8])] });
    client.message(commId, { n: 2 });
    client.close(commId, { why: "done" });
    await client.until(() => ran.stdout().includes("closed"));
    assert.equal(plain([ran.stdout()]), "got 1 Uint8Array(2) [ 7, 8 ]\ngot 2 undefined\nclosed done true\n");
    assert.deepEqual(client.last("msg").data, { twice: 4 });
  });

  it("answers with the client's message as the cause, also after an await", async () => {
    await notebook.run(
      `$.c = $.comm.open("late");
       $.c.onMessage(async () => { await null; $.c.send({ late: true }); });`,
    );
    const { commId, cause } = client.last("open");
    assert.equal(cause, undefined);
    client.message(commId, {}, { cause: { msg_id: "m-1" } });
    await client.until(() => client.sent.at(-1)?.kind === "msg");
    assert.deepEqual(client.last("msg").cause, { msg_id: "m-1" });
  });

  it("is read with for await until it is closed", async () => {
    const running = notebook.run(
      `$.c = $.comm.open("stream");
       const seen = [];
       for await (const { data, buffers } of $.c) seen.push(data.n + buffers.length);
       return { value: seen.join() };`,
    );
    await client.until(() => client.sent.at(-1)?.targetName === "stream");
    const { commId } = client.last("open");
    client.message(commId, { n: 1 }, { buffers: [new Uint8Array(1)] });
    client.message(commId, { n: 2 });
    client.close(commId);
    assert.equal((await running).result?.data["text/plain"], "'2,2'");
  });

  it("says what cannot be sent", async () => {
    for (const [code, message] of [
      ["$.comm.open('')", /expected the target's name as a string, got ""/],
      ["$.comm.open('jupyter.widget')", /belongs to widgets; use widgets\.any/],
      ["$.comm.open('x', { n: 1n })", /cannot be sent as JSON: .*BigInt.*\{ buffers/],
      [
        "$.comm.open('x', {}, { buffers: [[1]] })",
        /buffers\[0\]: expected an ArrayBuffer or a typed array, got object/,
      ],
      ["const c = $.comm.open('x'); c.close(); c.send(1)", /of "x" is closed; nothing can be sent/],
      ["$.comm.open('x').onMessage(1)", /onMessage of the comm "x": expected a function, got number/],
    ] as const) {
      const { outcome } = await notebook.run(code);
      assert.ok(outcome.status === "error", code);
      assert.match(outcome.error.evalue, message);
    }
  });
});

describe("a comm that the client opens", () => {
  it("reaches the target that a cell has registered, with data, buffers and metadata", async () => {
    const ran = await notebook.run(
      `$.comm.registerTarget("sum", (comm, data, buffers, metadata) => {
         console.log(comm.target, data, buffers[0], metadata);
         comm.onMessage((data) => comm.send({ sum: data.a + data.b }));
       });`,
    );
    client.open("c-1", "sum", { x: 1 }, { buffers: [new Uint8Array([5])], metadata: { v: 2 } });
    client.message("c-1", { a: 2, b: 3 });
    await client.until(() => client.sent.at(-1)?.commId === "c-1");
    assert.deepEqual(client.last("msg").data, { sum: 5 });
    assert.equal(plain([ran.stdout()]), "sum { x: 1 } Uint8Array(1) [ 5 ] { v: 2 }\n");
  });

  it("is closed where nobody has registered the target, or no longer", async () => {
    client.open("c-2", "nobody");
    await client.until(() => client.sent.at(-1)?.commId === "c-2");
    assert.equal(client.last("close").commId, "c-2");
    await notebook.run(`$.comm.registerTarget("gone", () => {})();`);
    client.open("c-3", "gone");
    await client.until(() => client.sent.at(-1)?.commId === "c-3");
    assert.equal(client.last("close").commId, "c-3");
  });

  it("goes to the target that was registered last, when a cell is run again", async () => {
    await notebook.run(`$.off = $.comm.registerTarget("again", (comm) => comm.send({ by: "first" }));`);
    await notebook.run(`$.comm.registerTarget("again", (comm) => comm.send({ by: "second" })); $.off();`);
    client.open("c-4", "again");
    await client.until(() => client.sent.at(-1)?.commId === "c-4");
    assert.deepEqual(client.last("msg").data, { by: "second" });
  });

  it("is closed where its target throws, and the error is shown with the target's cell", async () => {
    const ran = await notebook.run(`$.comm.registerTarget("bad", () => { throw new RangeError("no"); });`);
    client.open("c-5", "bad");
    await client.until(() => client.sent.at(-1)?.commId === "c-5" && ran.stderr() !== "");
    assert.equal(client.last("close").commId, "c-5");
    assert.match(plain([ran.stderr()]), /^Error in the target "bad":\nRangeError: no\n/);
  });
});

describe("a handler", () => {
  it("that throws or rejects is shown with its cell and stops nothing", async () => {
    const ran = await notebook.run(
      `$.c = $.comm.open("handlers");
       $.c.onMessage(() => { throw new Error("thrown"); });
       $.c.onMessage(async () => { await null; throw new Error("rejected"); });
       $.c.onMessage(() => $.c.send({ still: "here" }));`,
    );
    const { commId } = client.last("open");
    client.message(commId, {});
    const shown = (): string => plain([ran.stderr()]);
    await client.until(() => client.sent.at(-1)?.kind === "msg" && shown().includes("Error: rejected"));
    const text = shown();
    assert.match(text, /Error in onMessage of the comm "handlers":\nError: thrown\n/);
    assert.match(text, /Error in onMessage of the comm "handlers":\nError: rejected\n/);
    assert.equal((await notebook.run("return { value: 1 }")).outcome.status, "ok");
  });

  it("that never returns is interrupted; later messages are taken as before", async () => {
    await notebook.run(
      `$.c = $.comm.open("loop");
       $.c.onMessage((data) => { if (data.loop) { $.c.send({ looping: true }); while (true); } $.c.send({ n: data.n }); });`,
    );
    const { commId } = client.last("open");
    client.message(commId, { loop: true });
    client.message(commId, { n: 1 });
    await client.until(() => client.sent.at(-1)?.kind === "msg");
    assert.deepEqual(client.last("msg").data, { looping: true });
    await notebook.session.interrupt();
    await client.until(() => "n" in (client.sent.at(-1)?.data as object));
    client.message(commId, { n: 2 });
    await client.until(() => (client.sent.at(-1)?.data as { n?: number }).n === 2);
  });

  it("goes on after its cell was interrupted", async () => {
    const { ended } = await notebook.launch(
      `$.c = $.comm.open("kept");
       $.c.onMessage(async (data) => { await null; $.c.send(data); });
       console.log("begun");
       while (true) await null;`,
    );
    await notebook.session.interrupt();
    assert.equal((await ended).outcome.status, "interrupted");
    client.message(client.last("open").commId, { n: 1 });
    await client.until(() => client.sent.at(-1)?.kind === "msg");
    assert.deepEqual(client.last("msg").data, { n: 1 });
  });
});

describe("while a cell loops without await", () => {
  it("a comm of an unknown target is closed at once", async () => {
    const { ended } = await notebook.launch('console.log("begun"); while (true);');
    client.open("c-6", "nobody");
    await client.until(() => client.sent.at(-1)?.commId === "c-6");
    await notebook.session.interrupt();
    assert.equal((await ended).outcome.status, "interrupted");
  });

  it("handlers wait for its end, and then come in order with all other requests", async () => {
    const ran = await notebook.run(
      `$.c = $.comm.open("order");
       $.log = [];
       $.c.onMessage((data) => $.log.push(data.n));
       $.done = false;`,
    );
    const { commId } = client.last("open");
    const loop = notebook.run(
      `const until = performance.now() + 300;
       Promise.resolve().then(() => $.log.push("microtask"));
       while (performance.now() < until);
       $.log.push("end of loop");`,
    );
    for (let n = 0; n < 500; n++) {
      client.message(commId, { n }, { buffers: [new Uint8Array(n * 10)] });
      if (n % 50 === 0) await sleep(5);
    }
    const expression = { js: "return { value: $.log.length }", map: "", source: "", name: "expression" };
    const [bundle] = await Promise.all([notebook.session.evaluate(notebook.next - 1, expression), loop]);
    assert.equal(bundle.decode().data["text/plain"], "502");
    const { result } = await notebook.run("return { value: $.log.join() }");
    const numbers = Array.from({ length: 500 }, (_, n) => n);
    assert.equal(result?.data["text/plain"], `'${["end of loop", "microtask", ...numbers].join()}'`);
    assert.equal(ran.stderr(), "");
  });
});
