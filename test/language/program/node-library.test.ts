/** Cells know of JavaScript's library what the running Node has, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Notebook } from "../notebook.js";

/** Code, each piece with what Node has to have for it. */
const PIECES: readonly (readonly [code: string, there: boolean])[] = [
  ["Object.groupBy([1, 2, 3], (v) => (v % 2 ? 'odd' : 'even'))", "groupBy" in Object],
  ["Map.groupBy([1, 2, 3], (v) => v % 2).get(1)", "groupBy" in Map],
  ["new Set([1, 2]).union(new Set([3])).size", "union" in Set.prototype],
  [
    "const { promise, resolve } = Promise.withResolvers<number>(); resolve(1); await promise",
    "withResolvers" in Promise,
  ],
  ["await Promise.try((x: number) => x + 1, 2)", "try" in Promise],
  ["[1, 2].values().map((v) => v * 2).toArray()", "Iterator" in globalThis],
  ["Iterator.from([1, 2]).take(1).toArray()", "Iterator" in globalThis],
  ["(await Array.fromAsync([Promise.resolve(1)]))[0]!.toFixed()", "fromAsync" in Array],
  ["new ArrayBuffer(8).transfer(4).byteLength", "transfer" in ArrayBuffer.prototype],
  ["RegExp.escape('a.b').length", "escape" in RegExp],
  ["Error.isError(new Error('x'))", "isError" in Error],
  ["new Float16Array([1.5])[0]!.toFixed()", "Float16Array" in globalThis],
  ["new Intl.DurationFormat('en').format({ hours: 1 })", "DurationFormat" in Intl],
  ["const stack = new DisposableStack(); stack.dispose(); stack.disposed", "DisposableStack" in globalThis],
  ["Uint8Array.fromBase64('AQ==').length", "fromBase64" in Uint8Array],
  ["new Map<string, number>().getOrInsert('a', 1).toFixed()", "getOrInsert" in Map.prototype],
  ["Math.max(...[1, 2].toSorted(), [3].findLast(() => true)!)", true],
  ["new ArrayBuffer(8, { maxByteLength: 16 }).resizable", true],
  ["new SharedArrayBuffer(8, { maxByteLength: 16 }).growable", true],
  ["/[\\p{L}--[a-z]]/v.test('Ä')", true],
  ["'a'.isWellFormed()", true],
  ["{ using _x = { [Symbol.dispose]() {} }; await using _y = { async [Symbol.asyncDispose]() {} }; }", true],
];

async function agrees(notebook: Notebook): Promise<void> {
  for (const [code, there] of PIECES) {
    if (there) await notebook.run(code);
    else for (const { message } of notebook.refused(code)) assert.doesNotMatch(message, /compiler option/u);
  }
}

test("what this Node has is accepted and runs, and what it has not is refused", async () => {
  await agrees(new Notebook());
});

for (const options of [
  '"target": "es5"',
  '"target": "esnext", "lib": ["es2015", "dom"]',
  '"lib": ["esnext"]',
  '"target": "es2020"',
])
  test(`so it is whatever a tsconfig.json says: ${options}`, async () => {
    const notebook = new Notebook({ "tsconfig.json": `{ "compilerOptions": { ${options} } }` });
    await agrees(notebook);
    const page = () => notebook.compile("const id = document.body.id;");
    if (options.includes("dom")) page();
    else assert.throws(page, /document/u);
  });
