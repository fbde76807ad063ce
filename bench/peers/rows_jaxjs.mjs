/**
 * jax-js's side of `npm run bench -- rows`, on WebAssembly, compiled by its jit. Its functions take possession of their arguments: `x.ref` is
 * another hold on x.
 */
import { defaultDevice, init, jit, nn, numpy as np, random, tree, valueAndGrad } from "@jax-js/jax";
import { serve } from "./asked.mjs";

await init("wasm");
defaultDevice("wasm");

let seed = 0;
const normal = (...shape) => random.normal(random.key(seed++), shape);
const uniform = (shape, bound) =>
  random.uniform(random.key(seed++), shape, { minval: -bound, maxval: bound });

const weights = (sizes) =>
  sizes.slice(1).map((outputs, i) => {
    const bound = 1 / Math.sqrt(sizes[i]);
    return { w: uniform([sizes[i], outputs], bound), b: uniform([outputs], bound) };
  });

/** Linear layers, with ReLU between them where `relu`. */
function network(layers, x, relu = true) {
  return layers.reduce((y, { w, b }, i) => {
    const z = np.dot(y, w).add(b);
    return relu && i < layers.length - 1 ? nn.relu(z) : z;
  }, x);
}

const squares = (relu) => (layers, x, y) => np.square(network(layers, x, relu).sub(y)).mean();

function sgd(lr) {
  return {
    state: () => ({}),
    update: (layers, slopes, state) => [
      tree.map((value, slope) => value.sub(slope.mul(lr)), layers, slopes),
      state,
    ],
  };
}

function adam(lr, [b1, b2] = [0.9, 0.999], eps = 1e-8) {
  return {
    state: (layers) => ({
      t: np.array(0),
      m: tree.map((value) => np.zeros(value.shape), layers),
      v: tree.map((value) => np.zeros(value.shape), layers),
    }),
    update: (layers, slopes, { t, m, v }) => {
      const next = t.add(1);
      const first = tree.map((old, slope) => old.mul(b1).add(slope.ref.mul(1 - b1)), m, tree.ref(slopes));
      const second = tree.map((old, slope) => old.mul(b2).add(np.square(slope).mul(1 - b2)), v, slopes);
      const c1 = np.array(1).sub(np.exp(next.ref.mul(Math.log(b1))));
      const c2 = np.array(1).sub(np.exp(next.ref.mul(Math.log(b2))));
      const values = tree.map(
        (value, a, b) =>
          value.sub(
            a
              .div(c1.ref)
              .div(np.sqrt(b.div(c2.ref)).add(eps))
              .mul(lr),
          ),
        layers,
        tree.ref(first),
        tree.ref(second),
      );
      c1.dispose();
      c2.dispose();
      return [values, { t: next, m: first, v: second }];
    },
  };
}

/** Reads its loss, as the others do. */
function training(sizes, loss, x, y, optimizer) {
  let layers = weights(sizes);
  let state = optimizer.state(tree.ref(layers));
  const step = jit((layers, state, x, y) => {
    const [value, slopes] = valueAndGrad(loss)(tree.ref(layers), x, y);
    return [value, ...optimizer.update(layers, slopes, state)];
  });
  return () => {
    let value;
    [value, layers, state] = step(layers, state, x.ref, y.ref);
    value.item();
  };
}

function classifier(...sizes) {
  const x = uniform([128, sizes[0]], 1);
  const y = nn.oneHot(random.randint(random.key(seed++), { minval: 0, maxval: 10, shape: [128] }), 10);
  const loss = (layers, x, y) =>
    nn
      .logSoftmax(network(layers, x))
      .mul(y)
      .sum()
      .mul(-1 / 128);
  return training(sizes, loss, x, y, adam(1e-3));
}

/** What an operation makes is let go only when the next has been made. */
function operation(compute, ...xs) {
  const compiled = jit(compute);
  let last;
  return async () => {
    const result = compiled(...tree.ref(xs));
    await result.blockUntilReady();
    last?.dispose();
    last = result;
  };
}

const of = (shapes, compute) => () => operation(compute, ...shapes.map((shape) => normal(...shape)));
const answer =
  (...sizes) =>
  () =>
    operation(network, weights(sizes), normal(1, sizes[0]));
const product = (n) =>
  of(
    [
      [n, n],
      [n, n],
    ],
    np.matmul,
  );
const table = [[4096, 1024]];
const large = [1e7];

await serve(
  {
    "article 2-3-1, batch 64, SGD": () =>
      training([2, 3, 1], squares(false), normal(64, 2), normal(64, 1), sgd(0.01)),
    "2-16-16-1, batch 32, Adam": () =>
      training([2, 16, 16, 1], squares(true), normal(32, 2), normal(32, 1), adam(1e-3)),
    "784-128-10, batch 128, Adam": () => classifier(784, 128, 10),
    "784-512-256-10, batch 128, Adam": () => classifier(784, 512, 256, 10),
    "answer of 2-16-16-1": answer(2, 16, 16, 1),
    "answer of 784-512-256-10": answer(784, 512, 256, 10),
    "matmul 64": product(64),
    "matmul 256": product(256),
    "matmul 1024": product(1024),
    "64 products [128, 64] · [64, 128]": of(
      [
        [64, 128, 64],
        [64, 64, 128],
      ],
      np.matmul,
    ),
    "10 elementwise operations, 10 M": of([large, large], (x, y) =>
      nn
        .relu(np.absolute(x.ref.mul(2).add(y.ref).sub(1).mul(x.ref)).add(3))
        .mul(y)
        .sub(x)
        .neg(),
    ),
    "tanh, 10 M": of([large], np.tanh),
    "exp, 10 M": of([large], np.exp),
    "softmax, 4096 × 1024": of(table, (x) => nn.softmax(x)),
    "sums of rows, 4096 × 1024": of(table, (x) => x.sum(1)),
    "sums of columns, 4096 × 1024": of(table, (x) => x.sum(0)),
  },
  "jax-js, wasm",
);
