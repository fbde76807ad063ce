/** Looking at values from outside, for completion and hover. */
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Notebook, until } from "../../notebook.js";

const notebook = new Notebook();
const { session } = notebook;
after(() => session.close());

async function members(...path: string[]): Promise<readonly string[] | undefined> {
  return (await session.preview(path, ""))?.members.map(({ name, kind }) => `${kind} ${name}`);
}

test("a value is told in a few words with its members, its own first", async () => {
  await notebook.run(`
    $.data = JSON.parse('{ "rows": [{ "id": 1, "größe": 2 }], "n": null }');
    class Model { layers = 2; static of = 1; get secret() { console.log("ran"); return 1 } forward() {} }
    class Net extends Model { train() {} }
    $.net = new Net(); $.Net = Net; $.text = "hello"; $.numbers = new Float32Array(1000);`);
  const seen = await session.preview(["data"]);
  assert.deepEqual([seen?.value, seen?.size], ["{ rows: [Array], n: null }", "2 keys"]);
  assert.deepEqual(await members("data"), ["property rows", "property n"]);
  assert.deepEqual(await members("data", "rows", "0"), ["property id", "property größe"]);
  assert.deepEqual(await members("net"), [
    "property layers",
    "method train",
    "property secret",
    "method forward",
  ]);
  assert.ok((await members("data", "rows"))!.includes("method map"));
  assert.equal((await members("data", "rows"))![0], "property length");
  assert.ok((await members("text"))!.includes("method slice"));
  assert.ok((await members("numbers"))!.length < 100);
  assert.ok((await members("process", "env"))!.includes("property PATH"));
  assert.equal((await session.preview(["data", "rows", "0", "größe"]))?.value, "2");
});

test("what is inherited by a number is no member", async () => {
  await notebook.run("$.places = Object.create({ get 0() { throw new Error(); }, at() {} });");
  assert.deepEqual(await members("places"), ["method at"]);
});

test("what a function's type says is not told again", async () => {
  assert.equal((await session.preview(["Net"]))?.value, "");
  assert.ok((await members("Net"))!.includes("property of"));
});

test("nothing of the user's runs, and what is not there is nothing", async () => {
  const { stdout } = await notebook.run(`
    const trap = (name) => () => { console.log("ran " + name); return undefined; };
    $.proxy = new Proxy({ a: 1 }, { get: trap("get"), ownKeys: trap("keys"), getOwnPropertyDescriptor: trap("own"), getPrototypeOf: trap("proto"), has: trap("has") });
    $.lazy = { get value() { console.log("ran value"); return { a: 1 } }, proxy: $.proxy };`);
  assert.deepEqual(await members("proxy"), []);
  assert.deepEqual(await members("lazy"), ["property value", "property proxy"]);
  assert.equal(await session.preview(["proxy", "a"]), undefined);
  assert.equal(await session.preview(["lazy", "value"]), undefined);
  assert.equal(await session.preview(["lazy", "proxy", "a"]), undefined);
  assert.equal(await session.preview(["net", "secret"]), undefined);
  assert.equal(await session.preview(["nobody"]), undefined);
  assert.equal(await session.preview(["data", "n", "more"]), undefined);
  await notebook.run("");
  assert.equal(stdout(), "");
});

test("a name that is spelt to do harm does none", async () => {
  for (const name of ['"]); $.data = 1; (["', "\n\n", "\u2028", "__proto__"])
    assert.equal(await session.preview(["data", name, "x"]), undefined);
  assert.equal((await session.preview(["data"]))?.size, "2 keys");
});

test("members are those that begin with what is typed, in whatever case, also of very many", async () => {
  await notebook.run(
    "$.many = { __typename: 1 }; for (let i = 0; i < 3000; i++) $.many['k' + i] = i; $.many.Zebra = 1;",
  );
  const names = async (prefix: string) =>
    (await session.preview(["many"], prefix))?.members.map(({ name }) => name);
  assert.deepEqual(await names("zeb"), ["Zebra"]);
  assert.deepEqual(await names("__"), ["__typename"]);
  assert.equal((await names(""))!.length, 1000);
});

test("what takes long is given up, and a cell goes on and can be stopped", async () => {
  await notebook.run(`
    $.endless = new (class { get shape() { while (true); } })();
    $.huge = {}; for (let i = 0; i < 300_000; i++) $.huge['k' + i] = i;
    $.n = 0;`);
  const looping = notebook.run("while (true) $.n++;");
  await until(isCounting);
  for (let i = 0; i < 5; i++) for (const name of ["endless", "huge"]) await session.preview([name], "");
  await until(isCounting);
  const given = [1, 2, 3, 4, 5].map(() => session.preview(["huge"], ""));
  await session.interrupt();
  assert.equal((await looping).outcome.status, "interrupted");
  await Promise.all(given);
  assert.equal(
    (await notebook.run("return { value: $.endless === undefined }")).result?.data["text/plain"],
    "false",
  );
});

async function isCounting(): Promise<boolean> {
  return Number((await session.preview(["n"]))?.value) > 0;
}

test("several questions at a time are all answered", async () => {
  for (let i = 0; i < 20; i++) {
    const paths = [["data"], ["data", "rows"], ["data", "rows", "0"]];
    const seen = await Promise.all(paths.map((path) => session.preview(path, "")));
    assert.deepEqual(
      seen.map((value) => value?.size),
      ["2 keys", "1 item", "2 keys"],
    );
  }
});

test("the first question to a session is answered, however long its start takes", async () => {
  for (let i = 0; i < 3; i++) {
    const fresh = new Notebook();
    await fresh.run("$.answer = { weights: 1 }");
    assert.deepEqual((await fresh.session.preview(["answer"], "w"))?.members, [
      { name: "weights", kind: "property" },
    ]);
    await fresh.session.close();
  }
});

test("values are seen while a cell loops, and native code delays nobody", async () => {
  const looping = notebook.run("$.n = 0; while (true) $.n++;");
  await until(isCounting);
  for (let i = 0; i < 50; i++)
    await until(async () => (await members("data"))?.join() === "property rows,property n");
  await session.interrupt();
  assert.equal((await looping).outcome.status, "interrupted");
  assert.ok(Number((await session.preview(["n"]))?.value) > 0);
  const goOn = join(mkdtempSync(join(tmpdir(), "cellgrad-")), "go-on");
  const { ended } = await notebook.launch(
    `require("node:child_process").execSync("echo begun; until [ -e ${goOn} ]; do sleep 0.05; done", { stdio: "inherit" });
     return { value: "slept" }`,
  );
  assert.equal(await session.preview(["data"]), undefined);
  writeFileSync(goOn, "");
  assert.equal((await ended).result?.data["text/plain"], "'slept'");
});
