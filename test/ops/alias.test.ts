/**
 * What is the tensor itself, a view of it or a copy: as in PyTorch, whatever the sizes are (golden/make_aliases.py).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  arange,
  cat,
  einsum,
  meshgrid,
  nn,
  ones,
  stack,
  tensor,
  Tensor,
  zeros,
  where,
} from "../../src/index.js";

const expected = JSON.parse(
  readFileSync(new URL("../golden/aliases.json", import.meta.url), "utf8"),
) as Record<string, "same" | "view" | "copy">;

const real = (): Tensor => tensor([[1, 2, 3]]);
const square = (): Tensor => arange(9).float().reshape(3, 3).clone();
const cube = (): Tensor => arange(24).float().reshape(2, 3, 4).clone();
const ints = (): Tensor =>
  tensor(Int32Array.from([1, 2]))
    .reshape([1, 2])
    .clone();
const bools = (): Tensor => tensor([true, false]);
const vector = (): Tensor => tensor([1, 2]);
const scalar = (): Tensor => tensor(2);
const { pad } = Tensor.prototype;

const cases: Record<string, readonly [() => Tensor, (x: Tensor) => Tensor]> = {
  "cat of one": [real, (x) => cat([x])],
  "stack of one": [real, (x) => stack([x])],
  "cumsum over a size of 1": [real, (x) => x.cumsum(0)],
  "cumprod over a size of 1": [real, (x) => x.cumprod(0)],
  "cumsum of a number": [scalar, (x) => x.cumsum(0)],
  "roll by 0": [real, (x) => x.roll(0, 0)],
  "roll by the size": [real, (x) => x.roll(3, 1)],
  "roll of everything by 0": [real, (x) => x.roll(0)],
  "pad by nothing": [real, (x) => pad.call(x, [0, 0])],
  "pad that crops nothing": [real, (x) => pad.call(x, [0, 0, 0, 0])],
  "pad that crops": [real, (x) => pad.call(x, [-1, 0])],
  "floor of int32": [ints, (x) => x.floor()],
  "ceil of int32": [ints, (x) => x.ceil()],
  "round of int32": [ints, (x) => x.round()],
  "trunc of int32": [ints, (x) => x.trunc()],
  "abs of int32": [ints, (x) => x.abs()],
  "sign of bool": [bools, (x) => x.sign()],
  "logicalNot twice": [bools, (x) => x.logicalNot().logicalNot()],
  narrow: [real, (x) => x.narrow(1, 0, 2)],
  "narrow whole": [real, (x) => x.narrow(1, 0, 3)],
  select: [real, (x) => x.select(1, 0)],
  "slice whole": [real, (x) => x.slice()],
  "slice with a step": [square, (x) => x.slice("::2", [1])],
  "slice with numbers": [square, (x) => x.slice(0, 1)],
  "slice with a new dim": [square, (x) => x.slice(null, "new")],
  "slice by positions": [square, (x) => x.slice(tensor([0, 1, 2], { dtype: "int32" }))],
  "slice by a mask": [square, (x) => x.slice(tensor([true, true, true]))],
  at: [square, (x) => x.at(1)],
  "expand to the same": [real, (x) => x.expand(1, 3)],
  expand: [real, (x) => x.expand(2, 3)],
  expandAs: [real, (x) => x.expandAs(ones(2, 3))],
  "broadcastTo the same": [real, (x) => x.broadcastTo([1, 3])],
  "repeat once": [real, (x) => x.repeat(1, 1)],
  "tile once": [real, (x) => x.tile([1, 1])],
  "repeatInterleave once": [real, (x) => x.repeatInterleave(1, 0)],
  split: [real, (x) => x.split(2, 1)[0]!],
  "split of one": [real, (x) => x.split(3, 1)[0]!],
  "chunk of one": [real, (x) => x.chunk(1, 1)[0]!],
  unbind: [real, (x) => x.unbind(0)[0]!],
  "the first of an iteration": [real, (x) => [...x][0]!],
  nanToNum: [real, (x) => x.nanToNum()],
  "nanToNum of int32": [ints, (x) => x.nanToNum()],
  t: [real, (x) => x.t()],
  "t of a vector": [vector, (x) => x.t()],
  T: [square, (x) => x.T],
  mT: [cube, (x) => x.mT],
  "permute to the same": [cube, (x) => x.permute(0, 1, 2)],
  "transpose of a dim with itself": [real, (x) => x.transpose(0, 0)],
  "movedim to the same": [cube, (x) => x.movedim(1, 1)],
  adjoint: [cube, (x) => x.adjoint()],
  positive: [real, (x) => x.positive()],
  mH: [cube, (x) => x.mH],
  swapaxes: [cube, (x) => x.swapaxes(0, 1)],
  moveaxis: [cube, (x) => x.moveaxis(0, 1)],
  ravel: [cube, (x) => x.ravel()],
  "ravel of a transposed matrix": [square, (x) => x.t().ravel()],
  reshapeAs: [square, (x) => x.reshapeAs(ones([9]))],
  "sumToSize of the same size": [square, (x) => x.sumToSize(3, 3)],
  asStrided: [square, (x) => x.asStrided([2], [1], 1)],
  tensorSplit: [square, (x) => x.tensorSplit(3)[0]!],
  "rot90 by nothing": [square, (x) => x.rot90(4)],
  diagEmbed: [real, (x) => x.diagEmbed()],
  flip: [real, (x) => x.flip([0])],
  "flip of no dim": [real, (x) => x.flip([])],
  "reshape to the same": [real, (x) => x.reshape(1, 3)],
  reshape: [cube, (x) => x.reshape(6, 4)],
  "reshape of a transposed matrix": [square, (x) => x.t().reshape(9)],
  "reshape of a transposed matrix that splits": [cube, (x) => x.transpose(0, 1).reshape(3, 2, 2, 2)],
  "reshape of a narrow part": [square, (x) => x.narrow(1, 0, 2).reshape(6)],
  "reshape of rows": [square, (x) => x.narrow(0, 0, 2).reshape(6)],
  view: [cube, (x) => x.view(6, 4)],
  viewAs: [real, (x) => x.viewAs(ones(3))],
  flatten: [cube, (x) => x.flatten()],
  "flatten of a vector": [vector, (x) => x.flatten()],
  "flatten of one dim": [cube, (x) => x.flatten(1, 1)],
  "flatten of a number": [scalar, (x) => x.flatten()],
  "flatten of a transposed matrix": [square, (x) => x.t().flatten()],
  unflatten: [cube, (x) => x.unflatten(2, [2, 2])],
  squeeze: [real, (x) => x.squeeze()],
  "squeeze of nothing": [square, (x) => x.squeeze()],
  unsqueeze: [real, (x) => x.unsqueeze(0)],
  diagonal: [square, (x) => x.diagonal()],
  "diagonal beside": [square, (x) => x.diagonal(-1)],
  "diag of a matrix": [square, (x) => x.diag()],
  unfold: [real, (x) => x.unfold(1, 1, 1)],
  clone: [real, (x) => x.clone()],
  contiguous: [real, (x) => x.contiguous()],
  "contiguous of a transposed matrix": [square, (x) => x.t().contiguous()],
  "contiguous of a transposed row": [real, (x) => x.t().contiguous()],
  "to the same dtype": [real, (x) => x.to("float32")],
  "float of float32": [real, (x) => x.float()],
  "int of int32": [ints, (x) => x.int()],
  "bool of bool": [bools, (x) => x.bool()],
  "to another dtype": [real, (x) => x.double().float()],
  detach: [real, (x) => x.detach()],
  "detach of a view": [square, (x) => x.at(1).detach()],
  requiresGrad_: [real, (x) => x.requiresGrad_(false)],
  clamp: [real, (x) => x.clamp(-9, 9)],
  "add 0": [real, (x) => x.add(0)],
  "mul 1": [real, (x) => x.mul(1)],
  "pow 1": [real, (x) => x.pow(1)],
  relu: [real, (x) => x.relu()],
  tril: [real, (x) => x.tril(5)],
  triu: [real, (x) => x.triu(-5)],
  "maskedFill of nothing": [real, (x) => x.maskedFill(zeros([1, 3], { dtype: "bool" }), 5)],
  where: [real, (x) => where(ones([1, 3], { dtype: "bool" }), x, 0)],
  "sum over a size of 1": [real, (x) => x.sum(0, { keepdim: true })],
  "sum of a number": [scalar, (x) => x.sum()],
  "mean of a number": [scalar, (x) => x.mean()],
  "amax over a size of 1": [real, (x) => x.amax(0, { keepdim: true })],
  "max of a number": [scalar, (x) => x.max()],
  "prod of a number": [scalar, (x) => x.prod()],
  "values of max over a size of 1": [real, (x) => x.max(0).values],
  "sort of a number": [scalar, (x) => x.sort().values],
  "values of sort": [real, (x) => x.sort(0).values],
  "values of topk": [real, (x) => x.topk(1, 0).values],
  gather: [real, (x) => x.gather(0, zeros([1, 3], { dtype: "int32" }))],
  take: [real, (x) => x.take([0, 1, 2])],
  indexSelect: [real, (x) => x.indexSelect(0, [0])],
  "einsum of nothing": [square, (x) => einsum("ij->ij", x)],
  "einsum that transposes": [square, (x) => einsum("ij->ji", x)],
  "einsum of a diagonal": [square, (x) => einsum("ii->i", x)],
  meshgrid: [vector, (x) => meshgrid([x, x], { indexing: "ij" })[0]!],
  "dropout in eval": [real, (x) => nn.functional.dropout(x, { training: false })],
  "dropout of nothing": [real, (x) => nn.functional.dropout(x, { p: 0 })],
  Identity: [real, (x) => new nn.Identity().forward(x)],
  Flatten: [cube, (x) => new nn.Flatten().forward(x)],
  Parameter: [real, (x) => new nn.Parameter(x).detach()],
};

test("the table is that of PyTorch", () => {
  assert.deepEqual(Object.keys(cases), Object.keys(expected));
});

for (const [name, [make, operation]] of Object.entries(cases)) {
  test(`${name}: ${expected[name]!}`, () => {
    const x = make();
    const y = operation(x);
    const before = y.dataSync();
    if (x.dtype === "bool") x.copy_(x.logicalNot());
    else x.add_(1000);
    const shares = String(y.dataSync()) !== String(before);
    assert.equal(y === x ? "same" : shares ? "view" : "copy", expected[name]);
  });
}

test("what changes one also changes the other, from either side", () => {
  for (const [name, [make, operation]] of Object.entries(cases)) {
    const x = make();
    const y = operation(x);
    if (expected[name] !== "view" || name === "expand" || name === "expandAs" || name === "meshgrid")
      continue;
    const before = x.sum().item();
    y.fill_(50);
    assert.ok(x.sum().item() > before, name);
  }
});

test("no method gives back the tensor itself or shares its value but those of the table", () => {
  const mayShare =
    /^(T|mT|mH|H|t|adjoint|swapaxes|swapdims|moveaxis|ravel|reshapeAs|sumToSize|asStrided|splitWithSizes|tensorSplit|hsplit|vsplit|dsplit|view|viewAs|reshape|flatten|unflatten|squeeze|unsqueeze|permute|transpose|movedim|expand|expandAs|broadcastTo|narrow|select|slice|at|diagonal|unfold|split|chunk|unbind|contiguous|to|typeAs|cpu|float|double|int|bool|detach|positive|requiresGrad_|retainGrad)$/;
  for (const dtype of ["float32", "int32", "bool"] as const) {
    for (const shape of [[], [1], [2], [1, 1], [2, 2]]) {
      for (const name of Object.getOwnPropertyNames(Tensor.prototype)) {
        if (mayShare.test(name) || name.endsWith("_") || name.startsWith("_")) continue;
        const x = ones(shape, { dtype });
        let y: unknown;
        try {
          const member = x[name as keyof Tensor] as unknown;
          y = typeof member === "function" ? (member as () => unknown).call(x) : member;
        } catch {
          continue;
        }
        assert.notEqual(y, x, `${name} of ${dtype} ${String(shape)}`);
        if (!(y instanceof Tensor)) continue;
        let before: string;
        try {
          before = String(y.dataSync());
        } catch {
          // Such as the factor of a matrix that has none.
          continue;
        }
        x.zero_();
        assert.equal(String(y.dataSync()), before, `${name} of ${dtype} ${String(shape)}`);
      }
    }
  }
});
