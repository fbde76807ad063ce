/** What a stopped cell does at its end and leaves behind, through the whole kernel. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launchKernel, type LaunchedKernel } from "../../../../kernel/client/launch.js";

const SLEEP = "const sleep = (ms: number) => new Promise<void>((done) => { setTimeout(done, ms); });";
/** Says that the cell may be stopped, once it waits. */
const READY = 'setTimeout(() => console.log("ready"));';

describe("a cell that is stopped", () => {
  let kernel: LaunchedKernel;
  before(async () => {
    kernel = await launchKernel({ cwd: import.meta.dirname });
    await run(SLEEP);
  });
  after(() => kernel.shutdown());

  /** What a cell prints; where it says that it is ready, it is stopped, `presses` times. */
  async function run(
    code: string,
    presses = 1,
  ): Promise<{ status: string; ename?: string; printed: string }> {
    const { client } = kernel;
    let printed = "";
    let stopping: Promise<unknown> | undefined;
    client.onIopub = ({ header, content }) => {
      if (header.msg_type !== "stream") return;
      printed += String(content["text"]);
      if (!/^ready$/m.test(printed)) return;
      stopping ??= (async () => {
        for (let i = 0; i < presses; i++) await client.request("control", "interrupt_request", {});
      })();
    };
    const { content } = await client.request("shell", "execute_request", { code });
    await stopping;
    const { status, ename } = content as { status: string; ename?: string };
    return { status, ...(ename !== undefined && { ename }), printed: printed.replace("ready\n", "") };
  }

  async function prints(code: string, text: string): Promise<void> {
    const { status, ename, printed } = await run(code);
    assert.deepEqual({ status, ename, printed }, { status: "error", ename: "Interrupted", printed: text });
  }

  it("runs finally, at the top level and in functions, the inner one first and to its end", async () => {
    await prints(`try { ${READY} await sleep(60_000); } finally { console.log("end"); }`, "end\n");
    await prints(
      `async function inner() { try { ${READY} await sleep(60_000); } finally { await sleep(5); console.log("inner"); } }
       async function between() { await inner(); }
       try { await between(); } finally { console.log("outer"); }`,
      "inner\nouter\n",
    );
    // They wait all the time: one that computes when the interrupt comes is ended without its finally.
    await prints(
      `async function worker(i: number) { try { for (;;) await sleep(60_000); } finally { await sleep(i); console.log("worker"); } }
       const started = (async () => { await sleep(5); ${READY} })();
       await Promise.allSettled([worker(1), worker(2), started]);`,
      "worker\nworker\n",
    );
  });

  it("disposes of what it uses, and closes iterators", async () => {
    await prints(
      `{ using file = { [Symbol.dispose]() { console.log("disposed"); } }; ${READY} await sleep(60_000); }`,
      "disposed\n",
    );
    await prints(
      `await using link = { async [Symbol.asyncDispose]() { await sleep(2); console.log("closed"); } };
       ${READY} await sleep(60_000);`,
      "closed\n",
    );
    await prints(
      `function* numbers() { try { for (let i = 0; ; i++) yield i; } finally { console.log("no more numbers"); } }
       ${READY} for (const n of numbers()) await sleep(n);`,
      "no more numbers\n",
    );
    await prints(
      `import { setInterval as every } from "node:timers/promises";
       try { ${READY} for await (const _ of every(60_000)); } finally { console.log("end"); }`,
      "end\n",
    );
  });

  it("runs finally of what waits for a function that computes", async () => {
    await prints(
      `async function busy() { await null; console.log("ready"); for (;;); }
       try { await busy(); } finally { console.log("end"); }`,
      "end\n",
    );
  });

  it("may catch the error, and ends all the same, within a second or at another press", async () => {
    await prints(
      `try { ${READY} await sleep(60_000); } catch (error) { console.log((error as Error).name); }`,
      "Interrupted\n",
    );
    await prints(
      `${READY} for (;;) try { await sleep(60_000); } catch { console.log("caught"); }`,
      "caught\n",
    );
    await prints(`try { ${READY} await sleep(60_000); } finally { for (;;); }`, "");
    const twice = await run(
      `try { ${READY} await sleep(60_000); } finally { await sleep(60_000); console.log("late"); }`,
      2,
    );
    assert.deepEqual([twice.ename, twice.printed], ["Interrupted", ""]);
  });

  it("says nothing of promises that nobody awaits any more, and leaves nothing running", async () => {
    await prints(
      `const lone = (async () => { try { await sleep(60_000); } finally { console.log("lone"); } })();
       ${READY} await sleep(60_000);`,
      "lone\n",
    );
    assert.deepEqual(await run(`await sleep(1); console.log("next");`), { status: "ok", printed: "next\n" });
  });

  it("keeps what it has declared, and of a training what it has recorded", async () => {
    await run(`
      const model = nn.sequential(new nn.Linear(4, 8), new nn.Dropout(0.5), new nn.Linear(8, 1));
      model.children()[1]!.eval();
      const opt = new optim.SGD(model.parameters(), { lr: 1e-3 });
      const many = new data.DataLoader(new data.TensorDataset(randn([4096, 4]), randn([4096, 1])), { batchSize: 4 });
      const options = { loss: nn.functional.mseLoss, optimizer: opt, epochs: 1_000, verbose: false,
        callbacks: [{ onStepEnd({ step }: { step: number }) { if (step === 5) console.log("ready"); } }] };
      function state() {
        const modes = model.modules().map((module) => module.training).join();
        return [isGradEnabled(), modes].join(" ");
      }`);
    const whole = "true true,true,false,true";
    for (const [code, value] of [
      [
        "const before = 7; const history = await train.fit(model, many, options);",
        "history.loss.length >= 5 && before === 7",
      ],
      [
        "const { loss, stopped } = await train.fit(model, many, options);",
        'loss.length >= 5 && stopped === "interrupted"',
      ],
      [
        "let kept: any; try { kept = await train.fit(model, many, options); } finally { void 0; }",
        "kept.loss.length >= 5",
      ],
      [
        "var old = (await train.fit(model, many, options)); var never = 1;",
        "old.loss.length >= 5 && never === undefined",
      ],
    ] as const) {
      await prints(code, "");
      assert.equal((await run(`console.log(${value}, state())`)).printed, `true ${whole}\n`, code);
    }
    await prints(
      `const endless = { length: 1, *[Symbol.iterator]() { for (;;) yield [randn([4, 4]), randn([4, 1])]; } };
       console.log("ready");
       train.evaluate(model, endless, options);`,
      "",
    );
    assert.equal((await run("console.log(state())")).printed, `${whole}\n`);
  });

  it("leaves no profile behind, whether its work is asynchronous or not", async () => {
    await run(`
      const layer = new nn.Linear(4, 4);
      const input = randn([8, 4]);`);
    for (const code of [
      'console.log("ready"); train.profile(() => layer.forward(input), { model: layer, steps: 100_000 });',
      'console.log("ready"); await train.profile(async () => { await sleep(1); return layer.forward(input); }, { model: layer, steps: 100_000 });',
    ]) {
      await prints(code, "");
      const { printed } = await run(
        "console.log(train.profile(() => layer.forward(input), { model: layer }).byLayer().map(({ name }) => name).sort().join())",
      );
      assert.equal(printed, "Linear,outside kernels\n");
    }
  });

  it("awaits as Node does where nobody stops it", async () => {
    const { printed } = await run(`
        async function a() { console.log("a1"); await b(); console.log("a2"); }
        async function b() { try { console.log("b1"); await null; console.log("b2"); await Promise.resolve(3); } finally { console.log("b3"); } }
        void a().then(() => console.log("end"));
        void Promise.resolve().then(() => console.log("p1")).then(() => console.log("p2")).then(() => console.log("p3")).then(() => console.log("p4"));
        await sleep(1);`);
    // As Node prints it.
    assert.equal(printed.split("\n").join(" "), "a1 b1 b2 p1 b3 p2 a2 p3 end p4 ");
  });
});
