/** A shape that a type knows refuses a cell only where nothing can have changed it; what is assigned again has no known shape. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Notebook, OWN_RUNTIME } from "../notebook.js";

const notebook = new Notebook(
  {
    "state.ts": `import { randn, zeros } from "cellgrad";
export const W = randn([2, 3]);
export let state = zeros([2]);
export function step(): void { state = zeros([3, 3]); }
export class Memory { h = zeros([1, 4]); grow(): void { this.h = this.h.reshape([2, 2]); } }
`,
  },
  OWN_RUNTIME,
);
notebook.compile(
  "const X = randn([64, 2]), W2 = randn([2, 3]), W3 = randn([3, 4]), yes = Math.random() < 2;",
);

/** The types of a cell's variables, as `variables()` tells them. */
function typesAfter(code: string): Record<string, string> {
  notebook.compile(code);
  return Object.fromEntries(notebook.cells.variables().map(({ name, type }) => [name, type]));
}

const accepted: Readonly<Record<string, string>> = {
  "a loss that is added up":
    "let total = tensor(0); for (let i = 0; i < 3; i++) total = total.add(nn.functional.mseLoss(X, X)); total.matmul; total.add(randn([2])).add(randn([3]));",
  "a variable that is reshaped":
    "let a1 = randn([2, 3]); a1 = a1.t(); a1.matmul(randn([2, 4])); a1 = a1.flatten(); a1.add(randn([6]));",
  "a variable that grows in a loop":
    "let b1 = randn([1, 3]); for (let i = 0; i < 2; i++) { b1 = cat([b1, randn([1, 3])]); b1.t().matmul(randn([b1.shape[0], 2])); } b1.add(randn([3, 3]));",
  "one of two":
    "const c1 = yes ? randn([2]) : randn([3]); c1.add(randn([3])); c1.add(randn([2])); (yes ? c1 : randn([5, 5])).matmul(W3);",
  "one of two, at once": "(yes ? randn([2, 2]) : randn([2, 3])).matmul(W3);",
  "a default":
    "const d0 = new Map<string, Tensor<[2]>>(); const d1 = d0.get('a') ?? randn([3]); d1.add(randn([3]));",
  "a list":
    "const e1 = [randn([2])]; e1.push(randn([3])); e1[1]!.add(randn([3])); for (const t of e1) t.add(randn([3])); const [, e2] = e1; e2!.add(randn([3])); e1.at(-1)!.add(randn([3]));",
  "a list in a callback":
    "const f1 = [randn([2]), randn([2])]; f1[1] = randn([4]); f1.forEach((t) => t.add(randn([4]))); f1.map((t) => t.mul(randn([4]))); const f2 = f1[1]!; f2.mul(randn([4]));",
  "a map and a set":
    "const g1 = new Map([['a', randn([2])]]); g1.set('b', randn([3])); g1.get('b')!.add(randn([3])); const g2 = g1.get('b')!; g2.add(randn([3])); const g3 = new Set([randn([2])]); g3.add(randn([3])); for (const t of g3) t.add(randn([3]));",
  "an object's field":
    "const h1 = { x: randn([2]), pair: [randn([2]), randn([2])] as [Tensor, Tensor] }; h1.x = randn([3]); h1.x.add(randn([3])); const { x: h2 } = h1; h2.add(randn([3])); h1.pair[0] = randn([3]);",
  "a property of a class":
    "class Cell1 { h = zeros([1, 4]); hidden: Tensor = zeros([2]); step() { this.h = this.h.reshape([4, 1]); this.hidden = this.h; return this.h.matmul(randn([1, 2])); } } const i1 = new Cell1(); i1.h.matmul(randn([1, 2]));",
  "a private property":
    "class Cell2 { #h = zeros([1, 4]); step() { this.#h = this.#h.t(); return this.#h.matmul(randn([1, 2])); } }",
  "a parameter's default":
    "function j1(h = zeros([1, 4])) { h = h.t(); return h.matmul(randn([1, 2])); } j1(randn([2, 7]));",
  "a function with two results":
    "function k1(flag: boolean) { if (flag) return randn([2]); return randn([3]); } k1(false).add(randn([3])); const k2 = k1(false); k2.add(randn([3]));",
  "variables taken apart":
    "let { values: l1 } = randn([2, 3]).sort(); l1 = l1.flatten(); l1.add(randn([6])); let [l2, l3] = [randn([2]), randn([3])]; [l2, l3] = [l3, l2]; l2.add(randn([3]));",
  "an accumulator":
    "const m1 = [1, 2].reduce((acc, n) => cat([acc, randn([n, 3])]).add(0), zeros([0, 3])); m1.add(randn([3, 3])); [1, 2].reduce((acc, n) => acc.add(randn([n, 3])), zeros([3])).add(randn([2, 3]));",
  "a function of any type":
    "function last<T>(items: readonly T[]): T { return items[items.length - 1]!; } const n1 = last([randn([2]), randn([3])]); n1.add(randn([3])); last([randn([2]), randn([3])]).add(randn([3]));",
  "a wider model":
    "let net = nn.sequential(new nn.Linear(2, 8), new nn.ReLU()); net = nn.sequential(new nn.Linear(3, 16), new nn.Linear(16, 1)); net.forward(randn([4, 3])).add(randn([4, 1]));",
  "another head":
    "class Tuned extends nn.Module { head = new nn.Linear(2, 3); forward(x: Tensor) { return this.head.forward(x); } } const tuned = new Tuned(); tuned.head = new nn.Linear(3, 9); tuned.head.forward(randn([4, 3]));",
  "a layer from a list":
    "const o1 = [new nn.Linear(2, 3), new nn.Linear(3, 4)]; let o2: Tensor = X; for (const layer of o1) o2 = layer.forward(o2); o1[1]!.forward(randn([5, 3])); nn.sequential(o1[0]!, o1[1]!);",
  "values in a plot":
    "let p1 = randn([4]); p1 = p1.reshape([2, 2]); const rows = p1.tolist(); rows.map((r) => r.map((v) => v * 2)); viz.plot([{ type: 'heatmap', z: rows }, { y: p1.flatten().tolist() }]); Math.max(...p1.flatten().tolist());",
  "values of what is in a map or an object":
    "const p2 = new Map([['a', zeros([2, 2])]]); p2.set('a', zeros([3])); p2.get('a')!.tolist().map((v) => v * 2); const p3 = { w: zeros([2, 2]) }; p3.w = zeros([3]); p3.w.tolist().map((v) => v * 2); class P4<T> { constructor(public held: T) {} } const p4 = new P4(zeros([2, 2])); p4.held = zeros([3]); p4.held.tolist().map((v) => v * 2); const p5 = [{ w: zeros([2, 2]) }]; p5[0]!.w.tolist().map((v) => v * 2);",
  sizes:
    "let [q1, q2] = X.shape; q1 = q1 / 2; q2 += 1; let q3 = X.shape; q3 = randn([5]).shape; const q4 = [X.shape[0]]; q4.push(5); if (X.shape.length === 3 || X.shape[0] === 5) throw new Error();",
  "an imported variable":
    "import { state, step, Memory } from './state.ts'; step();  state.matmul(randn([3, 1])); const r1 = new Memory(); r1.grow(); r1.h.matmul(randn([2, 1])); state.tolist().map((row) => row.map((v) => v * 2)); r1.h.tolist().map((row) => row.map((v) => v * 2));",
  "a constant of a callback's result":
    "const s1 = [2, 3].map((n) => randn([n])); s1[1]!.add(randn([3])); const s2 = s1[1]!.add(0); s2.add(randn([3]));",
  "a promise":
    "const t1 = Promise.resolve(randn([2])); const t2 = await Promise.all([randn([2]), randn([3])]); t2[1].add(randn([3]));",
  "an evolving variable":
    "let u1; u1 = randn([2]); for (let i = 0; i < 2; i++) u1 = u1.unsqueeze(0); u1.add(randn([3, 4, 2])); u1.matmul(randn([2, 5]));",
  "an annotated variable that is assigned":
    "let v1: Tensor<[2]> = randn([2]); v1 = randn([3]); v1.add(randn([3]));",
  "a wrong annotation":
    "function x1(): Tensor<[2]> { return randn([3]); } x1().add(randn([3])); const x2: Tensor<[2]> = randn([3]); x2.add(randn([3]));",
  "a property that a parameter declares":
    "class X3 { constructor(public value = randn([2])) {} } const x3 = new X3(); x3.value = randn([3]); x3.value.add(randn([3]));",
  "a function given more than it says":
    "function x4(x: Tensor<[2, 3]>) { return x.mul(2); } x4(randn([5, 3])).add(randn([5, 3]));",
  "a function that calls itself":
    "const x5 = (n: number, x = randn([2])) => { while (n-- > 0) x = x.unsqueeze(0); return x; }; x5(2).add(randn([3, 4, 2]));",
  "what a promise gives":
    "async function load() { return yes ? X : W2; } const loaded = await load(); loaded.matmul(W3); (await load()).matmul(W3); const promise = load(); (await promise).matmul(W3);",
  "a nested list":
    "const x6 = [[randn([2])], [randn([3])]]; x6[1]![0]!.add(randn([3])); x6.map(([t]) => t!.add(randn([3])));",
  "a generator":
    "function* x7() { yield randn([2]); yield randn([3]); } for (const t of x7()) t.add(randn([3]));",
  "an inner variable":
    "{ let x8 = randn([2]); const grow = () => { x8 = cat([x8, x8]); }; grow(); x8.add(randn([4])); }",
};

