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
  wrongArgument: `function f(x: Tensor<[2, 3]>) { return x; } f(randn([3, 2]));`,
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
    c: "Tensor<[2, number]>",
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

const refused: Readonly<Partial<Record<keyof typeof pieces, string>>> = {
  inner: `Argument of type 'Tensor<[3, 1]>' is not assignable to parameter of type '"matmul: inner sizes 2 and 3 differ: [64, 2] x [3, 1]"'.`,
  batch: `Argument of type 'Tensor<[5, 3, 2]>' is not assignable to parameter of type '"matmul: batch sizes 4 and 5 differ: [4, 2, 3] x [5, 3, 2]"'.`,
  vector: `Argument of type 'Tensor<[3]>' is not assignable to parameter of type '"matmul: inner sizes 2 and 3 differ: [64, 2] x [3]"'.`,
  added: `Argument of type 'Tensor<[4]>' is not assignable to parameter of type 'number | "add: sizes 3 and 4 differ: [2, 3] and [4]"'.`,
  scalarProduct: `Argument of type 'Tensor<[]>' is not assignable to parameter of type '"matmul: a 0-dimensional tensor has no inner size: [2] x []"'.`,
  compared: `Argument of type 'Tensor<[2, 2]>' is not assignable to parameter of type 'number | "lt: sizes 3 and 2 differ: [2, 3] and [2, 2]"'.`,
  later: `Argument of type 'Tensor<[4, 1]>' is not assignable to parameter of type '"matmul: inner sizes 3 and 4 differ: [64, 3] x [4, 1]"'.`,
  wrongArgument: `Argument of type 'Tensor<[3, 2]>' is not assignable to parameter of type 'Tensor<[2, 3]>'.`,
  notATensor: `Argument of type 'number[]' is not assignable to parameter of type 'number | Tensor<[]>'.`,
};

for (const [piece, message] of Object.entries(refused)) {
  test(`the compiler refuses: ${pieces[piece as keyof typeof pieces]}`, () => {
    assert.deepEqual(checked[piece as keyof typeof pieces].errors, [message]);
  });
}
