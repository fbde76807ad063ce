"""The article's step in TensorFlow (CPU build) as tf.function, plain and XLA-compiled; one JSON line each.

Usage: python steps_tensorflow.py SECONDS
"""

import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import tensorflow as tf

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0

tf.random.set_seed(0)
x = tf.random.normal([100, 2])
y = x @ tf.constant([[2.0], [-3.0]]) + 1
for jit in (False, True):
    w1 = tf.Variable(tf.random.normal([2, 3], stddev=0.01))
    b1 = tf.Variable(tf.zeros([3]))
    w2 = tf.Variable(tf.random.normal([3, 1], stddev=0.01))
    b2 = tf.Variable(tf.zeros([1]))
    variables = [w1, b1, w2, b2]

    @tf.function(jit_compile=jit)
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square((x @ w1 + b1) @ w2 + b2 - y))
        for variable, gradient in zip(variables, tape.gradient(loss, variables)):
            variable.assign_sub(0.01 * gradient)
        return loss

    for _ in range(200):
        step()
    samples = []
    deadline = time.perf_counter() + SECONDS
    while time.perf_counter() < deadline:
        start = time.perf_counter()
        for _ in range(50):
            step()
        samples.append((time.perf_counter() - start) / 50)
    samples.sort()
    print(
        json.dumps(
            {
                "name": "article 2-3-1, batch 100, SGD",
                "peer": f"TensorFlow {tf.__version__}",
                "threads": 2,
                "variant": "tf.function, XLA" if jit else "tf.function",
                "us": samples[len(samples) // 2] * 1e6,
            }
        ),
        flush=True,
    )