for (const [name, code] of Object.entries(accepted))
  test(`no shape refuses ${name}`, () => {
    notebook.compile(code);
  });

const refused: Readonly<Record<string, readonly [string, RegExp]>> = {
  "a product of constants": ["X.matmul(W3)", /^matmul: inner sizes 2 and 3 differ: \[64, 2\] x \[3, 4\]$/],
  "a constant of constants": [
    "const z1 = X.matmul(W2).relu(); z1.add(1).matmul(W2)",
    /inner sizes 3 and 2 differ/,
  ],
  "a variable that nobody assigns to": [
    "let z2 = randn([2, 3]); z2.matmul(W2)",
    /inner sizes 3 and 2 differ/,
  ],
  "a function's result": [
    "const z3 = (x: Tensor<[64, 2]>) => x.matmul(W2); z3(X).matmul(W2)",
    /inner sizes 3 and 2 differ/,
  ],
  "a function's parameter": [
    "function z4(x: Tensor<[5, 3]>) { return x.matmul(W2); }",
    /inner sizes 3 and 2 differ/,
  ],
  "parts of a result": ["const { values: z5 } = X.sort(); z5.matmul(W3)", /inner sizes 2 and 3 differ/],
  "joined constants": ["cat([X, X]).matmul(W3)", /inner sizes 2 and 3 differ/],
  "a model's layers": [
    "nn.sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(9, 1))",
    /^Linear\(9 → 1\): input \[\.\.\., 8\] has last size 8$/,
  ],
  "a model's input": [
    "const z6 = nn.sequential(new nn.Linear(3, 8)); z6.forward(X)",
    /^Linear\(3 → 8\): input \[64, 2\] has last size 2$/,
  ],
  "a layer of a class": [
    "class Z7 extends nn.Module { first = new nn.Linear(2, 3); forward() { return this.first.forward(W3); } }",
    /has last size 4/,
  ],
  "a layer of one's own": [
    'interface Z8Rule extends nn.ShapeRule { readonly output: this["input"] extends readonly [...number[], 3] ? "Even: 3 is odd" : this["input"] } ' +
      "class Z8 extends nn.Module { declare readonly shapeRule?: nn.TypeOnly<Z8Rule>; forward(x: Tensor): Tensor { return x; } } nn.sequential(new nn.Linear(2, 3), new Z8())",
    /^Even: 3 is odd$/,
  ],
  "a constant at the end of many": [
    `${Array.from({ length: 40 }, (_, i) => `const y${i} = ${i === 0 ? "X" : `y${i - 1}.add(y${i - 1})`};`).join(" ")} y39.matmul(W3)`,
    /inner sizes 2 and 3 differ/,
  ],
  "an imported constant": ["import { W } from './state.ts'; X.matmul(W.t())", /inner sizes 2 and 3 differ/],
};

