/**
 * Training steps in TensorFlow.js on its wasm and its plain CPU backend; one JSON line each.
 * Usage: node steps_tfjs.mjs SECONDS
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";

const seconds = Number(process.argv[2] ?? 1);

function medianStep(step) {
  const warm = performance.now() + (seconds * 1000) / 3;
  let count = 0;
  while (performance.now() < warm || count < 3) {
    step();
    count++;
  }
  const samples = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end || samples.length < 3) {
    const start = performance.now();
    step();
    samples.push(performance.now() - start);
  }
  samples.sort((a, b) => a - b);
  return samples[samples.length >> 1] * 1000;
}

function article() {
  const x = tf.randomNormal([100, 2]);
  const y = tf.matMul(x, tf.tensor2d([[2], [-3]])).add(1);
  const w1 = tf.variable(tf.randomNormal([2, 3], 0, 0.01));
  const b1 = tf.variable(tf.zeros([3]));
  const w2 = tf.variable(tf.randomNormal([3, 1], 0, 0.01));
  const b2 = tf.variable(tf.zeros([1]));
  const optimizer = tf.train.sgd(0.01);
  const loss = () => x.matMul(w1).add(b1).matMul(w2).add(b2).sub(y).square().mean();
  return () => optimizer.minimize(loss);
}

function mlp() {
  const x = tf.randomUniform([128, 784]);
  const y = tf.oneHot(tf.randomUniform([128], 0, 10, "int32"), 10);
  const w1 = tf.variable(tf.randomUniform([784, 128], -0.036, 0.036));
  const b1 = tf.variable(tf.zeros([128]));
  const w2 = tf.variable(tf.randomUniform([128, 10], -0.09, 0.09));
  const b2 = tf.variable(tf.zeros([10]));
  const optimizer = tf.train.adam(1e-3);
  const loss = () => tf.losses.softmaxCrossEntropy(y, x.matMul(w1).add(b1).relu().matMul(w2).add(b2));
  return () => optimizer.minimize(loss);
}

for (const backend of ["wasm", "cpu"]) {
  await tf.setBackend(backend);
  await tf.ready();
  for (const [name, make] of [
    ["article 2-3-1, batch 100, SGD", article],
    ["784-128-10, batch 128, Adam", mlp],
  ]) {
    if (backend === "cpu" && make === mlp) continue; // about 60 ms a step: nobody's best setting
    const us = medianStep(make());
    console.log(
      JSON.stringify({ name, peer: `TensorFlow.js ${tf.version_core}`, threads: 1, variant: backend, us }),
    );
  }
}
