/**
 * Where an engine lacks a kernel, what its row says that it is composed of gives the same: exactly where elements are only moved, closely
 * where they are added or multiplied in another order.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { call, pick, scalar, take } from "../../../src/graph/record/build.js";
import { evaluate } from "../../../src/graph/run/evaluate.js";
import type { Node } from "../../../src/graph/record/node.js";
import { describePlan, setFusion, setKernels } from "../../../src/graph/run/run.js";
import { type KernelOp, kernels } from "../../../src/primitives/kernels.js";
import { kernelOps } from "../../../src/primitives/table.js";
import { callCases, dtypesOf, sizeOf, toleranceOf } from "../../engine/call-cases.js";
import type { Call } from "../../engine/call-programs.js";
import { closeness } from "../../engine/matrix-cases.js";
import { assertClose, elementsOf, type Numbers, numbers } from "../../engine/programs.js";
import { reference } from "../reference.js";
import { given, stored } from "../values.js";

after(() => setKernels(null));

/** In units of the last place: what adds or multiplies, in float64 where the kernel does so too. */
const rounding: Readonly<Partial<Record<KernelOp, number>>> = {
  cumsum: 1024,
  cumprod: 1024,
  linearRecurrence: 1024,
  scatterAdd: 4,
  takeAdd: 4,
};
/** Some compare each entry of a row with each other one. */
const longestRow = 1000;
/** A factorization is composed of all its steps. */
const largestMatrix = 2000;

function isSmall({ op, operands, attributes }: Call): boolean {
  const [first] = operands;
  if (op === "eigh" || op === "eig" || op === "svd")
    return sizeOf(first!.dims) <= 50 && !operands[0]!.values.some(Number.isNaN);
  if (op in closeness) return sizeOf(first!.dims) <= largestMatrix;
  return (
    operands.every(({ strides }) => strides === undefined) && (first!.dims[attributes[0]!] ?? 1) <= longestRow
  );
}

function resultsOf({ op, operands, attributes, scalars }: Call): readonly Node[] {
  const nodes = operands.map(({ dtype, dims, values }) =>
    given(elementsOf(numbers(dtype, values)), dims, dtype),
  );
  const numbersOf = scalars.map((value) => scalar(value, "float64"));
  const from = call(op, [...nodes, ...numbersOf], attributes);
  const { results } = kernels[op];
  return results.length === 1 ? [from] : results.map((_, i) => pick(from, i));
}

for (const op of kernelOps) {
  for (const dtype of dtypesOf(op)) {
    test(`${op} on ${dtype} is what it is composed of`, () => {
      setKernels([]);
      for (const each of callCases(op, dtype)) {
        if (!isSmall(each)) continue;
        const what = `${op} ${dtype} [${each.operands[0]!.dims.join()}] (${each.attributes.join()})`;
        const results = resultsOf(each);
        const expected = results.map((node): Numbers => numbers(node.dtype, reference(node)));
        assert.doesNotMatch(describePlan(results), new RegExp(`: ${op}\\(`), what);
        evaluate(results);
        results.forEach((node, i) => {
          const ulps = rounding[op] ?? 0;
          const near = closeness[op];
          const tolerance =
            toleranceOf(op, dtype) ??
            (near === undefined
              ? { float32: ulps > 4 ? 2 : ulps, float64: ulps, absolute: ulps === 0 ? 0 : 1e-9 }
              : {
                  float32: near,
                  float64: near,
                  absolute: near * (dtype === "float32" ? 2 ** -24 : 2 ** -53),
                });
          assertClose(numbers(node.dtype, stored(node)), expected[i]!, tolerance, `${what}, result ${i}`);
        });
      }
    });
  }
}

test("without fusion too", () => {
  setFusion(false);
  setKernels([]);
  for (const op of kernelOps) {
    const dtypes = dtypesOf(op);
    const [first] = callCases(op, op === "pivotOrder" ? dtypes[0]! : dtypes.at(-1)!);
    for (const node of resultsOf(first!)) {
      const expected = reference(node);
      evaluate([node]);
      const tolerance = toleranceOf(op, node.dtype);
      if (tolerance !== undefined)
        assertClose(numbers(node.dtype, stored(node)), numbers(node.dtype, expected), tolerance, op);
      else if (closeness[op] === undefined) assert.deepEqual(stored(node), expected, op);
      else assertClose(numbers(node.dtype, stored(node)), numbers(node.dtype, expected), { float64: 4 }, op);
    }
  }
  setFusion(true);
});

test("an engine that has only the kernel for positions tells of an index out of range", () => {
  setKernels(["positions"]);
  const read = (): Node => take(given([1, 2, 3], [3], "float32"), 0, given([0, 3], [2], "int32"));
  assert.match(describePlan([read()]), /: positions\(3\)/);
  assert.throws(() => evaluate([read()]), /index 3 is out of range for a dimension of size 3/);
  setKernels([]);
  evaluate([read()]);
});

test("results of a composed kernel that nobody wants cost nothing", () => {
  setKernels([]);
  const sort = call("sort", [given([3, 1, 2], [3], "float32")], [0, 0, 3]);
  const both = describePlan([pick(sort, 0), pick(sort, 1)]);
  const again = call("sort", [given([3, 1, 2], [3], "float32")], [0, 0, 3]);
  const one = describePlan([pick(again, 1)]);
  assert.ok(one.length < both.length);
});
