"""The layers and functions of ../layers.ts in PyTorch, on one thread; one JSON line each.

Usage: python layers_torch.py SECONDS [FILTER]
"""

import json
import math
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 0.5
FILTER = sys.argv[2] if len(sys.argv) > 2 else ""

rand, randn = torch.rand, torch.randn


def layer(module, x, run=None):
    """A layer whose input and parameters get gradients."""
    x.requires_grad_()
    return (lambda: run(module, x) if run else module(x)), [x, *module.parameters()]


def of(forward, *inputs):
    """A function of tensors that all get gradients."""
    for x in inputs:
        x.requires_grad_()
    return (lambda: forward(*inputs)), list(inputs)


def looked_up(module, y):
    return (lambda: module(y)), list(module.parameters())


def classes(count, *shape):
    return torch.randint(0, count, shape)


def table():
    return randn(4096, 1024)


def images():
    return randn(64, 64, 28, 28)


def pixels(target):
    return of(lambda x: F.cross_entropy(x, target), randn(32, 21, 64, 64))


def small():
    return randn(16, 64, 28, 28)


def attention(n, h, t, e, **options):
    return of(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, **options), *(randn(n, h, t, e) for _ in range(3)))


def ctc():
    y = torch.randint(1, 40, (32, 30))
    times, lengths = torch.full((32,), 100), torch.full((32,), 30)
    return of(lambda x: F.ctc_loss(x, y, times, lengths), randn(100, 32, 40).log_softmax(2))


def bilinear():
    module = nn.Bilinear(64, 64, 64)
    x, y = randn(256, 64, requires_grad=True), randn(256, 64, requires_grad=True)
    return (lambda: module(x, y)), [x, y, *module.parameters()]


def decoder():
    memory = randn(16, 64, 128)
    module = nn.TransformerDecoderLayer(128, 4, 512, 0.1, batch_first=True)
    return layer(module, randn(16, 64, 128), lambda m, x: m(x, memory))


def first(module, x):
    return module(x)[0]


