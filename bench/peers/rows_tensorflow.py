"""TensorFlow's side of `npm run bench -- rows`: every row a tf.function compiled by XLA."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import tensorflow as tf

from asked import serve

last = {}


def mlp(*sizes, relu=True):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        bound = inputs**-0.5
        w, b = (tf.Variable(tf.random.uniform(shape, -bound, bound)) for shape in ((inputs, outputs), (outputs,)))
        layers.append((w, b))

    def forward(x):
        for i, (w, b) in enumerate(layers):
            x = x @ w + b
            if relu and i < len(layers) - 1:
                x = tf.nn.relu(x)
        return x

    return forward, [variable for layer in layers for variable in layer]


def cnn():
    filters = [tf.Variable(tf.random.normal(shape, stddev=0.1)) for shape in ((3, 3, 1, 16), (3, 3, 16, 32))]
    biases = [tf.Variable(tf.zeros(n)) for n in (16, 32)]
    w, b = tf.Variable(tf.random.normal((32 * 7 * 7, 10), stddev=0.02)), tf.Variable(tf.zeros(10))

    def forward(x):
        for kernel, bias in zip(filters, biases):
            x = tf.nn.max_pool2d(tf.nn.relu(tf.nn.conv2d(x, kernel, 1, "SAME") + bias), 2, 2, "VALID")
        return tf.reshape(x, (-1, 32 * 7 * 7)) @ w + b

    return forward, [*filters, *biases, w, b]


def training(model, loss, adam=True, lr=1e-3):
    forward, variables = model
    states = [(tf.Variable(tf.zeros_like(v)), tf.Variable(tf.zeros_like(v))) for v in variables]
    t = tf.Variable(0.0)

    @tf.function(jit_compile=True)
    def step():
        with tf.GradientTape() as tape:
            value = loss(forward)
        slopes = tape.gradient(value, variables)
        t.assign_add(1.0)
        for v, slope, (m, s) in zip(variables, slopes, states):
            if not adam:
                v.assign_sub(lr * slope)
                continue
            m.assign(0.9 * m + 0.1 * slope)
            s.assign(0.999 * s + 0.001 * slope * slope)
            v.assign_sub(lr * (m / (1 - 0.9**t)) / (tf.sqrt(s / (1 - 0.999**t)) + 1e-8))
        return value

    def run():
        last["loss"] = step().numpy()

    return run


def regression(model, x, y, **options):
    return training(model, lambda forward: tf.reduce_mean(tf.square(forward(x) - y)), **options)


def classifier(model, x):
    y = tf.random.uniform((x.shape[0],), 0, 10, tf.int32)
    cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits
    return training(model, lambda forward: tf.reduce_mean(cross_entropy(y, forward(x))))


def operation(compute, *xs):
    compiled = tf.function(compute, jit_compile=True)

    def step():
        last["result"] = compiled(*xs)

    return step


def of(shapes, compute):
    return lambda: operation(compute, *(tf.random.normal(shape) for shape in shapes))


def answer(*sizes):
    return lambda: operation(mlp(*sizes)[0], tf.random.normal((1, sizes[0])))


def square(n):
    return of([(n, n)] * 2, tf.matmul)


normal = tf.random.normal
TABLE = [(4096, 1024)]
LARGE = [(10_000_000,)]

ROWS = {
    "article 2-3-1, batch 64, SGD": lambda: regression(
        mlp(2, 3, 1, relu=False), normal((64, 2)), normal((64, 1)), adam=False, lr=0.01
    ),
    "2-16-16-1, batch 32, Adam": lambda: regression(mlp(2, 16, 16, 1), normal((32, 2)), normal((32, 1))),
    "40 layers of 64, batch 32, Adam": lambda: regression(mlp(*[64] * 41), normal((32, 64)), normal((32, 64))),
    "784-128-10, batch 128, Adam": lambda: classifier(mlp(784, 128, 10), normal((128, 784))),
    "784-128-10, batch 1024, Adam": lambda: classifier(mlp(784, 128, 10), normal((1024, 784))),
    "784-512-256-10, batch 128, Adam": lambda: classifier(mlp(784, 512, 256, 10), normal((128, 784))),
    "3 × 1024, batch 128, Adam": lambda: regression(mlp(*[1024] * 4), normal((128, 1024)), normal((128, 1024))),
    "CNN 16-32 on 28 × 28, batch 128, Adam": lambda: classifier(cnn(), normal((128, 28, 28, 1))),
    "answer of 2-16-16-1": answer(2, 16, 16, 1),
    "answer of 784-512-256-10": answer(784, 512, 256, 10),
    "answer of CNN 16-32": lambda: operation(cnn()[0], normal((1, 28, 28, 1))),
    "matmul 64": square(64),
    "matmul 256": square(256),
    "matmul 1024": square(1024),
    "matmul 2048": square(2048),
    "matrix × vector 4096": of([(4096, 4096), (4096,)], tf.linalg.matvec),
    "64 products [128, 64] · [64, 128]": of([(64, 128, 64), (64, 64, 128)], tf.matmul),
    "10 elementwise operations, 10 M": of(
        LARGE * 2, lambda x, y: -(tf.nn.relu(tf.abs((x * 2 + y - 1) * x) + 3) * y - x)
    ),
    "tanh, 10 M": of(LARGE, tf.tanh),
    "exp, 10 M": of(LARGE, tf.exp),
    "softmax, 4096 × 1024": of(TABLE, tf.nn.softmax),
    "sums of rows, 4096 × 1024": of(TABLE, lambda x: tf.reduce_sum(x, 1)),
    "sums of columns, 4096 × 1024": of(TABLE, lambda x: tf.reduce_sum(x, 0)),
    "transposed copy, 4096 × 1024": of(TABLE, tf.transpose),
    "sort of 1 M": of([(1_000_000,)], tf.sort),
    "10 M normal numbers": lambda: operation(lambda: tf.random.normal((10_000_000,))),
}


def prepare(threads):
    tf.random.set_seed(0)
    last.clear()


serve(ROWS, f"TensorFlow {tf.__version__}", prepare)
