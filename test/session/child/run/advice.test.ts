/** Where types are unknown, what is no function is told with what to write, and specifiers of other runtimes with what to import. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Notebook } from "../../notebook.js";

const notebook = new Notebook();
after(() => notebook.session.close());

async function message(js: string): Promise<string> {
  const { outcome } = await notebook.run(js);
  assert.equal(outcome.status, "error");
  return outcome.status === "error" ? outcome.error.evalue : "";
}

test("a call of what is no function says what to write", async () => {
  await notebook.run(`
    $.model = { forward(x) { return x; }, zeroGrad() {} };
    $.nested = { model: $.model };
    $.x = { tolist() { return []; }, at() {}, cpu() { return this; } };
    $.xs = [1];`);
  for (const [js, expected] of [
    ["(0, $.model)(1)", "model is not a function. Write model.forward(…)"],
    ["$.nested.model(1)", "nested.model is not a function. Write nested.model.forward(…)"],
    ["$.model.zero_grad()", "model.zero_grad is not a function. Did you mean 'zeroGrad'?"],
    ["$.xs.append(2)", "xs.append is not a function. Write xs.push(…)"],
    ["$.xs.nothing(2)", "xs.nothing is not a function"],
    ["(0, $.xs)(2)", "xs is not a function"],
  ] as const)
    assert.equal(await message(js), expected);
  assert.match(await message("$.x.numpy()"), /^x\.numpy is not a function\. Write x\.tolist\(\) /);
  assert.match(await message("$.x.cuda()"), /Leave \.cuda\(\) out and write x: /);
  assert.match(await message("((t) => t.numpy())({})"), /Write t\.tolist\(\)/);
  for (const name of ["toString", "constructor", "hasOwnProperty"])
    assert.equal(await message(`((t) => t.${name}())(Object.create(null))`), `t.${name} is not a function`);
});

test("what the user's own name hides is told", async () => {
  await notebook.run("$.display = 5;");
  assert.match(
    await message("(0, $.display)(1)"),
    /'display' is your own here and hides the one that every cell has/,
  );
});

test("advice runs no code of the user's", async () => {
  await notebook.run(`
    $.touched = 0;
    $.sly = { get inner() { $.touched++; return {}; }, proxy: new Proxy({}, { getOwnPropertyDescriptor() { $.touched++; } }) };`);
  await message("$.sly.proxy.numpy()");
  await message("$.sly.forward()");
  const { result } = await notebook.run("return { value: $.touched };");
  assert.equal(result?.data["text/plain"], "0");
});

test("specifiers of other runtimes are told with what to import, also when they are known late", async () => {
  for (const [specifier, expected] of [
    ["npm:moment@2.29.4", 'Run npm install moment@2.29.4 beside the notebook, then import "moment".'],
    [
      "https://esm.sh/lodash",
      'Modules are not loaded from the web. Run npm install lodash beside the notebook, then import "lodash".',
    ],
    [
      "jsr:@std/assert",
      'Packages of JSR are not loaded by this name: run npx jsr add @std/assert, then import "@std/assert".',
    ],
    ["bun:test", "Only Bun has this module; cells run in Node.js."],
  ] as const)
    assert.equal(
      await message(`await __import(${JSON.stringify(specifier)});`),
      `Cannot find module '${specifier}'. ${expected}`,
    );
  assert.match(await message('await __import("node:nope");'), /Node \d+\.\d+\.\d+ has no such module\./);
  const { result } = await notebook.run(
    'return { value: (await __import("data:text/javascript,export default 42")).default };',
  );
  assert.equal(result?.data["text/plain"], "42");
});