layers = {
    "sum over rows, 4096 × 1024": lambda: of(lambda x: x.sum(1), table()),
    "sum over columns, 4096 × 1024": lambda: of(lambda x: x.sum(0), table()),
    "mean over batch and space, 64 × 64 × 28 × 28": lambda: of(lambda x: x.mean([0, 2, 3]), images()),
    "softmax, 4096 × 1024": lambda: of(lambda x: x.softmax(1), table()),
    "softmax over channels, 32 × 21 × 64 × 64": lambda: of(lambda x: x.softmax(1), randn(32, 21, 64, 64)),
    "logSoftmax, 4096 × 1024": lambda: of(lambda x: x.log_softmax(1), table()),
    "crossEntropy, 4096 × 1024": lambda: (lambda y: of(lambda x: F.cross_entropy(x, y), table()))(classes(1024, 4096)),
    "crossEntropy over channels, 32 × 21 × 64 × 64": lambda: pixels(classes(21, 32, 64, 64)),
    "mseLoss, 4096 × 1024": lambda: of(F.mse_loss, table(), table()),
    "smoothL1Loss, 4096 × 1024": lambda: of(F.smooth_l1_loss, table(), table()),
    "binaryCrossEntropyWithLogits, 4096 × 1024": lambda: (
        lambda y: of(lambda x: F.binary_cross_entropy_with_logits(x, y), table())
    )(rand(4096, 1024)),
    "klDiv, 4096 × 1024": lambda: (lambda y: of(lambda x: F.kl_div(x, y, reduction="batchmean"), table()))(rand(4096, 1024)),
    "CTCLoss, 100 times, batch 32, 40 classes, labels of 30": ctc,
    "LayerNorm, 4096 × 1024": lambda: layer(nn.LayerNorm(1024), table()),
    "LayerNorm, 4096 × 128": lambda: layer(nn.LayerNorm(128), randn(4096, 128)),
    "RMSNorm, 4096 × 1024": lambda: layer(nn.RMSNorm(1024), table()),
    "GroupNorm 8 groups, 64 × 64 × 28 × 28": lambda: layer(nn.GroupNorm(8, 64), images()),
    "InstanceNorm2d, 64 × 64 × 28 × 28": lambda: layer(nn.InstanceNorm2d(64, affine=True), images()),
    "BatchNorm1d, 4096 × 1024": lambda: layer(nn.BatchNorm1d(1024), table()),
    "BatchNorm2d, 64 × 64 × 28 × 28": lambda: layer(nn.BatchNorm2d(64), images()),
    "BatchNorm2d in evaluation, 64 × 64 × 28 × 28": lambda: layer(nn.BatchNorm2d(64).eval(), images()),
    "LocalResponseNorm, 64 × 64 × 28 × 28": lambda: layer(nn.LocalResponseNorm(5), images()),
    "MaxPool2d 2, 64 × 64 × 28 × 28": lambda: layer(nn.MaxPool2d(2), images()),
    "MaxPool2d 3, stride 2, 64 × 64 × 28 × 28": lambda: layer(nn.MaxPool2d(3, 2, 1), images()),
    "AvgPool2d 2, 64 × 64 × 28 × 28": lambda: layer(nn.AvgPool2d(2), images()),
    "AvgPool2d 3, stride 2, 64 × 64 × 28 × 28": lambda: layer(nn.AvgPool2d(3, 2, 1), images()),
    "AdaptiveAvgPool2d 1, 64 × 64 × 28 × 28": lambda: layer(nn.AdaptiveAvgPool2d(1), images()),
    "AdaptiveAvgPool2d 5, 64 × 64 × 28 × 28": lambda: layer(nn.AdaptiveAvgPool2d(5), images()),
    "AdaptiveMaxPool2d 7, 64 × 64 × 28 × 28": lambda: layer(nn.AdaptiveMaxPool2d(7), images()),
    "Upsample nearest × 2, 16 × 64 × 28 × 28": lambda: layer(nn.Upsample(scale_factor=2, mode="nearest"), small()),
    "Upsample bilinear × 2, 16 × 64 × 28 × 28": lambda: layer(nn.Upsample(scale_factor=2, mode="bilinear"), small()),
    "Upsample bicubic × 2, 16 × 64 × 28 × 28": lambda: layer(nn.Upsample(scale_factor=2, mode="bicubic"), small()),
    "gridSample, 16 × 16 × 64 × 64": lambda: of(
        lambda x, at: F.grid_sample(x, at, align_corners=False), randn(16, 16, 64, 64), rand(16, 64, 64, 2) * 2 - 1
    ),
    "PixelShuffle 2, 64 × 64 × 28 × 28": lambda: layer(nn.PixelShuffle(2), images()),
    "pad by reflection, 64 × 64 × 28 × 28": lambda: layer(nn.ReflectionPad2d(2), images()),
    "unfold 3, 16 × 64 × 28 × 28": lambda: layer(nn.Unfold(3, padding=1), small()),
    "Embedding 10000 × 256, 64 × 128": lambda: looked_up(nn.Embedding(10000, 256), classes(10000, 64, 128)),
    "EmbeddingBag 10000 × 256, 64 × 128": lambda: looked_up(nn.EmbeddingBag(10000, 256), classes(10000, 64, 128)),
    "Dropout, 4096 × 1024": lambda: layer(nn.Dropout(0.1), table()),
    "ReLU, 4096 × 1024": lambda: layer(nn.ReLU(), table()),
    "GELU, 4096 × 1024": lambda: layer(nn.GELU(), table()),
    "GELU by tanh, 4096 × 1024": lambda: layer(nn.GELU(approximate="tanh"), table()),
    "SiLU, 4096 × 1024": lambda: layer(nn.SiLU(), table()),
    "Tanh, 4096 × 1024": lambda: layer(nn.Tanh(), table()),
    "ELU, 4096 × 1024": lambda: layer(nn.ELU(), table()),
    "PReLU, 64 × 64 × 28 × 28": lambda: layer(nn.PReLU(64), images()),
    "Linear 1024 → 1024, batch 512": lambda: layer(nn.Linear(1024, 1024), randn(512, 1024)),
    "Bilinear 64 × 64 → 64, batch 256": bilinear,
    "cosineSimilarity, 4096 × 1024": lambda: of(F.cosine_similarity, table(), table()),
    "Conv1d 64 → 64, 3, 32 × 64 × 512": lambda: layer(nn.Conv1d(64, 64, 3, padding=1), randn(32, 64, 512)),
    "Conv2d 64 → 64, 3 × 3, 16 × 64 × 32 × 32": lambda: layer(nn.Conv2d(64, 64, 3, padding=1), randn(16, 64, 32, 32)),
    "Conv2d 64 → 64, 1 × 1, 16 × 64 × 32 × 32": lambda: layer(nn.Conv2d(64, 64, 1), randn(16, 64, 32, 32)),
    "Conv2d 64 → 128, 3 × 3, stride 2, 16 × 64 × 32 × 32": lambda: layer(
        nn.Conv2d(64, 128, 3, stride=2, padding=1), randn(16, 64, 32, 32)
    ),
    "Conv2d 64 by channel, 3 × 3, 16 × 64 × 32 × 32": lambda: layer(
        nn.Conv2d(64, 64, 3, padding=1, groups=64), randn(16, 64, 32, 32)
    ),
    "ConvTranspose2d 64 → 32, 2 × 2, stride 2, 16 × 64 × 32 × 32": lambda: layer(
        nn.ConvTranspose2d(64, 32, 2, stride=2), randn(16, 64, 32, 32)
    ),
    "RNN 64 → 128, 50 times, batch 32": lambda: layer(nn.RNN(64, 128), randn(50, 32, 64), first),
    "LSTM 64 → 128, 50 times, batch 32": lambda: layer(nn.LSTM(64, 128), randn(50, 32, 64), first),
    "GRU 64 → 128, 50 times, batch 32": lambda: layer(nn.GRU(64, 128), randn(50, 32, 64), first),
    "scaledDotProductAttention, 16 × 4 × 64 × 32": lambda: attention(16, 4, 64, 32),
    "scaledDotProductAttention, 4 × 8 × 512 × 64": lambda: attention(4, 8, 512, 64),
    "scaledDotProductAttention, causal, 4 × 8 × 512 × 64": lambda: attention(4, 8, 512, 64, is_causal=True),
    "MultiheadAttention 128, 4 heads, 16 × 64": lambda: layer(
        nn.MultiheadAttention(128, 4, batch_first=True), randn(16, 64, 128), lambda m, x: m(x, x, x, need_weights=False)[0]
    ),
    "TransformerEncoderLayer 128, 4 heads, 512, 16 × 64": lambda: layer(
        nn.TransformerEncoderLayer(128, 4, 512, 0.1, batch_first=True), randn(16, 64, 128)
    ),
    "TransformerDecoderLayer 128, 4 heads, 512, 16 × 64": decoder,
}


def median_of(run):
    """Milliseconds of the thread, of batches of about 20 ms."""
    start, began, count = time.perf_counter(), time.thread_time(), 0
    while True:
        run()
        count += 1
        if time.perf_counter() - start >= SECONDS / 3:
            break
    batch = max(1, math.ceil(0.02 * count / (time.thread_time() - began)))
    samples = []
    start = time.perf_counter()
    while time.perf_counter() - start < SECONDS or len(samples) < 3:
        before = time.thread_time()
        for _ in range(batch):
            run()
        samples.append(1000 * (time.thread_time() - before) / batch)
    samples.sort()
    return samples[len(samples) // 2]


torch.set_num_threads(1)
for name, make in layers.items():
    if FILTER not in name:
        continue
    torch.manual_seed(0)
    forward, inputs = make()
    with torch.no_grad():
        y = forward()
    g = None if y.ndim == 0 else torch.randn_like(y)

    def compute():
        with torch.no_grad():
            forward()

    def train():
        torch.autograd.grad(forward(), inputs, g)

    peer = f"PyTorch {torch.__version__.split('+')[0]}"
    print(json.dumps({"name": name, "peer": peer, "forward": median_of(compute), "both": median_of(train)}), flush=True)
