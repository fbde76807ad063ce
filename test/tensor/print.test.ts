/**
 * Tensors print as in PyTorch, but for dtypes, which are called float64 and not torch.float64.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { randn, tensor, zeros } from "../../src/index.js";
import { toExponential, toFixed } from "../../src/tensor/print.js";
import { golden, load } from "../golden/ops.js";

/** Tensors whose text names the operation that made them. */
const computed: Readonly<Record<string, () => string>> = {
  gradFn: () => tensor([1, 2], { requiresGrad: true }).mul(2).toString(),
  gradFnSum: () => tensor([1, 2], { requiresGrad: true }).sum().toString(),
  gradFnWrapped: () =>
    tensor(new Array<number>(9).fill(0.1), { requiresGrad: true }).mul(1.5).exp().toString(),
  gradFnDouble: () => {
    const x = tensor(new Array<number>(6).fill(0.1), { dtype: "float64", requiresGrad: true });
    return x.add(1).toString();
  },
};

for (const [name, expected] of Object.entries(golden.prints)) {
  test(`${name} prints as in PyTorch`, () => {
    const make = computed[name];
    const text = make
      ? make()
      : load(expected, expected.dtype).detach().requiresGrad_(expected.requiresGrad).toString();
    assert.equal(text, expected.text);
  });
}

test("exact halves round to the even digit, exponents have two digits, as in Python", () => {
  assert.equal(toFixed(0.03125, 4), "0.0312");
  assert.equal(toFixed(0.09375, 4), "0.0938");
  assert.equal(toFixed(-0.03125, 4), "-0.0312");
  assert.equal(toExponential(100002.5, 5), "1.00002e+05");
  assert.equal(toExponential(100003.5, 5), "1.00004e+05");
  assert.equal(toExponential(1e-300, 2), "1.00e-300");
});

test("console.log shows a tensor's values", () => {
  assert.equal(inspect(tensor([1, 2])), "tensor([1., 2.])");
  assert.match(inspect({ w: tensor([1, 2]) }), /w: tensor\(\[1\., 2\.\]\)/);
});

test("a tensor shows in a cell as a table with its statistics, and as text", () => {
  const show = (x: object) =>
    (x as Record<symbol, () => Record<string, string>>)[Symbol.for("Jupyter.display")]!();
  const bundle = show(
    tensor([
      [1, 2],
      [3, 4.5],
    ]),
  );
  assert.equal(bundle["text/plain"], "tensor([[1.0000, 2.0000],\n        [3.0000, 4.5000]])");
  for (const part of ["[2, 2]", "float32", "min 1", "mean 2.625", "max 4.5", "<td", "4.5"]) {
    assert.ok(bundle["text/html"]!.includes(part), part);
  }
  const large = show(randn([500, 500]))["text/html"]!;
  assert.ok(large.length < 10_000);
  assert.ok(large.includes("⋱"));
});

test("a tensor with more elements than an array may have is shown by its edges", () => {
  const many = zeros([2 ** 27 + 5], { dtype: "bool" });
  assert.equal(String(many), "tensor([False, False, False,  ..., False, False, False])");
  const show = (many as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ]!;
  assert.match(show.call(many)["text/html"]!, /<th[^>]*>4<\/th><th[^>]*>…<\/th><th[^>]*>134217730<\/th>/);
});
