/**
 * Shapes are types: what the compiler infers, and what it says where sizes do not fit.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "./cells.js";

const pieces = {
  creation: `
    const a = randn([64, 2]); const b = zeros(3); const c = ones(2, 3); const d = tensor([[1, 2, 3], [4, 5, 6]]);
    const e = tensor(1); const f = tensor(new Float32Array(4)); const g = eye(3); const h = full([2, 2], 7);
    const i = zerosLike(a); const j = linspace(0, 1, 5); const k = randint(10, [4]); const l = arange(5); const m = tensor([true, false]);
    const n = randn(4, 5, { requiresGrad: true });`,
  elementwise: `
    const a = randn([2, 3]).add(randn([3])); const b = randn([2, 1]).mul(randn([1, 5])); const c = randn([2, 3]).sub(1);
    const d = randn([4, 2, 3]).div(randn([2, 3])).exp().relu(); const e = randn([2, 3]).gt(0);
    const f = where(e, randn([2, 3]), 0); const g = randn([2, 3]).mul(randn([]));`,
  products: `
    const a = randn([64, 2]).matmul(randn([2, 3])); const b = randn([3]).matmul(randn([3])); const c = randn([3]).matmul(randn([3, 4]));
    const d = randn([2, 3]).matmul(randn([3])); const e = randn([8, 5, 2]).matmul(randn([2, 3]));
    const f = randn([7, 1, 5, 2]).matmul(randn([8, 2, 3]));`,
  reductions: `
    const x = randn([2, 3, 4]);
    const a = x.sum(); const b = x.sum(0); const c = x.mean(-1, { keepdim: true }); const d = x.sum([0, 2]);
    const e = x.max(1).values; const f = x.argmax(2); const g = x.sum(undefined, { keepdim: true }); const h = x.std(-2);`,
  movement: `
    const x = randn([2, 3, 4]);
    const a = x.transpose(0, 2); const b = x.reshape([6, 4]); const c = x.reshape([2, -1]); const d = x.unsqueeze(1);
    const e = x.permute(2, 0, 1); const f = randn([2, 3]).t(); const g = x.unsqueeze(-1); const h = x.narrow(1, 0, 2);
    const i = cat([randn([2, 3]), randn([4, 3])]); const j = stack([randn([2, 3]), randn([2, 3])], 1);
    const k = x.slice(0, null, [1, 3]); const l = x.at(1, 2); const m = x.transpose(-1, -2); const n = x.tolist();`,
  flattened: `
    const x = randn([2, 3, 4, 5]); const n: number = 1;
    const a = x.flatten(); const b = x.flatten(1); const c = x.flatten(0, 1); const d = x.flatten(2, 2); const e = x.flatten(-3, -2);
    const f = x.flatten(n); const g = (x as Tensor).flatten(1); const h = randn([]).flatten();
    const i = new nn.Flatten().forward(x); const j = new nn.Flatten(0, 1).forward(x); const k = new nn.Flatten().forward(x as Tensor);
    const l = nn.sequential(new nn.Flatten(), new nn.Linear(60, 10)).forward(x); const m = new nn.Flatten().forward(randn([7, 8]));
    let flat = new nn.Flatten(); flat = new nn.Flatten(0, 2); const o = nn.functional.relu(x); const p = nn.functional.softmax(x, 1);`,
  noDim: `new nn.Flatten().forward(randn([5]));`,
  gradients: `
    const w = randn([2, 3], { requiresGrad: true });
    const a = w.grad; const [b] = grad(w.sum(), w); const c = valueAndGrad((x: Tensor<[4]>) => x.sum())(randn([4]));`,
  unknown: `
    const size: number = 5; const shape: number[] = [1, 2];
    const a = randn([size, 2]).matmul(randn([2, 3])); const b = randn(shape).matmul(randn([2, 3])); const c = randn(shape).add(randn([2, 3]));
    const d = randn([size, 2]).add(randn([7, 2])); const e: Tensor = randn([2, 3]); const f = e.matmul(randn([9, 9]));
    const g = e.sum(0); const h = e.sum(); const i = (e as Tensor).add(e).t().reshape([3, -1]);
    function loss(x: Tensor, y: Tensor): Tensor { return x.sub(y).square().mean(); }
    const j = loss(randn([2, 3]), randn([2, 3])); const k: Tensor[] = [randn([2]), randn([3, 4])];
    for (const row of randn([2, 3])) row.sum();`,
  inner: `randn([64, 2]).matmul(randn([3, 1]));`,
  batch: `randn([4, 2, 3]).matmul(randn([5, 3, 2]));`,
  vector: `randn([64, 2]).matmul(randn([3]));`,
  added: `randn([2, 3]).add(randn([4]));`,
  scalarProduct: `randn([2]).matmul(randn([]));`,
  compared: `randn([2, 3]).lt(randn([2, 2]));`,
  later: `const h = randn([64, 2]).matmul(randn([2, 3])).relu(); h.matmul(randn([4, 1]));`,
  assigned: `
    let total = tensor(0); for (let i = 0; i < 3; i++) total = total.add(nn.functional.mseLoss(randn([4, 1]), randn([4, 1])));
    let x = randn([2, 3, 4]); x = x.reshape([6, 4]); x = x.flatten(); x = x.unsqueeze(0); x = x.t(); x = cat([x, x]);
    let { values } = x.sort(); values = values.sum(); let [first, second] = [randn([2]), randn([3])]; [first, second] = [second, first];
    for (let h = randn([1]); h.numel() < 8; h = cat([h, h])) h.sum();
    function grow(h = zeros([1, 4])) { h = cat([h, h]); return h; }
    function either(flag: boolean) { if (flag) return randn([2]); return randn([3, 4]); }
    const one = Math.random() < 0.5 ? randn([2]) : randn([3]);
    const list = [randn([2])]; list.push(randn([3])); list[0] = randn([4, 4]);
    const byName = new Map([["a", randn([2])]]); byName.set("b", randn([3])); const all = new Set([randn([2])]); all.add(randn([3]));
    const state = { h: zeros([2]), pair: [randn([2]), randn([2])] }; state.h = zeros([3]); state.pair = [randn([5]), randn([5])];
    const sum = [1, 2].reduce((acc, n) => cat([acc, randn([n, 3])]), zeros([0, 3]));
    class Cell { h = zeros([1, 4]); hidden: Tensor = zeros([2]); step() { this.h = cat([this.h, this.h]); this.hidden = this.h; } }
    function last<T>(items: T[]): T { return items[items.length - 1]!; } const end = last([randn([2]), randn([3])]);
    class Ring<S extends readonly number[]> { items: Tensor<S>[] = []; } let ring = new Ring<[2]>(); ring = new Ring<[3]>();
    let w = new nn.Parameter(randn([2])); w = new nn.Parameter(randn([3, 3])); let masks: Tensor<[2]> | null = null; masks = randn([3]);
    function f(x: Tensor<[2, 3]>) { return x; } f(randn([3, 2]));`,
  models: `
    let net = nn.sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1));
    net = nn.sequential(new nn.Linear(4, 16), new nn.ReLU(), new nn.Linear(16, 16), new nn.Linear(16, 1));
    let head = new nn.Linear(8, 3); head = new nn.Linear(8, 5);
    class Tuned extends nn.Module { head = new nn.Linear(8, 3); forward(x: Tensor) { let h = this.head.forward(x); h = h.relu(); return h; } }
    const tuned = new Tuned(); tuned.head = new nn.Linear(8, 9);
    const a = net.forward(randn([2, 4])); const layers: nn.Layer[] = [head, net, new nn.Flatten()]; const b = new nn.Sequential(...layers).forward(randn([2, 4]));
    const c = new nn.Linear(4, 8).forward(randn([2, 5, 4])); const d = new nn.Linear(4, 8).forward(randn([2, 4]).sum() as Tensor);
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.1 });
    let loss = tensor(0);
    for (const [x, y] of new data.DataLoader(new data.TensorDataset(randn([8, 4]), randn([8, 1])), { batchSize: 2 })) {
      loss = nn.functional.mseLoss(net.forward(x), y); optimizer.zeroGrad(); loss.backward(); optimizer.step();
    }`,
  losses: `
    const x = randn([4, 3]), y = randn([4, 3]), t = randint(3, [4]), r: "mean" | "none" = Math.random() < 0.5 ? "mean" : "none";
    const a = nn.functional.mseLoss(x, y); const b = nn.functional.crossEntropy(x, t, { reduction: "sum" }); const c = nn.functional.l1Loss(x, y, { reduction: "none" });
    const d = new nn.MSELoss().forward(x, y); const e = new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }).forward(x, t); const f = new nn.BCEWithLogitsLoss({ reduction: "none" }).forward(x, y);
    const g = nn.functional.klDiv(x, y, { reduction: "batchmean" }); const h = nn.functional.huberLoss(x, y, { reduction: r }); const i = new nn.NLLLoss({ reduction: "sum" }).forward(x, t);
    let criterion = new nn.MSELoss(); criterion = new nn.MSELoss({ reduction: "none" });
    const j: number = a.tolist(); const k = nn.functional.binaryCrossEntropy(x, y, {});`,
  values: `
    const v = (randn([2, 3]) as Tensor).flatten().tolist();
    const a: number[] = v; const b: number[][] = v; const c: number = v; const top = Math.max(...v); const doubled = v.map((e) => e * 2);
    const rows = v.map((row) => row.map((e) => e * 2)); const e1 = v[0] + 1; const e2 = v[0][1] * 2; const flat = v.flat().map((e) => e + 1);
    const at = v.indexOf(3); const some = v.includes(1); const total = v.reduce((s, e) => s + e, 0); const sorted = [...v].sort((p, q) => p - q); const n = v.length;
    for (const e of v) e.toFixed(2); viz.plot([{ x: v, y: v }, { type: "heatmap", z: v }]);
    const flags: boolean[] = (randn([3]) as Tensor).gt(0).tolist(); const known: boolean[][] = randn([2, 3]).gt(0).tolist();`,
  rules: `
    type Halved<S> = S extends readonly [...infer Batch extends number[], infer N extends number]
      ? number extends N ? [...Batch, number] : \`\${N}\` extends \`\${number}\${0 | 2 | 4 | 6 | 8}\` | \`\${2 | 4 | 6 | 8}\` ? [...Batch, number] : \`Half: \${N} is odd\`
      : S;
    interface HalfRule extends nn.ShapeRule { readonly output: Halved<this["input"]> }
    class Half extends nn.Module { declare readonly shapeRule?: nn.TypeOnly<HalfRule>; forward(x: Tensor): Tensor { return x.slice(null, [0, x.size(-1) / 2]); } }
    class Twice<In extends number> extends nn.Module { declare readonly shapeRule?: nn.TypeOnly<nn.SameShapeRule>; constructor(readonly size: In) { super(); } forward(x: Tensor): Tensor { return x.mul(2); } }
    class Plain extends nn.Module { forward(x: Tensor): Tensor { return x; } }
    const a = nn.sequential(new nn.Linear(4, 8), new Half(), new nn.Linear(4, 1)).forward(randn([3, 4]));
    const b = nn.sequential(new nn.Linear(4, 8), new Twice(8), new nn.Linear(8, 2)).forward(randn([3, 4]));
    const c = nn.sequential(new nn.Linear(4, 8), new Plain(), new nn.Linear(4, 1)).forward(randn([3, 4]));
    const d = nn.sequential(new nn.Linear(4, 8), nn.sequential(new nn.Tanh(), new nn.Linear(8, 2)), new nn.Linear(2, 1)).forward(randn([7, 4]));`,
  odd: `
    type Halved<S> = S extends readonly [...number[], 9] ? "Half: 9 is odd" : S;
    interface HalfRule extends nn.ShapeRule { readonly output: Halved<this["input"]> }
    class Half extends nn.Module { declare readonly shapeRule?: nn.TypeOnly<HalfRule>; forward(x: Tensor): Tensor { return x; } }
    nn.sequential(new nn.Linear(4, 9), new Half());`,
  layers: `nn.sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(9, 1));`,
  nested: `nn.sequential(new nn.Linear(4, 8), nn.sequential(new nn.ReLU(), new nn.Linear(9, 1)));`,
  modelInput: `nn.sequential(new nn.Linear(4, 8), new nn.ReLU()).forward(randn([3, 5]));`,
  stale: `let h = randn([2, 3]); h = h.t(); h.matmul(randn([2, 4]));`,
  notATensor: `randn([2, 3]).add([1, 2, 3]);`,
} as const;

const checked = check(pieces) as Readonly<Record<keyof typeof pieces, ReturnType<typeof check>[string]>>;

function infers(piece: keyof typeof pieces, expected: Readonly<Record<string, string>>): void {
  assert.deepEqual(checked[piece].errors, []);
  for (const [name, type] of Object.entries(expected)) assert.equal(checked[piece].types[name], type, name);
}

test("tensors that are made from literals know their shape", () => {
  infers("creation", {
    a: "Tensor<[64, 2]>",
    b: "Tensor<[3]>",
    c: "Tensor<[2, 3]>",
    d: "Tensor<[2, 3]>",
    e: "Tensor<[]>",
    f: "Tensor<[number]>",
    g: "Tensor<[3, 3]>",
    h: "Tensor<[2, 2]>",
    i: "Tensor<[64, 2]>",
    j: "Tensor<[5]>",
    k: "Tensor<[4]>",
    l: "Tensor<[number]>",
    m: "Tensor<[2]>",
    n: "Tensor<[4, 5]>",
  });
});

test("elementwise operations broadcast shapes", () => {
  infers("elementwise", {
    a: "Tensor<[2, 3]>",
    b: "Tensor<[2, 5]>",
    c: "Tensor<[2, 3]>",
    d: "Tensor<[4, 2, 3]>",
    e: "Tensor<[2, 3]>",
    f: "Tensor<[2, 3]>",
    g: "Tensor<[2, 3]>",
  });
});

test("matrix products drop the inner sizes and broadcast the batch", () => {
  infers("products", {
    a: "Tensor<[64, 3]>",
    b: "Tensor<[]>",
    c: "Tensor<[4]>",
    d: "Tensor<[2]>",
    e: "Tensor<[8, 5, 3]>",
    f: "Tensor<[7, 8, 5, 3]>",
  });
});

test("reductions drop their dims or keep them as 1", () => {
  infers("reductions", {
    a: "Tensor<[]>",
    b: "Tensor<[3, 4]>",
    c: "Tensor<[2, 3, 1]>",
    d: "Tensor<[3]>",
    e: "Tensor<[2, 4]>",
    f: "Tensor<[2, 3]>",
    g: "Tensor<[1, 1, 1]>",
    h: "Tensor<[2, 4]>",
  });
});

test("movement keeps track of sizes", () => {
  infers("movement", {
    a: "Tensor<[4, 3, 2]>",
    b: "Tensor<[6, 4]>",
    c: "Tensor<[2, 12]>",
    d: "Tensor<[2, 1, 3, 4]>",
    e: "Tensor<[4, 2, 3]>",
    f: "Tensor<[3, 2]>",
    g: "Tensor<[2, 3, 4, 1]>",
    h: "Tensor<[2, 2, 4]>",
    i: "Tensor<[number, 3]>",
    j: "Tensor<[2, 2, 3]>",
    k: "Tensor<[3, number]>",
    l: "Tensor<[4]>",
    m: "Tensor<[2, 4, 3]>",
    n: "number[][][]",
  });
});

test("dims that become one have the product of their sizes", () => {
  infers("flattened", {
    a: "Tensor<[120]>",
    b: "Tensor<[2, 60]>",
    c: "Tensor<[6, 4, 5]>",
    d: "Tensor<[2, 3, 4, 5]>",
    e: "Tensor<[2, 12, 5]>",
    f: "Tensor<Shape>",
    g: "Tensor<Shape>",
    h: "Tensor<[1]>",
    i: "Tensor<[2, 60]>",
    j: "Tensor<[6, 4, 5]>",
    k: "Tensor<Shape>",
    l: "Tensor<[2, 10]>",
    m: "Tensor<[7, 8]>",
    o: "Tensor<[2, 3, 4, 5]>",
    p: "Tensor<[2, 3, 4, 5]>",
  });
});

test("gradients have the shape of what they are gradients of", () => {
  infers("gradients", {
    a: "Tensor<[2, 3]> | null",
    c: "{ value: Tensor<[]>; grad: Tensor<[4]>; }",
  });
});

test("what is not known is accepted, and stays plain Tensor", () => {
  infers("unknown", {
    a: "Tensor<[number, 3]>",
    b: "Tensor<Shape>",
    c: "Tensor<Shape>",
    d: "Tensor<[7, 2]>",
    f: "Tensor<Shape>",
    h: "Tensor<[]>",
  });
});

test("a variable, a property and a list take tensors of any shape, and models of any width", () => {
  infers("assigned", {});
  infers("models", { a: "Tensor<[2, 1]>", b: "Tensor<Shape>", c: "Tensor<[2, 5, 8]>", d: "Tensor<Shape>" });
});

test("losses are single numbers unless every element's is kept", () => {
  infers("losses", {
    a: "Tensor<[]>",
    b: "Tensor<[]>",
    c: "Tensor<[4, 3]>",
    d: "Tensor<[]>",
    e: "Tensor<[]>",
    f: "Tensor<[4, 3]>",
    g: "Tensor<[]>",
    h: "Tensor<Shape>",
    i: "Tensor<[]>",
    k: "Tensor<[]>",
  });
});

test("values of a tensor of unknown rank are used as numbers and as lists", () => {
  infers("values", {
    top: "number",
    doubled: "number[]",
    rows: "number[][]",
    e2: "number",
    flat: "number[]",
    total: "number",
  });
});

test("a layer of one's own says what it does to a shape, and models follow it", () => {
  infers("rules", { a: "Tensor<[3, 1]>", b: "Tensor<[3, 2]>", c: "Tensor<Shape>", d: "Tensor<[7, 1]>" });
});

const refused: Readonly<Partial<Record<keyof typeof pieces, string>>> = {
  inner: `Argument of type 'Tensor<[3, 1]>' is not assignable to parameter of type '"matmul: inner sizes 2 and 3 differ: [64, 2] x [3, 1] (if its shape has changed since it was declared: let x: Tensor)"'.`,
  batch: `Argument of type 'Tensor<[5, 3, 2]>' is not assignable to parameter of type '"matmul: batch sizes 4 and 5 differ: [4, 2, 3] x [5, 3, 2] (if its shape has changed since it was declared: let x: Tensor)"'.`,
  vector: `Argument of type 'Tensor<[3]>' is not assignable to parameter of type '"matmul: inner sizes 2 and 3 differ: [64, 2] x [3] (if its shape has changed since it was declared: let x: Tensor)"'.`,
  added: `Argument of type 'Tensor<[4]>' is not assignable to parameter of type 'number | "add: sizes 3 and 4 differ: [2, 3] and [4] (if its shape has changed since it was declared: let x: Tensor)"'.`,
  scalarProduct: `Argument of type 'Tensor<[]>' is not assignable to parameter of type '"matmul: a 0-dimensional tensor has no inner size: [2] x [] (if its shape has changed since it was declared: let x: Tensor)"'.`,
  compared: `Argument of type 'Tensor<[2, 2]>' is not assignable to parameter of type 'number | "lt: sizes 3 and 2 differ: [2, 3] and [2, 2] (if its shape has changed since it was declared: let x: Tensor)"'.`,
  later: `Argument of type 'Tensor<[4, 1]>' is not assignable to parameter of type '"matmul: inner sizes 3 and 4 differ: [64, 3] x [4, 1] (if its shape has changed since it was declared: let x: Tensor)"'.`,
  odd: `Argument of type 'Half' is not assignable to parameter of type 'Half & "Half: 9 is odd"'.`,
  layers: `Argument of type 'Linear<9, 1>' is not assignable to parameter of type 'Linear<9, 1> & "Linear(9 → 1): input [..., 8] has last size 8"'.`,
  nested: `Argument of type 'Sequential<readonly [ReLU, Linear<9, 1>]>' is not assignable to parameter of type 'Sequential<readonly [ReLU, Linear<9, 1>]> & "Linear(9 → 1): input [..., 8] has last size 8"'.`,
  modelInput: `Argument of type 'Tensor<[3, 5]>' is not assignable to parameter of type '"Linear(4 → 8): input [3, 5] has last size 5 (if its shape has changed since it was declared: let x: Tensor)"'.`,
  noDim: `Argument of type 'Tensor<[5]>' is not assignable to parameter of type '"Flatten: input [5] has no dim 1 (if its shape has changed since it was declared: let x: Tensor)"'.`,
  stale: `Argument of type 'Tensor<[2, 4]>' is not assignable to parameter of type '"matmul: inner sizes 3 and 2 differ: [2, 3] x [2, 4] (if its shape has changed since it was declared: let x: Tensor)"'.`,
  notATensor: `Argument of type 'number[]' is not assignable to parameter of type 'number | Tensor<[]>'.`,
};

for (const [piece, message] of Object.entries(refused)) {
  test(`the compiler refuses: ${pieces[piece as keyof typeof pieces]}`, () => {
    assert.deepEqual(checked[piece as keyof typeof pieces].errors, [message]);
  });
}
