/** TensorFlow.js's side of `npm run bench -- rows`, on its wasm backend. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { serve } from "./asked.mjs";

await tf.setBackend("wasm");
await tf.ready();

function mlp(...sizes) {
  const layers = sizes.slice(1).map((outputs, i) => {
    const bound = 1 / Math.sqrt(sizes[i]);
    return [
      tf.variable(tf.randomUniform([sizes[i], outputs], -bound, bound)),
      tf.variable(tf.randomUniform([outputs], -bound, bound)),
    ];
  });
  return (x) =>
    layers.reduce((y, [w, b], i) => {
      const z = y.matMul(w).add(b);
      return i < layers.length - 1 ? z.relu() : z;
    }, x);
}

/** Reads its loss, as the others do. */
function training(optimizer, loss) {
  return () => {
    const value = optimizer.minimize(loss, true);
    value.dataSync();
    value.dispose();
  };
}

function regression(model, x, y, optimizer = tf.train.adam(1e-3)) {
  return training(optimizer, () => tf.losses.meanSquaredError(y, model(x)));
}

function classifier(model, x) {
  const y = tf.oneHot(tf.randomUniform([x.shape[0]], 0, 10, "int32"), 10);
  return training(tf.train.adam(1e-3), () => tf.losses.softmaxCrossEntropy(y, model(x)));
}

function article() {
  const w1 = tf.variable(tf.randomNormal([2, 3]));
  const b1 = tf.variable(tf.zeros([3]));
  const w2 = tf.variable(tf.randomNormal([3, 1]));
  const b2 = tf.variable(tf.zeros([1]));
  const model = (x) => x.matMul(w1).add(b1).matMul(w2).add(b2);
  return regression(model, tf.randomNormal([64, 2]), tf.randomNormal([64, 1]), tf.train.sgd(0.01));
}

/** What an operation makes is let go only when the next has been made. */
function operation(compute) {
  let last;
  return () => {
    const result = tf.tidy(compute);
    last?.dispose();
    last = result;
  };
}

const of = (shapes, compute) => () => {
  const xs = shapes.map((shape) => tf.randomNormal(shape));
  return operation(() => compute(...xs));
};
const answer = (sizes) => () => {
  const [model, x] = [mlp(...sizes), tf.randomNormal([1, sizes[0]])];
  return operation(() => model(x));
};
const product = (n) =>
  of(
    [
      [n, n],
      [n, n],
    ],
    (a, b) => a.matMul(b),
  );
const table = [[4096, 1024]];
const large = [1e7];

await serve(
  {
    "article 2-3-1, batch 64, SGD": article,
    "2-16-16-1, batch 32, Adam": () =>
      regression(mlp(2, 16, 16, 1), tf.randomNormal([32, 2]), tf.randomNormal([32, 1])),
    "40 layers of 64, batch 32, Adam": () =>
      regression(mlp(...new Array(41).fill(64)), tf.randomNormal([32, 64]), tf.randomNormal([32, 64])),
    "784-128-10, batch 128, Adam": () => classifier(mlp(784, 128, 10), tf.randomUniform([128, 784])),
    "784-512-256-10, batch 128, Adam": () => classifier(mlp(784, 512, 256, 10), tf.randomUniform([128, 784])),
    "answer of 2-16-16-1": answer([2, 16, 16, 1]),
    "answer of 784-512-256-10": answer([784, 512, 256, 10]),
    "matmul 64": product(64),
    "matmul 256": product(256),
    "matmul 1024": product(1024),
    "64 products [128, 64] · [64, 128]": of(
      [
        [64, 128, 64],
        [64, 64, 128],
      ],
      (a, b) => a.matMul(b),
    ),
    "10 elementwise operations, 10 M": of([large, large], (x, y) =>
      x.mul(2).add(y).sub(1).mul(x).abs().add(3).relu().mul(y).sub(x).neg(),
    ),
    "tanh, 10 M": of([large], (x) => x.tanh()),
    "exp, 10 M": of([large], (x) => x.exp()),
    "softmax, 4096 × 1024": of(table, (x) => x.softmax()),
    "sums of rows, 4096 × 1024": of(table, (x) => x.sum(1)),
    "sums of columns, 4096 × 1024": of(table, (x) => x.sum(0)),
    "transposed copy, 4096 × 1024": of(table, (x) => x.transpose()),
    "10 M normal numbers": () => operation(() => tf.randomNormal([1e7])),
  },
  `TensorFlow.js ${tf.version_core}, wasm`,
);
