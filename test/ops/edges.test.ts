/**
 * On edge values (NaN, ±∞, −0, 0-d and empty tensors, ties, repeated and negative indices, extremes of the dtypes) every operation has
 * PyTorch's value, dtype, shape and gradient, and refuses what PyTorch refuses. `npm run fuzz:ops` draws as many more as one likes.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { otherNames } from "../../src/ops/aliases.js";
import { nn, Tensor } from "../../src/index.js";
import { names } from "../golden/opdb.js";
import { markOf, readEdges, seed } from "../golden/edges.js";
import { camel } from "../robustness/opdb/call.js";
import { judge } from "../robustness/ops/compare.js";
import { caseOf, operations } from "../robustness/ops/table.js";
import { inEveryWay, isAwaited, refusal } from "./ways.js";

const edges = readEdges();

/** What reads values before it goes on, which an engine that is awaited refuses. */
const reading = new Set([
  "equal",
  "allclose",
  "unique",
  "bincount",
  "bincountWeights",
  "nonzero",
  "sliceMask",
  "maskedSelect",
  "maskedSelectWide",
  "oneHot",
]);

test("PyTorch has answered for every operation of the table", () => {
  assert.deepEqual(edges.map(({ operation }) => operation).sort(), Object.keys(operations).sort());
});

for (const { operation, cases } of edges) {
  const compare = async (): Promise<void> => {
    let refused = false;
    for (const [number, { mark, answer }] of cases.entries()) {
      const entry = caseOf(operation, number, seed);
      assert.equal(mark, markOf(entry), `case ${number} is another now; run test/golden/make_edges.ts`);
      const finding = await judge(entry, answer);
      if (finding !== null && isAwaited() && reading.has(operation) && refusal.test(finding.text))
        refused = true;
      else assert.equal(finding, null, `${number}: ${entry.torch}: ${finding?.fault}: ${finding?.text}`);
    }
    assert.equal(refused, isAwaited() && reading.has(operation), "reads values before it goes on");
  };
  test(`${operation} on edge values is PyTorch's`, inEveryWay(compare));
}

/** What has no values to compare, or is compared elsewhere. */
const elsewhere: Readonly<Record<string, string>> = {
  "constructor data dataSync item tolist toJSON": "reading",
  "shape dtype device ndim dim size numel length node variable": "properties",
  "requiresGrad requiresGrad_ isLeaf gradFn grad backward retainGrad retainsGrad detach_ registerHook registerPostAccumulateGradHook":
    "differentiation: test/autograd",
  set: "test/ops/set.test.ts",
  "nelement ndimension elementSize itemsize nbytes isSameSize isSigned isContiguous storageOffset stride type isFloatingPoint isNonzero":
    "test/ops/facts.test.ts",
  "moveaxis swapaxes swapdims adjoint H sliceScatter newTensor": "test/ops/alias.test.ts, facts.test.ts",
  "inverse ger orgqr": "other names: test/ops/facts.test.ts",
  istft: "test/ops/linalg.test.ts",
  toString: "display: test/tensor/print.test.ts",
  toCloneable: "test/tensor/cloneable.test.ts",
  "to typeAs cpu int float double bool": "conversion: to_float32 …",
};

/** What PyTorch's own table compares: test/robustness/opdb. */
const inTable = names.map((name) => camel(name.split(".").at(-1)!));

test("the table has every method of tensors but those that change in place", () => {
  const known = new Set([
    ...Object.keys(elsewhere).flatMap((list) => list.split(" ")),
    ...inTable,
    ...otherNames,
  ]);
  const missing = Object.getOwnPropertyNames(Tensor.prototype).filter(
    (name) => !/^_|_$/.test(name) && !known.has(name) && !Object.hasOwn(operations, name),
  );
  assert.deepEqual(missing, []);
});

/** What PyTorch's table lacks; test/nn compares it. */
const inLayers = new Set(
  (
    "ctcLoss tripletMarginWithDistanceLoss gumbelSoftmax linearCrossEntropy lpPool1d lpPool2d lpPool3d fold dropout1d affineGrid upsample " +
    "upsampleNearest upsampleBilinear maxPool1dWithIndices maxPool2dWithIndices maxPool3dWithIndices adaptiveMaxPool1dWithIndices " +
    "adaptiveMaxPool2dWithIndices adaptiveMaxPool3dWithIndices fractionalMaxPool2dWithIndices fractionalMaxPool3dWithIndices"
  ).split(" "),
);

test("the table has every function of nn.functional", () => {
  const missing = Object.keys(nn.functional).filter(
    (name) =>
      !name.endsWith("_") &&
      !inTable.includes(name) &&
      !inLayers.has(name) &&
      !Object.hasOwn(operations, name),
  );
  assert.deepEqual(missing, []);
});
