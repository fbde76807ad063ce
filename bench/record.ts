/**
 * What a training step costs beside the engine: recording nodes, the canonical walk, finding the plan; and whether memory stays
 * flat over 100,000 synchronous steps. Run: npx tsx bench/record.ts
 */
import { engine } from "../src/engine/current.js";
import { binary, leaf, matmul, permute, reduce, scalar } from "../src/graph/record/build.js";
import { evaluate, planCacheStats, step, Variable } from "../src/graph/run/evaluate.js";
import type { Node } from "../src/graph/record/node.js";
import { takeSinks } from "../src/graph/record/pending.js";
import { knownPlan } from "../src/graph/run/run.js";
import { forgetWalk, walk, walked } from "../src/graph/run/walk.js";

function given(data: readonly number[], shape: readonly number[]): Node {
  const storage = engine().allocate(data.length * 4);
  engine().write(storage, ({ buffer, byteOffset }) =>
    new Float32Array(buffer, byteOffset, data.length).set(data),
  );
  return leaf(storage, "float32", shape);
}

function random(shape: readonly number[]): Node {
  const size = shape.reduce((product, n) => product * n, 1);
  return given(
    Array.from({ length: size }, () => 0.2 * Math.random() - 0.1),
    shape,
  );
}

const batch = 64;
const X = random([batch, 2]);
const Y = random([batch, 1]);
const W1 = new Variable(random([2, 3]));
const b1 = new Variable(random([3]));
const W2 = new Variable(random([3, 1]));
const b2 = new Variable(random([1]));

const order = [1, 0];
const parameters = [W1, b1, W2, b2];
const noRoots: Node[] = [];

/** The article's network: loss, and the new parameters by gradient descent. */
function record(rate: number): { loss: Node; values: Node[] } {
  const hidden = binary("add", matmul(X, W1.node), b1.node);
  const output = binary("add", matmul(hidden, W2.node), b2.node);
  const difference = binary("sub", output, Y);
  const loss = binary(
    "mul",
    reduce("sum", binary("mul", difference, difference), [0, 1], false),
    scalar(1 / batch, "float32"),
  );
  const slope = binary("mul", difference, scalar(2 / batch, "float32"));
  const ofHidden = matmul(slope, permute(W2.node, order));
  const gradients = [
    matmul(permute(X, order), ofHidden),
    reduce("sum", ofHidden, [0], false),
    matmul(permute(hidden, order), slope),
    reduce("sum", slope, [0], false),
  ];
  const lr = scalar(rate, "float32");
  const values = gradients.map((gradient, i) =>
    binary("sub", parameters[i]!.node, binary("mul", lr, gradient)),
  );
  return { loss, values };
}

function train(rate: number): Node {
  const { loss, values } = record(rate);
  step(values.map((value, i) => ({ variable: parameters[i]!, value })));
  return loss;
}

/** Nanoseconds a call, best of several rounds. */
function nanoseconds(calls: number, action: () => void, rounds = 7): number {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) action();
    best = Math.min(best, Number(process.hrtime.bigint() - start) / calls);
  }
  return best;
}

for (let i = 0; i < 3000; i++) train(0.01);
const { loss, values } = record(0.01);
const roots = [...values, loss];
walk(roots, 0, false);
const nodes = walked.nodeCount;
forgetWalk();
evaluate(roots);

const recording = nanoseconds(5000, () => {
  record(0.01);
  takeSinks(noRoots);
  noRoots.length = 0;
});
let lookUp = Infinity;
for (let round = 0; round < 100; round++) {
  const graphs = Array.from({ length: 150 }, () => {
    const graph = record(0.01);
    return [...graph.values, graph.loss];
  });
  takeSinks(noRoots);
  noRoots.length = 0;
  let next = 0;
  const each = nanoseconds(
    150,
    () => {
      walk(graphs[next++]!, 0, false);
      knownPlan();
      forgetWalk();
    },
    1,
  );
  lookUp = Math.min(lookUp, each);
}
const whole = nanoseconds(5000, () => train(0.01));
console.log(engine().description);
console.log(`${nodes} nodes a step, ${planCacheStats().plans} plans`);
console.log(`recording ${(recording / nodes).toFixed(1)} ns a node, ${recording.toFixed(0)} ns a step`);
console.log(`walk and look-up ${(lookUp / nodes).toFixed(1)} ns a node, ${lookUp.toFixed(0)} ns a step`);
console.log(`whole step ${(whole / 1000).toFixed(2)} µs`);

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
for (let i = 0; i <= 100_000; i++) {
  if (i % 20_000 === 0) {
    const { rss, external, arrayBuffers } = process.memoryUsage();
    console.log(
      `step ${i}: rss ${megabytes(rss)} MB, external ${megabytes(external)} MB, array buffers ${megabytes(arrayBuffers)} MB`,
    );
  }
  train(0.01);
}
