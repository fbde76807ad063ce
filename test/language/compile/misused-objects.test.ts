/** A tensor as a condition and a list of tensors in the order of their texts are refused, with what to write; what may be missing is a condition. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Notebook, OWN_RUNTIME } from "../notebook.js";

const notebook = new Notebook({}, OWN_RUNTIME);
notebook.compile(`const x = tensor([1, 6]), t = x.sum(), list = [t, tensor(1)], model = new nn.Linear(2, 3);
const pair: [Tensor, Tensor] = [t, t], queue: Tensor[] = [], byName: Record<string, Tensor> = {};
let best: Tensor | null = null, n = 3;
const maybe = n > 2 ? t : undefined;
class Lazy { cache!: Tensor; last?: Tensor; all = x.gt(0); }
const lazy = new Lazy();`);

/** Checks that a cell is refused where it has angle quotes around an expression. */
function refuses(marked: string, message: (expression: string) => string): void {
  const [before, expression] = marked.split(/[‹›]/u) as [string, string];
  const [error, ...others] = notebook.refused(marked.replaceAll(/[‹›]/gu, ""));
  const lines = before.split("\n");
  assert.deepEqual([error!.line, error!.column], [lines.length, lines.at(-1)!.length + 1]);
  assert.equal(error!.message, message(expression));
  assert.deepEqual(others, []);
}

for (const code of [
  "if (‹x.gt(5)›) n",
  "while (‹x›) break",
  "do n--; while (‹x›)",
  "for (; ‹x›; ) break",
  "‹x› ? 1 : 2",
  "!‹x›",
  "!!‹x›",
  "const a = ‹x› && 5",
  "const a = ‹x› || 5",
  "let a = x;\n‹a› &&= randn([2])",
  "n > 0 && ‹x› ? 1 : 2",
  "if (n > 0 && ‹x.gt(3)›) n",
  "if (!(n > 0 || (‹x›))) n",
  "const f = (a: Tensor) => ‹a› ? 1 : 0",
  "function f<T extends Tensor>(a: T) { if (‹a›) return 1 }",
  "for (const p of model.parameters()) if (‹p›) n",
  "const big = x.gt(5);\n\nif (‹big›) n",
  "if (‹lazy.all›) n",
  "if (‹pair[0]›) n",
  "class Net { step(a: Tensor) { return ‹a.gt(0)› ? 1 : 2 } }",
  'import { Tensor as T } from "cellgrad"; const f = (a: T) => !‹a›',
  "queue.filter((a) => ‹a.gt(1)›)",
])
  test(`a tensor is no condition: ${code}`, () => {
    refuses(
      code,
      (x) =>
        `A tensor is always true as a condition; write ${x}.item() for one element, ${x}.any().item() or ${x}.all().item() for several`,
    );
  });

for (const code of ["if (‹t.gt(5)›) n", "while (‹t›) break", "if (‹x.gt(5).any()›) n", "n > 0 && !‹t›"])
  test(`a tensor of one element is no condition: ${code}`, () => {
    refuses(code, (t) => `A tensor is always true as a condition; write ${t}.item()`);
  });

for (const [code, list] of [
  ["‹list.sort()›", "list"],
  ["‹list.toSorted()›", "list"],
  ["‹pair.sort()›", "pair"],
  ["‹[t, t].sort()›", "[t, t]"],
  ["‹[...queue].sort()›.length", "[...queue]"],
  ["‹list.map((a) => a.sum()).sort()›[0]", "list.map((a) => a.sum())"],
  ["‹model.parameters().sort()›", "model.parameters()"],
] as const)
  test(`a list of tensors is not sorted by their texts: ${code}`, () => {
    refuses(code, () => {
      const method = code.includes("toSorted") ? "toSorted" : "sort";
      return `${method}() without a function orders tensors by their texts; write ${list}.${method}((a, b) => a.item() - b.item())`;
    });
  });

for (const code of [
  "if (best) n",
  "if (best === null || t.lt(best).item()) best = t",
  "if (best) n",
  "let b: Tensor | null = null; if (n) b = t; if (b && n) b;",
  "const f = (a?: Tensor) => { if (!a) return 0; return a ? 1 : 2; }",
  "const f = (a: Tensor | number) => (a ? 1 : 2)",
  "for (const p of model.parameters()) if (p.grad) p.grad.sum()",
  "!x.grad && n",
  "x.grad && x.grad.sum()",
  "if (maybe) n",
  "maybe || t",
  "t !== null && n",
  "if (t.gt(5).item()) n",
  "if (x.gt(5).any().item() || t.lt(2).item()) n",
  "if (list[0]) n",
  "const [first] = list; if (first) n",
  "const g = byName[`w${n}`]; if (!g) n",
  "if (byName.w) n",
  "if (lazy.last) n",
  "if (!lazy.cache) lazy.cache = t",
  "let prev; for (const a of list) { if (prev) n; prev = a; }",
  "let next; while ((next = queue.pop())) n",
  "for (let i = 0, a; (a = queue[i]); i++) n",
  "while (queue.length) queue.pop()",
  "if (queue.pop()!) n",
  "best ||= t",
  "const o: any = t; if (o) n",
  "list.filter(Boolean)",
  "list.filter((a) => a.gt(1).item())",
  "list.find((a) => a.item() > 1) ? 1 : 2",
  "list.sort((a, b) => a.item() - b.item())",
  "[3, 1].sort()",
  "t ?? 5",
  "class Own { item() {} } if (new Own()) n",
  "// @ts-ignore\nif (t) n",
  "// @ts-nocheck\nif (t) n",
])
  test(`what may be missing is a condition: ${code}`, () => {
    notebook.compile(code);
  });

test("with %typecheck warn a tensor as a condition is a warning, with off nothing", () => {
  const own = new Notebook({}, OWN_RUNTIME);
  const warned = own.check("%typecheck warn\nif (randn([2])) 1").result;
  assert.ok(warned.ok);
  assert.match(warned.warnings[0]!.message, /^A tensor is always true/);
  assert.equal(warned.warnings[0]!.line, 2);
  const quiet = own.check("%typecheck off\nif (randn([2])) 1").result;
  assert.ok(quiet.ok);
  assert.deepEqual(quiet.warnings, []);
});

test("a tensor as a condition in a local file is told where it is imported, once it is mended no more", () => {
  const own = new Notebook(
    {
      "tools.ts": 'export { clip } from "./lib/clip.js";',
      "lib/clip.ts":
        'import type { Tensor } from "cellgrad";\nexport const clip = (x: Tensor) =>\n  x.gt(1) ? x.sign() : x;\n',
      "fine.ts": "import type { Tensor } from 'cellgrad';\nexport const f = (x?: Tensor) => (x ? 1 : 2);\n",
    },
    OWN_RUNTIME,
  );
  own.compile("import { f } from './fine.ts';");
  for (const from of ["./tools.ts", "./lib/clip"]) {
    const [error, ...others] = own.refused(`1;\nimport { clip } from "${from}";`);
    assert.match(
      error!.message,
      /^lib\/clip\.ts:3:3: A tensor is always true as a condition; write x\.gt\(1\)\.item/u,
    );
    assert.deepEqual([error!.line, error!.column, others], [2, 22, []]);
  }
  own.file(
    "lib/clip.ts",
    'import type { Tensor } from "cellgrad";\nexport const clip = (x: Tensor) =>\n  x.gt(1).item() ? x.sign() : x;\n',
  );
  own.compile('import { clip } from "./tools.ts"');
});
