/** Attention by the kernel is attention made of operations: values, gradients and their gradients, whatever the threads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { describePlan, evaluate } from "../../src/graph/run/evaluate.js";
import { grad, manualSeed, nn, randn, setNumThreads, type Tensor, zeros } from "../../src/index.js";

const attend = nn.functional.scaledDotProductAttention;

function assertClose(actual: Tensor, expected: Tensor, what: string): void {
  assert.deepEqual([...actual.shape], [...expected.shape], what);
  const furthest = actual.sub(expected).abs().max().item() as number;
  assert.ok(furthest < 1e-12, `${what}: ${furthest} apart`);
}

/** Heads in front, and one; more queries than keys; several blocks of both. */
const cases: readonly (readonly [heads: readonly number[], l: number, s: number, e: number, f: number])[] = [
  [[2, 3], 5, 7, 4, 3],
  [[], 9, 4, 6, 6],
  [[2], 130, 300, 8, 10],
];

for (const [heads, l, s, e, f] of cases) {
  for (const isCausal of [false, true]) {
    const given = (): Tensor[] => {
      manualSeed(l);
      return [
        [l, e],
        [s, e],
        [s, f],
      ].map((sizes) => randn([...heads, ...sizes], { dtype: "float64" }).requiresGrad_());
    };
    /** A mask of zeros hides nothing, and is for operations. */
    const composed = (q: Tensor, k: Tensor, v: Tensor): Tensor => {
      const seen = zeros([l, s], { dtype: "float64" });
      const hidden = isCausal ? seen.sub(Infinity).triu(1) : seen;
      return attend(q, k, v, { attnMask: hidden, scale: 0.4 });
    };
    const kernel = (q: Tensor, k: Tensor, v: Tensor): Tensor => attend(q, k, v, { isCausal, scale: 0.4 });
    test(`[${[...heads, l, s, e, f].join(", ")}]${isCausal ? ", causal" : ""}`, () => {
      const results = [kernel, composed].map((forward) => {
        const inputs = given();
        const y = (): Tensor => forward(inputs[0]!, inputs[1]!, inputs[2]!);
        const loss = (): Tensor => y().square().sum();
        const alone = grad(loss(), inputs) as readonly Tensor[];
        const first = grad(loss(), inputs, { createGraph: true }) as readonly Tensor[];
        const second = grad(first[0]!.square().sum(), inputs) as readonly Tensor[];
        return [y(), ...first, ...alone, ...second];
      });
      const names = [
        "y",
        ...["with a graph", "alone", "second"].flatMap((how) => ["q", "k", "v"].map((x) => `${x}, ${how}`)),
      ];
      names.forEach((name, i) => assertClose(results[0]![i]!.detach(), results[1]![i]!.detach(), name));
    });
  }
}

test("bits do not depend on the threads", () => {
  const bits = [1, 2, 3].map((threads) => {
    setNumThreads(threads);
    manualSeed(3);
    const inputs = [0, 1, 2].map(() => randn([3, 500, 32]).requiresGrad_());
    const y = attend(inputs[0]!, inputs[1]!, inputs[2]!, { isCausal: true });
    const gradients = grad(y.square().sum(), inputs) as readonly Tensor[];
    return [y, ...gradients].map((x) =>
      Buffer.from((x.dataSync() as Float32Array).buffer).toString("base64"),
    );
  });
  setNumThreads(1);
  assert.deepEqual(bits[1], bits[0]);
  assert.deepEqual(bits[2], bits[0]);
});

test("heads of one layer's result are read where they lie, and what comes of them lies as the next layer takes it", () => {
  const [all, output] = [new nn.Linear(8, 24), new nn.Linear(8, 8)];
  const x = randn([2, 5, 8]);
  evaluate([x.node]);
  const [q, k, v] = all
    .forward(x)
    .split(8, 2)
    .map((part: Tensor) => part.reshape([2, 5, 2, 4]).transpose(1, 2));
  const attended = attend(q!, k!, v!, { isCausal: true }).transpose(1, 2).reshape([2, 5, 8]);
  const plan = describePlan([output.forward(attended).node]);
  const kernels = [...plan.matchAll(/^\d+: (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(kernels, ["matmul", "attention", "matmul"]);
});