for (const [name, [code, message]] of Object.entries(refused))
  test(`shapes that do not fit refuse ${name}`, () => {
    assert.match(notebook.refused(code)[0]!.message, message);
  });

test("a variable keeps its shape until a cell assigns to it", () => {
  notebook.compile("let later = randn([2, 3]); const before = later.mul(2);");
  assert.match(notebook.refused("later.matmul(W2)")[0]!.message, /3 and 2 differ/);
  const types = typesAfter("later = later.t(); later.matmul(W2.t());");
  assert.equal(types.later, "Tensor<Shape>");
  assert.equal(types.before, "Tensor<[2, 3]>");
  notebook.compile("later.matmul(randn([2, 1])); later.matmul(randn([9, 1]));");
});

test("what is known is shown, and what may have changed is a plain tensor", () => {
  const types = typesAfter(
    "const w1 = X.matmul(W2); let w2 = tensor(0); w2 = w2.add(1); const w3 = yes ? X : W2; const w4 = nn.functional.mseLoss(X, X); const w5 = [X, W2]; " +
      "let w6 = nn.sequential(new nn.Linear(2, 3)); w6 = nn.sequential(new nn.Linear(2, 4)); const w7 = w6.forward(X); const w8 = w7.mean();",
  );
  const { w1, w2, w3, w4, w5, w6, w7, w8 } = types;
  assert.deepEqual(
    { w1, w2, w3, w4, w5, w6, w7, w8 },
    {
      w1: "Tensor<[64, 3]>",
      w2: "Tensor<Shape>",
      w3: "Tensor<Shape>",
      w4: "Tensor<[]>",
      w5: "Tensor<Shape>[]",
      w6: "Sequential<readonly Layer[]>",
      w7: "Tensor<Shape>",
      w8: "Tensor<[]>",
    },
  );
});
