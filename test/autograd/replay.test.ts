/**
 * A backward pass that comes again is not recorded again. What it gives must be what recording it gives: a hook that changes nothing, since it
 * looks on, has each pass recorded.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOf, Kind } from "../../src/graph/record/node.js";
import { manualSeed, nn, optim, randn, Tensor, tensor } from "../../src/index.js";

const { crossEntropy, mseLoss } = nn.functional;

/** The gradients of the leaves after each of some passes. `passOf` makes a loss for the number of a pass. */
function gradients(leaves: readonly Tensor[], passOf: (pass: number) => Tensor, passes = 5): unknown[] {
  const all: unknown[] = [];
  for (let pass = 0; pass < passes; pass++) {
    for (const leaf of leaves) leaf.grad = null;
    passOf(pass).backward();
    all.push(leaves.map((leaf) => leaf.grad?.tolist() ?? null));
  }
  return all;
}

/** Whether the last pass was one that had come before. */
function wasReplayed(leaf: Tensor): boolean {
  const { a } = leaf._grad!._node;
  return a !== null && kindOf(a) === Kind.subgraph;
}

/** Replayed passes against recorded ones. */
function agree(leaves: readonly Tensor[], passOf: (pass: number) => Tensor): void {
  const replayed = gradients(leaves, passOf);
  leaves[0]!.grad = null;
  passOf(4).backward();
  assert.ok(wasReplayed(leaves[0]!));
  const handle = leaves[0]!.registerHook(() => undefined);
  const recorded = gradients(leaves, passOf);
  handle.remove();
  assert.deepEqual(replayed, recorded);
}

const leaf = (...shape: number[]): Tensor => randn(shape, { requiresGrad: true });

test("a network's gradients are those of its data now", () => {
  manualSeed(1);
  const model = nn.sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 2));
  const data = Array.from({ length: 5 }, () => [randn([6, 3]), randn([6, 2])] as const);
  agree(model.parameters(), (pass) => mseLoss(model.forward(data[pass]![0]), data[pass]![1]));
});

test("classes, batch after batch", () => {
  manualSeed(2);
  const model = nn.sequential(new nn.Linear(3, 8), new nn.ReLU(), new nn.Linear(8, 3));
  const x = randn([4, 3]);
  agree(model.parameters(), (pass) =>
    crossEntropy(model.forward(x.mul(pass + 1)), tensor([pass % 3, 0, 1, 2], { dtype: "int64" })),
  );
});

test("a number that an operation keeps makes another pass", () => {
  const x = leaf(3);
  agree([x], (pass) => x.pow(pass).sum());
  agree([x], (pass) => x.mul(pass % 2 === 0 ? 2 : 3).sum());
});

test("a tensor of one number is an operand whose value may be asked for", () => {
  const x = leaf(3);
  const factors = [1, 2, 3, 4, 5].map((value) => tensor(value));
  agree([x], (pass) => x.mul(factors[pass]!).sum());
});

test("which tensors are the same belongs to the structure", () => {
  const x = leaf(3);
  const apart = randn([3]);
  // The detached tensor has the node of the tensor, the other has not.
  agree([x], (pass) => {
    const h = x.mul(2);
    return h.mul(pass % 2 === 0 ? h.detach() : apart.mul(2)).sum();
  });
  agree([x], (pass) => {
    const h = x.exp();
    const other = pass % 2 === 0 ? h : x.exp();
    return h.mul(other).sum();
  });
});

test("a leaf that takes no part has no gradient", () => {
  const [x, y] = [leaf(2), leaf(2)];
  agree([x, y], (pass) => (pass % 2 === 0 ? x.mul(y).sum() : x.mul(y.detach()).sum()));
});

test("gradients add up, and views, changes in place and shared weights are seen", () => {
  manualSeed(3);
  const w = leaf(3, 3);
  const x = randn([2, 3]);
  agree([w], () => {
    const h = x.matmul(w).tanh();
    const y = h.clone();
    y.select(0, 0).mul_(3);
    return y.matmul(w.T).add(h).square().mean();
  });
  w.grad = null;
  const loss = () => x.matmul(w).sum();
  loss().backward();
  const one = w.grad!.tolist();
  for (let i = 0; i < 3; i++) loss().backward();
  assert.deepEqual(w.grad!.div(4).tolist(), one);
});

test("a graph that was gone through is let go of all the same", () => {
  const x = leaf(3);
  for (let pass = 0; pass < 4; pass++) {
    const h = x.exp();
    const loss = h.sum();
    loss.backward();
    assert.throws(() => loss.backward(), /walked before/);
    assert.throws(() => h.mul(2).sum().backward(), /walked before/);
  }
  for (let pass = 0; pass < 4; pass++) {
    const loss = x.exp().sum();
    x.grad = null;
    loss.backward({ retainGraph: true });
    loss.backward();
    assert.deepEqual(x.grad!.tolist(), x.exp().mul(2).tolist());
  }
});

test("hooks and retainGrad that come later are called", () => {
  const x = leaf(2);
  const pass = (look: (h: Tensor) => void): void => {
    const h = x.mul(3);
    look(h);
    h.square().sum().backward();
  };
  for (let i = 0; i < 4; i++) pass(() => undefined);
  let seen = 0;
  pass((h) => h.registerHook(() => void seen++));
  assert.equal(seen, 1);
  let kept: Tensor | null = null;
  pass((h) => {
    h.retainGrad();
    kept = h;
  });
  assert.deepEqual(kept!.grad!.tolist(), x.mul(6).tolist());
});

test("training with the gradients read, clipped and left alone gives the same weights", () => {
  const trained = (look: (model: nn.Module) => void): unknown => {
    manualSeed(4);
    const model = nn.sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 1));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const [x, y] = [randn([16, 2]), randn([16, 1])];
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      optimizer.zeroGrad();
      const loss = mseLoss(model.forward(x), y);
      loss.backward();
      look(model);
      optimizer.step();
      losses.push(loss.item());
    }
    return [losses, model.parameters().map((parameter) => parameter.tolist())];
  };
  const alone = trained(() => undefined);
  const read = trained((model) => model.parameters().forEach(({ grad }) => grad!.sum().item()));
  const recorded = trained((model) => model.parameters().forEach((p) => p.registerHook(() => undefined)));
  assert.deepEqual(read, alone);
  assert.deepEqual(recorded, alone);
});
